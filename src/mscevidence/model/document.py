"""The document: one captured source and its canonical text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mscevidence.model.noun import Count, Frozen, Number, Span, in_vocabulary


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
    """One author as printed; `presenting` and `member` are None where the format does not show them.

    A `collective` author is a group such as ``MESEMS Study Group``.
    """

    name: str
    degrees: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    presenting: bool | None = None
    member: bool | None = None
    orcid: str | None = None
    collective: bool = False


class Identifier(Frozen):
    """An identifier found in a document, such as kind ``nct`` and value ``NCT04014166``.

    Without a `span` it stands in a field of the source (an id list, a column) rather than in its text.
    """

    kind: str
    value: str
    span: Span | None = None


NoticeKind = Literal[
    "retraction-of",
    "retracted-by",
    "erratum-for",
    "corrected-by",
    "expression-of-concern-for",
    "expression-of-concern-by",
    "comment-on",
    "commented-by",
    "update-of",
    "updated-by",
    "republished-from",
    "republished-in",
    "preprint-of",
    "has-preprint",
    "other",
]
"""What a notice says of this report: ``retracted-by`` names the notice that retracts it."""


class Notice(Frozen):
    """A link from a report to another one that changes or discusses it, in the words of the source."""

    kind: NoticeKind
    text: str = ""
    identifiers: tuple[Identifier, ...] = ()


class Posted(Frozen):
    """One number that a trial registry posts for one group, with its place in the canonical text.

    `title` is the event term, the outcome measure, the baseline characteristic or the milestone; `category` and
    `organ_system` place it below that. `value` counts participants where `unit` is ``participants``, and is the
    statistic named by `parameter` (``mean``, ``median``) otherwise. `at_risk` is the denominator, `occurrences` the
    number of events (one participant may have several).
    """

    part: Literal["participant-flow", "baseline", "outcome", "serious-adverse-events", "other-adverse-events", "deaths"]
    title: str
    group: str
    group_description: str = ""
    value: Number | None = None
    value_text: str = ""
    value_span: Span | None = None
    unit: str = "participants"
    parameter: str = "count"
    dispersion: str = ""
    lower: Number | None = None
    upper: Number | None = None
    at_risk: Count | None = None
    at_risk_span: Span | None = None
    occurrences: Count | None = None
    category: str = ""
    organ_system: str = ""
    time_frame: str = ""
    kind: str = ""
    comment: str = ""


class Reject(Frozen):
    """A record of a file that could not be read: its number in the file (from 1), why, and how it begins."""

    position: int
    reason: str
    excerpt: str = ""


class Document(Frozen):
    """One captured source and its canonical text.

    `sha256` is the hash of the bytes as captured. `text` is fixed once by the reader (Unicode NFC, dose exponents
    readable as ``10^6``) and every span of every candidate and result counts in it.

    A document that is one record of a larger file (a reference manager's export, an answer of PubMed) has the hash of
    its own bytes; `container` is the hash of the file and `position` its number there, from 1. `source` names the
    database it comes from, such as ``pubmed`` or ``embase``. `subjects` are headings of an indexer (MeSH, Emtree),
    `keywords` those of the authors.
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
    container: str | None = None
    position: int | None = None
    source: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    issns: tuple[str, ...] = ()
    publisher: str | None = None
    languages: tuple[str, ...] = ()
    other_titles: tuple[str, ...] = ()
    publication_types: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    posted: tuple[Posted, ...] = ()

    def section_at(self, position: int) -> str:
        """Return the name of the section that contains a position of the text, or an empty string."""
        return next((s.name for s in self.sections if s.span[0] <= position < s.span[1]), "")

    def identifier(self, kind: str) -> str | None:
        """Return the first identifier of a kind, or None."""
        return next((i.value for i in self.identifiers if i.kind == kind), None)
