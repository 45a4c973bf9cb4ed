"""Identifiers as one spelling each: DOI, PMID, trial registrations, numbers of meeting abstracts."""

from __future__ import annotations

import re

_DOI_PREFIX = re.compile(
    r"^(?:(?:https?://)?(?:[\w.-]+\.)?doi\.org/|(?:doi|digital object identifier)[:\s]\s*)+", re.IGNORECASE
)
_DOI = re.compile(r"^10\.\d{4,9}/\S+$")

_REGISTRATIONS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("nct", re.compile(r"NCT[\s-]*(\d{8})(?!\d)", re.IGNORECASE), "NCT{}"),
    ("chictr", re.compile(r"(?<![a-z])ChiCTR-?((?:[A-Z]{2,4}-?)?\d{8,10})(?!\d)", re.IGNORECASE), "ChiCTR{}"),
    ("isrctn", re.compile(r"ISRCTN[\s-]*(\d{8})(?!\d)", re.IGNORECASE), "ISRCTN{}"),
    ("umin", re.compile(r"UMIN(?:-CTR)?[\s-]*(\d{9})(?!\d)", re.IGNORECASE), "UMIN{}"),
    ("jprn", re.compile(r"(?:JPRN-)?(jRCT[a-z]{0,2}\d{9,10}|JapicCTI-\d{6})(?!\d)", re.IGNORECASE), "JPRN-{}"),
    ("actrn", re.compile(r"ACTRN[\s-]*(\d{14})(?!\d)", re.IGNORECASE), "ACTRN{}"),
    ("drks", re.compile(r"DRKS[\s-]*(\d{8})(?!\d)", re.IGNORECASE), "DRKS{}"),
    ("irct", re.compile(r"IRCT[\s-]*([\dN]{8,22})(?!\w)", re.IGNORECASE), "IRCT{}"),
    ("kct", re.compile(r"KCT[\s-]*(\d{7})(?!\d)", re.IGNORECASE), "KCT{}"),
    ("ctri", re.compile(r"CTRI/(\d{4}/\d{2,3}/\d{6})(?!\d)", re.IGNORECASE), "CTRI/{}"),
    ("ntr", re.compile(r"(?<![a-z])NTR[\s-]*(\d{3,4})(?!\d)", re.IGNORECASE), "NTR{}"),
    ("euct", re.compile(r"(?<![\d-])(20\d{2}-5\d{5}-\d{2})(?:-\d{2})?(?![\d-])"), "{}"),
    ("eudract", re.compile(r"(?<![\d-])(\d{4}-\d{6}-\d{2})(?![\d-])"), "{}"),
)

REGISTRIES = frozenset(kind for kind, _, _ in _REGISTRATIONS)


def doi(text: str) -> str | None:
    """Return a DOI in lower case without resolver and closing punctuation, or None when the text is none."""
    bare = _DOI_PREFIX.sub("", text.strip()).rstrip(".,;:'\"]}").lower()
    while bare.endswith(")") and bare.count(")") > bare.count("("):
        bare = bare[:-1].rstrip(".,;:")
    return bare if _DOI.match(bare) else None


def pmid(text: str) -> str | None:
    """Return the digits of a PubMed number such as ``PMID: 28565834``, or None when the text is none."""
    match = re.fullmatch(r"(?:PMID[:\s]*)?0*(\d{1,8})", text.strip(), re.IGNORECASE)
    return match[1] if match else None


def pmcid(text: str) -> str | None:
    """Return a PubMed Central number such as ``PMC6507027``, or None when the text is none."""
    match = re.fullmatch(r"(?:PMCID[:\s]*)?(?:PMC)?0*(\d{4,9})(?:\.\d+)?", text.strip(), re.IGNORECASE)
    return f"PMC{match[1]}" if match else None


def issn(text: str) -> str | None:
    """Return an ISSN as ``1234-567X``, or None when the text has none."""
    match = re.search(r"(?<!\d)(\d{4})-?(\d{3}[\dXx])(?!\d)", text)
    return f"{match[1]}-{match[2].upper()}" if match else None


def registration(text: str) -> str | None:
    """Return a trial registration as its registry writes it, or None when the text has none."""
    for kind, pattern, form in _REGISTRATIONS:
        match = pattern.search(text)
        if match:
            number = match[1] if kind == "jprn" else match[1].upper()
            # The older Chinese numbers carry the kind of study: ChiCTR-OIC-16008223.
            return form.format(f"-{number}" if kind == "chictr" and number[0].isalpha() else number)
    return None


def meeting_id(meeting: str | None, number: str | None) -> str | None:
    """Return the id of a meeting abstract, such as ``ash-2023-687``; None without meeting, year or number.

    The meeting is known by the first word that is all capitals, so ``65th ASH Annual Meeting 2023`` is ``ash-2023``.
    """
    if not meeting or not number:
        return None
    year = re.search(r"(?<!\d)(?:19|20)\d{2}(?!\d)", meeting)
    name = re.search(r"\b[A-Z]{3,8}\b", meeting)
    bare = number.strip().lstrip("#").strip()
    return f"{name[0]}-{year[0]}-{bare}".lower() if name and year and bare else None


def surname(author: str) -> str:
    """Return the family name of an author in lower case, from ``Chen Y``, ``Yunfei Chen`` or ``Chen, Yunfei``."""
    bare = author.partition(",")[0].strip() if "," in author else author.strip()
    words = bare.split()
    if not words:
        return ""
    if "," in author:
        return bare.casefold()
    if len(words) > 1 and words[-1].isupper() and len(words[-1].replace("-", "").replace(".", "")) <= 3:
        return " ".join(words[:-1]).casefold()
    return words[-1].casefold()


def initial(author: str) -> str:
    """Return the first letter of the given name in lower case; empty when there is none."""
    family = surname(author)
    rest = author.casefold().replace(",", " ").replace(family, " ", 1).split()
    return rest[0][0] if rest else ""


def slug(text: str) -> str:
    """Return a text as an id of lower-case letters, digits and hyphens."""
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in text.casefold()).split())
