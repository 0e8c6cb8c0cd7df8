"""Progress bars on standard error; the one place that decides whether to show them."""

import os
import sys

from tqdm import tqdm

__all__ = ["progress", "quiet", "say"]

QUIET = "WORTHIT_QUIET"  # an environment variable, so that worker processes inherit it
DELAY = 1.0  # seconds: what is over by then needs no bar


def quiet() -> bool:
    """Tell whether progress is switched off."""
    return bool(os.environ.get(QUIET))


def progress(total: float | None, what: str, unit: str = "it") -> tqdm:
    """Return a progress bar to update, on standard error.

    Parameters
    ----------
    total : float or None
        Steps to come; None where unknown.
    what : str
        Shown in front of the bar, for example ``"tuning tfidf"``.
    unit : str
        What one step is, for example ``"trial"``.

    Returns
    -------
    tqdm.tqdm
        Use it as a context manager and call ``update``.
    """
    return tqdm(
        total=total,
        desc=what,
        unit=unit,
        file=sys.stderr,
        disable=quiet(),
        dynamic_ncols=True,
        delay=DELAY,
        # A terminal gets a live bar; a log file one line in a while.
        mininterval=0.2 if sys.stderr.isatty() else 5.0,
        leave=True,
    )


def say(line: str) -> None:
    """Print one line on standard error, above any running bar, unless quiet."""
    if not quiet():
        tqdm.write(line, file=sys.stderr)
