"""Pages of meetings and of the issues that print their abstracts: what their words tell, not their markup."""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup

from mscevidence.read.markup import text_of

_LABEL = re.compile(
    r"(?P<label>background|introduction|objectives?|purpose|aims?|context|(?:(?:patients|materials?|study design)"
    r" (?:and|&) )?methods?|results|findings|conclusions?|summary)(?:\s?[/&]\s?\w+)?(?:\s*[:.]|\s*$|(?= [A-Z]))",
    re.IGNORECASE,
)
_TELLING = re.compile(r"method|result|finding", re.IGNORECASE)
_BEHIND = re.compile(
    r"(?:disclosures?|to cite|how to cite|cite this|references?\b|acknowledge?ments?|back to|related|share\b"
    r"|keywords?\b|copyright|©|previous abstract|next abstract|«|»|conflicts? of interest|funding)",
    re.IGNORECASE,
)
_DISCLOSED = re.compile(
    r"(?im)^\W*(?:disclosures?|conflicts? of interest)(?: statement)?\s*[:\n]\s*(?P<words>\S[^\n]*)"
)
_NUMBER = re.compile(
    r"(?im)^\W*abstract(?: (?:number|no\.?|#)\s*:?\s*|: ?(?=[A-Z]))(?P<number>[A-Z]{0,5}-?\d{1,5}[A-Z]?)\s*$"
)
_MEETING = re.compile(r"(?im)^\W*(?:meeting|congress|conference)\s*:\s*(?P<name>\S[^\n]{3,120})$")
_WHOLE = ("article", "main", "[role=main]", "body")
_ASH_ISSUE = re.compile(
    r"10\.1182/blood(?:\.v\d+\.\S+\.(?P<number>\d+)\.(?P=number)|-\d{4}-99-\d+|-(?:2019|20[2-9]\d)-\d+)"
)
"""DOIs of abstracts in the issues of Blood that print those of the meeting; articles have others."""


def labelled_abstract(page: BeautifulSoup) -> str:
    """Return the abstract of a page of which no element is called so, from its first label to what follows it.

    It is empty where there are not two labels, one of methods or results.
    """
    for selector in _WHOLE:
        whole = page.select_one(selector)
        found = _from_labels(text_of(whole)) if whole is not None else ""
        if found:
            return found
    return ""


def _from_labels(text: str) -> str:
    lines = text.split("\n")
    labels = [(place, match["label"]) for place, line in enumerate(lines) if (match := _LABEL.match(line.strip()))]
    if len({label.casefold() for _, label in labels}) < 2 or not any(_TELLING.search(label) for _, label in labels):
        return ""
    begin, last = labels[0][0], labels[-1][0]
    end = next((place for place in range(last + 1, len(lines)) if _BEHIND.match(lines[place].strip())), len(lines))
    return "\n".join(lines[begin:end]).strip()


def meeting_fields(page: BeautifulSoup, told: dict[str, Any]) -> dict[str, Any]:
    """Return number, meeting, disclosures and kind of an abstract, those that the words of its page tell.

    Args:
        page: the parsed page.
        told: the fields that its head tells.
    """
    text = text_of(page)
    number, meeting, disclosed = _NUMBER.search(text), _MEETING.search(text), _DISCLOSED.search(text)
    doi = next((each.value for each in told.get("identifiers", ()) if each.kind == "doi"), "")
    ash = _ASH_ISSUE.fullmatch(doi)
    fields: dict[str, Any] = {
        "number": number["number"] if number else ash["number"] if ash else None,
        "meeting": meeting["name"].strip()
        if meeting
        else f"ASH {told['date'][:4]}"
        if ash and "date" in told
        else None,
        "disclosures": disclosed["words"].strip() if disclosed else None,
        "kind": "conference-abstract" if number or ash else None,
    }
    return {name: value for name, value in fields.items() if value}
