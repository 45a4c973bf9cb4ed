"""Pages that a browser saved as one file (MHTML): the page itself, taken out of the archive."""

from __future__ import annotations

import email
import email.policy
import re

from mscevidence.errors import DocumentError

_ARCHIVE = re.compile(
    rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,30}?Content-Type:\s*multipart/related\b", re.IGNORECASE
)
_HEAD = 4_000


def page_of(data: bytes) -> bytes:
    """Return the HTML of a page saved as one file, in UTF-8; any other bytes as they are.

    Raises:
        DocumentError: the archive holds no page.
    """
    if not _ARCHIVE.match(data[:_HEAD].replace(b"\r\n", b"\n")):
        return data
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return payload.decode(_charset(part.get_content_charset()), "replace").encode()
    raise DocumentError("the saved page (MHTML) holds no HTML", hint="save the page again as HTML only")


def _charset(name: str | None) -> str:
    try:
        "".encode(name or "utf-8")
    except LookupError:
        return "utf-8"
    return name or "utf-8"
