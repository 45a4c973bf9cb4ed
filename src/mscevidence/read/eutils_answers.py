"""Answers of E-utilities that hold no literature: what they are is said, with what to ask for instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.streams import beginning

_ROOT = re.compile(
    r"<(?P<name>eSearchResult|eSummaryResult|eLinkResult|eInfoResult|ePostResult|eSpellResult|eGQueryResult|SerialsSet"
    r"|NLMCatalogRecordSet|ListBucketResult|OA)\b|\"(?P<json>esearchresult|einforesult|linksets)\"\s*:|\"result\"\s*:\s*\{\s*\"uids\"\s*:"
    r"|\A\s*<html[^>]*>\s*<head>\s*<title>(?P<title>PmFetch response|[^<]*Bad Gateway|[^<]*Error[^<]*)</title>"
)
_WHAT = {
    "esearch": "the list of numbers that a search found",
    "esummary": "short summaries without abstracts",
    "elink": "links between records",
    "einfo": "the description of a database",
    "epost": "the answer to an upload of numbers",
    "espell": "spelling suggestions",
    "egquery": "counts of hits",
    "serialsset": "a list of journals",
    "nlmcatalogrecordset": "a list of journals",
    "listbucket": "a list of files",
    "oa": "the place of a file",
}
_MESSAGE = re.compile(
    r"<(?:ERROR|Error|errMsg|PhraseNotFound|ErrorMessage)>(.{1,300}?)</|\"(?:error|ERROR)\"\s*:\s*\"(.{1,300}?)\"",
    re.DOTALL,
)


def looks_like_another_answer(head: str, _name: str) -> bool:
    """Return whether a file is an answer of E-utilities that is no literature."""
    return _ROOT.search(head[:6000]) is not None


def refuse(stream: BinaryIO) -> None:
    """Raise what is wrong with a file that is an answer without literature.

    Raises:
        DocumentError: always.
    """
    head = beginning(stream).decode("utf-8", "replace")
    match = _ROOT.search(head)
    message = _message(head)
    if match is not None and match["title"]:
        raise DocumentError(
            f"a page of NCBI ({match['title']}), not records", hint="fetch PubMed with efetch, retmode=xml"
        )
    name = (match["name"] or match["json"] or "esummary") if match is not None else ""
    key = name.casefold().removesuffix("result")
    what = _WHAT.get(key, "links between records" if key == "linksets" else "no literature")
    said = f"; it says: {message}" if message else ""
    raise DocumentError(
        f"an answer of E-utilities that holds {what} ({name}){said}", hint="fetch the records with efetch, retmode=xml"
    )


def refuse_other_answers(stream: BinaryIO) -> None:
    """Raise the message of an answer of efetch that is an error; say nothing of one with records.

    Raises:
        DocumentError: the answer is an error message.
    """
    head = beginning(stream).decode("utf-8", "replace")
    message = _message(head)
    if message and "Article>" not in head and "<MedlineCitation" not in head and "<article" not in head:
        raise DocumentError(f"NCBI answered with an error: {message}", hint="check the numbers and fetch again")


def _message(head: str) -> str:
    match = _MESSAGE.search(head)
    return " ".join((match[1] or match[2]).split()) if match else ""


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    refuse(stream)
    return iter(())


FORMAT = RecordFormat(name="eutils", recognises=looks_like_another_answer, records=_records)
"""Answers of E-utilities without literature; they are named and refused."""
