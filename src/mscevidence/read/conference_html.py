"""Pages on which a conference lists several abstracts, with or without their texts.

A page with a single abstract is read as any other page. The check for robots that some sites show in place of the page
is an error of its own, since nothing of the meeting is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.canonical import MAX_BYTES, decode
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.record_lines import opening

_LISTING = re.compile(
    r"(?i)<title[^>]*>[^<]*\b(?:abstracts|posters|presentations|titles and publications|oral sessions?)\b"
)
_CHALLENGE = re.compile(r"(?i)<title[^>]*>\s*(?:just a moment|attention required|access denied|are you a robot)")


def _records(stream: BinaryIO) -> Iterator[Record | Reject]:
    # bs4 takes a tenth of a second to import: only pages need it.
    from mscevidence.read.conference_items import page_records

    data = stream.read(MAX_BYTES + 1)
    markup, notes = decode(data)
    if _CHALLENGE.search(markup[:20_000]):
        hint = "open the page in a browser, wait for it, and save it from there"
        raise DocumentError("the page is a check for robots, not the page of the meeting", hint=hint)
    yield from page_records(data, markup, notes)


def _recognises(head: str, name: str) -> bool:  # noqa: ARG001
    start = opening(head)
    # A page of the ASH meeting site shows one abstract, under its number.
    if not start.startswith("<") or re.search(r"class=[\"']number[\"']", start):
        return False
    return bool(_LISTING.search(start) or _CHALLENGE.search(start))


FORMAT = RecordFormat(name="conference-html", recognises=_recognises, records=_records)
