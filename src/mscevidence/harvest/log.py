"""The log of search runs: ``searches.jsonl`` of the review, one run per line, in git.

PRISMA asks for the query, the date and the number of records of each source; this is where they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from mscevidence.errors import RecordError
from mscevidence.model import SearchRun
from mscevidence.records.writing import write_atomically


def load_runs(path: Path) -> tuple[SearchRun, ...]:
    """Return the runs of a log in the order they were started; none when there is no log.

    Raises:
        RecordError: the log cannot be read, or a line is no run.
    """
    try:
        lines = path.read_bytes().splitlines() if path.exists() else []
    except OSError as error:
        raise RecordError(f"cannot be read: {error.strerror}", file=path.name) from error
    return tuple(_run(line, path.name, number) for number, line in enumerate(lines, 1) if line.strip())


def _run(line: bytes, name: str, number: int) -> SearchRun:
    try:
        return SearchRun.model_validate_json(line)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(map(str, problem["loc"]))
        hint = "the log is written by `mscevidence search`; take the last good version from git"
        raise RecordError(f"no search run: {where} {problem['msg']}", hint=hint, file=name, line=number) from error


def save_run(path: Path, run: SearchRun) -> None:
    """Write a run into the log: in the place of the run with its id, or behind the others; all or nothing.

    Raises:
        RecordError: the log cannot be read.
        WriteError: the log cannot be written; what was there before is untouched.
    """
    known = load_runs(path)
    if any(one.id == run.id for one in known):
        runs: Sequence[SearchRun] = [run if one.id == run.id else one for one in known]
    else:
        runs = [*known, run]
    write_atomically(path, "".join(f"{one.model_dump_json(exclude_defaults=True)}\n" for one in runs).encode())


def new_id(started: str, source: str, taken: Sequence[SearchRun]) -> str:
    """Return an id for a run that no other has, such as ``2026-11-22-pubmed`` and ``2026-11-22-pubmed-2``."""
    first = f"{started[:10]}-{source}"
    ids = {one.id for one in taken}
    others = (f"{first}-{number}" for number in range(2, len(ids) + 3))
    return next(each for each in (first, *others) if each not in ids)
