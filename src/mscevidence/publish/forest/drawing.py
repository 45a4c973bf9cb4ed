"""A forest plot drawn: one layout put on paper with matplotlib's object interface."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon, Rectangle

from mscevidence.publish.baseline_text import write_on_baseline
from mscevidence.publish.figure import blank_figure
from mscevidence.publish.forest.axis import Axis
from mscevidence.publish.forest.bias_discs import COLOURS
from mscevidence.publish.forest.columns import BODY, SMALL, effect_parts, is_bold, size_of
from mscevidence.publish.forest.layout import AXIS_DEPTH, INDENT, LEADING, MARGIN, PANEL, TITLE, Layout, PlacedRow
from mscevidence.publish.forest.rows import Bar, Diamond, Square
from mscevidence.publish.forest.style import INK, PLAIN, Style
from mscevidence.publish.lettering import font, widest, width

Align = Literal["left", "center", "right"]

GREY = "#767676"
FAINT = "#e6e6e6"

LARGEST_SIDE = 11.0
SMALLEST_SIDE = 3.5
EQUAL_SIDE = 6.5
DISC_RADIUS = 5.8
ARROW = 4.0
"""How far beside a diamond that is cut off its arrow stands, in points."""
_TALL = 400.0
_TICK_SIZE = 8.0
_HALF_HEIGHT = {"subgroup": 5.0, "overall": 5.8, "alternative": 2.8}


def square_side(share: float | None, largest: float | None) -> float:
    """Return the side of a square in points; its area is in proportion to the share, within what can be seen."""
    if share is None or not largest:
        return EQUAL_SIDE
    return max(SMALLEST_SIDE, LARGEST_SIDE * math.sqrt(share / largest))


class ForestDrawing:
    """Draws one layout: `page` holds the text in points from the top left, `panel` the graphics on the axis.

    Args:
        layout: where everything goes.
        axis: of the panel.
        reference: the effect marked by the dotted line, or None.
        style: the colours.
    """

    def __init__(self, layout: Layout, axis: Axis, *, reference: float | None, style: Style = PLAIN) -> None:
        self._layout = layout
        self._style = style
        self._axis = axis
        self._reference = reference
        self._figure = blank_figure(layout.width, layout.height)
        self._page = self._figure.add_axes((0, 0, 1, 1), gid="page")
        self._page.set(xlim=(0, layout.width), ylim=(layout.height, 0))
        self._page.set_axis_off()
        self._panel = self._panel_axes()
        shares = [p.row.graphic.share for p in layout.rows if isinstance(p.row.graphic, Square)]
        self._largest = max((share for share in shares if share is not None), default=None)

    def drawn(self) -> Figure:
        """Return the finished figure."""
        self._title_and_headings()
        self._reference_line()
        for placed in self._layout.rows:
            self._row_text(placed)
            self._graphic(placed)
        self._axis_label()
        self._notes()
        return self._figure

    def _reference_line(self) -> None:
        ends = [self._layout.header_bottom, self._layout.panel_bottom]
        if self._axis.null is not None:
            self._panel.plot([self._axis.null] * 2, ends, color=INK, lw=0.8, zorder=1.5, gid="no-difference")
        if self._reference is not None:
            at = [self._axis.place(self._reference)] * 2
            self._panel.plot(at, ends, color=GREY, lw=0.9, ls=(0, (1, 2)), zorder=1)

    def _axis_label(self) -> None:
        layout = self._layout
        middle = (layout.panel_left + layout.panel_right) / 2
        top = layout.panel_bottom + AXIS_DEPTH
        if layout.directions and self._directions_above:
            self._directions(layout.header_bottom - 4.0 - 0.25 * BODY)
        elif layout.directions:
            self._directions(top + 0.75 * SMALL)
            top += SMALL * LEADING
        for index, line in enumerate(layout.axis_label):
            height = top + (index + 0.75) * BODY * LEADING
            self._write(middle, height, line, size=BODY, align="center", gid="axis-label")

    @property
    def _directions_above(self) -> bool:
        return bool(self._layout.directions) and self._layout.sides.startswith("above")

    def _directions(self, height: float) -> None:
        layout, bold = self._layout, self._layout.sides.endswith("bold")
        below, above = layout.directions
        self._write(layout.panel_left, height, below, size=SMALL, bold=bold, gid="direction-below")
        self._write(layout.panel_right, height, above, size=SMALL, bold=bold, align="right", gid="direction-above")

    def _panel_axes(self) -> Axes:
        layout = self._layout
        top, bottom = layout.header_bottom, layout.panel_bottom
        place = (
            layout.panel_left / layout.width,
            1 - bottom / layout.height,
            PANEL / layout.width,
            (bottom - top) / layout.height,
        )
        panel = self._figure.add_axes(place, gid="panel")
        ticks = self._axis.ticks
        panel.set(xlim=(self._axis.low, self._axis.high), ylim=(bottom, top), yticks=[], facecolor="none")
        panel.set_xticks([at for at, _ in ticks], [label for _, label in ticks])
        panel.spines[["left", "right", "top"]].set_visible(False)
        panel.spines["bottom"].set(color=INK, linewidth=0.8)
        panel.tick_params(axis="x", length=3.5, width=0.8, color=INK, pad=3)
        panel.grid(axis="x", color=FAINT, linewidth=0.6)
        panel.set_axisbelow(True)
        for label in panel.get_xticklabels():
            label.set(fontproperties=font(_TICK_SIZE), color=INK)
        return panel

    def _write(
        self, x: float, y: float, text: str, *, size: float, bold: bool = False, align: Align = "left", gid: str = ""
    ) -> None:
        """Write one line with its baseline at y."""
        letters = font(size, bold=bold, text=text)
        write_on_baseline(self._page, x, y, text, letters=letters, align=align, colour=INK, gid=gid)

    def _block(
        self, x: float, middle: float, lines: Sequence[str], *, size: float, bold: bool, align: Align, key: str
    ) -> None:
        """Write lines whose block is centred at a height."""
        pitch = size * LEADING
        first = middle - (len(lines) - 1) * pitch / 2 + 0.36 * size
        for index, line in enumerate(lines):
            if not line:
                continue
            gid = key if len(lines) == 1 or not key else f"{key}-line-{index + 1}"
            self._write(x, first + index * pitch, line, size=size, bold=bold, align=align, gid=gid)

    def _title_and_headings(self) -> None:
        layout = self._layout
        for index, line in enumerate(layout.title):
            self._write(MARGIN, MARGIN + (index + 0.78) * TITLE * LEADING, line, size=TITLE, bold=True)
        last = layout.header_bottom - 4.0 - 0.25 * BODY
        for column in layout.columns:
            lines = column.heading
            for index, line in enumerate(lines):
                height = last - (len(lines) - 1 - index) * BODY * LEADING
                key = f"heading-{column.key}" + (f"-line-{index + 1}" if len(lines) > 1 else "")
                self._write(column.anchor, height, line, size=BODY, bold=True, align=column.align, gid=key)
        if layout.panel_bottom - layout.header_bottom > _TALL and not self._directions_above:
            # The panel's neighbour on the right may be headed as far left as here; the axis below has every label.
            heads = [column.right - widest(column.heading, BODY, bold=True) for column in layout.columns]
            end = min([head for head in heads if head > layout.panel_right] or [layout.width]) - BODY
            for tick, label in self._axis.ticks:
                at = layout.panel_left + (tick - self._axis.low) / self._span * PANEL
                if at + width(label, _TICK_SIZE) / 2 <= end:
                    self._write(at, last, label, size=_TICK_SIZE, align="center")
        for height, weight in ((layout.header_top, 1.0), (layout.header_bottom, 0.6)):
            self._rule(height, weight)

    def _rule(self, height: float, weight: float) -> None:
        ends = [MARGIN, self._layout.width - MARGIN]
        self._page.add_line(Line2D(ends, [height, height], color=INK, linewidth=weight))

    def _row_text(self, placed: PlacedRow) -> None:
        row = placed.row
        size, bold = size_of(row.kind), is_bold(row.kind)
        x = MARGIN + row.indent * INDENT
        self._block(x, placed.middle, placed.label, size=size, bold=bold, align="left", key=row.key)
        for column in self._layout.columns:
            lines = placed.cells.get(column.key, ())
            key = f"{row.key}-{column.key}" if row.key else ""
            if lines and column.align == "center":
                self._disc(column.anchor, placed.middle, lines[0])
            if column.split is not None:
                effect, interval = effect_parts(row)
                self._block(column.split, placed.middle, (effect,), size=size, bold=bold, align="right", key=key)
                lines, key = (interval,), f"{key}-line-2" if effect and key else key
            self._block(column.anchor, placed.middle, lines, size=size, bold=bold, align=column.align, key=key)

    def _disc(self, x: float, y: float, symbol: str) -> None:
        fill = COLOURS.get(symbol, "white")
        self._page.add_patch(Circle((x, y), DISC_RADIUS, facecolor=fill, edgecolor=GREY, linewidth=0.6, zorder=1))

    def _graphic(self, placed: PlacedRow) -> None:
        graphic, middle, key = placed.row.graphic, placed.middle, f"{placed.row.key}-mark"
        if isinstance(graphic, Square):
            self._square(graphic, middle, key)
        elif isinstance(graphic, Diamond):
            fill = self._style.diamond(graphic.role)
            corners = self._corners(graphic, middle)
            self._panel.add_patch(Polygon(corners, fc=fill, ec=INK, lw=0.8, zorder=4, clip_on=False, gid=key))
            self._arrows(graphic.lower, graphic.upper, middle, INK, key, gap=ARROW)
        elif isinstance(graphic, Bar):
            self._bar(graphic, middle, key)

    @property
    def _span(self) -> float:
        return self._axis.high - self._axis.low

    def _corners(self, diamond: Diamond, middle: float) -> list[tuple[float, float]]:
        """Return the corners of a diamond: left, top, right, bottom; an end beyond the axis is cut off straight."""
        half, at = _HALF_HEIGHT[diamond.role], self._axis.place(diamond.at)
        sides = []
        for end in self._axis.ends(diamond.lower, diamond.upper):
            edge = self._axis.cut(end)
            if edge == end:
                sides.append([(end, middle)])
            else:
                rest = half if math.isinf(end) else half * abs((end - edge) / (end - at))
                sides.append([(edge, middle + rest), (edge, middle - rest)])
        left, right = sides
        return [*left, (at, middle - half), *reversed(right), (at, middle + half)]

    def _square(self, square: Square, middle: float, key: str) -> None:
        side = square_side(square.share, self._largest)
        across = side * self._span / PANEL
        self._panel.add_patch(
            Rectangle(
                (self._axis.place(square.at) - across / 2, middle - side / 2),
                across,
                side,
                fc="white" if square.hollow else self._style.square,
                ec=self._style.square if square.hollow else self._style.square_edge,
                lw=1.0 if square.hollow else 0.6,
                zorder=3,
                clip_on=False,
                gid=key,
            )
        )
        ends = [self._axis.cut(end) for end in self._axis.ends(square.lower, square.upper)]
        self._panel.plot(ends, [middle, middle], color=INK, lw=1.0, zorder=3.5, clip_on=False, gid=f"{key}-interval")
        self._arrows(square.lower, square.upper, middle, INK, key)

    def _bar(self, bar: Bar, middle: float, key: str) -> None:
        whole = self._axis.ends(bar.lower, bar.upper)
        left, right = (self._axis.cut(end) for end in whole)
        self._panel.plot(
            [left, right], [middle, middle], color=self._style.prediction, lw=2.4, zorder=3, clip_on=False,
            solid_capstyle="butt", gid=key,
        )  # fmt: skip
        for end, cut in zip(whole, (left, right), strict=True):
            if end == cut:
                self._panel.plot(
                    [end, end], [middle - 3.5, middle + 3.5], color=self._style.prediction, lw=1.2, clip_on=False
                )
        self._arrows(bar.lower, bar.upper, middle, self._style.prediction, key)

    def _arrows(
        self, lower: float | None, upper: float | None, middle: float, colour: str, key: str, *, gap: float = 0.0
    ) -> None:
        """Draw an arrow at each end of the axis (a gap outside it) beyond which an interval goes on."""
        left, right = self._axis.ends(lower, upper)
        outside = gap * self._span / PANEL
        for beyond, edge, marker, side in (
            (left < self._axis.low, self._axis.low - outside, "<", "below"),
            (right > self._axis.high, self._axis.high + outside, ">", "above"),
        ):
            if beyond:
                self._panel.plot(
                    [edge], [middle], marker=marker, ms=4.5, mew=0, color=colour, zorder=4.5, clip_on=False,
                    gid=f"{key}-{side}",
                )  # fmt: skip

    def _notes(self) -> None:
        layout = self._layout
        height = layout.notes_top
        if layout.notes:
            self._rule(height - 5, 0.6)
        for number, lines in enumerate(layout.notes, start=1):
            for index, line in enumerate(lines):
                self._write(MARGIN, height + 0.9 * SMALL, line, size=SMALL, gid=f"note-{number}-{index + 1}")
                height += SMALL * LEADING
            height += 2
