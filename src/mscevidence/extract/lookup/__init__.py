"""The 2x2 table that answers a PICO question, every number with its place; or nothing.

Tables are asked before sentences. An answer is given only when outcome, groups and numbers agree: two places that say
different things, a percent that is not events of n, or a group that is not certain leave the question unanswered. A
wrong table is worse than none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from mscevidence.extract.arms import is_comparative
from mscevidence.extract.lookup.answer_sentences import SentenceQuestion
from mscevidence.extract.lookup.answer_tables import TableQuestion
from mscevidence.extract.lookup.control_groups import is_control
from mscevidence.extract.lookup.group_mentions import Groups
from mscevidence.extract.lookup.group_sizes import sizes_of
from mscevidence.extract.lookup.halved_sizes import halves_of
from mscevidence.extract.lookup.implied_sizes import denominators_of
from mscevidence.extract.lookup.table_columns import TableColumns
from mscevidence.extract.lookup.told_sizes import HARM, ToldSizes
from mscevidence.extract.tables import Grid, grids_of, turned
from mscevidence.extract.tables.cells import reading_of, size_in
from mscevidence.extract.tables.counts import SIZE_ROW, TableCounts
from mscevidence.extract.tables.two_by_two import Found
from mscevidence.extract.wording.group_definitions import named_by_initials
from mscevidence.extract.wording.pairing import Sides, pair
from mscevidence.extract.wording.phrases import hyphenated, lexicon_of, spelt
from mscevidence.model import Document, Span, Value
from mscevidence.model.noun import Frozen

_LEAST_SCORE = 0.62
_AHEAD = 0.08
_LEAVING = re.compile(r"\b(?:lost\sto|loss\sto|withdr[ae]w|drop(?:ped)?[\s-]?outs?|attrition)", re.IGNORECASE)
"""What happens to patients who are not analysed: it is told of all who were randomised."""
_COMPUTED = "sentence-percent"


class Answer(Frozen):
    """Events and n of two groups. `rule` says how they were found; events are None where only the sizes are certain.

    `outcome` and `span` are the row label or sentence that was taken for the outcome asked.
    """

    document: str
    rule: str
    intervention_n: Value
    comparator_n: Value
    intervention_events: Value | None = None
    comparator_events: Value | None = None
    outcome: str = ""
    span: Span | None = None
    score: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether all four numbers are known."""
        return self.intervention_events is not None and self.comparator_events is not None

    @property
    def derived(self) -> bool:
        """Whether a number was computed rather than read."""
        values = (self.intervention_events, self.intervention_n, self.comparator_events, self.comparator_n)
        return any(value.derived for value in values if value is not None)


def answer(document: Document, *, outcome: str, intervention: str, comparator: str) -> Answer | None:
    """Return the 2x2 of an outcome in two groups, only their sizes where the events are not certain, or None.

    Args:
        document: an article or abstract.
        outcome: the outcome in words: "myocardial infarction", "relapse at 12 months".
        intervention: the first group in words: "umbilical cord MSC 2×10^6/kg".
        comparator: the second group in words: "placebo".
    """
    outcome, intervention, comparator = (hyphenated(phrase) for phrase in (outcome, intervention, comparator))
    outcome = spelt(outcome, document)
    sides = sides_of(document, intervention, comparator)
    groups = Groups(document, sides, outcome)
    grids = grids_of(document)
    parallel = is_comparative(document)
    told = sizes_of(groups)
    told_by = [(grid, pair_) for grid in grids if (pair_ := _headed(grid, sides) or _in_a_row(grid, sides)) is not None]
    headed = [pair_ for _, pair_ in told_by]
    treated = next((pair_ for grid, pair_ in told_by if HARM.search(grid.caption)), None)
    sizes = _sizes(told if None not in told else halves_of(groups, said=True) or told, headed)
    if None in sizes and not _LEAVING.search(outcome):
        sizes = denominators_of(groups) or sizes
    numbers = _numbers(grids)
    found: list[Found] = []
    for grid in grids:
        for each in (grid, *turned(grid)):
            counts = TableCounts(each, sizes, numbers, _distinct(headed))
            found += TableQuestion(TableColumns(each, sides, outcome, counts, parallel)).answers()
    of_all = [] if _LEAVING.search(outcome) else headed
    told_sizes = _told_sizes(sizes, of_all, halves_of(groups), treated)
    best = _chosen(found, list(SentenceQuestion(groups, outcome, told_sizes).answers()))
    if best is None or (best.rule == _COMPUTED and _hides_tables(document)):
        return _sizes_only(document, sizes)
    first, second = best.intervention, best.comparator
    return Answer(
        document=document.sha256,
        rule=best.rule,
        intervention_events=first.events,
        intervention_n=first.n,
        comparator_events=second.events,
        comparator_n=second.n,
        outcome=best.outcome,
        span=best.span,
        score=round(best.score, 3),
    )


def sides_of(document: Document, intervention: str, comparator: str) -> Sides:
    """Return the two groups of a question as a document calls them."""
    lexicon = lexicon_of(document)
    initials = named_by_initials(document.text, intervention, comparator)
    if initials and not any(name in lexicon.groups for name in initials):
        lexicon = replace(lexicon, groups={**lexicon.groups, **initials})
    sides = Sides(spelt(intervention, document), spelt(comparator, document), lexicon)
    if not sides.controlled and is_control(document.text, comparator, intervention):
        return replace(sides, comparator=f"{sides.comparator} (control)")
    return sides


