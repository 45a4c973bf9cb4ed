"""From the comparison of two citations to a verdict: the same report, undecided, or apart.

The rules, the first that fits decides:

1. An identifier of the report in common (PMID, DOI, PMCID, number of a meeting abstract) makes one report, unless the
   titles, the numbers in them or the kinds (erratum, preprint, registration) contradict: then a person has to look.
2. Citations of kinds that are published apart (an erratum and its article, a preprint and the article) stay apart.
3. Different PMIDs or DOIs keep apart, unless everything else says the same printed place: then a person has to look
   (PMID), or the DOI is one of several of that report.
4. The same title, authors who agree, years at most one apart, and the same place in a journal, or the same journal
   where one has no place (ahead of print), make one report.
5. A title that is cut, or differs in more than spelling, needs the same place; a title such as ``Editorial`` too.
6. Authors, journal, volume, and the same three or more pages make one report whatever the titles: one is translated.
7. What is alike but short of this is undecided when nothing contradicts, and apart when volume, pages or journal do.
"""

from __future__ import annotations

from mscevidence.identify.citation import Citation
from mscevidence.identify.comparing import Comparison, Pair, Verdict, compare, compare_alike

_TITLE_WORDS = {
    "same": "the same title",
    "spelling": "the same title but for spelling",
    "cut": "one title is the beginning of the other",
    "near": "titles that are nearly the same",
    "generic": "the same short title",
}


def judge(left: Citation, right: Citation) -> Pair | None:
    """Return the verdict on two citations with its reasons; None when nothing makes them look alike."""
    if left.sha256 == right.sha256:
        return Pair(left.place, right.place, "same", ("the same bytes",), 1.0)
    found = compare_alike(left, right)
    if found is None:
        return None
    decided = _versions(found) or _by_identifier(found) if found.shared else _by_description(found)
    if decided is None:
        return None
    verdict, reasons, certainty = decided
    return Pair(left=left.place, right=right.place, verdict=verdict, reasons=reasons, certainty=certainty)


def contradiction(left: Citation, right: Citation) -> Pair | None:
    """Return why two citations cannot be one report although a third one is like both, or None when they can be."""
    pair = judge(left, right)
    if pair is not None:
        return pair if pair.verdict == "apart" else None
    found = compare(left, right)
    against = [f"different {' and '.join(found.different)}"] if found.different else []
    against += _contradictions(found)
    if found.title == "differ" and against:
        return Pair(left.place, right.place, "apart", ("the titles differ", *against), 0.3)
    return None


Decided = tuple[Verdict, tuple[str, ...], float]


def _versions(found: Comparison) -> Decided | None:
    """Keep apart the versions of a Cochrane review to which PubMed gives the DOI of the first one."""
    if not found.versioned or not found.years or "pmid" not in found.different:
        return None
    return "apart", (f"share {', '.join(found.shared)}", "but are versions of one review in different years"), 0.4


def _by_identifier(found: Comparison) -> Decided | None:
    shared = f"share {', '.join(found.shared)}"
    if found.kinds == "differ" and (found.notice or found.title not in {"same", "spelling"}):
        return "undecided", (shared, "but are of different kinds"), 0.5
    if found.title in {"same", "spelling", "cut", "near", "generic", "unclear"}:
        return "same", (shared,), 1.0
    if found.place == "agree" and (found.authors == "agree" or found.journal == "agree"):
        return "same", (shared, "and the place in the journal"), 0.97
    if found.authors == "agree" and found.likeness >= 0.6 and found.place != "differ":
        return "same", (shared, "and the authors"), 0.95
    if found.authors == "differ" and found.likeness < 0.6:
        # One DOI for a whole supplement or book: its parts are not alike.
        return None
    return "undecided", (shared, "but the titles differ"), 0.6


def _by_description(found: Comparison) -> Decided | None:
    if found.title in {"differ", "unclear"}:
        return _reworded(found) if found.title == "differ" and _same_print(found) else None
    told = (_TITLE_WORDS[found.title], *_agreements(found))
    against = tuple(_contradictions(found))
    if found.kinds == "differ" or found.different or against:
        return _objected(found, told, against)
    if _enough(found):
        return "same", told, (0.9 if found.place == "agree" else 0.8) - 0.05 * (found.years or 0)
    return ("undecided", told, 0.5) if _worth_a_look(found) else None


