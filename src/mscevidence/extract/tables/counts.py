"""The events and n that one cell of a table tells, confirmed by the arithmetic of its percent and its column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from mscevidence.extract.grammar.arithmetic import Share, events_of, fitting, only_n, possible
from mscevidence.extract.tables import Grid, Row
from mscevidence.extract.tables.cells import Reading, reading_of, size_in
from mscevidence.extract.tables.headers import as_headed, lower_header
from mscevidence.extract.tables.two_by_two import Counted
from mscevidence.model import Cell, Document, Span, Value

_COUNTED = re.compile(
    r"\b(?:[nN]o?\.?\s?[(,]?\s?%|[nN]umbers?\b|[nN]o\.|n\s?\(|frequenc|incidence|patients with|cases|events|rates?\b|"
    r"percent|proportion|prevalence)|\(%\)|%|\b[nN]\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"\b(?:mean|median|sd|se|sem|iqr|score|scale|years?|days|hours?|minutes?|min|kg|cm|mm|ml|mg|dl|ratio|range"
    r"|time to|age\b"
    r"(?!\s?group)|duration|patient-years|person-years|per\s100)\b|±|person.years",
    re.IGNORECASE,
)
SIZE_HEADER = re.compile(
    r"\s*(?:[nN]\^?\w?|no\.?|number.*|total.*|sample size.*|N\s?a|.*\bregistrations?|denominator)\s*", re.IGNORECASE
)
SIZE_ROW = re.compile(
    r"\s*(?:n|no\.?|(?:total )?(?:no\.?|number|n) (?:of )?(?:patients|subjects|participants|women|children|infants|men"
    r"|cases)(?:,? (?:n|\(n\)|randomi[sz]ed|analy[sz]ed))?|total,?\s?\(?n\)?|sample size|patients,? \(?n\)?)\s*",
    re.IGNORECASE,
)
_RATE_PER = re.compile(r"per\s\d+\s(?:patient|person)|(?:patient|person)[\s-]years", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """A cell of a table: its row and column, the columns of its group (`block`), and the side (0 or 1) it is of."""

    row: Row
    column: int
    block: tuple[int, ...]
    side: int


@dataclass
class TableCounts:
    """Reads the cells of one table.

    Args:
        grid: the table.
        sizes: the number of patients of each side as the text tells it.
        numbers: whole numbers in the tables of the document, with their places; a missing n is looked for among them.
        headed: what the headers of all tables tell of the sizes of each side.
    """

    grid: Grid
    sizes: tuple[Value | None, Value | None]
    numbers: dict[float, Span]
    headed: tuple[tuple[Value, ...], tuple[Value, ...]] = ((), ())

    @property
    def document(self) -> Document:
        """The document of the table."""
        return self.grid.document

    def counted(self, place: Place) -> Counted | None:
        """Return events and n as a cell tells them, or None when they are not certain."""
        found = self._counted(place)
        return _others(found) if found is not None and place.row.lacking else found

    def _counted(self, place: Place) -> Counted | None:
        cell = place.row.cells.get(place.column)
        reading = reading_of(self.document, cell.span) if cell else None
        if reading is None:
            return None
        reading = self._with_partner(place, as_headed(reading, lower_header(place.row, place.column), place.row.label))
        if reading.events is not None and reading.n is not None:
            agreed = reading.percent is None or _share(reading).agrees(reading.n.number or 0, slack=1.5)
            return Counted(reading.events, reading.n, "stated") if agreed else None
        if reading.events is not None and reading.percent is not None:
            return self._of_share(place, reading)
        if reading.percent is not None or (reading.bare is not None and self._proportions(place.column)):
            return self._of_percent(place, reading)
        if reading.events is not None and self._is_counted(place.row, place.column):
            return self._of_count(place, reading.events)
        return None

    def _with_partner(self, place: Place, reading: Reading) -> Reading:
        """Return a plain count with the percent of the column beside it: "n | %"."""
        following = place.column + 1
        plain = reading.events is not None and not reading.percent and not reading.n
        if not plain or following not in place.block or following not in place.row.cells:
            return reading
        beside = reading_of(self.document, place.row.cells[following].span)
        headed = re.search(r"%|percent", lower_header(place.row, following))
        shown = beside and (beside.percent or (headed and (beside.bare or beside.events)))
        if not shown or (beside and beside.percent and beside.events):
            return reading
        return Reading(events=reading.events, percent=shown.model_copy(update={"role": "percent"}))

    def is_size(self, row: Row, column: int) -> bool:
        """Return whether a column tells how many patients there are; "N" counts events where it and "%" make one n."""
        if not SIZE_HEADER.fullmatch(lower_header(row, column)):
            return False
        if column not in self._counting:
            shares = [share for share in self._shares(column) if 0 < share.percent < 100]
            agreed = only_n(shares) if len(shares) >= 2 else None
            known = (n.number for side in (0, 1) for n in (self.sizes[side], *self.headed[side]) if n is not None)
            most = any(sum(share.agrees(n or 0) for share in shares) * 5 >= len(shares) * 4 for n in known)
            self._counting[column] = len(shares) >= 2 and (agreed is not None or most)
        return not self._counting[column]

    def is_beside_percent(self, row: Row, column: int) -> bool:
        """Return whether a column counts events whose percents stand in the column behind it."""
        return bool(SIZE_HEADER.fullmatch(lower_header(row, column))) and not self.is_size(row, column)

    @cached_property
    def _counting(self) -> dict[int, bool]:
        return {}

    def _of_share(self, place: Place, reading: Reading) -> Counted | None:
        share = _share(reading)
        candidates = list(self._sizes(place))
        column = self._shares(place.column)
        believed = sorted(candidates, key=lambda each: -_agreeing(column, each[0], candidates))
        for slack in (0.5, 1.0):
            for n, rule in believed:
                if share.agrees(n.number or 0, slack=slack) and reading.events:
                    return Counted(reading.events, n, rule)
        whole = self._of_categories(place, share)
        if whole is not None and reading.events:
            return Counted(reading.events, whole, "inferred")
        # A printed n that does not make the percent is only overruled by the other rows of the column.
        inferred = self._inferred(place, share) if not candidates or len(self._shares(place.column)) >= 3 else None
        return Counted(reading.events, inferred, "inferred") if inferred and reading.events else None

    def _of_categories(self, place: Place, own: Share) -> Value | None:
        """Return the sum of the counts under one heading, where their percents make up a hundred and it fits."""
        siblings = [row for row in self.grid.rows if row.heading == place.row.heading and place.row.heading]
        shares = [share for row in siblings if (share := self._share_of(row, place.column)) is not None]
        n = sum(share.events for share in shares)
        whole = abs(sum(share.percent for share in shares) - 100) <= 0.1 * len(shares)
        if len(shares) < 2 or len(shares) != len(siblings) or not whole or not all(s.agrees(n) for s in (*shares, own)):
            return None
        span = place.row.cells[place.column].span
        return Value(role="n", text=self.document.text[slice(*span)], span=span, number=float(n), derived=True)

    def _of_percent(self, place: Place, reading: Reading) -> Counted | None:
        shown = reading.percent or reading.bare
        if shown is None or shown.number is None:
            return None
        percent = shown.number if reading.percent else shown.number * 100
        decimals = reading.decimals if reading.percent else max(reading.decimals - 2, 0)
        for n, _ in self._sizes(place):
            if n.number and percent <= 100 and possible(percent, decimals, n.number):
                events = shown.model_copy(
                    update={"role": "events", "number": float(events_of(percent, n.number)), "derived": True}
                )
                return Counted(events, n, "percent")
        return None

    def _of_count(self, place: Place, events: Value) -> Counted | None:
        for n, rule in self._sizes(place):
            if (n.number or 0) >= (events.number or 0):
                return Counted(events, n, rule)
        inferred = self._inferred(place, None)
        return Counted(events, inferred, "inferred") if inferred else None

    def _sizes(self, place: Place) -> Iterator[tuple[Value, str]]:
        """Yield what may be the n of a cell, the nearest first: beside it, in its label or header, in the text."""
        document = self.document
        for other in place.block:
            cell = place.row.cells.get(other)
            if other != place.column and cell is not None and self.is_size(place.row, other):
                beside = reading_of(document, cell.span)
                if beside and beside.events and not beside.percent:
                    yield beside.events.model_copy(update={"role": "n"}), "stated"
        if place.row.size is not None:
            yield place.row.size, "stated"
        yield from self._headed(place.row, place.column)
        for each in self.grid.rows:
            if SIZE_ROW.fullmatch(each.label) and place.column in each.cells:
                told = reading_of(document, each.cells[place.column].span)
                if told and told.events:
                    yield told.events.model_copy(update={"role": "n"}), "stated"
        size = self.sizes[place.side]
        if size is not None:
            yield size, "text"
        yield from ((told, "text") for told in self.headed[place.side])

    def _headed(self, row: Row, column: int) -> Iterator[tuple[Value, str]]:
        letters = {part[0] for part in row.headers[column] if part}
        label = self.document.text[slice(*row.label_span)]
        for match in re.finditer(r"\b([A-Z])\s?=\s?(\d{1,6})\b", label):
            if match[1] in letters and match[1] != "N":
                start, end = (row.label_span[0] + place for place in match.span(2))
                yield Value(role="n", text=match[2], span=(start, end), number=float(match[2])), "stated"
        for cell, size in self._sized:
            covers = cell.column <= column < cell.column + cell.columns
            if covers and self.grid.text(cell) in row.headers[column]:
                yield size, "stated"

    @cached_property
    def _sized(self) -> tuple[tuple[Cell, Value], ...]:
        """The cells that tell a size, the lowest first."""
        cells = sorted(self.grid.table.cells, key=lambda cell: -cell.row)
        return tuple((cell, size) for cell in cells if (size := size_in(self.document, cell.span)) is not None)

    @cached_property
    def _told(self) -> dict[int, list[Share]]:
        return {}

    def _shares(self, column: int) -> list[Share]:
        if column not in self._told:
            shares = (self._share_of(row, column) for row in self.grid.rows)
            self._told[column] = [share for share in shares if share is not None]
        return self._told[column]

    def _share_of(self, row: Row, column: int) -> Share | None:
        """Return events and percent of a cell, or of it and the one beside it; None where it tells n itself."""
        reading = reading_of(self.document, row.cells[column].span) if column in row.cells else None
        if reading is not None and row.headers.get(column):
            block = tuple(c for c, path in row.headers.items() if path[:-1] == row.headers[column][:-1])
            reading = self._with_partner(Place(row, column, block, 0), reading)
        told = reading is not None and reading.events and reading.percent and not reading.n
        return _share(reading) if reading is not None and told else None

    @cached_property
    def _allowed(self) -> dict[int, float | None]:
        return {}

    def _inferred(self, place: Place, own: Share | None) -> Value | None:
        """Return the n that the counts and percents of a column allow, when it is one number only."""
        if place.column not in self._allowed:
            shares = self._shares(place.column)
            self._allowed[place.column] = fitting(shares, self.numbers) or (
                only_n(shares) if len(shares) >= 2 else None
            )
        n = self._allowed[place.column]
        if n is None or (own is not None and not own.agrees(n)):
            return None
        span = self.numbers.get(n) or place.row.cells[place.column].span
        return Value(role="n", text=self.document.text[slice(*span)], span=span, number=float(n), derived=True)

    def _proportions(self, column: int) -> bool:
        """Return whether all that a column tells of what is not measured lies from 0 to 1, as proportions do."""
        values: list[float] = []
        for row in self.grid.rows:
            near = f"{row.label} {' '.join(row.heading)}"
            if column not in row.cells or _MEASURED.search(near):
                continue
            if any(_RATE_PER.search(part) for part in row.headers.get(column, ())):
                return False
            reading = reading_of(self.document, row.cells[column].span)
            if reading is None or reading.bare is None:
                return False
            values.append(reading.bare.number or 0)
        return len(values) >= 4 and max(values) <= 1

    def _is_counted(self, row: Row, column: int) -> bool:
        """Return whether a plain whole number counts patients: what stands around it says so, and nothing measures."""
        lower = " ".join(row.headers[column])
        near = f"{row.label} {' '.join(row.heading)} {lower}"
        if _MEASURED.search(near) or _RATE_PER.search(near + self.grid.caption):
            return False
        return bool(self._shares(column)) or bool(_COUNTED.search(f"{near} {self.grid.caption}"))


def _others(counted: Counted) -> Counted:
    """Return the number of those that a cell does not count."""
    number = (counted.n.number or 0) - (counted.events.number or 0)
    return replace(counted, events=counted.events.model_copy(update={"number": number, "derived": True}))


def _agreeing(shares: list[Share], n: Value, others: list[tuple[Value, str]]) -> int:
    """Return how many shares of a column an n makes, where several n may be meant; else 0, so that order stays."""
    if len(shares) < 2 or len({other.number for other, _ in others}) < 2:
        return 0
    return sum(share.agrees(n.number or 0) for share in shares)


def _share(reading: Reading) -> Share:
    events = reading.events.number if reading.events else 0
    percent = reading.percent.number if reading.percent else 0
    return Share(events or 0, percent or 0, reading.decimals)
