"""Answers from tables: the row of the outcome and the columns of the two groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mscevidence.extract.lookup.asked_outcome import (
    grades_told,
    kinds_of_events,
    named_with_numbers,
    plain_numbers,
    tells_cause,
)
from mscevidence.extract.lookup.asked_times import timeless, times_told, without_times
from mscevidence.extract.lookup.table_columns import TableColumns
from mscevidence.extract.tables import Grid, Row
from mscevidence.extract.tables.counts import Place
from mscevidence.extract.tables.headers import without_size
from mscevidence.extract.tables.two_by_two import Found
from mscevidence.extract.wording.pairing import Pairing
from mscevidence.extract.wording.phrases import Lexicon
from mscevidence.extract.wording.word_stems import Stems, covered, same_absence, same_turn, stems, telling, unmeasured

_BASELINE = re.compile(r"\b(?:baseline|before|pre|screening|initial(?!\s[a-z]+\s[a-z]))\b", re.IGNORECASE)
_BEFORE = re.compile(
    r"(?:at\s)?(?:baseline|before|pre-?(?:treatment|operative|intervention|test)|screening)\b", re.IGNORECASE
)
_NO_OUTCOME = re.compile(
    r"(?<!from\s)\bbaseline\b(?!\s?(?:and|to|or|,|through))|\b(?:demographics?|sociodemographic|characteristics|presenting"
    r"|at\s(?:presentation|entry|admission|enrol+ment|inclusion)|on\sadmission|medical\shistory|comorbidit(?:y|ies)|risk\sfactors)\b",
    re.IGNORECASE,
)
_RESULTS = re.compile(
    r"\b(?:outcomes?|complications?|adverse|side\seffects?|events?|results?|responses?|efficacy|safety|end-?points?|follow-?up)\b",
    re.IGNORECASE,
)
_KIND = re.compile(r"\bnon-?[a-z]+", re.IGNORECASE)
"""A heading such as "Non-respiratory events" names a kind of events, not the lack of any."""
_UNTIMED = 0.88
"""What the words of a row are worth where the question names a time and the row does not."""
_UNIT = re.compile(
    r"\^[a-z*†‡§¶#]\b|(?<=[a-z\d)])\s[a-j]\Z|\(?\b95\s?%\s?(?:CI|confidence\sintervals?)\b\)?|\bmean\s?±\s?SD\b|\bn\s?/\s?N\b|\(?\bcases\)",
    re.IGNORECASE,
)
"""What a label says of the numbers of its row, not of the outcome."""
_NONE_OF = re.compile(r"\s*no\s(?!of\b)[a-z]{3}", re.IGNORECASE)
"""What begins a row of those who did not have something: "No relapse", but not "No of relapses"."""
_EXAMPLES = re.compile(r"\(?\b(?:e\.\s?g\.?|such\sas|for\s(?:example|instance)|including)[^()]*\)?", re.IGNORECASE)
"""Examples of what a row counts, each of which is less than the row."""
_OF_EVENTS = re.compile(
    r"\s*(?:total\s)?(?:number|no\.?)\sof\s(?:[\w-]+\s){0,3}?(?:events|episodes|\w*AEs)\b", re.IGNORECASE
)
_TIME_POINT = re.compile(r"\s*(\d{1,3})\s(?!weeks?|months?|years?|days?|hours?|min)(?=[A-Za-z]{3})")
_RESPONSE = stems("response responders improvement")
_NARROWER = 0.6
"""What a row of serious or related events is worth where any were asked for."""


@dataclass
class TableQuestion:
    """One question put to one table.

    Args:
        columns: the table, the groups and the outcome asked for, and the columns of the groups.
    """

    columns: TableColumns

    @property
    def grid(self) -> Grid:
        """The table."""
        return self.columns.grid

    @property
    def outcome(self) -> str:
        """The outcome as asked."""
        return self.columns.outcome

    @property
    def lexicon(self) -> Lexicon:
        """The abbreviations and groups of the document."""
        return self.columns.sides.lexicon

    @cached_property
    def wanted(self) -> Stems:
        """The stems of the outcome as asked."""
        return stems(self.outcome)

    @cached_property
    def times(self) -> frozenset[tuple[float, str]]:
        """When the outcome asked for is looked at; empty where the question does not say."""
        return times_told(self.outcome)

    @cached_property
    def timing(self) -> Stems:
        """The stems of the outcome that say when."""
        return self.wanted - stems(without_times(self.outcome))

    @cached_property
    def context(self) -> Stems:
        """The stems of caption and footnotes' abbreviations that hold for all rows."""
        return self.lexicon.expand(self.grid.caption)

    @cached_property
    def rowwise(self) -> Stems:
        """The stems of the outcome that some rows of the table say and others do not."""
        labels = [stems(row.label) & self.wanted for row in self.grid.rows]
        return frozenset.union(*labels) - frozenset.intersection(*labels) if labels else frozenset()

    @cached_property
    def corner(self) -> Stems:
        """The stems of the headers above the row labels."""
        heads = [c for c in self.grid.table.cells if c.header and c.column < self.grid.labels]
        return frozenset(word for cell in heads for word in stems(self.grid.text(cell)))

    def answers(self) -> Iterator[Found]:
        """Yield every 2x2 of the table whose row may be the outcome."""
        caption = self.grid.caption
        if _NO_OUTCOME.search(caption) and not (_RESULTS.search(caption) or _NO_OUTCOME.search(self.outcome)):
            return
        if self.grid.shifted:
            return
        for row in self.grid.rows:
            pairing, level = self.columns.paired(row)
            if pairing is None or self._is_of_events(row):
                continue
            for columns in self.columns.choices(row, pairing, level):
                score = self._score(row, columns, level) - self.columns.narrowed(row, columns, level)
                if score > 0:
                    yield from self._found(row, columns, pairing, score)

    def _is_of_events(self, row: Row) -> bool:
        """Return whether a row counts events, of which one patient may have several."""
        texts = (self.grid.text(cell) for cell in row.cells.values())
        return bool(_OF_EVENTS.match(row.label)) and not any("%" in text or "(" in text for text in texts)

    def _score(self, row: Row, columns: tuple[int, int], level: int) -> float:
        """Return how well a row (and the lower headers of its columns) says the outcome; 0 when it does not."""
        path = row.headers[columns[0]]
        lower, upper = " ".join(path[level + 1 :]), " ".join(path[:level])
        label, heading = _UNIT.sub(" ", _EXAMPLES.sub(" ", without_size(row.label))), " ".join(row.heading)
        own = self.lexicon.expand(f"{label} {lower}") | stems(label)
        known = self.lexicon.expand(self.outcome)
        heads = self._heads(row, known)
        told = times_told(f"{heading} {label} {f'{lower} {upper}' if self.columns.timed else ' '.join(path)}")
        if not (telling(self.wanted) & own or telling(known) & own or heads) or self._differs(label, heading, lower):
            return 0.0
        if told and self.times and not told & self.times:
            return 0.0
        grades = grades_told(f"{label} {heading}") or grades_told(self.grid.caption)
        if grades and (asked := grades_told(self.outcome)) and grades != asked:
            return 0.0
        around = f"{heading} {label} {' '.join(path)} {self.grid.caption}"
        if not plain_numbers(self.outcome) <= plain_numbers(around, all_=True):
            return 0.0
        if not named_with_numbers(self.outcome) <= own | self.context | stems(heading):
            return 0.0
        named = telling(stems(" ".join(row.heading[-1:]) if heads else timeless(label) or label))
        precision = self._precision(named, known | self.context)
        recall = self._recall(
            own, own | self.lexicon.expand(f"{heading} {upper}"), known, timed=bool(told & self.times)
        )
        kind = _NARROWER if kinds_of_events(label) - kinds_of_events(self.outcome) else 1.0
        return kind * recall * (0.5 + 0.5 * precision) + 0.05 * covered(self.wanted, own)

    def _differs(self, label: str, heading: str, lower: str) -> bool:
        """Return whether a row is of the time before, of the lack of what was asked, or of another turn of it."""
        if self.columns.parallel and _BEFORE.match(f"{heading} {label}".strip()) and not _BASELINE.search(self.outcome):
            return True
        if tells_cause(label, self.outcome, frozenset()) or self._is_of_another_time(label):
            return True
        if bool(_NONE_OF.match(label)) != bool(_NONE_OF.match(self.outcome)):
            return True
        kinds = f"{label} {lower} {_KIND.sub(' ', heading)}"
        words = f"{label} {heading} {lower} {self.grid.caption}"
        return not same_absence(self.outcome, kinds) or not same_turn(self.outcome, words)

    def _is_of_another_time(self, label: str) -> bool:
        """Return whether a label begins with a time point, a number in a column of its own, that was not asked for."""
        point = _TIME_POINT.match(label) if self.grid.labels > 1 and self.times else None
        return point is not None and point[1] not in re.findall(r"\d+", self.outcome)

    def _recall(self, own: Stems, beside: Stems, known: Stems, *, timed: bool) -> float:
        """Return how much of the outcome a row says with what stands around it.

        A word that tells the rows of the table apart counts half where only the caption says it.
        """
        around = self.context | self.corner
        wanted = known if not self.wanted & own else self.wanted
        ways = [(self.wanted, 1.0), (wanted, 1.0), (wanted - self.timing, 0.95), (unmeasured(self.wanted), 0.98)]
        if named_with_numbers(self.outcome):
            ways.append((self.wanted - _RESPONSE or self.wanted, 0.95))  # "ACR50" is a response
        if timed:
            ways.append((self.wanted | stems(without_times(self.outcome)), 1.0))
            beside = beside | self.timing
        recall = max(
            less * (covered(way, beside | around) + covered(way, beside | (around - self.rowwise))) / 2
            for way, less in ways
        )
        return recall if timed or not self.times else recall * _UNTIMED

    def _heads(self, row: Row, known: Stems) -> bool:
        """Return whether the outcome is the heading of this row alone."""
        heading = telling(stems(" ".join(row.heading[-1:])))
        alone = sum(other.heading == row.heading for other in self.grid.rows) == 1
        return alone and bool(heading) and covered(telling(self.wanted), heading) == 1 and bool(heading & known)

    def _precision(self, label: Stems, known: Stems) -> float:
        """Return how much of a label the question asks for; an abbreviation counts as what it stands for."""
        long = self.lexicon.abbreviations
        asked = [
            word for word in label if word in known or (word in long and len(long[word] & known) * 2 > len(long[word]))
        ]
        return covered(label, frozenset(asked)) if label else 0.0

    def _found(self, row: Row, columns: tuple[int, int], pairing: Pairing, score: float) -> Iterator[Found]:
        sides = [
            self.columns.counts.counted(Place(row, column, block, index))
            for index, (column, block) in enumerate(
                zip(columns, (pairing.intervention, pairing.comparator), strict=True)
            )
        ]
        first, second = sides
        if all(side is not None and side.rule == "text" and side.events.number == side.n.number for side in sides):
            return  # the sizes of the groups, not those who had something
        if first is not None and second is not None:
            rule = "table-row" if first.rule == second.rule == "stated" else f"table-row-{max(first.rule, second.rule)}"
            text = " > ".join((*row.heading, row.label))
            yield Found(first, second, rule, score, text, row.label_span, pairing.certain)
