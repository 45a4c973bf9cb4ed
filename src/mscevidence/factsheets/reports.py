"""From the bibliography of a facts sheet to a report, with what the page did not show marked as unverified."""

from __future__ import annotations

import re

from mscevidence import vocabulary
from mscevidence.factsheets.journals import place_of, without_proxy
from mscevidence.factsheets.linkage import FurtherReport
from mscevidence.factsheets.pieces import Piece
from mscevidence.model import Report

_URL = re.compile(r"https?://[^\s;]+")
_NOT_A_NAME = re.compile(r"\s*\(.*\)$")

FIELD_NAMES = {"allogeneic_or_autologous": "donor", "cell_source": "cell-source", "first_author": "first_author"}


def report_of(piece: Piece, *, several: bool) -> Report:
    """Return the report that a sheet describes; with `several` reports of the study, the note says why it is one."""
    sheet, link = piece.sheet, piece.link
    urls = [without_proxy(url.rstrip(").,")) for url in _URL.findall(sheet.source_url)]
    place = place_of(link.journal or sheet.journal)
    notes = [_read_in(place.rest), link.reason if several else None, link.note, _also_read(urls[1:])]
    author = link.first_author or sheet.first_author
    return Report(
        id=link.report,
        kind=vocabulary.term("report-kind", piece.kind).id,
        status=vocabulary.term("report-status", link.status).id,
        year=sheet.year,
        first_author=_NOT_A_NAME.sub("", author) if author else None,
        title=link.title,
        journal=place.journal,
        volume=place.volume,
        issue=place.issue,
        pages=place.pages,
        doi=link.doi or (sheet.doi.lower() if sheet.doi else None),
        pmid=sheet.pmid,
        number=link.number or place.number,
        meeting=link.meeting or place.meeting,
        url=urls[0] if urls else None,
        unverified=tuple(FIELD_NAMES.get(field, field) for field in sheet.unverified_fields),
        note=" ".join(note for note in notes if note) or None,
    )


def further_report_of(further: FurtherReport) -> Report:
    """Return a report that is known to exist but was not read."""
    return Report(
        id=further.id,
        kind=vocabulary.term("report-kind", further.kind).id,
        year=further.year,
        first_author=further.first_author,
        doi=further.doi.lower() if further.doi else None,
        url=further.url,
        note=further.note,
    )


def _read_in(rest: str | None) -> str | None:
    words = re.sub(r"\((.*)\) ?", r"\1, ", rest or "").strip(", ")
    return f"{words[0].upper()}{words[1:]}." if words else None


def _also_read(urls: list[str]) -> str | None:
    return f"Also read at {', '.join(urls)}." if urls else None
