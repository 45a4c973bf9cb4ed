"""Which columns of a table are of the two groups of a question, and which of them count patients."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mscevidence.extract.lookup.asked_times import timeless, times_told
from mscevidence.extract.lookup.group_mentions import SIDES
from mscevidence.extract.tables import Grid, Row
from mscevidence.extract.tables.counts import TableCounts
from mscevidence.extract.tables.headers import WHOLE_PATH, header_at, lower_header, without_size
from mscevidence.extract.wording.pairing import Pairing, Sides, is_arm, pair
from mscevidence.extract.wording.word_stems import stems, telling

_BASELINE = re.compile(r"\b(?:baseline|before|pre|screening|initial(?!\s[a-z]+\s[a-z]))\b", re.IGNORECASE)
_PERCENT = re.compile(r"\s*(?:%|per\s?cents?|percentages?|\(%\))\s*", re.IGNORECASE)
_WHOLE = re.compile(
    r"\b(?:overall|all|total|combined|both|entire|itt|intent(?:ion)?[\s-]to[\s-]treat)\b", re.IGNORECASE
)
_INTERVAL = re.compile(r"\(?\b95\s?%\s?(?:CI|confidence\sintervals?)\b\)?", re.IGNORECASE)


@dataclass
class TableColumns:
    """The columns of one table for one question.

    Args:
        grid: the table.
        sides: the groups asked for.
        outcome: the outcome as asked.
        counts: reads the cells of the table.
        parallel: whether the groups exist side by side.
    """

    grid: Grid
    sides: Sides
    outcome: str
    counts: TableCounts
    parallel: bool = True

    def paired(self, row: Row) -> tuple[Pairing | None, int]:
        """Return the columns of the two sides, and at which level of the headers they are told apart."""
        headers = tuple(row.headers.items())
        if headers not in self._paired:
            self._paired[headers] = self._paired_by(row)
        return self._paired[headers]

    @cached_property
    def _paired(self) -> dict[tuple[tuple[int, tuple[str, ...]], ...], tuple[Pairing | None, int]]:
        return {}

    def _paired_by(self, row: Row) -> tuple[Pairing | None, int]:
        columns = [c for c in row.headers if c >= self.grid.labels]
        depth = max((len(row.headers[c]) for c in columns), default=0)
        for level in (*range(depth), *([WHOLE_PATH] if depth > 1 else [])):
            names = [self._untimed(header_at(row.headers[c], level)) for c in columns]
            found = pair(self.sides, [without_size(name) for name in names], parallel=self.parallel)
            if found is not None:
                sides = [tuple(columns[i] for i in side) for side in (found.intervention, found.comparator)]
                return Pairing(sides[0], sides[1], found.certain), level
        return None, 0

    def _untimed(self, name: str) -> str:
        """Return the name of a column without its time, unless the groups are told apart by times."""
        return name if self.timed else timeless(name) or name

    @cached_property
    def timed(self) -> bool:
        """Whether the groups asked for are told apart by times: "24 weeks" and "48 weeks" of a drug."""
        return bool(times_told(self.sides.intervention) or times_told(self.sides.comparator))

    def _around(self, row: Row, column: int, level: int) -> tuple[str, ...]:
        """Return the headers of a column above and below the one that names the group."""
        if level == WHOLE_PATH:
            return ()
        path = row.headers[column]
        level = min(level, len(path) - 1)
        return tuple(without_size(part).casefold() for part in (*path[:level], "|", *path[level + 1 :]))

    def narrowed(self, row: Row, columns: tuple[int, int], level: int) -> float:
        """Return 1 where the columns are of a part of the patients that was not asked for, else 0."""
        others = {" ".join(path[:level]) for path in row.headers.values() if len(path) > level}
        for side, column in zip(SIDES, columns, strict=True):
            upper = " ".join(row.headers[column][:level]) if len(row.headers[column]) > level else ""
            named = {each for each in others if self.sides.own(side) & self.sides.lexicon.expand(each)}
            if named and upper and upper not in named:
                return 1.0  # the dose of another drug
            if not named and self._is_part(upper, others):
                return 1.0
        return 0.0

    def _is_part(self, upper: str, others: set[str]) -> bool:
        """Return whether headers above those of the groups name a part of the patients, beside other parts."""
        if len(others) < 2 or not upper:
            return False
        if _WHOLE.search(upper):
            return any(telling(stems(each)) & stems(self.outcome) for each in others if not _WHOLE.search(each))
        return not telling(stems(upper)) & stems(self.outcome)

    def choices(self, row: Row, pairing: Pairing, level: int) -> Iterator[tuple[int, int]]:
        """Yield pairs of columns, one of each side, under the same lower headers."""
        width = len(pairing.intervention)
        for place, first in enumerate(pairing.intervention):
            for other, second in enumerate(pairing.comparator):
                if place != other and len(pairing.comparator) == width and not lower_header(row, first):
                    continue
                same = self._is_alike(row, first, second, level)
                same = same and (self.timed or _times(row, first) == _times(row, second))
                if same and self._is_count(row, first):
                    yield first, second

    def _is_alike(self, row: Row, first: int, second: int, level: int) -> bool:
        """Return whether two columns have the same headers around those of the groups, or one has no others."""
        one, two = row.headers[first], row.headers[second]
        if min(len(one), len(two)) == 1 < max(len(one), len(two)):
            longer = max(one, two, key=len)
            # The dose of a drug beside a placebo of none, or all its doses together.
            return level == len(longer) - 1 or (level == 0 and bool(_WHOLE.fullmatch(without_size(longer[-1]))))
        around = self._around(row, first, level), self._around(row, second, level)
        if 0 < level < len(one) == len(two) and self._are_of_both(one[:level], two[:level]):
            return around[0][level:] == around[1][level:]
        return around[0] == around[1]

    def _are_of_both(self, one: tuple[str, ...], two: tuple[str, ...]) -> bool:
        """Return whether the headers above two columns name the two groups: two drugs above their doses."""
        uppers = (self.sides.lexicon.expand(" ".join(upper)) for upper in (one, two))
        return all(self.sides.own(side) & words for side, words in zip(SIDES, uppers, strict=True))

    def _is_count(self, row: Row, column: int) -> bool:
        lower = lower_header(row, column)
        if lower and self.counts.is_size(row, column):
            return False
        if lower and not is_arm(_INTERVAL.sub(" ", lower)):
            return False
        if _PERCENT.fullmatch(lower) and any(self.counts.is_beside_percent(row, other) for other in row.cells):
            return False
        return not (_BASELINE.search(lower) and not _BASELINE.search(self.outcome) and self.parallel)


def _times(row: Row, column: int) -> frozenset[tuple[float, str]]:
    """Return the times that the headers of a column tell."""
    return times_told(" ".join(row.headers[column]))
