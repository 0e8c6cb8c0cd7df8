"""Opens what an Optuna study is kept in: a journal file, or a database that machines share."""

import os
import random
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import optuna
from optuna.exceptions import StorageInternalError
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from worthit.core.errors import InputError, MissingExtraError
from worthit.experiment import heartbeat
from worthit.experiment.address import FORMS, JOURNAL, check_address, hide_password

__all__ = ["database_errors", "open_storage"]

CREATION_ATTEMPTS = 5  # several workers that create one database at once get in each other's way
# Seconds to wait for a server, and for another process's lock on an SQLite file.
PATIENCE = {"postgresql": {"connect_timeout": 10}, "sqlite": {"timeout": 60}}


def open_storage(address: str | Path) -> BaseStorage:
    """Open a storage, or make it.

    Parameters
    ----------
    address : str or pathlib.Path
        A path is a search's own journal, whose folder is made. ``journal:FILE`` is one that
        several processes share; everything else is the address of a database.

    Returns
    -------
    optuna.storages.BaseStorage

    Raises
    ------
    InputError
        If the address is malformed, nothing answers there, or a journal is damaged.
    MissingExtraError
        If the database's driver is not installed.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if isinstance(address, Path):
        address.parent.mkdir(parents=True, exist_ok=True)
        # Nobody else uses it, so a lock is what a killed process left.
        address.with_name(f"{address.name}.lock").unlink(missing_ok=True)
        _cut_unfinished(address)
        return _journal(address, "repeat the command with --fresh, and the search begins anew")
    check_address(address)
    if address.startswith(JOURNAL):
        return _open_journal(Path(address.removeprefix(JOURNAL)))
    shown = hide_password(address)
    try:
        with database_errors(address):
            return _open_database(address)
    except InputError:
        raise
    except (ArgumentError, NoSuchModuleError, ValueError):  # ValueError: a port that is no number
        raise InputError(f"Got --storage '{shown}'; give {FORMS}.") from None
    except RuntimeError as error:  # tables of another Optuna
        raise InputError(f"Cannot use the database {shown}: {error}") from None
    except ImportError as error:
        raise _missing_driver(shown, error) from None


def _open_journal(path: Path) -> JournalStorage:
    # A missing folder is not made: on a machine without the shared disk that would be another one.
    if not path.absolute().parent.is_dir():
        raise InputError(
            f"Got --storage journal:{path}, but there is no folder {path.parent}; make it, or "
            "mount the disk that the machines share."
        )
    try:
        if path.exists() and not _is_journal(path):
            raise InputError(
                f"{path} is not the journal of a search; give a new file, or one that --storage "
                "has made."
            )
        _refuse_unfinished(path)
        return _journal(path, "give a new file, and the search begins anew")
    except OSError as error:
        raise InputError(
            f"Cannot use the journal {path} ({error.strerror}); give a file that can be written."
        ) from None


def _journal(path: Path, remedy: str) -> JournalStorage:
    try:
        return JournalStorage(JournalFileBackend(str(path), _lock(path)))
    except ValueError:  # a line within it is no JSON
        raise InputError(f"The journal {path} is damaged; {remedy}.") from None


def _lock(path: Path) -> JournalFileOpenLock:
    # Not Optuna's default lock, a symbolic link: to a relative path it leads nowhere, and then one
    # that a killed process left is waited for without end. This one is broken after 30 s.
    return JournalFileOpenLock(str(path))


def _cut_unfinished(path: Path) -> None:
    """Cut off a last line without an end, as a full disk leaves it; the next would be glued to it.

    What it said is lost, as if the process had been killed before.
    """
    if _unfinished(path):
        with path.open("r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)


def _refuse_unfinished(path: Path) -> None:
    """Refuse a shared journal with such a line: others may be about to add to it."""
    if not _unfinished(path):
        return
    lock = _lock(path)
    lock.acquire()  # another process may just be writing that line
    try:
        if _unfinished(path):
            raise InputError(
                f"The last line of the journal {path} was cut off, as by a full disk; make room, "
                f"end all commands that share it, remove that line (sed -i '$d' '{path}') and "
                "repeat them: the search goes on from there."
            )
    finally:
        lock.release()


def _unfinished(path: Path) -> bool:
    """Tell whether a file's last line has no end."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"


def _is_journal(path: Path) -> bool:
    """Tell whether a file is empty or begins as a journal; anything else is left as it is."""
    with path.open("rb") as file:
        first = file.readline(1000)
    return not first or (first.startswith(b"{") and b'"op_code"' in first)


def _open_database(address: str) -> RDBStorage:
    # Hosts hand out the short forms; they leave the driver open, and ours is psycopg.
    for short in ("postgres://", "postgresql://"):
        if address.startswith(short):
            address = "postgresql+psycopg://" + address.removeprefix(short)
    dialect = address.partition(":")[0].partition("+")[0]
    for attempt in range(CREATION_ATTEMPTS):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the heartbeat is marked experimental
                return RDBStorage(
                    address,
                    # A long trial leaves a connection idle, and servers close such.
                    engine_kwargs={
                        "pool_pre_ping": True,
                        "connect_args": dict(PATIENCE.get(dialect, {})),
                    },
                    heartbeat_interval=heartbeat.INTERVAL,
                    grace_period=heartbeat.GRACE,
                )
        except DatabaseError as error:
            unreachable = isinstance(error, OperationalError) and dialect != "sqlite"
            if unreachable or attempt == CREATION_ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0.1, 0.5))
    raise AssertionError("unreachable")


@contextmanager
def database_errors(address: str | Path) -> Iterator[None]:
    """Turn what a database's driver raises into one line that names no password.

    Parameters
    ----------
    address : str or pathlib.Path
        Of the database, for the message.

    Raises
    ------
    InputError
        If the database cannot be reached or used.
    """
    try:
        yield
    except (ArgumentError, NoSuchModuleError):  # the address's fault, not the database's
        raise
    except (SQLAlchemyError, StorageInternalError) as error:
        raise InputError(
            f"Cannot use the database {hide_password(str(address))} ({_reason(error)}); start it "
            "or correct --storage, then repeat the command: the search goes on from there."
        ) from None


def _missing_driver(shown: str, error: ImportError) -> ImportError:
    cause = error.__cause__ or error
    driver = getattr(cause, "name", None) or "a driver"
    if not shown.startswith("postgres"):
        return MissingExtraError(f"--storage {shown} needs {driver}; install it with pip.")
    return MissingExtraError(
        f"--storage {shown} needs {driver}, which cannot be imported: "
        "pip install 'worthit[distributed]'."
    )


def _reason(error: BaseException) -> str:
    """Return the driver's own first line, which stands below one or two wrappers."""
    inner: Any = error
    while (deeper := getattr(inner, "orig", None) or inner.__cause__) is not None:
        inner = deeper
    lines = [line.strip() for line in str(inner).splitlines() if line.strip()]
    return hide_password(lines[0]).rstrip(".") if lines else type(inner).__name__
