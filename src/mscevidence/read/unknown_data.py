"""Data that are no abstract: JSON, XML, tagged records and lists in no format that is read.

Read as the text of one abstract they would be counted as one report, whatever they hold, and nobody would be told.
"""

from __future__ import annotations

import json
import re

from mscevidence.errors import DocumentError

_MEMBER = re.compile(r'(?:\[\s*)?\{\s*"[^"\n]{1,200}"\s*:')
_ELEMENT = re.compile(r"<(?P<name>[A-Za-z_][\w:.-]{0,200})(?=[\s/>])[^<>]*>")
_BEFORE_ELEMENT = re.compile(r"(?:<\?[^>]{0,1000}\?>\s*|<!--.{0,20000}?-->\s*|<!DOCTYPE[^\[>]{0,2000}>\s*)*", re.DOTALL)
_OF_WORDS = frozenset({"a", "b", "big", "br", "center", "em", "font", "i", "pre", "small", "strong", "sub", "sup", "u"})
_READ_JSON = "ClinicalTrials.gov API 2, Crossref, Europe PMC, CSL, Zotero"
_READ_XML = "PubMed, JATS, Europe PMC, Crossref, EndNote, ICTRP"

_KNOWN = (
    (
        re.compile(r"<clinical_study\b|\"FullStudiesResponse\""),
        "of the former interface of ClinicalTrials.gov",
        "it is no longer offered; give the NCT numbers instead: mscevidence ingest NCT01234567",
    ),
    (re.compile(r"<rdf:RDF\b|<z:Attachment\b"), "of a Zotero library", "export it from Zotero as RIS or BibTeX"),
    (re.compile(r"<mods(?:Collection)?\b"), "in MODS", "export it as RIS or BibTeX"),
    (re.compile(r"<rss\b|<feed\b"), "of a news feed", "give the PMIDs or DOIs it names: mscevidence ingest 12345678"),
)
"""Data that people are known to have, by what stands at their beginning, with what to do about them."""

_LISTED = re.compile(
    r"""(?:(?:PMID|DOI|PMCID)\W{1,3})?(?:\d{5,8}|PMC\d{4,9}|NCT\d{8}|(?:https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/\S+)""",
    re.IGNORECASE,
)
_TAGGED = re.compile(r"(?m)^\W{0,3}(?P<tag>[A-Z][A-Z0-9]{1,2})(?P<sign>\s{0,4}[-–—:~=]|\u00a0{1,4})\s?\S")
_TELLING_TAGS = (frozenset({"TI", "T1"}), frozenset({"AU", "A1", "AB", "N2", "SO", "PY", "YR", "TY"}))
_FEWEST_TAGS = 3
_TRIAL = re.compile(r"(?m)^(?:EudraCT Number|EU CT Number|NCT Number|Trial ID):[ \t]*\S")
_BEGINNING = 2_000


def refuse_unknown_data(decoded: str) -> None:
    """Pass what may be an abstract, one that begins with a brace or a sign for less too.

    Raises:
        DocumentError: the text is JSON, XML, a list of identifiers, or an export of records or trials.
    """
    text = decoded.strip("\ufeff \t\r\n")
    _refuse_lists(text)
    _refuse_tags(text)
    _refuse_trials(text)
    if _is_json(text):
        raise _unread(text, "JSON", _READ_JSON)
    if _is_xml(text):
        raise _unread(text, "XML", _READ_XML)


def listed_identifiers(text: str) -> tuple[str, ...]:
    """Return the identifiers that a text lists and nothing else; none of any other text."""
    listed = tuple(each.strip(",;") for each in text.strip("\ufeff").split())
    return listed if all(map(_LISTED.fullmatch, listed)) else ()


def _refuse_lists(text: str) -> None:
    if listed := listed_identifiers(text):
        hint = f"give them as arguments, and they are fetched: mscevidence ingest {' '.join(listed[:2])}"
        raise DocumentError(f"the input is a list of {len(listed)} identifiers, not their documents", hint=hint)


def _refuse_tags(text: str) -> None:
    tags = list(dict.fromkeys(found["tag"] for found in _TAGGED.finditer(text)))
    if len(tags) >= _FEWEST_TAGS and all(telling & set(tags) for telling in _TELLING_TAGS):
        shown = ", ".join(tags[:5])
        hint = "export it as RIS, BibTeX, PubMed (nbib) or CSV; of a single abstract give its text (format plain-text)"
        raise DocumentError(f"the input is an export with the tags {shown} ... in no format that is read", hint=hint)


def _refuse_trials(text: str) -> None:
    trials = len(_TRIAL.findall(text))
    if trials > 1:
        hint = "export them from the search portal of the WHO (ICTRP) as XML, or give the NCT numbers as arguments"
        raise DocumentError(f"the input holds {trials} trials of a registry as text, which is not read", hint=hint)


def _unread(text: str, name: str, sources: str) -> DocumentError:
    for pattern, what, hint in _KNOWN:
        if pattern.search(text[:_BEGINNING]):
            return DocumentError(f"the input is {name} {what}, which is not read", hint=hint)
    hint = f"{name} is read from {sources}; of anything else give the abstract as text (or say format plain-text)"
    return DocumentError(f"the input is {name} in no format that is read", hint=hint)


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
