"""Exports read in tests: documents and rejects of some bytes, and where the real files stand."""

from __future__ import annotations

import os
from pathlib import Path

from mscevidence.model import Document, Reject
from mscevidence.read import read_all

FOLDER = Path(os.environ.get("MSCEVIDENCE_DOCUMENTS", Path(__file__).parents[1].parent / "shared" / "documents"))


def outcome(data: bytes | str, name: str = "") -> tuple[list[Document], list[Reject]]:
    """Return the documents and the rejects of some bytes, in order; the format is detected."""
    read = list(read_all(data.encode() if isinstance(data, str) else data, name=name))
    return [each for each in read if isinstance(each, Document)], [each for each in read if isinstance(each, Reject)]


def documents(data: bytes | str, name: str = "") -> list[Document]:
    """Return the documents of some bytes of which no record may be rejected."""
    found, rejects = outcome(data, name)
    assert not rejects, rejects
    return found


def document(data: bytes | str, name: str = "") -> Document:
    """Return the only document of some bytes."""
    (found,) = documents(data, name)
    return found


def ids(found: Document) -> dict[str, str]:
    """Return the identifiers of a document that stand in its fields, the first of each kind."""
    return {each.kind: each.value for each in reversed(found.identifiers) if each.span is None}
