"""What tests ask of every figure: no text leaves the page, and none stands on another."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from mscevidence.publish.figure import house_style


def texts_in_place(figure: Figure) -> list[tuple[str, Bbox]]:
    """Return every text that is drawn, with its box, after asserting that all are on the page.

    At the resolution of a screen whole pixels make letters wider than they are on paper: 720 dots per inch are used.
    """
    figure.set_dpi(720)
    with house_style():
        figure.draw_without_rendering()
    page = figure.bbox
    texts = [text for text in figure.findobj(Text) if text.get_text()]
    # Ticks beyond an axis have a label that is not drawn and has no size.
    boxes = [(text.get_text(), box) for text in texts if (box := text.get_window_extent()).width > 1]
    for said, box in boxes:
        assert page.x0 <= box.x0, said
        assert box.x1 <= page.x1, said
        assert page.y0 <= box.y0, said
        assert box.y1 <= page.y1, said
    return boxes


def assert_apart(boxes: list[tuple[str, Bbox]]) -> None:
    """Assert that no text stands on another; boxes may touch by the height of an ascender."""
    for number, (said, box) in enumerate(boxes):
        for other, its in boxes[number + 1 :]:
            assert not box.padded(-15).overlaps(its.padded(-15)), (said, other)


def by_key(figure: Figure) -> dict[str, str]:
    """Return what is written by its key: lines and the parts of a cell together, what has no key by its number."""
    found: dict[str, str] = {}
    for number, text in enumerate(each for each in figure.findobj(Text) if each.get_text()):
        key = (text.get_gid() or f"{number}").partition("-line-")[0]
        found[key] = f"{found[key]} {text.get_text()}" if key in found else text.get_text()
    return found
