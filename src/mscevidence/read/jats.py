"""JATS full text (PubMed Central, Europe PMC, publishers), and pieces of it with several roots, to a Document.

The canonical text holds title, identifiers, abstract and body in order. A table stands behind the paragraph that holds
it, one line per row with ``|`` between the cells; `Document.tables` knows the place of each cell. Reference lists and
acknowledgements are left out; nothing is fetched and no entity is expanded.
"""

from __future__ import annotations

import re
from typing import Any

from mscevidence.errors import DocumentError
from mscevidence.read.jats_front import LANGUAGE, front_fields
from mscevidence.read.jats_tables import Writer, write_table
from mscevidence.read.jats_text import Element, inline, looks_like_jats, name_of, parse
from mscevidence.read.sections import sections_of

__all__ = ["looks_like_jats", "read_jats"]

_NAMES = (
    (
        "Results",
        r"results?\b|findings\b|outcomes?\b$|method(?:s|ology)?\s?(?:and|&|/)\s?(?:\w+\s)?(?:findings|results)",
    ),
    ("Methods", r"(?:\w+\W+){0,4}?methods?\b|methodology|(?:study\s)?design|statistical|setting|interventions?\b"),
    ("Patients", r"participants\b|patients\b|subjects\b"),
    ("Background", r"background|introduction|context|rationale"),
    ("Objective", r"objectives?\b|aims?\b|purpose"),
    ("Registration", r"(?:clinical\s)?trials?\sregistration|registration"),
    ("Funding", r"funding"),
    ("Conclusion", r"conclusions?\b|interpretation|summary"),
    ("Discussion", r"discussion|comments?\b|limitations"),
)
_SECTION = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _NAMES), re.IGNORECASE)
_NUMBERING = re.compile(r"^[\s\dIVX.:)-]*(?=[A-Za-z])(?:(?<=\s)|(?<=[.:)])|^)")
_PASSED = frozenset(re.findall(r"[\w-]+", "ref-list ack app-group fn-group glossary bio permissions title label back"))
_HOLDERS = frozenset(
    re.findall(r"[\w-]+", "body floats-group table-wrap-group fig-group boxed-text list front front-stub article-meta")
)
_ADDRESSES = (("doi", "doi"), ("pmid", "PMID"))


def read_jats(markup: str) -> tuple[str, str, dict[str, Any]]:
    """Return format, canonical text and fields of an article, or of the first article of a set.

    Raises:
        DocumentError: no abstract, section or table is in the markup.
    """
    text, fields = read_article(markup)
    return "jats", text, fields


def read_article(markup: str) -> tuple[str, dict[str, Any]]:
    """Return canonical text and fields of an article, or of the first article of a set.

    Raises:
        DocumentError: no abstract, section or table is in the markup.
    """
    root, notes = parse(markup)
    articles = [each for each in root.iter() if name_of(each) == "article"]
    source = articles[0] if articles else root
    if len(articles) > 1:
        notes = (*notes, f"{len(articles)} articles are in this file; only the first is read")
    writer = Writer()
    meta = next((each for each in source.iter() if name_of(each) == "article-meta"), None)
    fields = _front(writer, source, meta) if meta is not None else {}
    _body(writer, source)
    if not writer.sections:
        raise DocumentError("no abstract, section or table is in this XML", hint="give an article in JATS")
    fields["sections"] = tuple(sorted(writer.sections, key=lambda section: section.span))
    fields["tables"] = tuple(writer.tables)
    return writer.text(), {**fields, "notes": (*notes, *fields.get("notes", ()))}


def _body(writer: Writer, source: Element) -> None:
    """Append every abstract and body, and whatever stands beside them in a piece of an article."""
    whole = name_of(source) == "article"
    for part in list(_parts(source)) if whole else source:
        name = name_of(part)
        if name != "front":
            _block(writer, part, "")


def _parts(article: Element) -> list[Element]:
    wanted = {"abstract", "body", "floats-group"}
    found = [each for each in article.iter() if name_of(each) in wanted or _is_english_abstract(each, article)]
    inner = {id(child) for each in found for child in each.iterdescendants() if name_of(child) in wanted}
    in_other = {
        id(each) for other in article.iter() if name_of(other) in {"sub-article", "response"} for each in other.iter()
    }
    return [each for each in found if id(each) not in inner and id(each) not in in_other]


def _is_english_abstract(element: Element, article: Element) -> bool:
    """Return whether an element is the English abstract of an article in another language."""
    if name_of(element) != "trans-abstract":
        return False
    return (element.get(LANGUAGE) or "").startswith("en") and not (article.get(LANGUAGE) or "en").startswith("en")


