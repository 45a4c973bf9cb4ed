"""The page that a plot of points or curves stands on: title above, one panel, notes below, nothing over another."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from mscevidence.publish.figure import POINTS_PER_INCH, blank_figure
from mscevidence.publish.lettering import font, readable, shortened, width, wrap
from mscevidence.publish.point_names import NameRoom

INK, GREY, FAINT = "#1a1a1a", "#767676", "#e6e6e6"
BLUE, SKY, VERMILLION, GREEN, PURPLE = "#0072B2", "#56B4E9", "#D55E00", "#009E73", "#AA4499"
"""Colours that stay apart for colour-blind readers (Okabe and Ito; Tol for purple)."""

Line = Sequence[tuple[float, float]]
BODY, SMALL, TITLE = 9.0, 8.0, 11.0
LEADING = 1.35
MARGIN = 14.0
LABEL_SPACE = 34.0
MOST_NAME = 130.0


@dataclasses.dataclass
class PlotPage:
    """A figure with one panel.

    Attributes:
        figure: the whole.
        panel: the axes to draw into.
        page: axes in points over the whole figure, y downwards.
        top: where the panel begins on the page.
        beside: where the room right of the panel begins.
    """

    figure: Figure
    panel: Axes
    page: Axes
    top: float
    beside: float

    @classmethod
    def blank(
        cls,
        title: str,
        notes: Sequence[str],
        *,
        across: float = 440.0,
        down: float = 320.0,
        left: float = 52.0,
        right: float = 0.0,
    ) -> PlotPage:
        """Return a page with a title, an empty panel and notes.

        Args:
            title: above the panel; wrapped.
            notes: sentences below it, one a line; wrapped.
            across: width of the panel in points.
            down: height of the panel in points.
            left: room for the numbers and the name of the vertical axis.
            right: room for a legend beside the panel.
        """
        wide = MARGIN + left + across + right + MARGIN
        lines = wrap(readable(title), wide - 2 * MARGIN, TITLE, bold=True) if title else ()
        said = [part for note in notes for part in wrap(readable(note), wide - 2 * MARGIN, SMALL)]
        top = MARGIN + len(lines) * TITLE * LEADING + (8.0 if lines else 0.0)
        below = LABEL_SPACE + len(said) * SMALL * LEADING + MARGIN
        high = top + down + below
        figure = blank_figure(wide, high)
        page = figure.add_axes((0, 0, 1, 1), gid="page")
        page.set(xlim=(0, wide), ylim=(high, 0))
        page.set_axis_off()
        for number, line in enumerate(lines):
            y = MARGIN + (number + 0.5) * TITLE * LEADING
            page.text(MARGIN, y, line, va="center_baseline", color=INK, font=font(TITLE, bold=True, text=line))
        for number, line in enumerate(said):
            y = top + down + LABEL_SPACE + (number + 0.5) * SMALL * LEADING
            page.text(MARGIN, y, line, va="center_baseline", color=INK, font=font(SMALL, text=line))
        box = ((MARGIN + left) / wide, 1 - (top + down) / high, across / wide, down / high)
        panel = figure.add_axes(box, gid="panel")
        _style(panel)
        return cls(figure, panel, page, top, MARGIN + left + across)

    def name_axes(self, x: str, y: str) -> None:
        """Write the names of both axes."""
        self.panel.set_xlabel(readable(x), font=font(BODY, text=x), color=INK, labelpad=4)
        self.panel.set_ylabel(readable(y), font=font(BODY, text=y), color=INK, labelpad=6)

    def number_axes(self) -> None:
        """Keep the ticks within both axes and give their numbers the lettering of all figures; call it last."""
        for axis, ends in ((self.panel.xaxis, self.panel.get_xlim()), (self.panel.yaxis, self.panel.get_ylim())):
            low, high = sorted(ends)
            kept = [
                (place, label.get_text())
                for place, label in zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=False)
                if low <= place <= high
            ]
            named = [name for _, name in kept]
            axis.set_ticks([place for place, _ in kept], named if all(named) else None)
        for label in (*self.panel.get_xticklabels(), *self.panel.get_yticklabels()):
            label.set_fontproperties(font(SMALL))
            label.set_color(INK)

    def name_points(
        self,
        points: Sequence[tuple[float, float, str]],
        *,
        size: float = SMALL,
        radii: Sequence[float] = (),
        lines: Sequence[Line] = (),
    ) -> list[str]:
        """Write names beside points where there is room; return the names for which there was none.

        A name that has no room beside its point stands some way off, and a thin line leads to it.

        Args:
            points: x and y in the units of the panel, and the name, the most important first.
            size: of the letters.
            radii: of the marks in points; 3 unless told.
            lines: x and y of the corners of lines, in the units of the panel, that names keep off.
        """
        scale = self.figure.dpi / POINTS_PER_INCH
        there, back = self.panel.transData, self.panel.transData.inverted()
        reach = [radius * scale for radius in radii or [3.0] * len(points)]
        dots = [there.transform((x, y)) for x, y, _ in points]
        marks = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(dots, reach, strict=True)]
        edges = self.panel.get_window_extent()
        inside = (edges.x0, edges.y0, edges.x1, edges.y1)
        room = NameRoom(inside, marks, [there.transform(line) for line in lines])
        left_out = []
        for mark, (_, _, whole) in zip(marks, points, strict=True):
            name = shortened(readable(whole), MOST_NAME, size)
            place = room.take(mark, width(name, size) * scale, size * 1.15 * scale, 2 * scale)
            if place is None:
                left_out.append(whole)
                continue
            box, leader = place
            if leader is not None:
                self.panel.plot(*back.transform(leader).T, color=GREY, linewidth=0.5, zorder=2)
            left, middle = back.transform((box[0], (box[1] + box[3]) / 2))
            text = self.panel.text(left, middle, name, va="center_baseline", font=font(size, text=name), color=INK)
            text.set_clip_on(False)
        return left_out


def _style(panel: Axes) -> None:
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        panel.spines[side].set_color(GREY)
        panel.spines[side].set_linewidth(0.8)
    panel.tick_params(colors=GREY, width=0.8, length=3.5)


def texts_of(figure: Figure) -> list[str]:
    """Return the texts of a figure, for tests and for descriptions."""
    return [each.get_text() for each in figure.findobj(Text) if each.get_text()]
