"""The records of an earlier day, out of the git history of a review."""

from __future__ import annotations

import calendar
import dataclasses
import io
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from mscevidence.errors import SelectionError
from mscevidence.model import Family, Study
from mscevidence.protocol import Protocol

DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
FOLDERS_INSTEAD = "compare two published folders instead: mscevidence diff FOLDER FOLDER"


@dataclasses.dataclass(frozen=True)
class Past:
    """The records at the end of a day.

    Attributes:
        commit: the last commit of that day, or before it.
        studies: what could be read.
        families: which of them share patients.
        unreadable: one sentence per study file that this version cannot read.
    """

    commit: str
    studies: tuple[Study, ...]
    families: tuple[Family, ...]
    unreadable: tuple[str, ...]


def last_day(date: str) -> str:
    """Return the last day of a date such as ``2026``, ``2026-05`` or ``2026-05-31``.

    Raises:
        SelectionError: it is none.
    """
    found = DATE.fullmatch(date)
    year, month, day = (int(part) if part else 0 for part in found.groups()) if found else (0, 0, 0)
    month_wrong = found is None or year < 1970 or (found[2] is not None and not 1 <= month <= 12)
    if month_wrong:
        raise SelectionError(
            f"{date!r} is no date, no commit and no folder",
            hint="write 2026-05-31, 2026-05, a commit or the name of a folder",
        )
    last = calendar.monthrange(year, month or 12)[1]
    if day > last or (found is not None and found[3] is not None and day < 1):
        raise SelectionError(f"{date!r} is no date: that month has {last} days", hint="write 2026-05-31 or 2026-05")
    return f"{year:04d}-{month or 12:02d}-{day or last:02d}"


def records_of(protocol: Protocol, when: str) -> Past:
    """Return the records as they were committed at the end of a date (in UTC), or in a commit.

    Raises:
        SelectionError: neither a date nor a commit, not in git, or nothing was committed by then.
    """
    named = None if DATE.fullmatch(when) else _commit(protocol.root, when)
    day = "" if named else last_day(when)
    inside = _git(protocol.root, "rev-parse", "--is-inside-work-tree")
    if inside is None or inside.strip() != b"true":
        raise SelectionError(f"{protocol.root} is not in a git repository", hint=FOLDERS_INSTEAD)
    commit = named or _asked(protocol.root, "rev-list", "-1", f"--before={day}T23:59:59Z", "HEAD")
    if not commit:
        raise SelectionError(f"nothing was committed by {day}", hint=_first_day(protocol.root))
    archive = _git(protocol.root, "archive", "--format=tar", commit, protocol.extracted.name)
    if archive is None:
        name = protocol.extracted.name
        raise SelectionError(
            f"there was no {name}/ in git by {day or when}", hint=f"name a later date, or {FOLDERS_INSTEAD}"
        )
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
        return _read(Path(folder) / protocol.extracted.name, commit)


def _read(folder: Path, commit: str) -> Past:
    from mscevidence import identify, records
    from mscevidence.records.reading import examine_text, study_files

    studies, unreadable = [], []
    for path in study_files(folder):
        study, problems = examine_text(path.read_text(encoding="utf-8", errors="replace"), file=path.name)
        if study is not None:
            studies.append(study)
        else:
            unreadable.append(problems[0].message)
    studies.sort(key=lambda study: study.study)
    linkage = identify.link(studies, decisions=records.load_decisions(folder))
    return Past(commit, tuple(studies), linkage.families, tuple(unreadable))


def _commit(root: Path, name: str) -> str:
    """Return the full name of a commit, tag or branch; empty when there is none of that name."""
    return _asked(root, "rev-parse", "--quiet", "--verify", "--end-of-options", f"{name}^{{commit}}") if name else ""


def _first_day(root: Path) -> str:
    days = _asked(root, "log", "--reverse", "--format=%cs").split()
    return f"the first commit is of {days[0]}" if days else "commit extracted/ first"


def _asked(root: Path, *words: str) -> str:
    return (_git(root, *words) or b"").decode().strip()


def _git(root: Path, *words: str) -> bytes | None:
    """Return what git says, None when it says no or is not there."""
    git = shutil.which("git")
    if git is None:
        raise SelectionError("git is not installed", hint=FOLDERS_INSTEAD)
    done = subprocess.run([git, "-C", str(root), *words], capture_output=True, check=False)  # noqa: S603
    return done.stdout if done.returncode == 0 else None
