"""Results of Europe PMC in Dublin Core."""

from __future__ import annotations

import re

from mscevidence.errors import DocumentError
from mscevidence.model import Author
from mscevidence.read.abstract_markup import parts_of, plain_line
from mscevidence.read.abstracts import RecordText
from mscevidence.read.formats import Record
from mscevidence.read.jats_text import Element, inline, name_of
from mscevidence.read.publication_types import kind_of, status_of

_ADDRESSES = (
    ("doi", re.compile(r"doi\.org/(10\..+)$")),
    ("pmid", re.compile(r"/abstract/MED/(\d+)$")),
    ("pmcid", re.compile(r"/(PMC\d+)$")),
    ("europepmc", re.compile(r"/abstract/((?!MED/|PMC/)[A-Z]{3}/.+)$")),
)
_ISSN = re.compile(r"urn:ISSN:([\dXx-]{8,9})")
_CITED = re.compile(r"rft\.(jtitle|volume|issue|pages)=([^&]*)")


def dublin_core_record(data: bytes, element: Element, notes: tuple[str, ...]) -> Record:
    """Return the record of one description.

    Raises:
        DocumentError: it has neither title nor abstract.
    """
    found: dict[str, list[str]] = {}
    for child in element:
        words = inline(child) if len(child) else (child.text or "").strip()
        if words:
            found.setdefault(name_of(child), []).append(words)
    title = plain_line(found.get("title", [""])[0])
    abstract = parts_of(found.get("abstract", [""])[0])
    if not title and not abstract:
        raise DocumentError("a description without title and abstract", hint="fetch it again")
    types = tuple(each.strip() for line in found.get("description", ()) for each in line.split(";") if each.strip())
    cited = _cited(found.get("bibliographicCitation", []))
    addresses = [*found.get("identifier", ()), *found.get("isVersionOf", ())]
    text = RecordText()
    text.head(title, [(kind, match[1]) for kind, p in _ADDRESSES for each in addresses if (match := p.search(each))])
    text.abstract(abstract)
    fields = {
        "title": title,
        "kind": kind_of(types),
        "status": status_of(types, (), title),
        "authors": tuple(Author(name=_in_order(each)) for each in found.get("creator", ())),
        "sections": tuple(text.writer.sections),
        "identifiers": tuple(text.identifiers),
        "languages": tuple(found.get("language", ())),
        "publication_types": types,
        "keywords": tuple(found.get("subject", ())),
        "issns": tuple(dict.fromkeys(m[1].upper() for each in found.get("isPartOf", ()) if (m := _ISSN.search(each)))),
        "journal": cited.get("jtitle"),
        "volume": cited.get("volume"),
        "issue": cited.get("issue"),
        "pages": cited.get("pages"),
        "date": found.get("date", [None])[0],
        "source": "europepmc",
        "notes": notes,
    }
    return Record(data, text.text(), fields)


def _in_order(name: str) -> str:
    """Return a name with the family name last: ``Schoenfeld, JD`` is JD Schoenfeld."""
    family, comma, given = name.partition(", ")
    return f"{given} {family}" if comma else name


def _cited(citations: list[str]) -> dict[str, str]:
    from urllib.parse import unquote

    return {key: unquote(value) for each in citations for key, value in _CITED.findall(each) if value}
