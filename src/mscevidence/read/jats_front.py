"""What the front of a JATS article says of it: kind, journal, people, identifiers, links to other articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mscevidence.model import Author, Identifier, Notice, NoticeKind
from mscevidence.read.jats_text import Element, inline, name_of
from mscevidence.read.publication_types import kind_of, status_of

_RELATED: dict[str, NoticeKind] = {
    "retracted-article": "retraction-of",
    "retraction-forward": "retracted-by",
    "corrected-article": "erratum-for",
    "correction-forward": "corrected-by",
    "addended-article": "erratum-for",
    "addendum": "corrected-by",
    "object-of-concern": "expression-of-concern-for",
    "concern-forward": "expression-of-concern-by",
    "expression-of-concern": "expression-of-concern-by",
    "commentary-article": "comment-on",
    "commentary": "commented-by",
    "letter": "commented-by",
    "preprint": "has-preprint",
    "updated-article": "update-of",
    "update": "updated-by",
    "republished-article": "republished-from",
}
_IDENTIFIERS = {
    "doi": "doi",
    "pmid": "pmid",
    "pmc": "pmcid",
    "pmcid": "pmcid",
    "publisher-id": "pii",
    "manuscript": "manuscript",
}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_HREF = "{http://www.w3.org/1999/xlink}href"
_DOI_LINK = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_ORCID = re.compile(r"(\d{4}-\d{4}-\d{4}-\d{3}[\dXx])$")


def front_fields(article: Element, meta: Element, title: str) -> dict[str, Any]:
    """Return the fields of an article that stand around its title.

    Args:
        article: the whole article.
        meta: its ``article-meta``.
        title: as it was read.
    """
    kind = article.get("article-type") or ""
    notices = tuple(_notices(meta))
    journal = next((each for each in article.iter() if name_of(each) == "journal-meta"), None)
    pages = [_text(meta, name) for name in ("fpage", "lpage")]
    return {
        "kind": kind_of([kind]),
        "status": status_of([kind], notices, title),
        "notices": notices,
        "publication_types": (kind,) if kind else (),
        "identifiers": tuple(dict.fromkeys(_identifiers(meta))),
        "authors": _authors(meta),
        "other_titles": tuple(dict.fromkeys(_all(meta, "trans-title"))),
        "volume": _text(meta, "volume") or None,
        "issue": _text(meta, "issue") or None,
        "pages": "-".join(filter(None, pages)) or _text(meta, "elocation-id") or None,
        "issns": tuple(dict.fromkeys(_all(journal, "issn"))),
        "publisher": next(iter(_all(journal, "publisher-name")), None),
        "keywords": tuple(dict.fromkeys(_all(meta, "kwd"))),
        "languages": tuple(filter(None, [article.get(LANGUAGE)])),
    }


def _text(parent: Element, name: str) -> str:
    return next((inline(each) for each in parent if name_of(each) == name), "")


def _all(parent: Element | None, name: str) -> list[str]:
    found = [inline(each) for each in parent.iter() if name_of(each) == name] if parent is not None else []
    return [each for each in found if each]


def _identifiers(meta: Element) -> Iterator[Identifier]:
    for each in meta:
        kind = _IDENTIFIERS.get(each.get("pub-id-type") or "") if name_of(each) == "article-id" else None
        value = inline(each) if kind else ""
        if not kind or not value:
            continue
        if kind == "pmcid" and value.isdigit():
            value = f"PMC{value}"
        yield Identifier(kind=kind, value=value.lower() if kind == "doi" else value)


def _notices(meta: Element) -> Iterator[Notice]:
    for each in meta.iter():
        if name_of(each) != "related-article":
            continue
        said = each.get("related-article-type") or ""
        target = _DOI_LINK.sub("", each.get(_HREF) or each.get("href") or inline(each))
        kind_of_id = {"doi": "doi", "pmid": "pmid", "pubmed": "pmid", "pmc": "pmcid"}.get(
            each.get("ext-link-type") or ""
        )
        if kind_of_id is None and target.startswith("10."):
            kind_of_id = "doi"
        value = target.lower() if kind_of_id == "doi" else target
        yield Notice(
            kind=_RELATED.get(said, "other"),
            text=f"{said} {inline(each)}".strip(),
            identifiers=(Identifier(kind=kind_of_id, value=value),) if kind_of_id and value else (),
        )


def _authors(meta: Element) -> tuple[Author, ...]:
    places = {each.get("id"): _place(each) for each in meta.iter() if name_of(each) == "aff" and each.get("id")}
    people = (
        each for each in meta.iter() if name_of(each) == "contrib" and each.get("contrib-type", "author") == "author"
    )
    # The members of a group stand inside its name.
    people = (each for each in people if not any(name_of(above) == "collab" for above in each.iterancestors()))
    found = (_author(each, places) for each in people)
    return tuple(author for author in found if author is not None)


def _author(contributor: Element, places: dict[str, str]) -> Author | None:
    name, collective = _person(contributor)
    if not name:
        return None
    links = [each.get("rid") or "" for each in contributor if name_of(each) == "xref" and each.get("ref-type") == "aff"]
    named = [places[key] for link in links for key in link.split() if places.get(key)]
    own = [_place(each) for each in contributor if name_of(each) == "aff"]
    orcid = next((m[1].upper() for each in _all(contributor, "contrib-id") if (m := _ORCID.search(each))), None)
    return Author(name=name, affiliations=tuple(dict.fromkeys((*named, *own))), orcid=orcid, collective=collective)


def _place(affiliation: Element) -> str:
    return inline(affiliation, skip=frozenset({"label", "institution-id", "sup"})).strip(" ,;")


def _person(contributor: Element) -> tuple[str, bool]:
    """Return the name of a contributor, and whether it is a group."""
    for each in contributor.iter():
        if name_of(each) == "name":
            parts = {name_of(part): inline(part) for part in each}
            return " ".join(parts[key] for key in ("given-names", "surname", "suffix") if parts.get(key)), False
        if name_of(each) in {"collab", "string-name"}:
            return inline(each, skip=frozenset({"contrib-group", "xref"})), name_of(each) == "collab"
    return "", False
