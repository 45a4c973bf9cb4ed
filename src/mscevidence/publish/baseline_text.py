"""Lines of text on their baseline, as fast as they can be written.

An SVG takes the anchor of a text and leaves the rest to its reader. Matplotlib lays every text out all the same, which
is most of the time that a figure of many rows takes; a line that stands on its baseline needs none of it.
"""

from __future__ import annotations

from typing import Literal

from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text

Align = Literal["left", "center", "right"]


class BaselineText(Text):
    """One line with its baseline at y; SVG files get it unmeasured, the same bytes as measured."""

    def draw(self, renderer: RendererBase) -> None:
        """Write the line."""
        # Of the renderers only that of SVG writes elements; to figures with pictures in them it comes wrapped.
        if not hasattr(renderer, "writer"):
            super().draw(renderer)
            return
        if not (self.get_visible() and self.get_text()):
            return
        renderer.open_group("text", self.get_gid())
        x, y = self.get_transform().transform(self.get_unitless_position())
        _, height = renderer.get_canvas_width_height()
        gc = renderer.new_gc()
        gc.set_foreground(self.get_color())
        renderer.draw_text(gc, x, height - y, self.get_text(), self.get_fontproperties(), 0.0, mtext=self)
        gc.restore()
        renderer.close_group("text")


def write_on_baseline(
    page: Axes, x: float, y: float, words: str, *, letters: FontProperties, align: Align, colour: str, gid: str
) -> None:
    """Put one line on axes in their own units: its left end, middle or right end at x, its baseline at y."""
    line = BaselineText(
        x, y, words, horizontalalignment=align, verticalalignment="baseline", parse_math=False, color=colour,
        fontproperties=letters, transform=page.transData, clip_on=False,
    )  # fmt: skip
    if gid:
        line.set_gid(gid)
    page.add_artist(line)
