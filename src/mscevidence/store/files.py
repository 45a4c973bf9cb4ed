"""Putting a finished database in the place of an old one: whole or not at all.

A database is made in memory, written to a file beside its target, and renamed into place. A kill at any moment leaves
the old file; whoever has it open keeps reading the old one.
"""

from __future__ import annotations

import glob
import os
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from mscevidence.errors import StoreError
from mscevidence.store import schema

TEMPORARY = "building"
LONG_AGO = 3600.0
"""No build takes that long (seconds)."""
NOT_OURS = "choose another name; mscevidence does not touch files that it did not make"


def write(memory: sqlite3.Connection, path: Path) -> None:
    """Write a database that was made in memory to a file; what was there stays until the new one is complete.

    Raises:
        StoreError: the place is not ours to write, locked, read-only or full; what was there is untouched.
    """
    target = Path(os.path.realpath(path))
    refuse_target(target)
    with _temporary(target) as temporary:
        try:
            memory.execute("VACUUM INTO ?", (str(temporary),))
            _to_disk(temporary)
            if target.exists():
                shutil.copymode(target, temporary)
            os.replace(temporary, target)  # noqa: PTH105 - the twin of fsync below
            _to_disk(target.parent)
        except (sqlite3.Error, OSError) as error:
            raise _cannot_write(target, error) from error


@contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    temporary = target.with_name(f".{target.name}.{TEMPORARY}-{os.getpid()}")
    try:
        temporary.unlink(missing_ok=True)
        _remove_leftovers(target)
    except OSError as error:
        raise _cannot_write(target, error) from error
    try:
        yield temporary
    finally:
        for leftover in (temporary, temporary.with_name(temporary.name + "-journal")):
            leftover.unlink(missing_ok=True)


def _remove_leftovers(target: Path) -> None:
    """Remove what builds that were killed long ago left beside the database."""
    for leftover in target.parent.glob(f".{glob.escape(target.name)}.{TEMPORARY}-*"):
        if time.time() - leftover.stat().st_mtime > LONG_AGO:
            leftover.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, have reached the disk (Windows cannot do folders)."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot_write(target: Path, error: Exception) -> StoreError:
    full = "full" in str(error) or getattr(error, "errno", None) == 28
    hint = "free some space" if full else f"check that you may write to {target.parent}, or choose another place"
    return StoreError(f"cannot write {target.name}: {error}", hint=f"{hint}; what was there before is untouched")


def refuse_target(target: Path) -> None:
    """Raise when a file must not be replaced by a database.

    Raises:
        StoreError: it is a folder, read-only, something else than a database of ours, or in use by a writer.
    """
    if target.is_dir():
        raise StoreError(f"{target} is a folder", hint=f"name a file in it, such as {target / 'evidence.db'}")
    if not target.parent.is_dir():
        raise StoreError(f"there is no folder {target.parent}", hint="make it, or choose another place")
    if not target.exists() or _is_empty(target):
        return
    if not target.stat().st_mode & stat.S_IWUSR:
        raise StoreError(f"{target.name} is read-only", hint="allow writing to it (chmod u+w), or choose another name")
    schema.refuse_foreign(target, hint=NOT_OURS)
    _refuse_in_use(target)


def _is_empty(target: Path) -> bool:
    return target.is_file() and target.stat().st_size == 0


def _refuse_in_use(target: Path) -> None:
    """Refuse a database that another program is writing to; readers do not matter, they keep the old file."""
    hint = "close the program that has it open (another build? a database browser?) and try again"
    try:
        with closing(sqlite3.connect(f"{target.as_uri()}?mode=rw", uri=True, timeout=1)) as conn:
            conn.execute("BEGIN IMMEDIATE")
            conn.rollback()
    except sqlite3.Error as error:
        raise StoreError(f"{target.name} cannot be replaced: {error}", hint=hint) from error
    for suffix in ("-wal", "-journal"):
        # SQLite would replay such a file of the old database into the new one.
        if target.with_name(target.name + suffix).exists():
            raise StoreError(f"{target.name} is being written to ({target.name}{suffix} is there)", hint=hint)