def _hides_tables(document: Document) -> bool:
    """Return whether an article has tables without cells (pictures, say), where counts may stand that nobody can check.

    A percent of a sentence is then no ground for events: the article prints them elsewhere, and they may be of another
    n. Readers who were asked such questions were of two minds, some computed the events and some did not; so nothing is
    said.
    """
    return any(not table.cells for table in document.tables)


def _chosen(tables: list[Found], sentences: list[Found]) -> Found | None:
    """Return the answer of tables or else of sentences; where tables disagree, the one that a sentence tells."""
    best = _agreed(tables)
    if best is not None:
        return best
    told = _agreed(sentences) or _agreed(each for each in sentences if each.whole)
    rivals = [each for each in tables if each.score >= _LEAST_SCORE]
    if not rivals or told is None:
        return told
    return next((each for each in rivals if each.numbers == told.numbers), None)


def _agreed(found: Iterable[Found]) -> Found | None:
    """Return the best 2x2 when no other that fits about as well has other numbers."""
    ranked = sorted(found, key=lambda each: (-each.score, each.rule == _COMPUTED))
    if not ranked or ranked[0].score < _LEAST_SCORE:
        return None
    best = ranked[0]
    rivals = [each for each in ranked[1:] if best.score - each.score < _AHEAD and each.numbers != best.numbers]
    return None if rivals else best


def _sizes_only(document: Document, sizes: tuple[Value | None, Value | None]) -> Answer | None:
    first, second = sizes
    if first is None or second is None:
        return None
    return Answer(document=document.sha256, rule="sizes-only", intervention_n=first, comparator_n=second)


def _sizes(
    told: tuple[Value | None, Value | None], headed: list[tuple[Value, Value]]
) -> tuple[Value | None, Value | None]:
    """Return how many patients each side has: as the text says, or else as the headers of the tables agree."""
    first, second = told
    tally = Counter((a.number, b.number) for a, b in headed)
    ((numbers, most), *rest) = tally.most_common() or [((None, None), 0)]
    agreed = most and (not rest or rest[0][1] < most)
    if first is None or second is None or (agreed and _is_part(told, numbers)):
        found = (pair_ for pair_ in headed if agreed and (pair_[0].number, pair_[1].number) == numbers)
        return next(found, (None, None))
    return first, second


def _is_part(told: tuple[Value | None, Value | None], headed: tuple[float | None, float | None]) -> bool:
    """Return whether the sizes that a text tells are those of a small part of the patients of the tables."""
    return all((size.number or 0) * 2 < (n or 0) for size, n in zip(told, headed, strict=True) if size is not None)


def _told_sizes(
    sizes: tuple[Value | None, Value | None],
    headed: list[tuple[Value, Value]],
    halves: tuple[Value, Value] | None,
    treated: tuple[Value, Value] | None,
) -> ToldSizes:
    """Return the pairs of sizes, the one of the text first, each pair of numbers once."""
    first, second = sizes
    pairs = [] if first is None or second is None else [(first, second)]
    once = {(one.number, two.number): (one, two) for one, two in reversed([*pairs, *headed])}
    return ToldSizes(tuple(reversed(once.values())), halves, treated)


def _distinct(headed: list[tuple[Value, Value]]) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """Return the sizes of headers, each number once for a side."""
    first, second = ({pair_[side].number: pair_[side] for pair_ in reversed(headed)} for side in (0, 1))
    return tuple(first.values()), tuple(second.values())


def _headed(grid: Grid, sides: Sides) -> tuple[Value, Value] | None:
    """Return the sizes that the headers of a table tell of the two sides."""
    heads = [(cell, size) for cell in grid.table.cells if (size := size_in(grid.document, cell.span)) is not None]
    names = [_size_free(grid.text(cell)) or _size_free(" ".join(_path(grid, cell.column))) for cell, _ in heads]
    found = pair(sides, names)
    if found is None or len(found.intervention) != 1 or len(found.comparator) != 1:
        return None
    return heads[found.intervention[0]][1], heads[found.comparator[0]][1]


def _in_a_row(grid: Grid, sides: Sides) -> tuple[Value, Value] | None:
    """Return the sizes that a row of a table tells: "Number of patients"."""
    row = next((row for row in grid.rows if SIZE_ROW.fullmatch(row.label)), None)
    columns = [] if row is None else [column for column in row.cells if column in row.headers]
    found = None if row is None else pair(sides, [" ".join(row.headers[column]) for column in columns])
    if row is None or found is None or len(found.intervention) != 1 or len(found.comparator) != 1:
        return None
    first, second = (
        reading_of(grid.document, row.cells[columns[each[0]]].span) for each in (found.intervention, found.comparator)
    )
    if first is None or second is None or first.events is None or second.events is None:
        return None
    if first.percent is not None or second.percent is not None:
        return None
    return first.events.model_copy(update={"role": "n"}), second.events.model_copy(update={"role": "n"})


def _size_free(name: str) -> str:
    return re.sub(r"\(?[nN]\s?=.*", "", name).strip()


def _path(grid: Grid, column: int) -> tuple[str, ...]:
    """Return the headers of a column."""
    return next((row.headers[column] for row in grid.rows if column in row.headers), ())


def _numbers(grids: Iterable[Grid]) -> dict[float, Span]:
    """Return the plain whole numbers of all tables, each with its first place."""
    found: dict[float, Span] = {}
    for grid in grids:
        for row in grid.rows:
            for cell in row.cells.values():
                text = grid.text(cell).replace(",", "").replace(" ", "")
                if text.isascii() and text.isdigit() and len(text) < 8:
                    found.setdefault(float(text), cell.span)
    return found
