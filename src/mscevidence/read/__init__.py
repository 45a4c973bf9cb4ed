"""Bytes to Documents: one reader per format, all pure.

`read` returns the document that some bytes hold; `read_all` also takes files with many records (an answer of PubMed, an
export of a reference manager) and yields each record, read or rejected with its reason. A reader turns bytes into one
canonical text and the fields that the format shows. It opens no file and no socket, and it never guesses: what a format
cannot show stays None and is named in the document's notes.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO

from mscevidence.errors import DocumentError, UnknownTermError
from mscevidence.model import Document, Identifier, Reject
from mscevidence.read.ash_text import ash_fields, looks_like_ash_text
from mscevidence.read.canonical import MAX_BYTES, canonical, decode
from mscevidence.read.formats import RECORD_FORMATS, Record, RecordFormat, recognised, record_format
from mscevidence.read.identifiers import REGISTRIES, Place, other_trial_in_name, places_in
from mscevidence.read.jats_text import looks_like_jats
from mscevidence.read.plain_tables import with_tabs
from mscevidence.read.plain_text import plain_fields
from mscevidence.read.posted_tables import many_nouns
from mscevidence.read.saved_page import page_of
from mscevidence.read.streams import beginning, open_unpacked
from mscevidence.read.unknown_data import listed_identifiers, refuse_unknown_data

__all__ = ["FORMATS", "MAX_BYTES", "RECORD_FORMATS", "REGISTRIES", "listed_identifiers", "read", "read_all"]

_TELLING = 2_000
"""Characters of a file in which another encoding shows that matters for telling its format."""

Parsed = tuple[str, str, dict[str, Any]]
"""Format, canonical text and fields."""


def read(data: bytes, *, name: str | None = None, url: str | None = None, format: str | None = None) -> Document:  # noqa: A002
    """Return the document that some bytes hold; the format is detected unless it is given.

    Args:
        data: the bytes as captured.
        name: the name of the file, without its folder.
        url: where the bytes came from.
        format: one of `FORMATS`.

    Raises:
        DocumentError: empty, binary, too large, not decodable, or without an abstract.
        UnknownTermError: no such format.
    """
    if format is not None and format not in FORMATS:
        raise UnknownTermError(format, kind="document format", choices=FORMATS)
    decoded, notes = decode(page_of(data))
    found, text, fields = FORMATS[format or _detected(decoded)](decoded)
    if not any(character.isalpha() for character in text):
        raise DocumentError("the input has no words in it", hint="give the text of an abstract or a saved HTML page")
    fields["notes"] = (*notes, *fields.get("notes", ()))
    fields["identifiers"] = _identifiers(text, fields)
    fields["url"] = url or fields.get("url")
    return Document(
        sha256=hashlib.sha256(data).hexdigest(),
        format=found,
        reader=f"{found}/1",
        text=text,
        name=name.replace("\\", "/").rsplit("/", 1)[-1] if name else None,
        **fields,
    )


def read_all(
    source: bytes | BinaryIO,
    *,
    name: str | None = None,
    url: str | None = None,
    format: str | None = None,  # noqa: A002
    container: str | None = None,
) -> Iterator[Document | Reject]:
    """Yield what a file holds, record by record, in order: documents, and rejects with their reason.

    A file in a format of single documents (an article, a page, a text) yields one document.

    Args:
        source: the bytes, or an open binary file, which is read as a stream; gzip is unpacked.
        name: the name of the file, without its folder.
        url: where it came from.
        format: one of `FORMATS` or `RECORD_FORMATS`; detected unless it is given.
        container: the hash of the file when `source` is open; computed for bytes.

    Raises:
        DocumentError: the file is empty, broken as a whole, too large, or in no format that is read.
        UnknownTermError: no such format.
    """
    if format is not None and format not in {**FORMATS, **RECORD_FORMATS}:
        raise UnknownTermError(format, kind="document format", choices=[*FORMATS, *RECORD_FORMATS])
    if isinstance(source, bytes):
        container = container or hashlib.sha256(source).hexdigest()
        source = io.BytesIO(source)
    stream = open_unpacked(source)
    chosen = _record_format(stream, name or "", format)
    if chosen is None:
        yield read(stream.read(MAX_BYTES + 1), name=name, url=url, format=format)
        return
    for position, record in enumerate(chosen.records(stream), 1):
        if isinstance(record, Reject):
            yield record
        else:
            yield _document_of(record, chosen.name, {"container": container, "position": position, "name": name}, url)


def _record_format(stream: BinaryIO, name: str, format_name: str | None) -> RecordFormat | None:
    if format_name is not None:
        return record_format(format_name) if format_name in RECORD_FORMATS else None
    return recognised(_head(beginning(stream)), name)


def _head(data: bytes) -> str:
    """Return how a file begins as text; in another encoding than UTF-8 up to the last whole line."""
    head = data.decode("utf-8-sig", "replace")
    if "\ufffd" in head[:_TELLING]:
        with suppress(DocumentError):
            return decode(data[: data.rfind(b"\n") + 1] or data)[0]
    return head


def _document_of(record: Record, format_name: str, place: dict[str, Any], url: str | None) -> Document:
    fields = dict(record.fields)
    fields["identifiers"] = _identifiers(record.text, fields)
    if fields.get("kind", "").startswith("registry"):
        fields["notes"] = (
            *fields.get("notes", ()),
            *other_trial_in_name(place["name"], record.fields.get("identifiers", ())),
        )
    fields |= {
        "sha256": hashlib.sha256(record.data).hexdigest(),
        "format": format_name,
        "reader": f"{format_name}/1",
        "text": record.text,
        "url": fields.get("url") or url,
        **place,
    }
    if not fields.get("posted"):
        return Document.model_validate(fields)
    with many_nouns():
        return Document.model_validate(fields)


def _identifiers(text: str, fields: dict[str, Any]) -> tuple[Identifier, ...]:
    """Return the identifiers that a reader tells, with their place where the text shows them, and those of the text."""
    given: tuple[Identifier, ...] = fields.get("identifiers", ())
    for start, end in [each.span for each in given if each.span]:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    shown = {(kind, value.casefold()): (kind, value, span) for kind, value, span in places_in(text)}
    told = []
    for each in given:
        place = shown.pop((each.kind, each.value.casefold()), None)
        told.append(each if each.span or place is None else _identifier(place))
    return (*told, *map(_identifier, shown.values()))


def _identifier(place: Place) -> Identifier:
    kind, value, span = place
    return Identifier(kind=kind, value=value, span=span)


def _detected(decoded: str) -> str:
    if looks_like_jats(decoded):
        return "jats"
    if looks_like_html(decoded):
        return "html"
    refuse_unknown_data(decoded)
    return "ash-text" if looks_like_ash_text(canonical(decoded)) else "plain-text"


def looks_like_html(decoded: str) -> bool:
    """Return whether a text is HTML rather than an abstract that mentions a tag."""
    start = decoded[:4000].lstrip("\ufeff \t\r\n")
    if start.startswith("<?xml") and not re.search(r"(?i)<html\b|<!doctype\s+html", start):
        return False
    return bool(re.match(r"(?i)<(?:!doctype\s+html|html|head|body)\b", start)) or bool(
        re.search(r"(?i)<(?:div|span|p|h[1-6]|table|section|article)\b[^<>]*>", start)
    )


def _html(decoded: str) -> Parsed:
    # bs4 takes a tenth of a second to import: only pages need it
    from mscevidence.read.ash_html import read_html

    return read_html(decoded)


def _jats(decoded: str) -> Parsed:
    from mscevidence.read.jats import read_jats

    return read_jats(decoded)


def _ash_text(decoded: str) -> Parsed:
    text = canonical(decoded)
    if not looks_like_ash_text(text):
        hint = "leave the format out, or give format plain-text"
        raise DocumentError("the text lacks the header of the ASH meeting page (Program:, Session:)", hint=hint)
    return "ash-text", text, ash_fields(text)


def _plain_text(decoded: str) -> Parsed:
    text = canonical(with_tabs(decoded))
    return "plain-text", text, plain_fields(text)


FORMATS: dict[str, Callable[[str], Parsed]] = {
    "ash-text": _ash_text,
    "html": _html,
    "jats": _jats,
    "ash-html": _html,
    "plain-text": _plain_text,
}
"""Readers by the name of the format they read."""
