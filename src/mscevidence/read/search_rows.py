"""Rows of a search export, whatever the file: which row holds the column names, and what a row says of a report."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from mscevidence.model import Reject
from mscevidence.read.column_names import add_value, field_of, plain_name
from mscevidence.read.formats import Record
from mscevidence.read.ovid_tagged import FIELDS as OVID_FIELDS
from mscevidence.read.ovid_tagged import LEFT as OVID_LEFT
from mscevidence.read.record_lines import MAX_RECORD_BYTES, excerpt
from mscevidence.read.reference import Reference, record_of
from mscevidence.read.web_of_science import FIELDS as WOS_FIELDS
from mscevidence.read.web_of_science import LEFT as WOS_LEFT

_TELLING = frozenset({"title", "pmid", "doi", "registration"})
"""At least one of these columns makes a table one of reports."""

_ONE_OF = ("author full names", "authors full names", "authors", "author names", "author", "author s")
"""Columns of the same people, the one with the fullest names first."""

_DATABASES = (
    ("ClinicalTrials.gov", {"nct number"}),
    ("ICTRP", {"trialid"}),
    ("Cochrane Library", {"cochrane id"}),
    ("ISRCTN", {"isrctn"}),
    ("Lens", {"lens id"}),
    ("Dimensions", {"dimensions url"}),
    ("IEEE Xplore", {"date added to xplore"}),
    ("Embase", {"emtree drug index terms"}),
    ("Embase", {"pui"}),
    ("Scopus", {"eid", "source title"}),
    ("Web of Science", {"ut unique wos id"}),
    ("PubMed", {"pmid", "citation", "nihms id"}),
)
_MEDLINE = re.compile(r"MED$|Ovid MEDLINE", re.IGNORECASE)
_OF_JOURNALS = "publication title"
_PEOPLE_AND_PLACES = "authors with affiliations"
_PARTS_OF_DATES = {"month": "month", "published month": "month", "day": "day", "published day": "day"}
_WOS_TAGS = frozenset({"PT", "AU", "TI", "SO"})
_OVID_TAGS = frozenset({"DB", "TI", "AU", "SO"})
_SCOPUS_ID = re.compile(r"\s?\(\d{6,}\)")


@dataclasses.dataclass(frozen=True)
class Columns:
    """The columns of a table: their names as printed, what they hold, and the database they come from."""

    labels: tuple[str, ...]
    fields: tuple[str | None, ...]
    database: str | None

    @property
    def known(self) -> int:
        """The number of columns whose name is known."""
        return sum(each is not None for each in self.fields)


def columns_of(cells: Sequence[str]) -> Columns | None:
    """Return the columns that a row of cells names, or None when it is no row of column names.

    Two names must be known, one of them of a title or identifier, and a third of all; names are short and not repeated.
    """
    labels = tuple(cell.replace("\ufeff", "").strip().strip('"') for cell in cells)
    while labels and not labels[-1]:
        labels = labels[:-1]
    if len(labels) < 2 or any(len(label) > 80 for label in labels):
        return None
    if set(labels) >= _OVID_TAGS and all(len(label) == 2 for label in labels if label):
        return Columns(labels, tuple(_ovid_field(label) for label in labels), None)
    if set(labels) >= _WOS_TAGS:
        fields = tuple(_wos_field(label) for label in labels)
        return Columns(labels, fields, "Web of Science")
    fields = _fields(labels)
    columns = Columns(labels, fields, _database(labels))
    enough = columns.known >= max(2, len([label for label in labels if label]) / 3)
    return columns if enough and _TELLING & set(fields) else None


def _fields(labels: Sequence[str]) -> tuple[str | None, ...]:
    """Return what each column holds, given the others."""
    names, fields = [plain_name(label) for label in labels], [field_of(label) if label else "left" for label in labels]
    titles = {name for name, field in zip(names, fields, strict=True) if field == "title"}
    if titles > {_OF_JOURNALS}:
        # IEEE and Zotero call the journal so, of which other tables have the title of the report.
        fields[names.index(_OF_JOURNALS)] = "journal"
    if "registration" not in fields:
        # Age, Sex or Status tell of a study in the table of a registry only.
        fields = [None if field == "content" else field for field in fields]
    if "publication type" in names and "document type" in names:
        # Web of Science says there whether it is of a journal (J) or a book.
        fields[names.index("publication type")] = "left"
    if "affiliations" in names and _PEOPLE_AND_PLACES in names:
        fields[names.index(_PEOPLE_AND_PLACES)] = "left"
    return tuple(fields)


def _ovid_field(tag: str) -> str | None:
    return (
        OVID_FIELDS.get(tag)
        or {"SO": "source-line", "UI": "accession"}.get(tag)
        or ("left" if tag in OVID_LEFT else None)
    )


def _wos_field(tag: str) -> str | None:
    if tag in {"AF", "AU"}:
        return "author"
    return WOS_FIELDS.get(tag) or ("left" if tag in WOS_LEFT else None)


def _database(labels: Sequence[str]) -> str | None:
    names = {plain_name(label) for label in labels}
    return next((database for database, telling in _DATABASES if telling <= names), None)


def row_record(
    columns: Columns, cells: Sequence[str], data: bytes, position: int, notes: Sequence[str] = ()
) -> Record | Reject:
    """Return the record of a row, or why there is none.

    Args:
        columns: of the table.
        cells: of the row, as text.
        data: the bytes of the row.
        position: its number in the file, from 1, without the row of column names.
        notes: about how the row was read.
    """
    beyond = [cell for cell in cells[len(columns.labels) :] if cell.strip()]
    if len(data) > MAX_RECORD_BYTES:
        reason = f"the row is larger than {MAX_RECORD_BYTES:,} bytes"
        return Reject(position=position, reason=reason, excerpt=excerpt(data))
    if beyond:
        reason = (
            f"the row has {len(cells)} cells and the table {len(columns.labels)} columns: a separator is not in quotes"
        )
        return Reject(position=position, reason=reason, excerpt=excerpt(data))
    reference = Reference(notes=list(notes))
    filled = _cells(columns, cells)
    in_medline = any(field in {"source-line", "database"} and _MEDLINE.match(cell) for _, field, cell in filled)
    for label, field, cell in filled:
        # Ovid and Europe PMC have in one column the numbers of all their databases.
        numbered = in_medline and label in {"UI", "EXT_ID"}
        add_value(reference, "pmid" if numbered else field, label, cell)
    _add_date(reference, columns, cells)
    if columns.database:
        reference.add("database", columns.database)
    return record_of(reference, data, position)


def _cells(columns: Columns, cells: Sequence[str]) -> list[tuple[str, str | None, str]]:
    filled = [
        each
        for each in zip(columns.labels, columns.fields, cells, strict=False)
        if each[2].strip() and plain_name(each[0]) not in _PARTS_OF_DATES
    ]
    # What a citation in one line says comes behind what columns of their own say.
    filled.sort(key=lambda each: each[1] == "source-line")
    authors = {plain_name(label): label for label, field, _ in filled if field == "author"}
    if len(authors) > 1:
        best = next((authors[name] for name in ("af", *_ONE_OF) if name in authors), "")
        filled = [each for each in filled if each[1] != "author" or each[0] == best]
    return [(label, field, _SCOPUS_ID.sub("", cell) if field == "author" else cell) for label, field, cell in filled]


def _add_date(reference: Reference, columns: Columns, cells: Sequence[str]) -> None:
    """Add the date whose year, month and day have columns of their own."""
    named = {
        _PARTS_OF_DATES.get(plain_name(label)): cell.strip() for label, cell in zip(columns.labels, cells, strict=False)
    }
    month, day = named.get("month", ""), named.get("day", "")
    if month.isdigit():
        reference.add("date", "-".join(each for each in (reference.first("year"), month, day) if each))
    elif month:
        reference.add("date", f"{month} {day}")
