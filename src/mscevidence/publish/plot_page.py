"""The page that a plot of points or curves stands on: title above, one panel, notes below, nothing over another."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from mscevidence.publish.figure import blank_figure
from mscevidence.publish.lettering import font, readable, shortened, width, wrap

INK, GREY, FAINT = "#1a1a1a", "#767676", "#e6e6e6"
BLUE, SKY, VERMILLION, GREEN, PURPLE = "#0072B2", "#56B4E9", "#D55E00", "#009E73", "#AA4499"
"""Colours that stay apart for colour-blind readers (Okabe and Ito; Tol for purple)."""

Line = Sequence[tuple[float, float]]
Box = tuple[float, float, float, float]
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

        Args:
            points: x and y in the units of the panel, and the name, the most important first.
            size: of the letters.
            radii: of the marks in points; 3 unless told.
            lines: x and y of the corners of lines, in the units of the panel, that names keep off where they can.
        """
        placed: list[Box] = []
        left_out = []
        inside = self.panel.get_window_extent()
        scale = self.figure.dpi / 72
        dots = [self.panel.transData.transform((x, y)) for x, y, _ in points]
        reach = [radius * scale for radius in radii or [3.0] * len(points)]
        drawn = [self.panel.transData.transform(line) for line in lines]
        around = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(dots, reach, strict=True)]
        for (x, y), r, (_, _, whole) in zip(dots, reach, points, strict=True):
            name = shortened(readable(whole), MOST_NAME, size)
            wide, high = width(name, size) * scale, size * 1.15 * scale
            free = [
                box
                for box in _places(x, y, wide, high, r + 2 * scale)
                if inside.x0 <= box[0] and box[2] <= inside.x1 and inside.y0 <= box[1] and box[3] <= inside.y1
                and not any(_overlap(box, other) for other in (*placed, *around))
            ]  # fmt: skip
            found = next((box for box in free if not any(_crosses(box, line) for line in drawn)), None)
            found = found or next(iter(free), None)
            if found is None:
                left_out.append(whole)
                continue
            placed.append(found)
            left, middle = self.panel.transData.inverted().transform((found[0], (found[1] + found[3]) / 2))
            text = self.panel.text(left, middle, name, va="center_baseline", font=font(size, text=name), color=INK)
            text.set_clip_on(False)
        return left_out


def _places(x: float, y: float, wide: float, high: float, gap: float) -> tuple[Box, ...]:
    """Return the boxes that a name may take: right, left, above, below, then at the four corners."""
    near = 0.7 * gap
    return (
        (x + gap, y - high / 2, x + gap + wide, y + high / 2),
        (x - gap - wide, y - high / 2, x - gap, y + high / 2),
        (x - wide / 2, y + gap, x + wide / 2, y + gap + high),
        (x - wide / 2, y - gap - high, x + wide / 2, y - gap),
        (x + near, y + near, x + near + wide, y + near + high),
        (x - near - wide, y + near, x - near, y + near + high),
        (x + near, y - near - high, x + near + wide, y - near),
        (x - near - wide, y - near - high, x - near, y - near),
    )


def _crosses(box: Box, line: np.ndarray) -> bool:
    """Return whether a line of straight pieces comes into a box."""
    return bool(Path(line).intersects_bbox(Bbox.from_extents(*box), filled=False))


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


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
