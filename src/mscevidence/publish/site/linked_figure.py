"""A figure that stands in a page: its SVG inline, so that every number of a study in it is a link."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

SVG = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"
STROKES = "stroke-linejoin: round; stroke-linecap: butt"
"""What the style sheet inside a figure says; inline it would hold for the whole page, so that the figure says it."""

Link = Callable[[str], tuple[str, str] | None]
"""From the id of an element to the address and the words of its link; None for what is no link."""


def linked_svg(svg: bytes, *, prefix: str, link: Link) -> str:
    """Return an SVG file as an element of an HTML page.

    Args:
        svg: the file.
        prefix: goes before every id, so that two figures may stand on one page.
        link: says which elements become links.
    """
    from lxml import etree

    root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
    width = root.get("width", "").removesuffix("pt")
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("style", f"{STROKES}; --width: {float(width) * 4 / 3:.0f}px" if width else STROKES)
    # An image has no links inside; a group does.
    root.set("role", "group")
    for style in root.findall(f".//{{{SVG}}}style"):
        style.getparent().remove(style)
    for element in list(root.iter(f"{{{SVG}}}g")):
        _make_link(element, link)
    taken: set[str] = set()
    for element in root.iter():
        _rename(element, prefix)
        if element.get("id") in taken:
            # A page holds every id once; the first keeps it.
            del element.attrib["id"]
        taken.add(element.get("id", ""))
    etree.cleanup_namespaces(root)
    text: str = etree.tostring(root, encoding="unicode", with_tail=False)
    return text


def _make_link(element: _Element, link: Link) -> None:
    from lxml import etree

    name = element.get("id", "")
    found = link(name) if name else None
    if found is None:
        return
    address, words = found
    parent = element.getparent()
    anchor = etree.Element(f"{{{SVG}}}a", href=address)
    if not _is_first_of_its_kind(name):
        # One stop for the keyboard in each line of a figure; pointers may take any of its numbers.
        anchor.set("tabindex", "-1")
    parent.replace(element, anchor)
    anchor.tail, element.tail = element.tail, None
    title = etree.SubElement(anchor, f"{{{SVG}}}title")
    title.text = words
    anchor.append(element)


def _is_first_of_its_kind(name: str) -> bool:
    return re.search(r"-(events|total|control-events|control-total|weight|mark.*|line-[2-9])$", name) is None


def _rename(element: _Element, prefix: str) -> None:
    for name, value in element.attrib.items():
        if name == "id":
            element.set(name, prefix + value)
        elif name == "aria-labelledby":
            element.set(name, " ".join(prefix + one for one in value.split()))
        elif name == XLINK:
            del element.attrib[name]
            element.set("href", f"#{prefix}{value[1:]}" if value.startswith("#") else value)
        elif "url(#" in value:
            element.set(name, value.replace("url(#", f"url(#{prefix}"))
