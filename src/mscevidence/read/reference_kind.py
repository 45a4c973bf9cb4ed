"""What an exported reference is: the kind of report, its status, the database it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mscevidence.model import Identifier, Notice
from mscevidence.read.identifiers import REGISTRIES

_KINDS = (
    ("retraction-notice", r"retraction of publication|retraction notice|^retraction$"),
    ("erratum", r"erratum|corrigendum|^correction"),
    ("registry-entry", r"registry|trial registration|clinical trial (?:record|registration)"),
    ("protocol", r"trial protocol|study protocol|^protocol$"),
    ("conference-abstract", r"conference abstract|meeting abstract|congress abstract|^abst$|^abstract$|^poster$"),
    ("preprint", r"preprint|posted.content"),
    ("thesis", r"thesis|dissertation|^thes$"),
    ("press-release", r"^press$|press release"),
    ("personal-communication", r"^[pi]comm$|personal communication"),
    ("editorial", r"editorial"),
    ("letter", r"letter|^correspondence$"),
    ("review", r"\breview\b|systematic review|meta-?analysis"),
)
_BY_TYPE = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)
_NOT_A_REVIEW = re.compile(r"conference review|book review|peer.review", re.IGNORECASE)

_SOURCES = (
    ("embase", "embase"),
    ("scopus", "scopus"),
    ("web-of-science", "web of science"),
    ("clinicaltrials.gov", "clinicaltrials"),
    ("ictrp", "ictrp"),
    ("central", "cochrane"),
    ("pubmed", "pubmed"),
    ("pubmed", "medline"),
    ("pubmed", "nlm"),
    ("lens", "lens"),
    ("europepmc", "europe pmc"),
)
_BY_IDENTIFIER = {"embase": "embase", "scopus": "scopus", "wos": "web-of-science", "central": "central", "lens": "lens"}
_BY_LINK = {"embase.com": "embase", "scopus.com": "scopus", "europepmc.org": "europepmc"}

_RETRACTED = re.compile(r"\W{0,2}(?:retracted(?: article)?|removed)\W{0,2}:", re.IGNORECASE)
_WITHDRAWN = re.compile(r"\W{0,2}withdrawn\W{0,2}:", re.IGNORECASE)


def kind_of(types: Iterable[str], identifiers: Iterable[Identifier], source: str | None) -> str:
    """Return the kind of report (a term of ``report-kind``) from the publication types of the source."""
    named = [each for each in types if not _NOT_A_REVIEW.search(each)]
    for kind, pattern in _BY_TYPE:
        if any(pattern.search(each) for each in named):
            return kind
    registered = any(each.kind in REGISTRIES for each in identifiers)
    return "registry-entry" if registered and source in {"clinicaltrials.gov", "ictrp"} else "article"


def status_of(types: Iterable[str], title: str, notices: Iterable[Notice]) -> str:
    """Return the status of a report (a term of ``report-status``) from its types, notices and title."""
    told = {notice.kind for notice in notices}
    if "retracted-by" in told or any("retracted" in each.casefold() for each in types) or _RETRACTED.match(title):
        return "retracted"
    if _WITHDRAWN.match(title):
        return "withdrawn"
    if "expression-of-concern-by" in told:
        return "expression-of-concern"
    return "corrected" if "corrected-by" in told else "published"


def source_of(databases: Iterable[str], identifiers: Iterable[Identifier], links: Iterable[str]) -> str | None:
    """Return the database that a reference comes from, by its name, its accession number or its link."""
    named = " ".join(databases).casefold()
    found = next((source for source, word in _SOURCES if word in named), None)
    found = found or next((_BY_IDENTIFIER[each.kind] for each in identifiers if each.kind in _BY_IDENTIFIER), None)
    found = found or next((source for link in links for site, source in _BY_LINK.items() if site in link), None)
    return found or (re.sub(r"[^a-z0-9]+", "-", named).strip("-") or None)
