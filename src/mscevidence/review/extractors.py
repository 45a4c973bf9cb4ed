"""The files of second extractors: ``extracted/<study>.<initials>.yaml``, beside the record and not part of it."""

from __future__ import annotations

import re
from pathlib import Path

from mscevidence.errors import RecordError

_INITIALS = re.compile(r"[a-z][a-z0-9-]{0,19}")


def initials(reviewer: str) -> str:
    """Return the initials of a reviewer as they stand in the name of a file.

    Raises:
        RecordError: they cannot name a file.
    """
    name = reviewer.casefold()
    if not _INITIALS.fullmatch(name):
        raise RecordError(f"{reviewer!r} cannot name a reviewer", hint="use initials of letters and digits, such as fe")
    return name


def second_file(folder: Path, study_id: str, reviewer: str) -> Path:
    """Return the path of the file that a second extractor of a study writes.

    Raises:
        RecordError: the initials or the study cannot name a file.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_()-]*", study_id):
        raise RecordError(f"{study_id!r} cannot name a study file", hint="use letters, digits and -")
    return folder / f"{study_id}.{initials(reviewer)}.yaml"


def second_files(folder: Path) -> dict[str, dict[str, Path]]:
    """Return the files of second extractors: study id -> initials -> path."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.glob("*.*.yaml")):
        study_id, _, name = path.stem.partition(".")
        if study_id and _INITIALS.fullmatch(name):
            found.setdefault(study_id, {})[name] = path
    return found
