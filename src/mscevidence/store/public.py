"""What of a database may be shown to everybody: the records and their quotes, none of the documents."""

from __future__ import annotations

import dataclasses

from mscevidence.store.writing import Contents

QUOTES_THE_DOCUMENT = frozenset({"quote-in-document"})
"""Checks whose sentences repeat characters of a document."""


def public_contents(contents: Contents) -> Contents:
    """Return contents without the texts of documents, their candidates, and the findings that repeat their words.

    Records stay whole: results keep their quotes, and the hash and the place they were read from. Private rows never
    share a file with public ones, because a server's permissions have failed to keep them apart before (Datasette
    0.65.3 mended such a leak).
    """
    findings = tuple(one for one in contents.findings if one.check not in QUOTES_THE_DOCUMENT)
    return dataclasses.replace(contents, documents=(), candidates=(), findings=findings)
