"""Citations in one line, as Embase, PubMed and Ovid write them: journal, volume, issue, pages and date taken apart."""

from __future__ import annotations

import re

_LONGEST = 1_000

_EMBASE = re.compile(
    r"""(?P<journal>[^(]+?)\s*\((?P<year>(?:1[5-9]|20)\d\d)\)\s*
    (?P<volume>[\w-]+(?:\s(?:Suppl(?:ement)?)[^:(]*)?)?(?::(?P<issue>[^(]*?))?\s*
    (?:\((?P<pages>[^)]*)\))?
    (?:\s*Article\ Number:\s*(?P<article>[^.\s]+))?\.?\s*
    (?:Date\ of\ Publication:\s*(?P<date>.*))?$""",
    re.VERBOSE,
)
_PUBMED = re.compile(
    r"""(?P<journal>[^.]+(?:\.[^.\d]+)*)(?:\.\s*|\s(?=[12]\d{3}[^;:.]*;))(?P<date>(?:1[89]|20)\d\d[^;:.]*)
    (?:;\s*(?P<volume>[^(:;.]*)(?:\((?P<issue>[^)]*)\))?
    (?::\s*(?P<pages>[^.;]*))?|:(?P<article>[\w.-]*\w))?(?:\..*)?$""",
    re.VERBOSE,
)
_OVID = re.compile(
    r"""(?P<journal>[^.]+)\.(?:\s+|(?=:))
    (?:Conference:\s(?P<meeting>.{1,400}?)\.\s+)?
    (?:Vol\.?\s?)?(?P<volume>\d[\w-]*)?
    \s?(?:\((?P<issue>(?!pp\b|no\spag)[^)]*)\))?
    (?::(?P<pages>[\w.-]+)|\s*\(pp?\s(?P<numbers>[^)]*)\)|\s*\(no\spagination\))?
    ,\s*(?P<year>(?:[A-Z][a-z]{2,8}\.?\s\d{1,2},\s)?[^,.]*?(?:1[89]|20)\d\d[^,.]*)
    (?:,\s*pp?\.\s*(?P<last>[\w-]+))?
    (?:\.(?:.*?Article\ Number:\s*(?P<article>[^.\s]+))?(?:.*?Date\ of\ Publication:\s*(?P<date>[^.]+))?.*)?$""",
    re.VERBOSE,
)
_LISTED = re.compile(
    r"""(?P<journal>[^,]+),\s(?P<year>(?:1[89]|20)\d\d),\s(?P<volume>\d[\w-]*)\s?(?:\((?P<issue>[^()]*)\))?
    (?:(?:,\s|:\s?)(?:pp?\.?\s)?(?P<pages>[\w.-]+))?\.?$""",
    re.VERBOSE,
)
_NAMES = ("journal", "meeting", "year", "date", "volume", "issue", "pages", "article-number")


def citation_parts(text: str) -> dict[str, str] | None:
    """Return the parts of a citation by the names of `reference.FIELDS`, without those it lacks; None if it is none.

    Read are ``Blood (2023) 142:5 (1-9). Date of Publication: 2 Nov 2023``, ``Blood. 2023;142(5):1-9``, with
    and without the full stop, ``Blood. 142(5):1-9, 2023 Nov 2`` ``Blood. 142(5):1-9, November 2, 2023``
    and ``Blood, 2023, 142(5), 1-9``.
    """
    line = text[:_LONGEST].strip()
    found = _EMBASE.match(line) or _PUBMED.match(line) or _OVID.match(line) or _LISTED.match(line)
    if found is None:
        return None
    parts = found.groupdict()
    pages = parts.get("pages") or parts.get("numbers") or parts.get("last")
    if not pages and re.fullmatch(r"\d+-\d+", (parts["volume"] or "").strip()):
        # Zoological Record sets the pages behind the date where there is no volume.
        pages, parts["volume"] = parts["volume"], None
    parts |= {"pages": pages, "article-number": parts.get("article")}
    return {name: value.strip() for name in _NAMES if (value := parts.get(name)) and value.strip()}
