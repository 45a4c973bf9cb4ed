"""Overlap families and the links between reports and studies, as rows."""

from __future__ import annotations

from collections.abc import Iterator

from mscevidence.model import Family, Link
from mscevidence.store.rows import Row, as_json


def family_rows(family: Family) -> Iterator[Row]:
    """Yield a family and its members."""
    yield ("families", {"id": family.id, "reasons": as_json(family.reasons)})
    for position, study in enumerate(dict.fromkeys(family.studies), 1):
        yield ("family_members", {"family": family.id, "study": study, "position": position})


def link_row(link: Link) -> Row:
    """Return an edge between two reports or studies."""
    ends = {"left_id": link.left, "right_id": link.right, "decided": int(link.decided)}
    return ("links", {"kind": link.kind, "basis": link.basis, "reason": link.reason, **ends})
