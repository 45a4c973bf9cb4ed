"""JATS markup to elements, and elements to text: nothing is fetched, no entity is expanded, broken markup is mended."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from mscevidence.errors import DocumentError
from mscevidence.read.canonical import canonical, is_canonical
from mscevidence.read.mathml import math_text

Element = Any
"""An element of lxml, which carries no types."""

FLOATS = frozenset(
    re.findall(
        r"[\w-]+", "table-wrap table-wrap-group fig fig-group boxed-text supplementary-material sec abstract body"
    )
)
"""What stands in a paragraph without being part of its sentences; sections only get there by broken markup."""

_SILENT = frozenset(
    re.findall(
        r"[\w-]+",
        "graphic inline-graphic media tex-math object-id alternatives-id label-graphic annotation processing-meta",
    )
)
_PROLOGUE = re.compile(r"^[\s\ufeff]*(?:<\?.{0,1000}?\?>\s*|<!--.{0,20000}?-->\s*)*", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]{0,2000}(?:\[(?:[^\]\"']|\"[^\"]*\"|'[^']*')*\]\s*)?>")
_NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9.]{0,40});")
_XML_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_DECLARATION = re.compile(r"<\?xml\b[^>]{0,300}\?>")
_RAISED = re.compile(r"[-−–+]?\d{1,3}[-−–+]?|[a-z*†‡§¶#‖]{1,3}", re.IGNORECASE)
_TEN = re.compile(r"(?<![\d.,])10\s*$")
_ORDINAL = re.compile(r"st|nd|rd|th|tm|®|™|©|[-−–+]{1,2}|[-−–+]/[-−–+]", re.IGNORECASE)
"""What stands raised behind a word as a part of it: 1st, CD34+, Rag2-/-."""
_MINUS = str.maketrans({"−": "-", "–": "-"})
_LOOSE = re.compile(r" (?=[.,;:)\]\d])(?:(?<=[\w)\]%] )(?=[.,;:)\]](?:\s|$))|(?<=\[ )(?=\d)|(?<=\d )(?=\]))")
"""Begins with the space itself, as a search for a fixed character is many times faster than one for what is behind."""

_ROOTS = re.compile(
    r"(?:article|pmc-articleset|abstract|trans-abstract|sec|table-wrap|front|front-stub|article-meta|body|OAI-PMH)\b"
)
_JATS_ONLY = re.compile(r"<(?:article-meta|sec|table-wrap|front|abstract|journal-meta|pub-id)\b")


def looks_like_jats(decoded: str) -> bool:
    """Return whether a text is a JATS article, a set of them, or a piece of one."""
    prologue = _PROLOGUE.match(decoded)
    start = prologue.end() if prologue else 0
    doctype = _DOCTYPE.match(decoded, start)
    start = doctype.end() if doctype else start
    while decoded[start : start + 1].isspace():
        start += 1
    if decoded[start : start + 1] != "<" or not _ROOTS.match(decoded, start + 1):
        return False
    return bool(_JATS_ONLY.search(decoded, start, start + 200_000)) and "<html" not in decoded[:start].lower()


def parse(markup: str) -> tuple[Element, tuple[str, ...]]:
    """Return an element that holds all roots of the markup, and notes on what had to be mended.

    Raises:
        DocumentError: the markup is nested too deeply or too large to be read in full.
    """
    from lxml import etree

    plain = _DOCTYPE.sub("", _DECLARATION.sub("", markup), count=1)
    plain = f"<fragments>{_NAMED_ENTITY.sub(_character, plain)}</fragments>"
    options = {"no_network": True, "resolve_entities": False, "load_dtd": False, "huge_tree": False}
    parser = etree.XMLParser(recover=True, encoding="utf-8", remove_comments=True, remove_pis=True, **options)
    root = etree.fromstring(plain.encode("utf-8", "replace"), parser)
    faults = [fault for fault in parser.error_log if "NS_ERR" not in fault.type_name]
    if any("LIMIT" in fault.type_name or "depth" in fault.message.casefold() for fault in faults) or root is None:
        raise DocumentError("the XML is nested too deeply to be read", hint="check that the file is an article in JATS")
    notes = (f"not well-formed XML: {len(faults)} faults mended; compare the text",) if faults else ()
    return root, notes


def _character(match: re.Match[str]) -> str:
    """Return the character of an entity of HTML, and any other entity as it is written."""
    name = match[1]
    if name in _XML_OWN:
        return match.group()
    known = html.unescape(match.group())
    return known if known != match.group() else f"&amp;{name};"


def name_of(element: Element) -> str:
    """Return the name of an element without its namespace; an empty string for what is no element."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2].rpartition(":")[2]


def inline(element: Element, floats: list[Element] | None = None, *, skip: frozenset[str] = frozenset()) -> str:
    """Return the text of an element in one line; superscripts behind a word or number become ``^6``.

    Args:
        element: where to read.
        floats: takes the tables and figures inside, which are left out of the text.
        skip: names of elements that are left out.
    """
    pieces: list[str] = []
    for kind, node in _events(element, floats, skip):
        if kind == "text":
            pieces.append(node)
        elif kind == "raised":
            pieces.append(_raised(inline(node), pieces))
        else:
            pieces.append(" ")
    text = " ".join("".join(pieces).split())
    return _canonical(_LOOSE.sub("", text) if " " in text else text)


def _canonical(text: str) -> str:
    """Return the canonical form of a line; most lines are so already."""
    return text if is_canonical(text) else canonical(text)


def _events(element: Element, floats: list[Element] | None, skip: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """Yield texts, superscripts and breaks of an element in order, without recursion."""
    stack: list[Any] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield "text", node
            continue
        name = name_of(node)
        if node is not element and name in skip:
            continue
        if node is not element and (name == "sup" or (name == "xref" and node.get("ref-type") in {"table-fn", "fn"})):
            yield "raised", node
            continue
        if name == "math":
            yield "text", math_text(node)
            continue
        if name == "break" or name in _SPACED:
            yield "space", None
        if node is not element and (name in _SILENT or name in skip or name in FLOATS or not name):
            if floats is not None and name in FLOATS:
                floats.append(node)
            continue
        stack += _inside(node, name)


def _inside(node: Element, name: str) -> list[Any]:
    """Return what stands in an element, the first thing last."""
    inside: list[Any] = [" "] if name in _SPACED else []
    for child in reversed(node):
        if child.tail:
            inside.append(child.tail)
        inside.append(child)
    if node.text:
        inside.append(node.text)
    return inside


_SPACED = frozenset(
    re.findall(r"[\w-]+", "p title label list-item def term disp-formula disp-quote td th tr caption attrib verse-line")
)


def _raised(words: str, before: list[str]) -> str:
    last = next((piece[-1] for piece in reversed(before) if piece), "")
    plain = words.strip()
    if _ORDINAL.fullmatch(plain) or not _RAISED.fullmatch(plain):
        return plain if _ORDINAL.fullmatch(plain) else f" {plain} "
    if plain and not plain[-1].isdigit() and not "".join(before[-3:]).strip():
        return f"{plain} "  # the mark of a footnote before its words
    if last.isspace() and _TEN.search("".join(before[-3:])[-80:]):
        return f"^{plain.translate(_MINUS)}"  # of 10 6 written apart, the canonical text makes 10^6
    return f"^{plain.translate(_MINUS)}" if last and (last.isalnum() or last in ")]%") else plain
