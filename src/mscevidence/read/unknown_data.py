"""Data that are no abstract: JSON and XML in no format that is read, such as the schema of an interface."""

from __future__ import annotations

import json
import re

from mscevidence.errors import DocumentError

_MEMBER = re.compile(r'(?:\[\s*)?\{\s*"[^"\n]{1,200}"\s*:')
_ELEMENT = re.compile(r"<(?P<name>[A-Za-z_][\w:.-]{0,200})(?=[\s/>])[^<>]*>")
_BEFORE_ELEMENT = re.compile(r"(?:<\?[^>]{0,1000}\?>\s*|<!--.{0,20000}?-->\s*|<!DOCTYPE[^\[>]{0,2000}>\s*)*", re.DOTALL)
_OF_WORDS = frozenset({"a", "b", "big", "br", "center", "em", "font", "i", "pre", "small", "strong", "sub", "sup", "u"})
_READ_JSON = "ClinicalTrials.gov API 2, Crossref, Europe PMC"
_READ_XML = "PubMed, JATS, Europe PMC, Crossref, EndNote"


def refuse_unknown_data(decoded: str) -> None:
    """Pass what may be an abstract, one that begins with a brace or a sign for less too.

    Raises:
        DocumentError: the text is JSON or XML.
    """
    text = decoded.strip("\ufeff \t\r\n")
    if _is_json(text):
        raise DocumentError("the input is JSON in no format that is read", hint=_hint("JSON", _READ_JSON))
    if _is_xml(text):
        raise DocumentError("the input is XML in no format that is read", hint=_hint("XML", _READ_XML))


def _hint(name: str, sources: str) -> str:
    return f"{name} is read from {sources}; of anything else give the abstract as text (or say format plain-text)"


def _is_json(text: str) -> bool:
    """Return whether a text is JSON, or begins as a list or an object of it does and then breaks."""
    if text[:1] not in {"{", "["}:
        return False
    if _MEMBER.match(text):
        return True
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False
    except RecursionError:
        return True


def _is_xml(text: str) -> bool:
    """Return whether a text is declared as XML, or is one element that is no emphasis of words."""
    if text.startswith("<?xml"):
        return True
    prologue = _BEFORE_ELEMENT.match(text)
    element = _ELEMENT.match(text, prologue.end() if prologue else 0)
    if element is None or element["name"].casefold() in _OF_WORDS:
        return False
    return _is_one_element(text[element.start() :])


def _is_one_element(text: str) -> bool:
    from lxml import etree

    options = {"no_network": True, "resolve_entities": False, "load_dtd": False, "huge_tree": False}
    try:
        etree.fromstring(text.encode("utf-8", "replace"), etree.XMLParser(encoding="utf-8", **options))
    except etree.XMLSyntaxError:
        return False
    return True
