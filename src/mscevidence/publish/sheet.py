"""The sheet that a figure of rows, nodes or ridges is drawn on: measured in points, y downwards, title above all."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mscevidence.publish.figure import blank_figure
from mscevidence.publish.lettering import font, readable, wrap
from mscevidence.publish.plot_page import INK, LEADING, MARGIN, SMALL, TITLE

Side = Literal["left", "center", "right"]
NOTES_GAP = 12.0


def write(
    page: Axes,
    x: float,
    y: float,
    words: str,
    *,
    size: float = SMALL,
    side: Side = "left",
    bold: bool = False,
    colour: str = INK,
) -> None:
    """Write one line on axes in points, its middle at y and its left end, middle or right end at x."""
    page.text(x, y, words, ha=side, va="center_baseline", color=colour, font=font(size, bold=bold, text=words))


@dataclasses.dataclass
class Sheet:
    """A figure with its title and notes in place, and room between them.

    Attributes:
        figure: the whole.
        page: axes in points over all of it.
        wide: width of the figure.
        top: where the room begins.
        bottom: where it ends.
    """

    figure: Figure
    page: Axes
    wide: float
    top: float
    bottom: float

    @classmethod
    def blank(cls, title: str, notes: Sequence[str], *, wide: float, down: float) -> Sheet:
        """Return a sheet with a title, room for a drawing and notes.

        Args:
            title: above the room; wrapped.
            notes: sentences below it, one a line; wrapped.
            wide: width of the figure in points.
            down: height of the room in points.
        """
        inner = wide - 2 * MARGIN
        lines = wrap(readable(title), inner, TITLE, bold=True) if title else ()
        said = [line for note in notes for line in wrap(readable(note), inner, SMALL)]
        top = MARGIN + len(lines) * TITLE * LEADING + (8.0 if lines else 0.0)
        bottom = top + down
        high = bottom + (NOTES_GAP + len(said) * SMALL * LEADING if said else 0.0) + MARGIN
        figure = blank_figure(wide, high)
        page = figure.add_axes((0, 0, 1, 1), gid="page")
        page.set(xlim=(0, wide), ylim=(high, 0))
        page.set_axis_off()
        sheet = cls(figure, page, wide, top, bottom)
        for number, line in enumerate(lines):
            sheet.write(MARGIN, MARGIN + (number + 0.5) * TITLE * LEADING, line, size=TITLE, bold=True)
        for number, line in enumerate(said):
            sheet.write(MARGIN, bottom + NOTES_GAP + (number + 0.5) * SMALL * LEADING, line)
        return sheet

    def write(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = SMALL,
        side: Side = "left",
        bold: bool = False,
        colour: str = INK,
    ) -> None:
        """Write one line whose middle is at y and whose left end, middle or right end is at x."""
        write(self.page, x, y, words, size=size, side=side, bold=bold, colour=colour)

    def write_lines(
        self, x: float, y: float, lines: Sequence[str], *, size: float = SMALL, side: Side = "left", colour: str = INK
    ) -> None:
        """Write lines one below the other, their middle at y."""
        for number, line in enumerate(lines):
            at = y + (number - (len(lines) - 1) / 2) * size * LEADING
            self.write(x, at, line, size=size, side=side, colour=colour)
