"""Headings of MeSH and publication types of a PubMed record, from parsed elements or from plain markup."""

from __future__ import annotations

import functools
import re

from mscevidence.read.jats_text import Element
from mscevidence.read.pubmed.plain import ATTRIBUTES, GAP, all_of, are_plain, decoded, leaf

_QUALIFIERS = f"((?:{leaf('QualifierName', ATTRIBUTES, group=False)})*)"
_HEADING = re.compile(f"{GAP}<MeshHeading>{leaf('DescriptorName', ATTRIBUTES)}{_QUALIFIERS}{GAP}")
_QUALIFIER = re.compile(leaf("QualifierName", ATTRIBUTES))
_HEADINGS = "<MeshHeadingList>"
_TYPE = re.compile(f"({leaf('PublicationType', ATTRIBUTES)})")
_TYPES = "<PublicationTypeList>"


def subjects_of(headings: Element) -> tuple[str, ...]:
    """Return the headings of MeSH, each with its qualifiers: ``Neuronal Plasticity/physiology``."""
    subjects: list[str] = []
    for part in headings.iter():
        tag = part.tag
        if tag == "DescriptorName":
            subjects.append(_single(part.text or ""))
        elif tag == "QualifierName" and subjects:
            subjects[-1] += "/" + _single(part.text or "")
    return tuple(subjects)


def _single(text: str) -> str:
    """Return a text in one line, which it is already unless the file was indented."""
    return " ".join(text.split()) if "\n" in text or "\t" in text else text


def plain_subjects(markup: bytes) -> tuple[str, ...] | None:
    """Return what `subjects_of` returns, of headings in plain markup; None of any other."""
    if not markup.startswith(_HEADINGS.encode()):
        return None
    *headings, end = markup[len(_HEADINGS) :].split(b"</MeshHeading>")
    subjects = list(map(_subject, headings))
    return tuple(subjects) if all(subjects) and end.strip() == b"</MeshHeadingList>" else None


@functools.lru_cache(maxsize=1 << 14)
def _subject(heading: bytes) -> str:
    """Return a heading, which stands in many records, with its qualifiers; an empty text when it is not plain."""
    match = _HEADING.fullmatch(decoded(heading))
    words = [match[1], *_QUALIFIER.findall(match[2])] if match is not None else []
    return "/".join(words) if are_plain(words) else ""


@functools.lru_cache(maxsize=1 << 12)
def plain_types(markup: bytes) -> tuple[str, ...] | None:
    """Return the publication types in plain markup; None of any other."""
    text = decoded(markup)
    if not text.startswith(_TYPES):
        return None
    found = all_of(_TYPE, text, len(_TYPES), len(text) - len("</PublicationTypeList>")) or ()
    types = tuple([name for _, name in found])
    return types if types and are_plain(types) else None
