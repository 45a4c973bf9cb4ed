"""Documents of searches for tests of duplicates. All are synthetic."""

from __future__ import annotations

import hashlib
from typing import Any

from mscevidence.model import Author, Document, Identifier

TITLE = "Umbilical cord stromal cells in refractory immune thrombocytopenia: a phase 1 trial"

ARTICLE: dict[str, Any] = {
    "title": TITLE,
    "authors": ["Chen, Yunfei", "Xu, Yanmei"],
    "date": "2021-05-03",
    "journal": "British Journal of Haematology",
    "volume": "194",
    "issue": "3",
    "pages": "512-520",
}


def record(*found: tuple[str, str], **more: Any) -> Document:
    """Return a record of a search: the article above with other fields; None takes a field away."""
    given = {name: value for name, value in {**ARTICLE, **more}.items() if value is not None}
    authors = tuple(Author(name=name) for name in given.pop("authors", ()))
    title = given.pop("title", "")
    text = given.pop("text", title or "x")
    name = repr((found, sorted(given.items(), key=str), authors, title, text))
    data: dict[str, Any] = {
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "format": "made",
        "reader": "made/1",
        "container": "made",
        "text": text,
        "title": title,
        "authors": authors,
        "identifiers": tuple(Identifier(kind=kind, value=value) for kind, value in found),
    }
    return Document.model_validate({**data, **given})
