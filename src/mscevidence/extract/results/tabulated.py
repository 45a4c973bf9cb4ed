"""Results that tables tell: a row whose label is an outcome, a column whose header is an arm, a cell that counts.

Cells are read by the arithmetic that answers questions (`table_counts`); what a sentence already tells is not told
again. A column for which no arm is named, or a row under a heading that narrows it, leaves its candidates ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscevidence.extract.arms import ALL, arm_key
from mscevidence.extract.candidates import candidate_at
from mscevidence.extract.grammar.times import times_in
from mscevidence.extract.outcomes import Mention, outcomes_in
from mscevidence.extract.patients.context import Context
from mscevidence.extract.tables import Grid, Row
from mscevidence.extract.tables.cells import reading_of
from mscevidence.extract.tables.counts import Place, TableCounts
from mscevidence.extract.tables.headers import size_in_text, without_size
from mscevidence.extract.tables.two_by_two import Counted
from mscevidence.extract.wording.pairing import is_arm
from mscevidence.model import Candidate, Span, Value

_NO_RESULTS = re.compile(
    r"\b(?:baseline|demographic|sociodemographic|characteristics|regression|multivari|univari|odds|risk\sfactors?|predict|correlat"
    r"|literature|previous\sstud|published)\w*",
    re.IGNORECASE,
)
_NARROWS = re.compile(
    r"\b(?:grades?|severe|serious|mild|moderate|related|subgroup|among|responders|baseline|screening|change|before|at\sentry|with|without)\b",
    re.IGNORECASE,
)
_OF_EVENTS = re.compile(r"\b(?:number|no\.?)\sof\s(?:adverse\s)?(?:events|episodes)\b|\bepisodes\b", re.IGNORECASE)
_FILLING = re.compile(
    r"\b(?:n|no|number|patients?|subjects?|participants?|with|any|at\sleast|one|an?|of|the|rates?|overall|total|all)\b|[%(),.:;≥*†‡\d\s-]",
    re.IGNORECASE,
)
_UNIT_ONLY = re.compile(r"[\s(]*(?:n|no\.?|%|n\s?\(?%\)?|number|percent|patients?)[\s()%]*", re.IGNORECASE)
_PERCENT_ONLY = re.compile(r"[\s(]*(?:%|per\s?cent)[\s)]*", re.IGNORECASE)


def tabulated_in(context: Context, grids: tuple[Grid, ...]) -> tuple[Candidate, ...]:
    """Return the results that the tables of a document tell, in order of place."""
    found: list[Candidate] = []
    for grid in grids:
        if not grid.shifted and not _NO_RESULTS.search(grid.caption):
            found += _unmixed(tuple(_in_table(context, grid)))
    return tuple(found)


def _unmixed(found: tuple[Candidate, ...]) -> Iterator[Candidate]:
    """Yield the candidates of a table; ambiguous where several rows are of one outcome, as nausea and vomiting are."""
    rows: dict[str | None, set[Span | None]] = {}
    for candidate in found:
        rows.setdefault(candidate.outcome, set()).add(candidate.outcome_span)
    for candidate in found:
        mixed = len(rows[candidate.outcome]) > 1
        yield candidate.model_copy(update={"certainty": "ambiguous"}) if mixed else candidate


def _in_table(context: Context, grid: Grid) -> Iterator[Candidate]:
    numbers = {n.number: n.span for n in context.sizes.values() if n.number is not None and n.span is not None}
    for row in grid.rows:
        mention, whole = _outcome(context, row)
        if mention is None or row.lacking or _OF_EVENTS.search(f"{grid.caption} {row.label} {' '.join(row.heading)}"):
            continue
        for column in row.cells:
            path = row.headers.get(column, ())
            name = without_size(path[0]) if path else ""
            if not name or not is_arm(path[0]) or not _is_group(path, column, row):
                continue
            label = _label(context, name)
            counts = TableCounts(grid, (context.size(label), None), numbers)
            counted = counts.counted(Place(row, column, _block(row, column), 0))
            if counted is not None:
                clear = whole and all(_UNIT_ONLY.fullmatch(part) or not without_size(part) for part in path[1:])
                yield _candidate(context, row, column, mention, counted, label, clear=clear)


def _outcome(context: Context, row: Row) -> tuple[Mention | None, bool]:
    """Return the outcome that a row label names, and whether the label says nothing more."""
    text = context.document.text
    mentions = outcomes_in(text, row.label_span)
    if len({m.outcome for m in mentions}) != 1:
        return None, False
    mention = mentions[0]
    rest = text[row.label_span[0] : mention.start] + " " + text[mention.end : row.label_span[1]]
    narrowed = any(_NARROWS.search(part) for part in row.heading)
    return mention, not _FILLING.sub("", rest) and not narrowed


def _is_group(path: tuple[str, ...], column: int, row: Row) -> bool:
    """Return whether a column is of a group and counts: it has a size, or another column has a header of its own."""
    if len(path) > 1 and not _UNIT_ONLY.fullmatch(path[-1]) and not size_in_text(path[-1]):
        return False
    if len(path) > 1 and _PERCENT_ONLY.fullmatch(path[-1]):
        return False  # the percents of "n | %" are read with the counts beside them
    others = {other[0] for place, other in row.headers.items() if other and place != column and is_arm(other[0])}
    return size_in_text(" ".join(path)) or bool(others - {path[0]})


def _block(row: Row, column: int) -> tuple[int, ...]:
    """Return the columns under the same header as a column."""
    first = row.headers[column][:1]
    return tuple(place for place, path in row.headers.items() if path[:1] == first)


def _label(context: Context, name: str) -> str | None:
    """Return the name under which the text knows the arm of a column, or the header when the text names no arms."""
    key = arm_key(name)
    if key in {"all", "total", "overall"}:
        return ALL
    if key in context.labels:
        return context.labels[key]
    return None if context.named else name


def _candidate(
    context: Context, row: Row, column: int, mention: Mention, counted: Counted, label: str | None, *, clear: bool
) -> Candidate:
    document = context.document
    cell: Span = row.cells[column].span
    n = counted.n
    values: list[Value] = [counted.events, n if counted.rule != "text" else n.model_copy(update={"derived": True})]
    values = [v if v.role != "events" or v.span else v.model_copy(update={"derived": True}) for v in values]
    reading = reading_of(document, cell)
    if reading is not None and reading.percent is not None and counted.events.span != reading.percent.span:
        values.append(reading.percent)
    times = times_in(document.text, row.label_span)
    derived = any(v.derived for v in values)
    sure = clear and label is not None and counted.rule in {"stated", "text", "percent"}
    return candidate_at(
        document,
        "result",
        "table-cell",
        cell,
        values,
        arm=label,
        outcome=mention.outcome,
        outcome_text=document.text[mention.start : mention.end],
        outcome_span=(mention.start, mention.end),
        time_point=times[0].label if len(times) == 1 else None,
        certainty="ambiguous" if not sure else "derived" if derived else "stated",
    )
