"""Answers of the E-utilities, read just so far as fetching needs: counts, history, errors and what was said.

https://www.ncbi.nlm.nih.gov/books/NBK25499/ (The E-utilities In-Depth); elements of ESearch as in its DTD, 2006-06-28.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mscevidence.errors import FetchError
from mscevidence.fetch.answer import Answer, host_of
from mscevidence.fetch.source import malformed

if TYPE_CHECKING:
    from lxml.etree import _Element

_SAID = {
    "PhraseNotFound": "PubMed finds nothing for {!r}",
    "FieldNotFound": "PubMed has no field {!r}",
    "PhraseIgnored": "PubMed ignored {!r}",
    "QuotedPhraseNotFound": "PubMed does not have the phrase {}",
    "OutputMessage": "PubMed says: {}",
}
_ARTICLE = re.compile(rb"<Pubmed(?:Book)?Article[\s>]")
_SET = re.compile(rb"<Pubmed(?:Book)?ArticleSet\b")
_SET_END = re.compile(rb"<(?:/PubmedArticleSet|/PubmedBookArticleSet|PubmedArticleSet\s*/)>\s*\Z")
_ERROR = re.compile(rb"<ERROR>\s*(.*?)\s*</ERROR>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Found:
    """What ESearch found.

    Args:
        answer: its bytes.
        count: number of records that match.
        ids: their PMIDs in the order in which EFetch gives them.
        web_env: name of the history.
        query_key: number of the search in the history.
        notes: what PubMed says about the query.
    """

    answer: Answer
    count: int
    ids: tuple[str, ...] = field(repr=False)
    web_env: str
    query_key: str
    notes: tuple[str, ...]


def found_in(answer: Answer) -> Found:
    """Return what an ESearch answer tells.

    Raises:
        FetchError: PubMed reports an error, or the answer cannot be understood.
    """
    root = _parsed(answer)
    errors = [_text(each) for each in root.iter("ERROR")]
    if errors:
        raise FetchError(
            f"PubMed could not search: {'; '.join(errors)}",
            hint="try the query at https://pubmed.ncbi.nlm.nih.gov",
            host=host_of(answer.final_url),
            reason="bad-request",
        )
    count = root.findtext("Count", "")
    if root.tag != "eSearchResult" or not count.isdigit():
        raise malformed(answer, "it has no count")
    said = [sentence.format(_text(each)) for tag, sentence in _SAID.items() for each in root.iter(tag) if _text(each)]
    read_as = " ".join(root.findtext("QueryTranslation", "").split())
    return Found(
        answer=answer,
        count=int(count),
        ids=tuple(_text(each) for each in root.iterfind("IdList/Id")),
        web_env=root.findtext("WebEnv", "").strip(),
        query_key=root.findtext("QueryKey", "").strip(),
        notes=(*([f"PubMed read the query as: {read_as}"] if read_as else []), *said),
    )


def articles_in(answer: Answer) -> int:
    """Return the number of articles and books in an EFetch answer.

    Raises:
        FetchError: PubMed reports an error (``malformed``), or the answer breaks off (``truncated``).
    """
    reported = _ERROR.search(answer.data)
    if reported and not _ARTICLE.search(answer.data):
        words = reported[1].decode("utf-8", "replace")
        raise malformed(answer, f"PubMed says: {words}")
    if not _SET.search(answer.data[:4000]):
        raise malformed(answer, "it is no set of articles")
    if not _SET_END.search(answer.data[-4000:]):
        raise FetchError(
            f"{answer.url}: the set of articles breaks off",
            hint="try again",
            host=host_of(answer.final_url),
            reason="truncated",
        )
    return len(_ARTICLE.findall(answer.data))


def missing_from(answer: Answer, ids: tuple[str, ...]) -> list[str]:
    """Return those PMIDs that stand nowhere in an EFetch answer."""
    there = set(re.findall(rb"<PMID[^>]*>\s*(\d+)\s*</PMID>", answer.data))
    return [each for each in ids if each.encode() not in there]


def _parsed(answer: Answer) -> _Element:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(answer.data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise malformed(answer, "it is no XML") from error


def _text(element: _Element) -> str:
    return " ".join("".join(element.itertext()).split())
