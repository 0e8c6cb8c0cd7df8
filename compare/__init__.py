"""Reads runs and judges them: scores, paired statistics, verdicts, reports and their figures."""
