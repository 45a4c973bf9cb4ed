"""HTML elements to lines of text. Scripts, styles and comments are dropped; nothing is executed or fetched."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """address article aside blockquote br caption dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header
        hr li main ol p pre section table tbody td tfoot th thead tr ul""",
    )
)
_CELLS = frozenset({"td", "th"})
_DROPPED = ("script", "style", "noscript", "template", "iframe", "object", "svg", "head")
_EXPONENT = re.compile(r"[-−]?\d{1,3}")


def parse(markup: str) -> BeautifulSoup:
    """Return the parsed page without the elements that are not text."""
    soup = BeautifulSoup(markup, "html.parser")
    for element in soup.find_all(_DROPPED):
        if not element.decomposed:
            element.decompose()
    return soup


def text_of(element: Tag, *, powers: bool = True) -> str:
    """Return the text of an element, one line per block; ``10<sup>6</sup>`` becomes ``10^6``.

    Args:
        element: where to read.
        powers: mark superscript numbers behind a digit with ``^``; off for author lines, where they name affiliations.
    """
    pieces: list[str] = []
    open_elements = [(element, iter(element.children))]
    while open_elements:
        current, children = open_elements[-1]
        node = next(children, None)
        if node is None:
            open_elements.pop()
            pieces.append(_break(current))
        elif isinstance(node, Tag):
            pieces.append(_break(node))
            open_elements.append((node, iter(node.children)))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            words = re.sub(r"\s+", " ", str(node))
            pieces.append(_raised(words, pieces) if powers and current.name == "sup" else words)
    return _tidy("".join(pieces))


def _break(element: Tag) -> str:
    if element.name in _CELLS:
        return "\t"
    return "\n" if element.name in _BLOCKS else ""


def _raised(words: str, pieces: list[str]) -> str:
    before = next((piece for piece in reversed(pieces) if piece), "")
    exponent = words.strip()
    is_power = _EXPONENT.fullmatch(exponent) and before.rstrip()[-1:].isdigit()
    return f"^{exponent.replace('−', '-')}" if is_power else words


def _tidy(text: str) -> str:
    lines = (re.sub(r"[ ]{2,}", " ", line).strip(" ") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
