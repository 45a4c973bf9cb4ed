"""The reports of a review as citations: each report once, with what its captured document adds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mscevidence.errors import SelectionError
from mscevidence.model import Document, Report, Study
from mscevidence.publish.contents import Evidence
from mscevidence.publish.export.cells import shown

_SURNAME_FIRST = re.compile(r"(?P<family>.+?),? (?P<given>[A-Z][A-Z-]{0,4}\.?)")
"""A name such as ``Wang PM``: the initials behind the family name."""


@dataclass(frozen=True)
class Name:
    """A name; a group, or one whose family name cannot be told, has no `given`."""

    family: str
    given: str = ""

    @property
    def inverted(self) -> str:
        """Return ``Family, Given``."""
        return f"{self.family}, {self.given}" if self.given else self.family


@dataclass(frozen=True)
class Citation:
    """A report, the studies it speaks of, and its captured document where there is one.

    `supplied` says that the title is that of the study because the record knows none.
    """

    report: Report
    studies: tuple[Study, ...]
    document: Document | None
    title: str
    supplied: bool

    @property
    def authors(self) -> tuple[Name, ...]:
        """Return the authors of the document where their family names can be told, else the first author."""
        names = [each.name for each in self.document.authors if not each.collective] if self.document else []
        told = [name_of(name) for name in names]
        if told and all(name.given for name in told):
            groups = (
                [Name(_line(each.name)) for each in self.document.authors if each.collective] if self.document else []
            )
            return (*told, *groups)
        return (name_of(self.report.first_author),) if self.report.first_author else ()

    @property
    def journal(self) -> str | None:
        """Return the journal of the record, else of the document."""
        return self.report.journal or (self.document.journal if self.document else None)

    @property
    def place(self) -> tuple[str | None, str | None, str | None]:
        """Return volume, issue and pages: of the record where it tells any of them, else of the document."""
        told = self.report.volume, self.report.issue, self.report.pages
        document = self.document
        if any(told) or document is None:
            return told
        return document.volume, document.issue, document.pages

    @property
    def registrations(self) -> tuple[str, ...]:
        """Return the registration numbers of the studies."""
        return tuple(dict.fromkeys(number for study in self.studies for number in study.registrations))

    @property
    def date(self) -> str | None:
        """Return the date, as exact as it is known: that of the document where its year is that of the report."""
        year = self.report.year
        date = self.document.date if self.document else None
        if date is not None and (year is None or date.startswith(str(year))):
            return date
        return None if year is None else str(year)


def name_of(name: str) -> Name:
    """Return a name taken apart: ``Wang PM`` and ``Wang, Peng`` can be, ``Peng Wang`` cannot."""
    name = _line(name)
    if ", " in name:
        family, _, given = name.partition(", ")
        return Name(family, given)
    found = _SURNAME_FIRST.fullmatch(name)
    return Name(found["family"], found["given"]) if found else Name(name)


def citations(evidence: Evidence) -> tuple[Citation, ...]:
    """Return each report once, in the order of the studies.

    Raises:
        SelectionError: there is no report.
    """
    documents = {document.sha256: document for document in evidence.documents}
    by_report: dict[tuple[object, ...], list[tuple[Report, Study]]] = {}
    for study in evidence.studies:
        for report in study.reports:
            by_report.setdefault(_key(report), []).append((report, study))
    if not by_report:
        raise SelectionError("there is no report to export", hint="name the reports of each study in its file")
    return tuple(_citation(found, documents) for found in by_report.values())


def _key(report: Report) -> tuple[object, ...]:
    """Return what makes two entries one report: everything but what is said of it within a study."""
    values = report.model_dump(exclude={"documents", "unverified", "note"})
    return tuple(values.values())


def _citation(found: list[tuple[Report, Study]], documents: dict[str, Document]) -> Citation:
    report = found[0][0]
    captured = (documents[sha256] for one, _ in found for sha256 in one.documents if sha256 in documents)
    document = next(captured, None)
    title = report.title or (document.title if document else "")
    return Citation(
        report=report,
        studies=tuple(study for _, study in found),
        document=document,
        title=_line(title or f"[{found[0][1].title}]"),
        supplied=not title,
    )


def _line(text: str) -> str:
    """Return a text on one line, control characters as pictures."""
    return str(shown(" ".join(text.split())))


def lines(values: Iterable[str | None]) -> list[str]:
    """Return the values that are there, each on one line."""
    return [_line(value) for value in values if value]
