"""An edition: database, figures, tables, index page and manifest of one state of the records, in one folder.

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

from mscevidence import synthesis
from mscevidence.errors import SelectionError, WriteError
from mscevidence.protocol import FILE_NAME, Analysis, Protocol
from mscevidence.publish import summary, table
from mscevidence.publish.contents import Done, Evidence
from mscevidence.publish.forest import save_forest
from mscevidence.publish.index_page import index_page

PACKAGES = ("matplotlib", "networkx", "numpy", "pandas", "pydantic", "scipy", "sqlite-utils")
FIGURE_FORMATS = ("svg", "pdf", "png")


@dataclasses.dataclass(frozen=True)
class Edition:
    """A written edition: its folder, its analyses, and the hash of every file."""

    folder: Path
    analyses: tuple[Done, ...]
    hashes: dict[str, str]


def write_edition(
    protocol: Protocol, evidence: Evidence, folder: Path, *, progress: Callable[[str], None] = lambda _: None
) -> Edition:
    """Write an edition into `folder`, replacing an earlier one whole.

    Raises:
        WriteError: the folder holds something else, or cannot be written.
        StoreError: the database cannot be built.
        StatisticsError: an analysis cannot take its numbers.
    """
    _refuse_foreign(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise _cannot_write(folder, error) from error
    try:
        done = tuple(_analyse(analysis, evidence, work, progress) for analysis in protocol.analyses)
        _write_database(work, evidence, done, progress)
        progress("index page and manifest")
        (work / "index.html").write_text(index_page(protocol, evidence, done), encoding="utf-8")
        hashes = _write_manifest(protocol, work)
        _swap(work, folder)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Edition(folder, done, hashes)


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / "manifest.json").exists())):
        raise WriteError(
            f"{folder} holds something that is not an edition", hint="choose another folder with --output, or empty it"
        )


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


def _analyse(analysis: Analysis, evidence: Evidence, work: Path, progress: Callable[[str], None]) -> Done:
    progress(f"analysis {analysis.id}")
    try:
        pooled = synthesis.pool(evidence.studies, evidence.families, analysis.question, title=analysis.title)
    except SelectionError as error:
        return Done(analysis, None, error.message)
    if len(pooled.overall.rows) > 1:
        bayes = [] if pooled.question.comparative else ["bayes"]
        pooled = synthesis.with_series(pooled, ["every-method", *bayes])
    figures, tables = work / "figures", work / "tables"
    figures.mkdir(exist_ok=True)
    tables.mkdir(exist_ok=True)
    files = [figures / f"{analysis.id}.{suffix}" for suffix in FIGURE_FORMATS]
    save_forest(pooled, *files, columns=analysis.columns)
    _write(tables / f"{analysis.id}-studies.csv", table.render(summary.study_rows(pooled), form="csv"))
    _write(tables / f"{analysis.id}-estimates.csv", table.render(summary.estimate_rows(pooled), form="csv"))
    _write(tables / f"{analysis.id}.json", pooled.model_dump_json(indent=2))
    explained = "\n".join(synthesis.explain(pooled))
    _write(tables / f"{analysis.id}.txt", f"{summary.page(pooled)}\n\nWhy these numbers\n{explained}")
    return Done(analysis, pooled)


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _write_database(work: Path, evidence: Evidence, done: Sequence[Done], progress: Callable[[str], None]) -> None:
    from mscevidence.store import build

    progress("database")
    build(
        work / "evidence.db",
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
        "sqlite": _sqlite_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "inputs": {path.relative_to(protocol.root).as_posix(): sha256_of(path) for path in inputs},
        "files": hashes,
    }
    _write(work / "manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False))
    return hashes


def _sqlite_version() -> str:
    from mscevidence.store import sqlite_version

    return sqlite_version()


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
