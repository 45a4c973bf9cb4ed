"""The PRISMA 2020 flow diagram of a review: new or updated, with or without other methods.

Boxes and their words follow Page MJ et al., BMJ 2021;372:n71, figure 1. A box that is not in the data (the earlier
version of a new review, other methods that found nothing) is not drawn.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mscevidence.publish.figure import blank_figure, house_style
from mscevidence.publish.lettering import font, readable, wrap
from mscevidence.screening import Flow

SIZE = 8.5
LEADING = 11.5
PADDING = 7.0
BOX_WIDTH = 176.0
GAP = 26.0
ROW_GAP = 24.0
MARGIN = 12.0
STAGE_WIDTH = 20.0

INK, LINE = "#1a1a1a", "#5a5a5a"
HEADING = {"prev": "#d9d9d9", "dbr": "#f2c14e", "other": "#d9d9d9"}
STAGE = "#a6cbe3"

Place = tuple[int, str]
"""Row, and column: prev, dbr, dbr-side, other or other-side."""


@dataclasses.dataclass(frozen=True)
class Box:
    """A box: where it stands, and its lines as wrapped."""

    place: Place
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        """Return its height in points."""
        return len(self.lines) * LEADING + 2 * PADDING


ARROWS: tuple[tuple[Place, Place], ...] = (
    ((1, "dbr"), (1, "dbr-side")),
    ((1, "dbr"), (2, "dbr")),
    ((2, "dbr"), (2, "dbr-side")),
    ((2, "dbr"), (3, "dbr")),
    ((3, "dbr"), (3, "dbr-side")),
    ((3, "dbr"), (4, "dbr")),
    ((4, "dbr"), (4, "dbr-side")),
    ((4, "dbr"), (5, "dbr")),
    ((5, "dbr"), (6, "dbr")),
    ((1, "other"), (3, "other")),
    ((3, "other"), (3, "other-side")),
    ((3, "other"), (4, "other")),
    ((4, "other"), (4, "other-side")),
    ((4, "other"), (5, "dbr")),
    ((1, "prev"), (6, "dbr")),
)
STAGES = (("Identification", 1, 1), ("Screening", 2, 4), ("Included", 5, 6))
TITLES = {
    "prev": "Previous studies",
    "dbr": "Identification of new studies via databases and registers",
    "other": "Identification of new studies via other methods",
}


def draw_flow(flow: Flow) -> Figure:
    """Return the flow diagram as a figure."""
    with house_style():
        return _Drawing(tuple(boxes(flow))).drawn()


def describe_flow(flow: Flow) -> str:
    """Return the diagram in words, for those who cannot see it."""
    return ". ".join(" ".join(box.lines) for box in boxes(flow))


def boxes(flow: Flow) -> Iterator[Box]:
    """Yield the boxes of a diagram."""
    n = flow.counts
    if n.get("previous_studies") is not None:
        yield _box((1, "prev"), [
            _counted("Studies included in previous version of review", n["previous_studies"]),
            _counted("Reports of studies included in previous version of review", n["previous_reports"]),
        ])  # fmt: skip
    yield _box((1, "dbr"), ["Records identified from:", *_identified(flow, ("database", "register"))])
    yield _box((1, "dbr-side"), [
        "Records removed before screening:",
        _counted("Duplicate records", n["duplicates"]),
        _counted("Records marked as ineligible by automation tools", n["excluded_automatic"]),
        _counted("Records removed for other reasons", n["excluded_other"]),
    ])  # fmt: skip
    yield _box((2, "dbr"), [_counted("Records screened", n["records_screened"])])
    yield _box((2, "dbr-side"), [_counted("Records excluded", n["records_excluded"])])
    if any(n[key] for key in ("website_results", "organisation_results", "citations_results")):
        found = _identified(flow, ("website", "organisation", "citation"))
        yield _box((1, "other"), ["Records identified from:", *found])
        yield from _reports(flow, "other")
    yield from _reports(flow, "dbr")
    yield _box((5, "dbr"), [
        _counted("New studies included in review", n["new_studies"]),
        _counted("Reports of new included studies", n["new_reports"]),
    ])  # fmt: skip
    if n.get("previous_studies") is not None:
        yield _box((6, "dbr"), [
            _counted("Total studies included in review", n["total_studies"]),
            _counted("Reports of total included studies", n["total_reports"]),
        ])  # fmt: skip


def _reports(flow: Flow, column: str) -> Iterator[Box]:
    n = flow.counts
    yield _box((3, column), [_counted("Reports sought for retrieval", n[f"{column}_sought_reports"])])
    yield _box((3, f"{column}-side"), [_counted("Reports not retrieved", n[f"{column}_notretrieved_reports"])])
    yield _box((4, column), [_counted("Reports assessed for eligibility", n[f"{column}_assessed"])])
    reasons: Mapping[str, int] = next((flow.excluded[each] for each in flow.excluded if each == column), {})
    listed = [_counted(words, number) for words, number in reasons.items()] or ["(n = 0)"]
    yield _box((4, f"{column}-side"), ["Reports excluded:", *listed])


KINDS = {
    "database": ("Databases", "database_results"),
    "register": ("Registers", "register_results"),
    "website": ("Websites", "website_results"),
    "organisation": ("Organisations", "organisation_results"),
    "citation": ("Citation searching", "citations_results"),
}
INDENT = "\N{EN DASH} "


def _identified(flow: Flow, kinds: tuple[str, ...]) -> list[str]:
    lines = []
    for kind in kinds:
        words, key = KINDS[kind]
        lines.append(_counted(words, flow.counts[key]))
        sources = next((found for how, found in flow.sources.items() if how == kind), {})
        # One source says nothing that its kind does not.
        named = [INDENT + _counted(source, number) for source, number in sources.items()]
        lines += named if len(named) > 1 else []
    return lines


def _counted(words: str, number: int | None) -> str:
    return f"{words} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{0 if number is None else number:,})"


def _box(place: Place, lines: list[str]) -> Box:
    limit = BOX_WIDTH - 2 * PADDING
    return Box(place, tuple(part for line in lines for part in wrap(readable(line), limit, SIZE)))


class _Drawing:
    """Draws boxes on one page, in points from the top left."""

    def __init__(self, boxes_: tuple[Box, ...]) -> None:
        self._boxes = {box.place: box for box in boxes_}
        columns = {column for _, column in self._boxes}
        order = [name for name in ("prev", "dbr", "dbr-side", "other", "other-side") if name in columns]
        step = BOX_WIDTH + GAP
        self._left: dict[str, float] = {
            name: MARGIN + STAGE_WIDTH + GAP / 2 + place * step for place, name in enumerate(order)
        }
        self._top: dict[int, float] = {}
        self._height: dict[int, float] = {}
        top = MARGIN + LEADING * 2 + PADDING * 2 + ROW_GAP / 2
        for row in sorted({row for row, _ in self._boxes}):
            self._height[row] = max(box.height for place, box in self._boxes.items() if place[0] == row)
            self._top[row] = top
            top += self._height[row] + ROW_GAP
        self._size = (max(self._left.values()) + BOX_WIDTH + MARGIN, top - ROW_GAP + MARGIN)

    def drawn(self) -> Figure:
        figure = blank_figure(*self._size)
        page = figure.add_axes((0, 0, 1, 1))
        page.set(xlim=(0, self._size[0]), ylim=(self._size[1], 0))
        page.set_axis_off()
        self._draw_titles(page)
        self._draw_stages(page)
        for start, end in ARROWS:
            if start in self._boxes and end in self._boxes:
                self._draw_arrow(page, start, end)
        for box in self._boxes.values():
            self._draw_box(page, box)
        return figure

    def _draw_titles(self, page: Axes) -> None:
        for column, words in TITLES.items():
            if column in self._left:
                wide = BOX_WIDTH if column == "prev" else 2 * BOX_WIDTH + GAP
                height = 2 * LEADING + PADDING * 2
                corner = (self._left[column], MARGIN)
                page.add_patch(Rectangle(corner, wide, height, facecolor=HEADING[column], edgecolor="none"))
                lines = wrap(words, wide - 2 * PADDING, SIZE, bold=True)
                self._write(page, lines, corner[0] + wide / 2, MARGIN + height / 2, bold=True)

    def _draw_stages(self, page: Axes) -> None:
        for words, first, last in STAGES:
            rows = [row for row in self._top if first <= row <= last]
            top, bottom = self._top[rows[0]], self._top[rows[-1]] + self._height[rows[-1]]
            page.add_patch(Rectangle((MARGIN, top), STAGE_WIDTH, bottom - top, facecolor=STAGE, edgecolor="none"))
            centre = (MARGIN + STAGE_WIDTH / 2, (top + bottom) / 2)
            page.text(*centre, words, rotation=90, ha="center", va="center", color=INK, font=font(SIZE, bold=True))

    def _draw_box(self, page: Axes, box: Box) -> None:
        left, top = self._corner(box.place)
        frame = Rectangle((left, top), BOX_WIDTH, box.height, facecolor="white", edgecolor=LINE, linewidth=0.9)
        page.add_patch(frame)
        for number, line in enumerate(box.lines):
            y = top + PADDING + (number + 0.5) * LEADING
            page.text(left + PADDING, y, line, va="center_baseline", color=INK, font=font(SIZE, text=line))

    def _corner(self, place: Place) -> tuple[float, float]:
        row, column = place
        return self._left[column], self._top[row] + (self._height[row] - self._boxes[place].height) / 2

    def _draw_arrow(self, page: Axes, start: Place, end: Place) -> None:
        (left, top), (to_left, to_top) = self._corner(start), self._corner(end)
        height, to_height = self._boxes[start].height, self._boxes[end].height
        middle = left + BOX_WIDTH / 2
        if start[0] == end[0]:
            points = [(left + BOX_WIDTH, top + height / 2), (to_left, top + height / 2)]
        elif start[1] == end[1]:
            points = [(middle, top + height), (middle, to_top)]
        else:
            side = to_left if left < to_left else to_left + BOX_WIDTH
            points = [(middle, top + height), (middle, to_top + to_height / 2), (side, to_top + to_height / 2)]
        for one, other in itertools.pairwise(points[:-1]):
            page.plot(*zip(one, other, strict=True), color=LINE, linewidth=0.9, solid_capstyle="butt")
        style = {"arrowstyle": "-|>,head_width=0.25,head_length=0.5", "color": LINE, "shrinkA": 0, "shrinkB": 0}
        page.annotate("", xy=points[-1], xytext=points[-2], arrowprops={**style, "linewidth": 0.9})

    @staticmethod
    def _write(page: Axes, lines: tuple[str, ...], x: float, y: float, *, bold: bool) -> None:
        for number, line in enumerate(lines):
            offset = (number - (len(lines) - 1) / 2) * LEADING
            page.text(x, y + offset, line, ha="center", va="center_baseline", color=INK, font=font(SIZE, bold=bold))
