"""Exports with name and value on one line: EndNote's *Show All Fields*, ProQuest text, EU Clinical Trials Register.

EndNote begins each reference with ``Reference Type:``, ProQuest with ``Document 1 of 20``, the register each trial with
``EudraCT Number:``. Values go on without a name; an abstract has names of its own (``Results:``) that are its labels.
"""

from __future__ import annotations

import re

from mscevidence.read.column_names import add_value, field_of, plain_name
from mscevidence.read.reference import Reference
from mscevidence.read.tagged_records import Dialect, Values, format_of

_NAMES = {
    "full title": "title",
    "full title of the trial": "title",
    "secondary author": "editor",
    "place published": "left",
    "type of article": "type",
    "type of work": "type",
    "source attribution": "database",
    "eudract number": "registration",
    "sponsor protocol number": "content",
    "sponsor name": "content",
    "medical condition": "content",
    "disease": "left",
    "population age": "content",
    "trial protocol": "content",
    "trial results": "content",
    "publication info": "source-line",
    "publication title": "journal",
    "subject": "subject",
    "language of publication": "language",
    "identifier keyword": "keyword",
    "publication subject": "topic",
    "proquest document id": "accession",
    "links": "url",
    "company organization": "left",
    "location": "left",
    "place of publication": "left",
    "country of publication": "left",
    "last updated": "left",
    "title of publication": "journal",
}
_OF_THE_SOURCE = frozenset({"document feature", "record type", "name of database", "supplement", "research notes"})
"""Names that are notes; any other name that nobody knows is a label of the abstract that it stands in."""

_BEGINS = re.compile(r"(?:Reference Type:[ \t]+\S|Document \d{1,6} of \d{1,6}\s*$|EudraCT Number:\s*\S)")
_RECOGNISED = re.compile(
    r"""\A\s*(?:Reference\ Type:[ \t]+\S
    |(?:[^\n]{0,200}\n){0,12}?(?:Document\ 1\ of\ \d{1,6}[ \t]*\n|EudraCT\ Number:[ \t]*\S[^\n]*\n\s*Sponsor))""",
    re.VERBOSE,
)


def _fill(reference: Reference, values: Values) -> None:
    inside = ""
    told: list[list[str]] = []
    for name, value in values:
        field = _field(name)
        if inside == "abstract" and field is None and plain_name(name) not in _OF_THE_SOURCE:
            told[-1][1] += f"\n{name}: {value}"
        else:
            inside = field or ""
            told.append([name, value])
    # What a citation in one line says comes behind what lines of their own say.
    told.sort(key=lambda each: _field(each[0]) == "source-line")
    if any(plain_name(name) == "publication title" for name, _ in told):
        told = [each for each in told if _field(each[0]) != "source-line"]
    names = {plain_name(name) for name, _ in values}
    otherwise = "content" if "eudract number" in names else None
    for name, value in told:
        add_value(reference, _field(name) or otherwise, name, _bare(value))
    if "eudract number" in names:
        reference.add("database", "EU Clinical Trials Register")
    elif not reference.values.get("database") and "proquest document id" in names:
        reference.add("database", "ProQuest")


def _field(name: str) -> str | None:
    return _NAMES.get(plain_name(name)) or field_of(name)


def _bare(value: str) -> str:
    # ProQuest draws a line of underscores between its documents.
    return re.sub(r"\n?_{10,}\s*", "", value)


FORMAT = format_of(
    Dialect(
        name="named-lines",
        begins=_BEGINS,
        # The register numbers the names of its whole entries: A.3 Full title of the trial.
        tagged=re.compile(r"(?:[A-Z](?:\.\d+)+\.? )?([A-Z][A-Za-z /()*&#',-]{1,80}?)\*?:(?:[ \t]+(.*)|$)"),
        recognises=_RECOGNISED,
        fill=_fill,
    )
)
