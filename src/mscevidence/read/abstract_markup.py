"""Abstracts with markup inside a field (JATS of Crossref, HTML of Europe PMC) to their labelled parts.

What only looks like markup (``P<0.05``, ``<i>`` that is never closed) stays text: nothing of an abstract is cut.
"""

from __future__ import annotations

import html
import re

from mscevidence.errors import DocumentError
from mscevidence.read.abstracts import Part
from mscevidence.read.canonical import canonical, is_canonical
from mscevidence.read.jats_text import Element, inline, name_of, parse

_TAG = re.compile(
    r"<(/?)(?:jats:|mml:)?(?:p|sec|title|h[1-6]|i|b|u|em|strong|italic|bold|underline|su[bp]|su[bp]script|sc|br|break|div|span"
    r"|list|list-item|label|ol|ul|li|abstract|trans-abstract|AbstractText|inline-formula|disp-formula|alternatives|tex-math"
    r"|math|m[a-z]{1,14}|semantics|annotation|inline-graphic|xref|ext-link|uri|styled-content|named-content|a|font|section"
    r"|monospace|sans-serif|roman|overline|strike|tt|small|big|text|disp-quote|table-wrap|graphic|p\d)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"</(?:i|b|u|p|su[bp]|em|strong|italic|bold|h[1-6])>", re.IGNORECASE)
_LABELS = frozenset({"title", "h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = frozenset(
    {"p", "sec", "div", "section", "abstract", "trans-abstract", "list", "list-item", "ol", "ul", "li", "AbstractText"}
)
_EMPTY = re.compile(r"^(?:abstract|summary)[.:]?$", re.IGNORECASE)


def plain_line(markup: str) -> str:
    """Return a field with markup in one line of text."""
    parts = parts_of(markup)
    return " ".join(f"{label} {text}".strip() for label, text in parts)


def without_markup(line: str) -> str:
    """Return a line of plain text without the tags that some publisher put into it as words."""
    return plain_line(line) if "</" in line and _CLOSING.search(line) else line


def parts_of(markup: str) -> list[Part]:
    """Return the parts of an abstract, each with its label as printed; one without label where it has no parts."""
    for _ in range(2):  # Europe PMC and some publishers write the markup itself with &lt;
        if "&" in markup and _CLOSING.search(unescaped := html.unescape(markup)) and not _CLOSING.search(markup):
            markup = unescaped
    if "<" not in markup and "&" not in markup:
        plain = " ".join(markup.split())
        return [("", plain if is_canonical(plain) else _plain(plain))] if plain else []
    escaped = _escaped(markup)
    try:
        root, _ = parse(escaped)
    except DocumentError:
        return [("", _plain(_TAG.sub(" ", markup)))]
    parts: list[Part] = []
    _walk(root, parts, "")
    return [part for part in parts if part[1]]


def _plain(text: str) -> str:
    return canonical(" ".join(html.unescape(text).split()))


def _escaped(markup: str) -> str:
    """Return markup in which every ``<`` and ``&`` that begins nothing known is written as a character."""
    pieces: list[str] = []
    position = 0
    for tag in _TAG.finditer(markup):
        pieces += [_words(markup[position : tag.start()]), tag.group().replace("&", "&amp;")]
        position = tag.end()
    pieces.append(_words(markup[position:]))
    return "".join(pieces)


def _words(text: str) -> str:
    bare = html.unescape(text)
    return html.escape(bare, quote=False)


def _walk(element: Element, parts: list[Part], label: str) -> None:
    """Append the parts inside an element; loose text around its blocks is a part as well."""
    loose: list[str] = [element.text or ""]
    run: list[Element] = []

    def flush() -> None:
        from lxml import etree

        if not run and not loose[0].strip():
            return
        holder = etree.Element("p")
        holder.text = loose[0]
        holder.extend(run)
        _add(parts, label, inline(holder))
        run.clear()
        loose[0] = ""

    for child in list(element):
        name = name_of(child)
        tail = child.tail or ""
        if name not in _LABELS and name not in _BLOCKS:
            run.append(child)
            continue
        flush()
        if name in _LABELS:
            words = inline(child)
            label = "" if _EMPTY.match(words) else words.rstrip(": ")
        else:
            _walk(child, parts, label)
            label = "" if name in {"sec", "section"} else label
        loose[0] = tail
    flush()


def _add(parts: list[Part], label: str, text: str) -> None:
    """Append a text; paragraphs of one label are one part."""
    if not text:
        return
    if parts and label and parts[-1][0] == label:
        parts[-1] = (label, f"{parts[-1][1]} {text}")
    else:
        parts.append((label, text))
