"""Judgements on disk: ``screening/<initials>.jsonl``, one line each, appended and flushed before it counts.

A file per reviewer means that two reviewers never write to the same file, and that git merges their work without a
conflict. A line that a crash cut short is the only one that can be lost; it is named when the file is read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from mscevidence.errors import RecordError, WriteError
from mscevidence.model import Judgement

FOLDER = "screening"
_INITIALS = re.compile(r"[a-z][a-z0-9-]{0,19}")


def load_judgements(folder: Path) -> tuple[Judgement, ...]:
    """Return the judgements of all reviewers, those of one reviewer in the order they were made.

    Args:
        folder: ``screening/`` of the review; it may be absent.

    Raises:
        RecordError: a line is no judgement, or stands in the file of another reviewer.
    """
    return tuple(one for path in sorted(folder.glob("*.jsonl")) for one in _in_file(path))


def append_judgements(folder: Path, judgements: Sequence[Judgement]) -> None:
    """Append judgements of one reviewer to his file; they are on disk when this returns.

    Raises:
        RecordError: initials that cannot name a file.
        WriteError: the file cannot be written.
    """
    for reviewer in dict.fromkeys(one.by for one in judgements):
        path = folder / f"{_initials(reviewer)}.jsonl"
        lines = "".join(
            f"{one.model_dump_json(exclude_defaults=True)}\n" for one in judgements if one.by == reviewer
        ).encode()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                start = file.tell()
                # A line that a crash cut short must not swallow the next one.
                file.write(lines if start == 0 or _ends_a_line(path) else b"\n" + lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise WriteError(
                f"the judgement could not be written to {path.name}: {error.strerror or error}",
                hint="make room or make the folder writable; earlier judgements are untouched",
            ) from error


def _initials(reviewer: str) -> str:
    if not _INITIALS.fullmatch(reviewer):
        raise RecordError(
            f"{reviewer!r} cannot name a reviewer", hint="use initials of lower-case letters and digits, such as fe"
        )
    return reviewer


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _in_file(path: Path) -> list[Judgement]:
    found = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise RecordError(f"cannot be read: {error.strerror}", file=f"{FOLDER}/{path.name}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            found.append(_judgement(line, path, number))
    return found


def _judgement(line: bytes, path: Path, number: int) -> Judgement:
    place = f"{FOLDER}/{path.name}"
    try:
        one = Judgement.model_validate_json(line)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(map(str, problem["loc"]))
        raise RecordError(
            f"no judgement: {where} {problem['msg']}".replace("  ", " "),
            hint="mend the line, or delete it when a crash cut it short",
            file=place,
            line=number,
        ) from error
    if one.by != path.stem:
        raise RecordError(
            f"a judgement by {one.by!r} stands in the file of {path.stem!r}",
            hint=f"move the line to {FOLDER}/{one.by}.jsonl",
            file=place,
            line=number,
        )
    return one
