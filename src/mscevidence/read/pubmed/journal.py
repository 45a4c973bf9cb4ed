"""Where a PubMed record was published: journal, volume, issue, pages and date."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

from mscevidence.read.dates import date_of
from mscevidence.read.jats_text import Element
from mscevidence.read.pubmed.fields import Fields, line, term
from mscevidence.read.pubmed.plain import ATTRIBUTES, are_plain, decoded, leaf, perhaps, wrapped

_DATE = ("Year", "Month", "Day", "Season", "MedlineDate")
_NAMES = ("ISSN", "Volume", "Issue", *_DATE, "Title", "ISOAbbreviation")
_ISSUE = perhaps(leaf("Volume"), leaf("Issue")) + wrapped("PubDate", perhaps(*map(leaf, _DATE)))
_JOURNAL = re.compile(
    wrapped(
        "Journal",
        perhaps(leaf("ISSN", ATTRIBUTES))
        + wrapped("JournalIssue", _ISSUE, ATTRIBUTES)
        + perhaps(leaf("Title"), leaf("ISOAbbreviation")),
    )
)
_NOT_KEPT = perhaps(leaf("Country", group=False)), perhaps(leaf("NlmUniqueID", group=False))
_IN_MEDLINE = re.compile(
    wrapped(
        "MedlineJournalInfo",
        _NOT_KEPT[0] + perhaps(leaf("MedlineTA")) + _NOT_KEPT[1] + perhaps(leaf("ISSNLinking")),
    )
)


def texts_of_journal(journal: Element | None) -> dict[str, str]:
    """Return the texts of a journal, its issue and the date of that by the names of their elements."""
    texts: dict[str, str] = {}
    for each in journal if journal is not None else ():
        texts |= texts_of_journal(each) if each.tag in {"JournalIssue", "PubDate"} else {each.tag: term(each)}
    return texts


@functools.lru_cache(maxsize=1 << 10)
def plain_journal(markup: bytes) -> Mapping[str, str] | None:
    """Return what `texts_of_journal` returns, of a journal in plain markup; None of any other."""
    return _plain_texts(_JOURNAL, _NAMES, markup)


@functools.lru_cache(maxsize=1 << 10)
def plain_journal_of_medline(markup: bytes) -> Mapping[str, str] | None:
    """Return the texts of what MEDLINE says of a journal in plain markup; None of any other."""
    return _plain_texts(_IN_MEDLINE, ("MedlineTA", "ISSNLinking"), markup)


def _plain_texts(pattern: re.Pattern[str], names: Sequence[str], markup: bytes) -> dict[str, str] | None:
    match = pattern.fullmatch(decoded(markup))
    texts = match.groups("") if match is not None else ()
    return dict(zip(names, texts, strict=True)) if texts and are_plain(texts) else None


def journal_fields(journal: Mapping[str, str], medline: Mapping[str, str], article: Mapping[str, Element]) -> Fields:
    """Return journal, volume, issue, pages and date of a citation.

    Args:
        journal: texts of its journal by name.
        medline: texts of what MEDLINE says of that journal.
        article: children of its article by name.
    """
    issns = [journal.get("ISSN"), medline.get("ISSNLinking")]
    date, words = date_of(journal)
    if date is None:
        date, _ = parts_of_date(article.get("ArticleDate"))
    return {
        "journal": journal.get("Title") or journal.get("ISOAbbreviation") or medline.get("MedlineTA") or None,
        "issns": tuple(dict.fromkeys([issn for issn in issns if issn])),
        "volume": journal.get("Volume") or None,
        "issue": journal.get("Issue") or None,
        "pages": pages_of(article.get("Pagination")),
        "date": date,
        "date_text": words or None,
    }


def parts_of_date(date: Element | None) -> tuple[str | None, str]:
    """Return a date as precise as an element tells it, and its words where they say more."""
    return date_of({part.tag: term(part) for part in date} if date is not None else {})


def pages_of(pagination: Element | None) -> str | None:
    """Return the pages as printed."""
    if pagination is None:
        return None
    parts = {part.tag: line(part) for part in pagination}
    joined = "-".join(filter(None, (parts.get("StartPage"), parts.get("EndPage"))))
    return parts.get("MedlinePgn") or joined or None
