"""The evidence in the formats of other tools. Each kind is a function from `Exported` to files by name."""

from __future__ import annotations

import dataclasses
import importlib
import io
import zipfile
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mscevidence.errors import UnknownTermError

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
        evidence: studies, families, links.
        analyses: the pre-specified analyses with their outcomes.
        flow: the PRISMA flow; None where no search was made.
        date: the day of the newest decision, as the date of the whole (never that of the clock).
    """

    title: str
    evidence: Evidence
    analyses: tuple[Done, ...]
    flow: Flow | None
    date: str


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


def export(kind: str, exported: Exported) -> Files:
    """Return the files of one kind.

    Raises:
        UnknownTermError: no such kind.
        SelectionError: there is nothing of this kind to export.
    """
    if kind not in KINDS:
        raise UnknownTermError(kind, kind="export", choices=[*KINDS, "all"])
    make: Callable[[Exported], Files] = importlib.import_module(f"mscevidence.publish.export.{kind}").files
    return make(exported)


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
