"""Checks of the texts of a figure: that none leaves the page and that no two stand on each other."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from mscevidence.publish.figure import house_style


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Return every visible text with the box it takes, measured finely."""
    figure.set_dpi(720)
    with house_style():
        figure.draw_without_rendering()
    found = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    return [(text.get_text(), text.get_window_extent()) for text in found]


def outside(figure: Figure) -> list[str]:
    """Return the texts that leave the page."""
    drawn, page = boxes(figure), figure.bbox
    return [said for said, box in drawn if box.x0 < page.x0 or box.x1 > page.x1 or box.y0 < page.y0 or box.y1 > page.y1]


def collisions(figure: Figure) -> list[tuple[str, str]]:
    """Return the pairs of texts that stand on each other."""
    drawn = boxes(figure)
    return [
        (said, other)
        for number, (said, box) in enumerate(drawn)
        for other, its in drawn[number + 1 :]
        if box.x0 < its.x1 - 1 and its.x0 < box.x1 - 1 and box.y0 < its.y1 - 1 and its.y0 < box.y1 - 1
    ]