def _abstract(writer: Writer, element: Element) -> None:
    """Append an abstract; labels in running text ("Results: ...") make sections where the markup has none."""
    kind = element.get("abstract-type") or ""
    if kind in {"graphical", "toc", "teaser"}:
        return
    before = len(writer.sections)
    start = writer.length
    for child in element:
        _block(writer, child, "Abstract")
    if not any(name_of(child) == "sec" for child in element) and writer.length > start:
        del writer.sections[before:]
        text = writer.text()
        writer.pieces = [text]
        writer.sections += sections_of(text, (start, writer.length))


def _block(writer: Writer, element: Element, section: str) -> None:
    """Append an element and what it holds, each paragraph under the name of its section."""
    name = name_of(element)
    if name in _PASSED or not name:
        return
    if name == "table-wrap":
        write_table(writer, element)
    elif name == "sec":
        _section(writer, element, section)
    elif name in {"fig", "supplementary-material"}:
        _figure(writer, element)
    elif name in {"abstract", "trans-abstract"}:
        _abstract(writer, element)
    elif name in _HOLDERS:
        for child in element:
            _block(writer, child, section)
    else:
        floats: list[Element] = []
        writer.paragraph(inline(element, floats), section or "Text")
        for each in floats:
            _block(writer, each, section)


def _section(writer: Writer, element: Element, section: str) -> None:
    title = next((inline(child) for child in element if name_of(child) == "title"), "")
    name = section if section not in {"", "Abstract", "Text"} else _section_name(title, element, section)
    if title:
        writer.add(title)
    for child in element:
        _block(writer, child, name)


def _section_name(title: str, element: Element, section: str) -> str:
    """Return the common name of a section by its title, or by its type, or the title itself."""
    for words in (_NUMBERING.sub("", title), (element.get("sec-type") or "").replace("|", " and ")):
        match = _SECTION.match(words)
        if match is not None and match.lastgroup:
            return match.lastgroup
    return title.rstrip(":. ") or section or "Text"


def _figure(writer: Writer, element: Element) -> None:
    floats: list[Element] = []
    caption = " ".join(inline(child, floats) for child in element if name_of(child) in {"label", "caption"})
    label = next((inline(child) for child in element if name_of(child) == "label"), "")
    writer.paragraph(caption.strip(), label.rstrip(". ") or "Figure")
    for each in floats:
        _block(writer, each, "")


def _front(writer: Writer, article: Element, meta: Element) -> dict[str, Any]:
    """Append title and identifiers and return the fields that the front of an article shows."""
    title = _title(meta)
    if title:
        writer.add(title)
    for kind, shown in _ADDRESSES:
        found = [e for e in meta if name_of(e) == "article-id" and e.get("pub-id-type") == kind and inline(e)]
        if found:
            writer.add(f"{shown}: {inline(found[0])}", "\n")
    journal = next((inline(e) for e in article.iter() if name_of(e) == "journal-title"), None)
    fields: dict[str, Any] = front_fields(article, meta, title) | {
        "title": title,
        "date": _date(meta),
        "journal": journal,
    }
    kind = article.get("article-type") or ""
    if kind in {"retraction", "correction", "expression-of-concern"}:
        fields["notes"] = (f"this is a notice ({kind}) about another article",)
    return fields


def _title(meta: Element) -> str:
    """Return the title with the subtitle behind it, as PubMed writes it."""
    group = next((each for each in meta if name_of(each) == "title-group"), None)
    parts = [
        inline(each, skip=frozenset({"xref", "fn"}))
        for each in (group if group is not None else ())
        if name_of(each) in {"article-title", "subtitle"}
    ]
    told = list(filter(None, parts))
    return "".join(part if not place else f"{_between(told[place - 1])}{part}" for place, part in enumerate(told))


def _between(title: str) -> str:
    return " " if title[-1] in ":.?!—" else ": "


def _date(meta: Element) -> str | None:
    """Return the date of the earliest year of publication that is told most precisely."""
    dates = []
    for each in meta:
        if name_of(each) != "pub-date":
            continue
        parts = {name_of(part): inline(part) for part in each}
        numbers = [parts.get(key, "") for key in ("year", "month", "day")]
        if re.fullmatch(r"(?:19|20)\d\d", numbers[0]):
            known = [numbers[0], *(n.zfill(2) for n in numbers[1:] if re.fullmatch(r"\d{1,2}", n))]
            dates.append("-".join(known if numbers[1].isdigit() else known[:1]))
    return min(dates, key=lambda date: (date[:4], -len(date), date)) if dates else None
