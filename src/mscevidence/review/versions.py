"""Whether a study file is still the one a person saw: edits are refused, never overwritten."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mscevidence.errors import EditConflictError, WriteError

NEW = "new"
"""The version of a file that is not there yet."""

_ONE_AT_A_TIME = threading.RLock()


def version_of(path: Path) -> str:
    """Return the version of a file: the sha256 of its bytes, or `NEW`."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return NEW


@contextmanager
def unchanged(path: Path, expected: str | None) -> Iterator[None]:
    """Hold the folder of a study file for one writer, when the file still has the version that was expected.

    Args:
        path: the study file.
        expected: the version that the writer saw; None where nobody looked at the file before.

    Raises:
        EditConflictError: the file has another version.
        WriteError: there is no such folder, and it cannot be made.
    """
    with _held(path.parent):
        if expected is not None and version_of(path) != expected:
            raise EditConflictError(
                f"{path.name} was changed since you opened it; nothing was written",
                hint="look at what is there now, then decide again",
            )
        yield


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Let one thread, and (where the system can lock a folder) one process, write into a folder at a time."""
    with _ONE_AT_A_TIME:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder, os.O_RDONLY) if sys.platform != "win32" else None
        except OSError as error:
            raise WriteError(f"cannot write into {folder.name}: {error.strerror}", hint="check the folder") from error
        try:
            if sys.platform != "win32" and handle is not None:
                import fcntl

                # Closing the handle ends the lock, also when the process dies.
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            if handle is not None:
                os.close(handle)
