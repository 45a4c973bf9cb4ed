"""The evidence in the formats of other tools. Each kind is a function from `Exported` to files by name."""

from __future__ import annotations

import dataclasses
import importlib
import io
import zipfile
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mscevidence.errors import SelectionError, UnknownTermError

if TYPE_CHECKING:
    from mscevidence.publish.contents import Done, Evidence
    from mscevidence.screening import Flow

Files = Mapping[str, bytes]
"""Bytes by file name, folders with ``/``."""


@dataclasses.dataclass(frozen=True)
class Exported:
    """What is exported.

    Attributes:
        title: of the review.
        evidence: studies, families, links, captured documents; candidates and findings where tables are wanted.
        analyses: the pre-specified analyses with their outcomes.
        flow: the PRISMA flow; None where no search was made.
    """

    title: str
    evidence: Evidence
    analyses: tuple[Done, ...]
    flow: Flow | None

    @property
    def date(self) -> str | None:
        """Return the day of the newest decision, as the date of the whole (never that of the clock)."""
        return max((result.decision.on for study in self.evidence.studies for result in study.results), default=None)


KINDS: dict[str, str] = {
    "metafor": "events and sizes as metafor and meta name them, with an R script that checks our numbers",
    "revman": "Cochrane data package (zip) of studies, analyses, data rows and estimates",
    "ris": "the reports for reference managers (RIS)",
    "csl": "the reports as CSL JSON",
    "prisma": "PRISMA.csv of the flow diagram",
    "srdr": "one wide CSV row per study, as the systematic review data repository has it",
    "fhir": "FHIR evidence bundle (EBM on FHIR, ballot version, experimental)",
    "tables": "every table of the database as CSV, described by a Frictionless data package",
}
"""The kinds and what they are; each has a module of its name."""
ALL = "all"
"""Every kind at once."""


def export(kind: str, exported: Exported) -> Files:
    """Return the files of one kind.

    Raises:
        UnknownTermError: no such kind.
        SelectionError: there is nothing of this kind to export.
    """
    refuse_unknown(kind)
    make: Callable[[Exported], Files] = importlib.import_module(f"mscevidence.publish.export.{kind}").files
    return make(exported)


def export_all(exported: Exported) -> tuple[Files, dict[str, str]]:
    """Return the files of every kind, and why the kinds that are empty are empty.

    Raises:
        SelectionError: no kind has anything to export.
    """
    files: dict[str, bytes] = {}
    empty: dict[str, str] = {}
    for kind in KINDS:
        try:
            files |= export(kind, exported)
        except SelectionError as error:
            empty[kind] = error.message
    if not files:
        raise SelectionError("there is nothing to export", hint="accept results of a study first: `mscevidence review`")
    return files, empty


def refuse_unknown(kind: str) -> None:
    """Raise when a kind is none.

    Raises:
        UnknownTermError: the nearest are named.
    """
    if kind not in {*KINDS, ALL}:
        raise UnknownTermError(kind, kind="export", choices=[*KINDS, ALL])


def zipped(files: Files) -> bytes:
    """Return files as a zip archive; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return out.getvalue()
