"""Records and judgements for the tests of screening."""

from __future__ import annotations

import hashlib
from typing import Any

from mscevidence.model import Document, Judgement
from mscevidence.screening import Record


def document(title: str, **fields: Any) -> Document:
    text = fields.pop("text", f"{title}\n\nAn abstract.")
    sha256 = hashlib.sha256(title.encode()).hexdigest()
    return Document(sha256=sha256, format="ris", reader="ris/1", text=text, title=title, **fields)


def record(title: str, *others: str, **fields: Any) -> Record:
    """Return a record that `others`, records of the same report by their titles, belong to."""
    first = document(title, **fields)
    return Record(first, frozenset({first.sha256, *(document(other).sha256 for other in others)}))


def said(title: str, by: str, verdict: Any, **fields: Any) -> Judgement:
    at = fields.pop("at", "2026-11-01T10:00:00")
    stage = fields.pop("stage", "record")
    return Judgement(record=document(title).sha256, by=by, verdict=verdict, stage=stage, at=at, **fields)
