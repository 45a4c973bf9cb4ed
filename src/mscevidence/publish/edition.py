"""An edition: pages, figures, tables and manifest of one state of the records in one folder, on request the database.

The same records, protocol, versions and commit give the same bytes. The folder is made beside the old one and renamed
into place, so that an interruption leaves the old edition whole.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

from mscevidence import store
from mscevidence.errors import WriteError
from mscevidence.protocol import FILE_NAME, Protocol
from mscevidence.publish import site
from mscevidence.publish.answers import answer_all
from mscevidence.publish.contents import Done, Evidence
from mscevidence.publish.site import Snapshot
from mscevidence.publish.site.contents import gather_contents

PACKAGES = ("matplotlib", "networkx", "numpy", "pandas", "pydantic", "scipy", "sqlite-utils")
FIGURE_FORMATS = ("svg", "pdf", "png")
MANIFEST = "manifest.json"
"""The file that lists the files of an edition."""

SYSTEM_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""What file managers leave behind."""

PREVIOUS = "previous.json"
Before = Callable[[Snapshot], tuple[Snapshot | None, tuple[str, ...]]]
"""From what an edition says to what the last one said (None: no other is known), and what of it is unreadable."""


def nothing_before(_: Snapshot) -> tuple[Snapshot | None, tuple[str, ...]]:
    """Say that no earlier edition is known."""
    return None, ()


@dataclasses.dataclass(frozen=True)
class Edition:
    """A written edition: its folder, its analyses, and the hash of every file."""

    folder: Path
    analyses: tuple[Done, ...]
    hashes: dict[str, str]


def write_edition(
    protocol: Protocol,
    evidence: Evidence,
    folder: Path,
    *,
    database: bool = True,
    formats: Sequence[str] = FIGURE_FORMATS,
    before: Before = nothing_before,
    progress: Callable[[str], None] = lambda _: None,
) -> Edition:
    """Write an edition into `folder`, replacing an earlier one whole.

    Args:
        protocol: the question and its analyses.
        evidence: what they are answered from.
        folder: where to; made, or replaced when it holds an earlier edition.
        database: also write ``evidence.db``, which holds the captured texts: not for publication.
        formats: of the forest plots.
        before: gives the state of the last edition, and study files of it that could not be read.
        progress: told what is being made.

    Raises:
        WriteError: the folder holds something else, lies among the study files, or cannot be written.
        StoreError: the database cannot be built.
        StatisticsError: an analysis cannot take its numbers.
    """
    _refuse_foreign(folder)
    if folder.resolve().is_relative_to(protocol.extracted.resolve()):
        raise WriteError(f"{folder} lies among the study files", hint="choose a folder outside of them, such as output")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise _cannot_write(folder, error) from error
    try:
        done = answer_all(protocol.analyses, evidence, work, formats=formats, progress=progress)
        if database:
            progress("database")
            store.build_contents(work / "evidence.db", stored(evidence, done))
        progress("pages and manifest")
        _write_pages(protocol, evidence, done, work, before)
        hashes = _write_manifest(protocol, work)
        _swap(work, folder)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Edition(folder, done, hashes)


def _write_pages(protocol: Protocol, evidence: Evidence, done: Sequence[Done], work: Path, before: Before) -> None:
    now = site.take_snapshot(evidence.studies, done)
    earlier, unreadable = before(now)
    changes = site.compare(earlier, now, unreadable=unreadable) if earlier else None
    files = [path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file()]
    site.write_pages(work, gather_contents(protocol, evidence, done, changes=changes, files=files))
    if earlier:
        _write(work / "data" / PREVIOUS, earlier.model_dump_json(indent=1))


def edition_before(folder: Path) -> Before:
    """Return what gives the last edition that differs from this one: the one in a folder, or the one before that.

    An edition published twice therefore gives the same pages twice.

    Raises:
        SelectionError: the edition in the folder cannot be read by this version.
    """
    there = site.read_snapshot(folder) if (folder / "data" / site.FILE_NAME).exists() else None
    older = folder / "data" / PREVIOUS

    def before(now: Snapshot) -> tuple[Snapshot | None, tuple[str, ...]]:
        if there is None or there != now:
            return there, ()
        return (Snapshot.model_validate_json(older.read_text(encoding="utf-8")) if older.exists() else None), ()

    return before


def _refuse_foreign(folder: Path) -> None:
    """Raise when a folder holds files that replacing it whole would lose."""
    if not folder.exists():
        return
    lost = _foreign(folder) if folder.is_dir() else [folder.name]
    if lost:
        shown = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
        raise WriteError(
            f"{folder} holds something that is not an edition: {shown}",
            hint="choose another folder, or move it elsewhere: an edition replaces its folder whole",
        )


def _foreign(folder: Path) -> list[str]:
    """Return what lies in a folder and is no file of its edition, nor a database, which can be made again."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        known = {*told["files"], MANIFEST}
    except (OSError, ValueError, TypeError, KeyError):
        known = set()
    files = (path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    others = (path for path in files if path.as_posix() not in known and path.name not in SYSTEM_FILES)
    return sorted({path.parts[0] for path in others if not (known and path.suffix.startswith(".db"))})


def _cannot_write(folder: Path, error: OSError) -> WriteError:
    return WriteError(
        f"cannot write the edition to {folder}: {error.strerror or error}",
        hint="check free space and permissions; an earlier edition is untouched",
    )


def _swap(work: Path, folder: Path) -> None:
    work.chmod(0o755)
    if folder.exists():
        old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.old."))
        folder.replace(old / folder.name)
        work.replace(folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        work.replace(folder)


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def stored(evidence: Evidence, done: Sequence[Done] = ()) -> store.Contents:
    """Return what a database of this evidence holds, with the analyses that were done."""
    return store.Contents(
        studies=evidence.studies,
        documents=evidence.documents,
        candidates=evidence.candidates,
        findings=evidence.findings,
        families=evidence.families,
        links=evidence.links,
        analyses=[(one.analysis.id, one.pooled) for one in done if one.pooled is not None],
    )


def _write_manifest(protocol: Protocol, work: Path) -> dict[str, str]:
    files = sorted(path for path in work.rglob("*") if path.is_file())
    hashes = {path.relative_to(work).as_posix(): sha256_of(path) for path in files}
    inputs = [protocol.root / FILE_NAME, *sorted(protocol.extracted.glob("*.yaml"))]
    manifest = {
        "mscevidence": metadata.version("mscevidence"),
        "commit": commit_of(protocol.root),
        "python": platform.python_version(),
        "sqlite": store.sqlite_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "inputs": {path.relative_to(protocol.root).as_posix(): sha256_of(path) for path in inputs},
        "files": hashes,
    }
    _write(work / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False))
    return hashes


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def commit_of(folder: Path) -> dict[str, object]:
    """Return the git commit of a folder and whether tracked files differ from it; id None outside of git."""
    git = shutil.which("git")
    if git is None:
        return {"id": None, "changed": None}

    def ask(*words: str) -> str | None:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            [git, "-C", str(folder), *words], capture_output=True, text=True, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else None

    commit = ask("rev-parse", "HEAD")
    changed = ask("status", "--porcelain", "--untracked-files=no") if commit else None
    return {"id": commit, "changed": None if changed is None else bool(changed)}


def failures(edition: Edition) -> list[str]:
    """Return the analyses of an edition that gave nothing, one sentence each."""
    return [f"{one.analysis.id}: {one.why_not}" for one in edition.analyses if one.pooled is None]
