"""An exported reference: what each format calls by other names, as the text and fields of a document.

A reader fills a `Reference` under the names of `FIELDS`; `record_of` makes the record of it, the same for all formats.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections import defaultdict
from typing import Any

from mscevidence.model import Author, Identifier, Notice, Reject
from mscevidence.read.canonical import canonical
from mscevidence.read.citation import clean, date_of, issns_in, pages_of, plain
from mscevidence.read.formats import Record
from mscevidence.read.publication_types import kind_of, status_of
from mscevidence.read.reference_identifiers import identifiers_of
from mscevidence.read.reference_source import is_registry_entry, source_of
from mscevidence.read.sections import sections_of

FIELDS = frozenset(
    re.findall(
        r"\S+",
        """abstract abbreviation accession affiliation article-number author collective database date disclosures doi
    editor first-page isbn issn issue journal keyword language last-page meeting note number other-title pages
    pmcid pmid presentation publisher registration session subject title topic type url volume year""",
    )
)
"""The names under which readers fill a `Reference`."""

_NO_ABSTRACT = re.compile(
    r"\W*(?:abstract|no abstract(?: (?:is )?available)?|abstract not available|not available|n/?a)\W*", re.IGNORECASE
)
_EMAIL = re.compile(r"\s*\([^()\s]+@[^()\s]+\)")
_EXCERPT = 200
_LONGEST_NUMBER = 60


@dataclasses.dataclass
class Reference:
    """The values of one exported reference by the names of `FIELDS`, in the order of the source.

    Attributes:
        values: value lists by name.
        authors: authors of whom more is known than the name; those under ``author`` follow.
        affiliations: addresses by the number that authors refer to.
        notices: links to retractions, errata and comments.
        notes: what a person should know of how it was read.
    """

    values: dict[str, list[str]] = dataclasses.field(default_factory=lambda: defaultdict(list))
    authors: list[Author] = dataclasses.field(default_factory=list)
    affiliations: dict[str, str] = dataclasses.field(default_factory=dict)
    notices: list[Notice] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)

    def add(self, name: str, value: str) -> None:
        """Add a value under a name of `FIELDS`; an empty one is none."""
        if value := value.strip():
            self.values[name].append(value)

    def all(self, name: str) -> list[str]:
        """Return the values of a name, on one line each, without repetition."""
        values = self.values.get(name)
        if not values:
            return []
        return list(dict.fromkeys(map(clean, values))) if len(values) > 1 else [clean(values[0])]

    def first(self, *names: str) -> str:
        """Return the first value of the first name that has one, on one line; empty when none has."""
        for name in names:
            if values := self.values.get(name):
                return clean(values[0])
        return ""

    def affiliation(self, address: str) -> str:
        """Return the number of an address, a new one unless it is known."""
        address = clean(address)
        for number, known in self.affiliations.items():
            if known == address:
                return number
        number = str(len(self.affiliations) + 1)
        self.affiliations[number] = address
        return number


def record_of(reference: Reference, data: bytes, position: int) -> Record | Reject:
    """Return the record of a reference, or why it is none: it has neither title nor abstract nor identifier.

    Args:
        reference: the values.
        data: the bytes they stood in.
        position: its number in the file, from 1.
    """
    text, title = _text(reference)
    identifiers = identifiers_of(reference.values)
    if not any(character.isalnum() for character in text) and not identifiers:
        shown = " ".join(data[:_EXCERPT].decode("utf-8", "replace").replace("\ufeff", "").split())
        return Reject(
            position=position, reason="the record has neither title nor abstract nor identifier", excerpt=shown
        )
    fields = _fields(reference, identifiers)
    body = len(title) if title else 0
    fields["title"] = title
    fields["sections"] = sections_of(text, (body, len(text)))
    return Record(data=data, text=text, fields=fields)


def _text(reference: Reference) -> tuple[str, str]:
    title = reference.first("title")
    parts = [plain(each).strip() for each in dict.fromkeys(reference.values.get("abstract", ()))]
    abstract = "\n\n".join(part for part in parts if not _NO_ABSTRACT.fullmatch(part))
    text = canonical(f"{title}\n\n{abstract}")
    return text, text.partition("\n")[0] if title else ""


def _fields(reference: Reference, identifiers: tuple[Identifier, ...]) -> dict[str, Any]:
    types, languages = _ended(reference, "type"), _ended(reference, "language")
    _move_overflow(reference)
    date, date_text, faults = date_of(reference.all("year"), reference.all("date"))
    source = source_of(reference.all("database"), identifiers, reference.values.get("url", []))
    kind = kind_of(types)
    fields = {
        "kind": "registry-entry" if kind == "article" and is_registry_entry(identifiers, source) else kind,
        "status": status_of(types, reference.notices, reference.first("title")),
        "date": date,
        "date_text": date_text,
        "journal": reference.first("journal", "abbreviation") or None,
        "authors": _authors(reference),
        "affiliations": _affiliations(reference),
        "identifiers": identifiers,
        "source": source,
        "pages": pages_of(*(reference.first(each) for each in ("pages", "first-page", "last-page", "article-number"))),
        # Reference managers have one field for the number of a journal and of a book.
        "issns": issns_in([*reference.all("issn"), *reference.all("isbn")]),
        "languages": languages,
        "other_titles": tuple(reference.all("other-title")),
        "publication_types": types,
        "subjects": _terms(reference, "subject"),
        "keywords": _terms(reference, "keyword"),
        "topics": tuple(reference.all("topic")),
        "notices": tuple(reference.notices),
        "notes": (*reference.notes, *faults, *reference.all("note")),
    }
    for name in ("volume", "issue", "publisher", "url", "meeting", "number", "session", "presentation", "disclosures"):
        fields[name] = reference.first(name) or None
    return fields


def _ended(reference: Reference, name: str) -> tuple[str, ...]:
    # Ovid ends the language and the type of a report with a full stop.
    return tuple(dict.fromkeys(each.rstrip(". ") for each in reference.all(name)))


def _move_overflow(reference: Reference) -> None:
    """Move to the notes what can be no volume, issue or pages: Embase records hold addresses there, reports links."""
    for name in ("volume", "issue", "pages"):
        if len(reference.first(name)) > _LONGEST_NUMBER:
            reference.add("note", f"{name}: {reference.first(name)}")
            del reference.values[name]
    # A link such as <Go to ISI>://000200148800007 leads nowhere.
    reference.values["url"] = [link for link in reference.values.get("url", ()) if link.startswith(("http", "www."))]


def _terms(reference: Reference, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_term, reference.values.get(name, ())))))


@functools.lru_cache(maxsize=1 << 13)
def _term(value: str) -> str:
    """Return a heading or keyword, which stands in many references."""
    # An asterisk marks the main topics of an indexer: Gambling/*psychology.
    return clean(value).replace("*", "").strip(" .;")


def _authors(reference: Reference) -> tuple[Author | dict[str, Any], ...]:
    """Return the authors, most as the fields of one, which the document checks all at once."""
    # Shannon,Claude E. is how some write Shannon, Claude E.
    bare = (_EMAIL.sub("", name) if "@" in name else name for name in reference.all("author"))
    names = (name if ", " in name else name.replace(",", ", ", 1) for name in bare)
    named = [{"name": name.strip()} for name in names]
    groups = [{"name": name, "collective": True} for name in reference.all("collective")]
    return (*reference.authors, *named, *groups)


def _affiliations(reference: Reference) -> dict[str, str]:
    for address in reference.all("affiliation"):
        reference.affiliation(address)
    return reference.affiliations
