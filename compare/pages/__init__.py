"""Markdown pages: pure functions of the numbers in report.json."""
