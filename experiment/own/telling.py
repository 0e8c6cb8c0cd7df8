"""Errors in the user's code as one sentence, and what it prints kept off standard output."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from traceback import extract_tb

from worthit.core.errors import InputError

__all__ = ["telling"]


@contextmanager
def telling(file: str, what: str) -> Iterator[None]:
    """Turn an error in the user's code into one sentence with its line; prints go to stderr.

    Parameters
    ----------
    file : str
        Name of the user's file.
    what : str
        What went wrong, as the sentence begins.

    Raises
    ------
    InputError
        In place of any other error but those of the machine.
    """
    try:
        with redirect_stdout(sys.stderr):  # standard output is for results
            yield
    except (InputError, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        lines = [
            frame.lineno for frame in extract_tb(error.__traceback__)
            if Path(frame.filename).name == file
        ]  # fmt: skip
        line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
        at = f" at line {line}" if line else ""
        message = " ".join(str(error).split())[:300].rstrip(".") or "no message"
        raise InputError(
            f"{what}{at}: {type(error).__name__}: {message}. Mend {file} and run the same command "
            "again."
        ) from error
