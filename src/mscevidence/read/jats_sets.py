"""Sets of JATS articles, as efetch of PubMed Central answers: each article is a record, each refusal is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mscevidence.errors import DocumentError
from mscevidence.model import Reject
from mscevidence.read.eutils_answers import refuse_other_answers
from mscevidence.read.formats import Record, RecordFormat
from mscevidence.read.jats import read_article
from mscevidence.read.streams import beginning
from mscevidence.read.xml_records import Piece, decoded, split

_ROOT = re.compile(r"<(?:\w+:)?(?:pmc-articleset|articles|OAI-PMH)\b")
_REPLY = re.compile(r'<Reply\b[^>]*?\bId="(?P<id>[^"]{0,40})"[^>]*?\berror="(?P<error>[^"]{0,300})"')


def records(stream: BinaryIO) -> Iterator[Record | Reject]:
    """Yield the articles of a set in order.

    Raises:
        DocumentError: the answer is an error message.
    """
    if "Reply" not in beginning(stream).decode("utf-8", "replace"):
        refuse_other_answers(stream)
    for position, piece in enumerate(split(stream, ("article", "Reply")), 1):
        try:
            yield _record(piece)
        except DocumentError as error:
            excerpt = piece.data[:200].decode("utf-8", "replace")
            yield Reject(position=position, reason=error.message, excerpt=excerpt)


def _record(piece: Piece) -> Record:
    if piece.fault:
        raise DocumentError(piece.fault, hint="fetch the file again")
    markup, notes = decoded(piece)
    if piece.name == "Reply":
        match = _REPLY.search(markup)
        said = f"{match['id']}: {match['error']}" if match else markup[:200]
        raise DocumentError(f"PubMed Central gave no article for {said}", hint="fetch the abstract from PubMed")
    text, fields = read_article(markup)
    fields["source"] = "pmc"
    fields["notes"] = (*notes, *fields.get("notes", ()))
    return Record(piece.data, text, fields)


def looks_like_jats_set(head: str, _name: str) -> bool:
    """Return whether a file is a set of JATS articles."""
    start = head.replace("\0", "").lstrip("\ufeff\ufffd \t\r\n")
    return start.startswith("<") and _ROOT.search(start[:4000]) is not None


FORMAT = RecordFormat(
    name="jats-set",
    recognises=looks_like_jats_set,
    records=records,
)
"""Sets of JATS articles."""
