"""A saved page of the ASH meeting site (Confex): its parts, laid out as the page reads when it is pasted as text.

The text reader then finds the fields, so page and paste of the same abstract give the same sections. What only the page
shows, the bold type of the presenting author, is added here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag

from mscevidence.errors import DocumentError
from mscevidence.model import Author
from mscevidence.read.ash_text import FOOTER, NO_BOLD, ash_fields
from mscevidence.read.canonical import canonical
from mscevidence.read.jats_tables import Writer
from mscevidence.read.markup import parse, text_of
from mscevidence.read.meeting_page import labelled_abstract, meeting_fields
from mscevidence.read.page_metadata import page_metadata
from mscevidence.read.plain_text import plain_fields

_ABSTRACTS = ("section.abstract", "div.abstract", ".abstract", "#abstract", ".abstract-content")
_OF_ABSTRACTS = re.compile(r"highlight|graphical|teaser|tweet|video", re.IGNORECASE)
_TITLES = ("h1.wi-article-title", "h1.article-title", "h1", "h2.subtitle", "h2")

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

_ADDRESS = re.compile(r"https?://[\w.-]*confex\.com/(?P<society>[a-z]{2,12})/", re.IGNORECASE)
_FIELD = re.compile(r"(?:Program|Type|Session|Hematology Disease Topics)\b")


def read_html(markup: str) -> tuple[str, str, dict[str, Any]]:
    """Return format, canonical text and fields of a saved page.

    Raises:
        DocumentError: there is no abstract on the page.
    """
    page = parse(markup)
    if all(_first(page, selector) is not None for selector in (".number", ".abstract", ".subtitle, .paperauthors")):
        return _confex(page, _society(markup))
    return _other_page(page, page_metadata(markup))


def _first(page: BeautifulSoup, selector: str) -> Tag | None:
    return page.select_one(selector)


def _text(page: BeautifulSoup, selector: str, *, powers: bool = True) -> str:
    element = _first(page, selector)
    return text_of(element, powers=powers) if element is not None else ""


def _society(markup: str) -> str | None:
    """Return whose meeting a page of this site is of, by the addresses of its links; None for that of ASH."""
    found = _ADDRESS.search(markup)
    return found["society"].upper() if found and found["society"].casefold() != "ash" else None


def _confex(page: BeautifulSoup, society: str | None) -> tuple[str, str, dict[str, Any]]:
    from mscevidence.read.html_tables import take_tables

    bold = _bold_names(page)
    number = _text(page, ".number")
    # The pages of 2010 and before have the title in a box of its own.
    shown = next(
        (text for each in ("h2.subtitle", ".subtitle .subtext", ".subtitle") if (text := _text(page, each))), ""
    )
    title = " ".join(shown.split())
    heading = title if title.startswith(number) else f"{number} {title}"
    when = _text(page, ".datetime.header") or _text(page, ".datetime")
    grids, inside = Writer(), _first(page, ".abstract")
    if inside is not None:
        take_tables(grids, inside)
    authors, abstract = _authors_block(page), _text(page, ".abstract").removeprefix(f"Abstract {number}\n").lstrip()
    disclosures = "" if page.select_one(".abstract .disclosures") else _text(page, ".disclosures")
    parts = (heading, _fields_block(page), when, authors, abstract, disclosures)
    text = canonical("\n\n".join(part for part in parts if part))
    fields = ash_fields(text, stars_mean_non_member=True)
    if society and fields["meeting"]:
        fields["meeting"] = fields["meeting"].replace("ASH", society, 1)
    fields["authors"] = tuple(_with_presenting(author, bold) for author in fields["authors"])
    fields["notes"] = tuple(note for note in fields["notes"] if note != NO_BOLD or not bold)
    text, sections, tables = grids.behind(text)
    fields |= {"sections": (*fields["sections"], *sections), "tables": tables}
    return "ash-html", text, fields


def _fields_block(page: BeautifulSoup) -> str:
    """Return Program, Type, Session and topics; a page without them gets a bare Program line so that it reads alike.

    This takes the other parts of the page out of the tree: it comes last.
    """
    content = _first(page, ".content")
    if content is None:
        return "Program: not shown"
    for nested in content.select(".abstract, .paperauthors, .datetime, .subtitle, .number, .disclosures"):
        nested.extract()
    text = re.sub(r"(?m)^(Program|Type|Session):\s*\n\s*", r"\1: ", text_of(content))
    lines = [line for line in text.split("\n") if line.strip() and not FOOTER.match(line)]
    # What stands above the first field is the legend of the site (what bold type and asterisks mean), not the abstract.
    begin = next((place for place, line in enumerate(lines) if _FIELD.match(line)), len(lines))
    fields = lines[begin:]
    return "\n".join(fields if any(line.startswith("Program:") for line in fields) else ["Program: not shown", *fields])


def _authors_block(page: BeautifulSoup) -> str:
    text = _text(page, ".paperauthors", powers=False)
    lines = [line for line in text.split("\n") if line.strip()]
    if page.select_one(".paperauthors .author, .paperauthors .presenter") is not None:
        # Each author stands in a box, which makes a line of it.
        people = next((place for place, line in enumerate(lines) if re.match(r"\d", line)), len(lines))
        lines = [" ".join(lines[:people]), *lines[people:]]
    lines = [re.sub(r"\s+(?=[,*])", "", line).strip() for line in lines]
    return "\n".join(re.sub(r"^(\d{1,2}) (?=\S)", r"\1", line) for line in lines)


def _bold_names(page: BeautifulSoup) -> frozenset[str]:
    authors = _first(page, ".paperauthors")
    bold = authors.select("b, strong, .presenter .name") if authors is not None else []
    return frozenset(_plain_name(text_of(each, powers=False)) for each in bold)


def _plain_name(name: str) -> str:
    return re.sub(r"[\d,*\s]+$", "", name.split(",", maxsplit=1)[0]).strip()


def _with_presenting(author: Author, bold: frozenset[str]) -> Author:
    return author.model_copy(update={"presenting": author.name in bold}) if bold else author


def _other_page(page: BeautifulSoup, told: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    from mscevidence.read.html_tables import write_tables

    title = next((text for selector in _TITLES if (text := _text(page, selector))), "")
    doi = page.select_one("div.citation-doi a")
    url = str(doi["href"]) if doi and doi.get("href") else None
    grids = Writer()
    write_tables(grids, page)
    abstract = next(filter(None, map(text_of, _abstracts(page))), "") or _under_heading(page)
    labelled = "" if abstract else labelled_abstract(page)
    abstract = abstract or labelled
    if not abstract and not grids.tables:
        raise DocumentError(
            "there is no abstract on this page",
            hint="save the page of one abstract (it has an element of class 'abstract'), or paste its text",
        )
    missing = [
        name for name, field in (("authors", "authors"), ("journal", "journal"), ("date", "date")) if field not in told
    ]
    notes = [f"the page does not tell in its head: {', '.join(missing)}"] if missing else []
    notes += [] if abstract else ["there is no abstract on this page: its tables were read"]
    notes += ["no part of the page is called abstract: what stands behind its labels was read"] if labelled else []
    told = meeting_fields(page, told) | told
    words = canonical(f"{' '.join((told.pop('title', '') or title).split())}\n\n{abstract}")
    fields = plain_fields(words)
    text, sections, tables = grids.behind(words)
    fields |= {
        "sections": (*fields["sections"], *sections),
        "tables": (*fields["tables"], *tables),
        "notes": tuple(notes),
        "url": url,
    }
    return "html", text, fields | told


def _abstracts(page: BeautifulSoup) -> Iterator[Tag]:
    """Yield the elements that are called abstract, without those that are only a picture or a few lines of it."""
    for selector in _ABSTRACTS:
        for element in page.select(selector):
            if not _OF_ABSTRACTS.search(" ".join(element.get_attribute_list("class"))):
                yield element


def _under_heading(page: BeautifulSoup) -> str:
    """Return what stands under the heading Abstract, to the next heading of its level; empty where there is none."""
    heading = next(
        (each for each in page.find_all(_HEADINGS) if text_of(each).strip(" :").casefold() == "abstract"), None
    )
    # A heading may stand in a box of its own, beside the one with the text.
    for begin in (heading, heading.parent) if heading is not None else ():
        pieces = []
        for sibling in begin.find_next_siblings() if begin is not None else ():
            if sibling.name in _HEADINGS and heading is not None and sibling.name <= heading.name:
                break
            pieces.append(text_of(sibling))
        if any(piece.strip() for piece in pieces):
            return "\n\n".join(pieces)
    return ""
