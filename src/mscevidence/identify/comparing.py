"""Two citations side by side: what speaks for one report, what against it, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mscevidence.identify.citation import Citation
from mscevidence.identify.journals import same_journal
from mscevidence.identify.locators import Agreement, place_agreement
from mscevidence.identify.title_agreement import TitleAgreement, title_agreement

Verdict = Literal["same", "undecided", "apart"]

SAME_REPORT_KINDS = ("pmid", "doi", "pmcid", "meeting")
"""Identifiers of reports, the surest first; accession numbers of other databases follow."""

NOTICES = frozenset({"erratum", "retraction", "reply", "comment"})
_ALONE = frozenset({"registration", "preprint", "thesis"})


@dataclass(frozen=True, slots=True)
class Pair:
    """Two citations and what was concluded of them.

    Attributes:
        left: place of the first citation in the stream.
        right: place of the second.
        verdict: ``same`` report, ``undecided`` (a person has to look), or ``apart`` although alike.
        reasons: what the verdict rests on, as sentences for a person.
        certainty: from 0 to 1, for the order in which pairs are joined and shown.
    """

    left: int
    right: int
    verdict: Verdict
    reasons: tuple[str, ...]
    certainty: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the fields of two citations say, one by one.

    `years` is how many years they are apart, `notice` whether one is an erratum, a reply or the like and the other is
    not, `versioned` whether they are versions of a Cochrane review, `long_range` whether both cover the same three or
    more pages, or the same pages where one title is a translation, `different` the kinds of identifiers that are not
    the same.
    """

    shared: tuple[str, ...]
    title: TitleAgreement
    likeness: float
    authors: Agreement
    years: int | None
    versioned: bool
    long_range: bool
    journal: Agreement
    place: Agreement
    kinds: Agreement
    notice: bool
    different: tuple[str, ...]


def compare(left: Citation, right: Citation) -> Comparison:
    """Return what the fields of two citations say about being one report."""
    return _compared(left, right, _shared(left, right), _titles(left, right))


def compare_alike(left: Citation, right: Citation) -> Comparison | None:
    """Return what `compare` returns, or None at once where neither identifier nor title nor page is alike."""
    shared, titles = _shared(left, right), _titles(left, right)
    first = left.place_in_journal.first
    if not shared and titles[1] in {"differ", "unclear"} and (not first or first != right.place_in_journal.first):
        return None
    return _compared(left, right, shared, titles)


def _compared(left: Citation, right: Citation, shared: list[str], titles: tuple[float, TitleAgreement]) -> Comparison:
    year = str(left.year) if left.year is not None else ""
    place = place_agreement(left.place_in_journal, right.place_in_journal, year=year)
    return Comparison(
        shared=tuple(shared),
        title=titles[1],
        likeness=titles[0],
        authors=_authors(left, right),
        years=None if left.year is None or right.year is None else abs(left.year - right.year),
        versioned=bool(left.place_in_journal.review or right.place_in_journal.review),
        long_range=_long_range(left, right),
        journal=_journals(left, right),
        place=place,
        kinds=_kinds(left, right, place),
        notice=left.kind != right.kind and bool({left.kind, right.kind} & NOTICES),
        different=tuple(kind for kind in SAME_REPORT_KINDS if _different(left, right, kind)),
    )


def _shared(left: Citation, right: Citation) -> list[str]:
    found = [(kind, values & right.own[kind]) for kind, values in left.own.items() if kind in right.own]
    shared = [f"{kind} {min(values)}" for kind, values in sorted(found, key=_rank) if values]
    if left.kind == right.kind == "registration" and left.registrations & right.registrations:
        shared.append(f"registration {min(left.registrations & right.registrations)}")
    return shared


def _rank(found: tuple[str, object]) -> int:
    return SAME_REPORT_KINDS.index(found[0]) if found[0] in SAME_REPORT_KINDS else len(SAME_REPORT_KINDS)


def _different(left: Citation, right: Citation, kind: str) -> bool:
    mine, theirs = left.own.get(kind), right.own.get(kind)
    if not mine or not theirs or mine & theirs:
        return False
    # A DOI that is cut short or has something appended is no other DOI, but versions of reviews (.pub2) are.
    if kind == "doi":
        return not any(_cut_doi(one, other) or _cut_doi(other, one) for one in mine for other in theirs)
    return True


def _cut_doi(short: str, long: str) -> bool:
    return (
        len(short) > 12
        and long.startswith(short)
        and not long[len(short) :].lstrip("./-_").startswith(("pub", "v", "s"))
    )


def _long_range(left: Citation, right: Citation) -> bool:
    first, last = left.place_in_journal.first, left.place_in_journal.last
    if last != right.place_in_journal.last or not (first.isdigit() and last.isdigit()):
        return False
    # Few people have two articles of one to two pages on the same pages, and hardly anybody one of them translated.
    return int(last) - int(first) >= (1 if left.title.translated != right.title.translated else 2)


def _titles(left: Citation, right: Citation) -> tuple[float, TitleAgreement]:
    best = title_agreement(left.title, right.title)
    if best[1] in {"differ", "near"} and (left.titles or right.titles):
        others = [
            title_agreement(one, other)
            for one in (left.title, *left.titles)
            for other in (right.title, *right.titles)
            if not one.generic and not other.generic
        ]
        best = max([best, *others], key=lambda found: (found[1] in {"same", "spelling"}, found[0]))
    return best


def _authors(left: Citation, right: Citation) -> Agreement:
    if not left.names or not right.names:
        return "unclear"
    if left.first_author and left.first_author == right.first_author:
        return "agree"
    common = left.names & right.names
    if left.first_author in common or right.first_author in common:
        return "agree"
    if len(common) * 2 >= min(len(left.names), len(right.names)):
        return "agree"
    return "agree" if _misspelt(left.first_author, right.first_author) else "differ"


def _misspelt(left: str, right: str) -> bool:
    if min(len(left), len(right)) < 4:
        return False
    if left in right or right in left:
        return True
    from rapidfuzz.distance import OSA

    return OSA.distance(left, right) <= max(1, min(len(left), len(right)) // 5)


def _journals(left: Citation, right: Citation) -> Agreement:
    if left.issns & right.issns:
        return "agree"
    if not left.journal or not right.journal:
        return "unclear"
    return "agree" if same_journal(left.journal, right.journal) else "differ"


def _printed(citation: Citation) -> bool:
    return bool(citation.journal or citation.place_in_journal.first or {"doi", "pmid"} & citation.own.keys())


def _kinds(left: Citation, right: Citation, place: Agreement) -> Agreement:
    """Return whether the kinds agree; one that is printed apart differs also from a kind that is not stated."""
    if left.kind == right.kind:
        return "agree"
    both = {left.kind, right.kind}
    if both & _ALONE:
        unstated = left if not left.kind else right
        return "unclear" if not unstated.kind and not _printed(unstated) else "differ"
    if place == "agree":
        return "agree"
    if both & NOTICES or both == {"abstract", "article"}:
        return "differ"
    return "unclear" if "abstract" in both else "agree"
