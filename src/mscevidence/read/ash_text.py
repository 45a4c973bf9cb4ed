"""An abstract of the ASH annual meeting, as pasted from the meeting's page as plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mscevidence.model import Span
from mscevidence.read.authors import authors_in
from mscevidence.read.sections import first_heading, sections_of

_FIELD = re.compile(r"^(?P<key>Program|Type|Session): *(?P<value>\S.*)$", re.MULTILINE)
_TOPICS = re.compile(r"^Hematology Disease Topics (?:&|and) Pathways: *", re.MULTILINE)
_WEEKDAY = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_DATE = re.compile(
    rf"^(?:{_WEEKDAY}), (?P<day>[A-Z][a-z]+ \d{{1,2}}, \d{{4}})(?:[:,] *(?P<time>\d{{1,2}}:\d{{2}} ?[AP]M).*)?$",
    re.MULTILINE,
)
_NUMBERED_TITLE = re.compile(r"^(?P<number>[A-Z]{0,3}-?\d{1,5}[a-z]?)\s+(?=\S)")
_TAG = re.compile(
    r"\[ ?(?P<word>cancell?ed|withdrawn|retracted)(?: abstract)? ?\][ :–-]*"
    r"|^(?P<bare>WITHDRAWN|CANCELL?ED|RETRACTED) ?[:–-]+ ?",
    re.IGNORECASE,
)
_STATUS = {"canceled": "cancelled", "cancelled": "cancelled", "withdrawn": "withdrawn", "retracted": "retracted"}
_DISCLOSURES = re.compile(r"^(?:Disclosures?|Conflicts? of interest)(?: Statement)?: *", re.MULTILINE | re.IGNORECASE)
_OFF_LABEL = re.compile(r"^Off[ -]?Label Disclosures?: *", re.MULTILINE | re.IGNORECASE)
FOOTER = re.compile(
    r"^(?:<< ?Previous Abstract|Previous Abstract|Next Abstract|See more of:|\*signifies|Back to:)", re.MULTILINE
)
_AFFILIATION = re.compile(r"^(?P<number>\d{1,2})\s?(?=[^\d\s.,)%])(?P<place>\S.*)$")
_LEGEND = re.compile(r"non-(?:ash )?member", re.IGNORECASE)
NO_BOLD = "presenting author not shown: plain text loses the bold type that marks it"


def looks_like_ash_text(text: str) -> bool:
    """Return whether a canonical text has the header of the ASH meeting page."""
    keys = {match["key"] for match in _FIELD.finditer(text[:20_000])}
    return "Program" in keys and bool(keys & {"Session", "Type"})


@dataclass(frozen=True)
class _Header:
    """What stands above the body, and where the body begins."""

    fields: dict[str, Any] = field(default_factory=dict)
    body: int = 0
    notes: tuple[str, ...] = ()


def ash_fields(text: str, *, stars_mean_non_member: bool = False) -> dict[str, Any]:
    """Return the fields of a Document that a canonical ASH meeting text shows.

    Args:
        text: the canonical text.
        stars_mean_non_member: whether an asterisk marks non-members even when the text lacks the legend that says so.
    """
    header = _header(text, stars=stars_mean_non_member or bool(_LEGEND.search(text)))
    body_end, disclosures, off_label = _after_the_body(text, header.body)
    return {
        **header.fields,
        "kind": "conference-abstract",
        "sections": sections_of(text, (header.body, body_end)),
        "disclosures": disclosures,
        "off_label_disclosure": off_label,
        "notes": header.notes,
    }


def split_title(raw: str) -> tuple[str, str]:
    """Return a title without its ``[CANCELED]`` or ``[WITHDRAWN]`` tag, and the report status the tag stands for."""
    tag = _TAG.search(raw)
    if tag is None:
        return raw.strip(), "published"
    title = (raw[: tag.start()] + raw[tag.end() :]).strip()
    return title, _STATUS[(tag["word"] or tag["bare"]).casefold()]


def _header(text: str, *, stars: bool) -> _Header:
    labelled = {m["key"]: m for m in reversed(list(_FIELD.finditer(text)))}
    number, title, status = _title(text, labelled["Program"].start())
    date = _DATE.search(text, labelled["Program"].end())
    last_field = max(match.end() for match in labelled.values())
    after = date.end() if date else last_field
    authors, affiliations, body = _authors(text, after, stars=stars)
    when = _when(date) if date else None
    fields: dict[str, Any] = {
        "title": title,
        "status": status,
        "number": number,
        "meeting": f"ASH {when[:4]}" if when else "ASH",
        "program": labelled["Program"]["value"],
        "session": labelled["Session"]["value"] if "Session" in labelled else None,
        "presentation": labelled["Type"]["value"] if "Type" in labelled else None,
        "topics": _topics(text, date.start() if date else after),
        "date": when,
        "date_text": date.group() if date else None,
        "authors": authors,
        "affiliations": affiliations,
    }
    return _Header(fields, body, _notes(date=bool(date), number=bool(number), authors=bool(authors)))


def _notes(*, date: bool, number: bool, authors: bool) -> tuple[str, ...]:
    missing = [
        name for name, there in (("date", date), ("abstract number", number), ("author line", authors)) if not there
    ]
    return (NO_BOLD, *(f"no {name} found above the abstract" for name in missing))


def _title(text: str, end: int) -> tuple[str | None, str, str]:
    """Return number, title and status from the paragraph above ``Program:``."""
    paragraphs = [p for p in re.split(r"\n\s*\n", text[:end].strip()) if p.strip()]
    raw = " ".join(paragraphs[-1].split("\n")) if paragraphs else ""
    numbered = _NUMBERED_TITLE.match(raw)
    title, status = split_title(raw[numbered.end() :] if numbered else raw)
    return (numbered["number"] if numbered else None), title, status


def _topics(text: str, end: int) -> tuple[str, ...]:
    start = _TOPICS.search(text, 0, end)
    if start is None:
        return ()
    listed = re.split(r",\s+|\n", text[start.end() : end])
    return tuple(topic.strip(" ,") for topic in listed if topic.strip(" ,"))


def _when(date: re.Match[str]) -> str | None:
    """Return the ISO form of the date line: ``2023-12-11T11:45``."""
    try:
        day = datetime.strptime(date["day"], "%B %d, %Y")  # noqa: DTZ007 - the page prints local time without a zone
        clock = datetime.strptime(date["time"].replace(" ", ""), "%I:%M%p") if date["time"] else None  # noqa: DTZ007
    except ValueError:
        return None
    return day.strftime("%Y-%m-%d") + (clock.strftime("T%H:%M") if clock else "")


def _authors(text: str, start: int, *, stars: bool) -> tuple[Any, dict[str, str], int]:
    """Return authors, affiliations by number, and where the body begins."""
    stop = first_heading(text, start, len(text))
    bound = stop if stop is not None else len(text)
    lines = [line for line in _lines(text, (start, bound)) if not re.fullmatch(r"\(.*\)", text[slice(*line)])]
    if not lines:
        return (), {}, bound if stop is not None else start
    affiliations: dict[str, str] = {}
    body = lines[0][1]
    for line in lines[1:]:
        if stop is None and line[1] - line[0] > 400:
            break
        numbered = _AFFILIATION.match(text[slice(*line)])
        affiliations[numbered["number"] if numbered else str(len(affiliations) + 1)] = (
            numbered["place"].strip() if numbered else text[slice(*line)]
        )
        body = line[1]
    authors = authors_in(text[slice(*lines[0])], stars_mean_non_member=stars)
    return authors, affiliations, stop if stop is not None else body


def _lines(text: str, span: Span) -> list[Span]:
    return [m.span() for m in re.finditer(r"\S.*", text[: span[1]]) if m.start() >= span[0]]


def _after_the_body(text: str, start: int) -> tuple[int, str | None, str | None]:
    """Return where the body ends, the disclosures and the off-label disclosure."""
    footer = FOOTER.search(text, start)
    end = footer.start() if footer else len(text)
    disclosures, off_label = _DISCLOSURES.search(text, start, end), _OFF_LABEL.search(text, start, end)
    marks = sorted((m.start(), m.end(), m) for m in (disclosures, off_label) if m)
    texts: dict[Any, str] = {}
    for index, (_, after, match) in enumerate(marks):
        stop = marks[index + 1][0] if index + 1 < len(marks) else end
        texts[match] = text[after:stop].strip()
    return (marks[0][0] if marks else end), texts.get(disclosures), texts.get(off_label)
