"""The errors a user can mend; the command line prints them in one line, without a traceback."""

__all__ = ["InputError", "MissingExtraError", "TimeLimitError", "UntrainableError"]


class InputError(ValueError):
    """Something is wrong with what was given: data, a parameter, a run folder.

    The message says what came, what was expected and what to do. It is a ``ValueError``, so
    library users need not know this class; the command line does, to tell a wrong input from a bug.
    """


class TimeLimitError(InputError):
    """The time limit was reached before there was anything to keep."""


class UntrainableError(InputError):
    """Nothing came of these parameters: training diverged, or memory lacks for a single input.

    Others may do, so a search that chose them itself goes on.
    """


class MissingExtraError(ImportError):
    """An optional dependency is not installed; the message names the pip line that installs it."""
