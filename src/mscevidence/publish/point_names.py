"""Names beside the points of a plot: none over another, over a point or over a line."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Bbox

Box = tuple[float, float, float, float]
"""Left, lower, right and upper edge, in pixels, as all lengths here."""

AIR = 2.0
"""Between a name and a line."""


@dataclasses.dataclass
class NameRoom:
    """What is taken already on a panel.

    Attributes:
        inside: the panel.
        marks: boxes around all points.
        lines: corners of the lines that names keep off; of leaders, too.
        names: boxes of the names that have a place.
    """

    inside: Box
    marks: Sequence[Box]
    lines: list[np.ndarray]
    names: list[Box] = dataclasses.field(default_factory=list)

    def take(self, mark: Box, wide: float, high: float, gap: float) -> tuple[Box, np.ndarray | None] | None:
        """Return a free box for the name of a mark, beside it or some way off, and the line that then leads there.

        Returns:
            The box, and the two ends of its leader when it stands some way off; None when there is no room.
        """
        for box in _beside(mark, wide, high, gap):
            if self._free(box):
                self.names.append(box)
                return box, None
        for box in _some_way_off(mark, wide, high, gap):
            leader = _leader(mark, box)
            if self._free(box) and self._leads_freely(leader, mark):
                self.names.append(box)
                self.lines.append(leader)
                return box, leader
        return None

    def _free(self, box: Box) -> bool:
        left, low, right, high = self.inside
        if not (left <= box[0] and box[2] <= right and low <= box[1] and box[3] <= high):
            return False
        if any(_overlap(box, other) for other in (*self.names, *self.marks)):
            return False
        airy = (box[0] - AIR, box[1], box[2] + AIR, box[3])
        return not any(_crosses(airy, line) for line in self.lines)

    def _leads_freely(self, leader: np.ndarray, own: Box) -> bool:
        others = (*self.names, *(mark for mark in self.marks if mark != own))
        return not any(_crosses(other, leader) for other in others)


def _beside(mark: Box, wide: float, high: float, gap: float) -> Iterator[Box]:
    """Yield boxes at a mark: right, left, above, below, then at the four corners."""
    x, y, reach = _middle(mark)
    gap += reach
    near = 0.7 * gap
    yield (x + gap, y - high / 2, x + gap + wide, y + high / 2)
    yield (x - gap - wide, y - high / 2, x - gap, y + high / 2)
    yield (x - wide / 2, y + gap, x + wide / 2, y + gap + high)
    yield (x - wide / 2, y - gap - high, x + wide / 2, y - gap)
    yield (x + near, y + near, x + near + wide, y + near + high)
    yield (x - near - wide, y + near, x - near, y + near + high)
    yield (x + near, y - near - high, x + near + wide, y - near)
    yield (x - near - wide, y - near - high, x - near, y - near)


def _some_way_off(mark: Box, wide: float, high: float, gap: float) -> Iterator[Box]:
    """Yield boxes up to four lines above or below a mark and as far to its sides, the nearest first."""
    x, y, reach = _middle(mark)
    for step in range(1, 5):
        for lines in (0.0, 1.0, -1.0, 2.0, -2.0):
            aside, middle = reach + 2 * gap + step * high, y + lines * step * high / 2
            yield (x + aside, middle - high / 2, x + aside + wide, middle + high / 2)
            yield (x - aside - wide, middle - high / 2, x - aside, middle + high / 2)


def _leader(mark: Box, box: Box) -> np.ndarray:
    """Return the ends of the line from the edge of a mark to the nearer end of a name."""
    x, y, reach = _middle(mark)
    end = np.array([box[0] - 1.0 if box[0] > x else box[2] + 1.0, (box[1] + box[3]) / 2])
    start = np.array([x, y])
    return np.array([start + (end - start) * reach / np.linalg.norm(end - start), end])


def _middle(mark: Box) -> tuple[float, float, float]:
    return (mark[0] + mark[2]) / 2, (mark[1] + mark[3]) / 2, (mark[2] - mark[0]) / 2


def _crosses(box: Box, line: np.ndarray) -> bool:
    """Return whether a line of straight pieces comes into a box."""
    return bool(Path(line).intersects_bbox(Bbox.from_extents(*box), filled=False))


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
