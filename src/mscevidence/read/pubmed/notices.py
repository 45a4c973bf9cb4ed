"""Links of a PubMed record to what retracts, corrects, discusses or updates it."""

from __future__ import annotations

import re
from collections.abc import Collection

from mscevidence.model import Identifier, Notice, NoticeKind
from mscevidence.read.identifiers import identifiers_in
from mscevidence.read.jats_text import Element
from mscevidence.read.pubmed.fields import by_name, line

_KINDS: dict[str, NoticeKind] = {
    "CommentIn": "commented-by",
    "CommentOn": "comment-on",
    "ErratumIn": "corrected-by",
    "ErratumFor": "erratum-for",
    "ExpressionOfConcernIn": "expression-of-concern-by",
    "ExpressionOfConcernFor": "expression-of-concern-for",
    "PartialRetractionIn": "retracted-by",
    "PartialRetractionOf": "retraction-of",
    "RetractionIn": "retracted-by",
    "RetractionOf": "retraction-of",
    "RetractedandRepublishedIn": "republished-in",
    "RetractedandRepublishedFrom": "republished-from",
    "CorrectedandRepublishedIn": "republished-in",
    "CorrectedandRepublishedFrom": "republished-from",
    "RepublishedIn": "republished-in",
    "RepublishedFrom": "republished-from",
    "UpdateIn": "updated-by",
    "UpdateOf": "update-of",
}
_PREPRINTS = re.compile(
    r"\b(?:bioRxiv|medRxiv|arXiv|ChemRxiv|Res(?:earch)? Sq(?:uare)?|SSRN|Preprints?)\b", re.IGNORECASE
)


def notices_of(links: Element | None, types: Collection[str]) -> tuple[Notice, ...]:
    """Return the links of a record, its references left out.

    Args:
        links: the list of the record.
        types: publication types of the record.
    """
    found = []
    for link in links if links is not None else ():
        name = link.get("RefType") or ""
        if name == "Cites":
            continue
        parts = by_name(link)
        source, pmid = line(parts.get("RefSource")), line(parts.get("PMID"))
        kind = _KINDS.get(name, "other")
        if kind == "updated-by" and "Preprint" in types:
            kind = "preprint-of"
        elif kind == "update-of" and _PREPRINTS.search(source):
            kind = "has-preprint"
        plain = source if kind != "other" else f"{name}: {source}"
        note = line(parts.get("Note"))
        text = f"{plain} ({note})" if note else plain
        found.append(Notice(kind=kind, text=text, identifiers=identifiers_of(source, pmid)))
    return tuple(found)


def identifiers_of(source: str, pmid: str) -> tuple[Identifier, ...]:
    """Return the identifiers of a report that a citation names: its PMID, and those in the words."""
    own = (Identifier(kind="pmid", value=pmid),) if pmid else ()
    named = (Identifier(kind=each.kind, value=each.value) for each in identifiers_in(source))
    return (*own, *(each for each in named if each not in own))