def _objected(found: Comparison, told: tuple[str, ...], against: tuple[str, ...]) -> Decided | None:
    if found.kinds == "differ":
        return _apart(found, told, against)
    return _other_identifier(found, told, against) if found.different else _contradicted(found, told, against)


def _agreements(found: Comparison) -> list[str]:
    told = [("authors agree", found.authors == "agree"), ("same journal", found.journal == "agree")]
    told += [("same volume and page", found.place == "agree"), ("same year", found.years == 0)]
    return [words for words, true in told if true]


def _contradictions(found: Comparison) -> list[str]:
    told = [("the authors differ", found.authors == "differ" and not _same_print(found))]
    told += [("volume or page differ", found.place == "differ")]
    told += [("the journals differ", found.journal == "differ" and found.place != "agree")]
    told += [(f"{found.years} years apart", (found.years or 0) > 1)]
    told += [("versions of one review in different years", found.versioned and found.years != 0)]
    return [words for words, true in told if true]


def _but(against: tuple[str, ...]) -> str:
    return f"but {' and '.join(against)}"


def _same_print(found: Comparison) -> bool:
    """Return whether both are said to stand on the same page of the same volume of one journal in one year."""
    return found.place == "agree" and found.journal == "agree" and found.years == 0


def _enough(found: Comparison) -> bool:
    if found.title in {"same", "spelling"}:
        if found.place == "agree":
            return True
        if found.journal == "agree":
            return found.authors != "differ" and found.kinds == "agree"
        return found.journal == "unclear" and found.authors == "agree" and found.years == 0 and found.kinds == "agree"
    if found.title in {"cut", "near"}:
        whole = found.authors == "agree" and found.journal == "agree" and found.years == 0
        return (found.place == "agree" and found.authors != "differ") or (found.title == "cut" and whole)
    known = found.journal == "agree" or (found.journal == "unclear" and found.authors == "agree" and found.years == 0)
    return found.place == "agree" and known and found.authors != "differ"


def _worth_a_look(found: Comparison) -> bool:
    if found.title in {"cut", "near", "spelling"}:
        return found.authors == "agree" and found.journal != "differ"
    return found.title == "same"


def _reworded(found: Comparison) -> Decided | None:
    """Return what to think of different titles in one place: translated or reworded, or two letters on one page."""
    if found.authors != "agree" or found.different:
        return None
    if found.long_range:
        return "same", ("same authors, journal, volume and pages", "although the titles differ"), 0.86
    return "undecided", ("same authors, journal, volume and page", "but the titles differ"), 0.4


def _apart(found: Comparison, told: tuple[str, ...], against: tuple[str, ...]) -> Decided | None:
    if found.title == "generic" or found.authors == "differ":
        return None
    return "apart", (*told, _but(("the kinds differ", *against))), 0.3


def _other_identifier(found: Comparison, told: tuple[str, ...], against: tuple[str, ...]) -> Decided | None:
    differing = f"different {' and '.join(found.different)}"
    printed = found.title in {"same", "spelling"} and _same_print(found) and found.authors != "differ"
    if printed and "pmid" not in found.different and not found.notice:
        return "same", (*told, f"in spite of {differing}"), 0.75
    if printed:
        return "undecided", (*told, _but((differing,))), 0.5
    if found.title in {"generic", "near"} or found.authors == "differ" or (found.years or 0) > 3:
        return None
    return "apart", (*told, _but((differing, *against))), 0.3


def _contradicted(found: Comparison, told: tuple[str, ...], against: tuple[str, ...]) -> Decided | None:
    if found.title not in {"same", "spelling"} or (found.years or 0) > 3:
        return None
    alone = len(against) == 1
    if found.authors == "differ":
        return ("undecided", (*told, _but(against)), 0.4) if alone and found.journal == "agree" else None
    if alone and found.authors == "agree" and (found.journal == "agree" or found.place == "unclear"):
        return "undecided", (*told, _but(against)), 0.5
    return "apart", (*told, _but(against)), 0.3
