"""The document: one captured source and its canonical text."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mscevidence.model.noun import Frozen, Span, in_vocabulary


class Section(Frozen):
    """A labelled part of a document; `span` covers the body without the label."""

    name: str
    span: Span


class Cell(Frozen):
    """One cell of a table: where its text stands, and the rows and columns it covers, counted from 0."""

    span: Span
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    header: bool = False


class Table(Frozen):
    """A table of a document; `span` covers caption, rows and footnotes as they stand in the canonical text."""

    label: str
    span: Span
    caption: Span | None = None
    foot: Span | None = None
    cells: tuple[Cell, ...] = ()


class Author(Frozen):
    """One author as printed; `presenting` and `member` are None where the format does not show them."""

    name: str
    degrees: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    presenting: bool | None = None
    member: bool | None = None


class Identifier(Frozen):
    """An identifier found in a document, such as kind ``nct`` and value ``NCT04014166``."""

    kind: str
    value: str
    span: Span | None = None


class Document(Frozen):
    """One captured source and its canonical text.

    `sha256` is the hash of the bytes as captured. `text` is fixed once by the reader (Unicode NFC, dose exponents
    readable as ``10^6``) and every span of every candidate and result counts in it.
    """

    sha256: str
    format: str
    reader: str
    text: str
    title: str = ""
    status: Annotated[str, in_vocabulary("report-status")] = "published"
    kind: Annotated[str, in_vocabulary("report-kind")] = "article"
    number: str | None = None
    meeting: str | None = None
    program: str | None = None
    presentation: str | None = None
    session: str | None = None
    topics: tuple[str, ...] = ()
    date: str | None = None
    date_text: str | None = None
    journal: str | None = None
    authors: tuple[Author, ...] = ()
    affiliations: dict[str, str] = Field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    disclosures: str | None = None
    off_label_disclosure: str | None = None
    url: str | None = None
    name: str | None = None
    retrieved: str | None = None
    notes: tuple[str, ...] = ()

    def section_at(self, position: int) -> str:
        """Return the name of the section that contains a position of the text, or an empty string."""
        return next((s.name for s in self.sections if s.span[0] <= position < s.span[1]), "")

    def identifier(self, kind: str) -> str | None:
        """Return the first identifier of a kind, or None."""
        return next((i.value for i in self.identifiers if i.kind == kind), None)
