"""What kind of report a document is, as far as it keeps reports apart: an erratum is not the article of its title."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mscevidence.model import Document

REGISTRY_PLACE = re.compile(
    r"clinicaltrials\.gov|trialsearch|clinicaltrialsregister|chictr\.org|isrctn\.com", re.IGNORECASE
)
_PREPRINT_PLACE = re.compile(r"\b(?:medrxiv|biorxiv|research square|preprints?|ssrn|arxiv)\b", re.IGNORECASE)
_PREPRINT_DOIS = ("10.1101/", "10.21203/rs", "10.20944/preprints", "10.2139/ssrn", "10.31219/", "10.48550/")

# A title that begins so belongs to a notice or a letter about another report, whose title often follows.
_NOTICE = re.compile(
    r"^\W*(?:(?P<erratum>errat(?:um|a)|corrigend(?:um|a)|corrections?|publisher correction|author correction|addendum)"
    r"|(?P<retraction>retraction(?: notice| note)?|notice of retraction|expression of concern|withdrawal)"
    r"|(?P<reply>in reply|(?:authors?'? ?|the authors? )?(?:reply|response)(?:s|d)?)"
    r"|(?P<comment>re|comments?|commentary|letter(?: to the editor)?|editorial comment|invited commentary))"
    r"(?=\W*(?:[:.\-–—]|to\b|on\b|for\b|of\b|regarding\b|$))",
    re.IGNORECASE,
)
CORRECTED_PLACE = re.compile(
    r"\s*\((?:(?:retraction of )?vol\.? \d+[^()]*\d{4}|[^()]{4,120}\((?:19|20)\d\d\) \d+[^()]*(?:\([^()]*\))?)\)\W*$",
    re.IGNORECASE,
)
"""How Web of Science and Embase end titles of corrections: ``(vol 36, pg 12, 2014)``, ``(Blood (2014) 36 (12))``."""

_TYPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("erratum", ("published erratum", "erratum", "correction", "corrigendum")),
    ("retraction", ("retraction of publication", "retraction notice", "expression of concern")),
    ("abstract", ("meeting abstract", "conference abstract", "congress abstract")),
    ("preprint", ("preprint",)),
    ("registration", ("registry entry", "trial registry record", "clinical trial registry")),
    ("thesis", ("thesis", "academic dissertation", "dissertation")),
    ("article", ("journal article", "article", "article in press", "review", "randomized controlled trial")),
)
_KINDS = {
    "conference-abstract": "abstract",
    "letter": "article",
    "review": "article",
    "editorial": "article",
    "registry-results": "registration",
    "registry-entry": "registration",
    "preprint": "preprint",
    "thesis": "thesis",
    "erratum": "erratum",
    "retraction-notice": "retraction",
    "protocol": "protocol",
}


def kind_of(document: Document, own: Mapping[str, frozenset[str]]) -> str:
    """Return ``article``, ``abstract``, ``registration``, ``erratum``, ``reply``, ...; empty where nothing tells.

    Args:
        document: as a reader made it.
        own: identifiers of the report itself, kind to values.
    """
    if notice := _notice(document.title):
        return notice
    said = {one.casefold().strip() for one in document.publication_types}
    by_type = next((kind for kind, words in _TYPES if said.intersection(words)), "")
    if by_type and by_type != "article":
        return by_type
    # A "conference paper" of Scopus or Embase is often a whole article: only an abstract that is called so is one.
    if document.kind in _KINDS and not (document.kind == "conference-abstract" and said):
        return _KINDS[document.kind]
    return _by_place(document, own) or by_type


def _notice(title: str) -> str:
    found = _NOTICE.match(title)
    if found and found.lastgroup:
        return found.lastgroup
    return "erratum" if CORRECTED_PLACE.search(title) else ""


def _by_place(document: Document, own: Mapping[str, frozenset[str]]) -> str:
    place = f"{document.journal or ''} {document.publisher or ''}"
    if REGISTRY_PLACE.search(f"{place} {document.url or ''}"):
        return "registration"
    preprint = _PREPRINT_PLACE.search(place) or any(doi.startswith(_PREPRINT_DOIS) for doi in own.get("doi", ()))
    return "preprint" if preprint else ""
