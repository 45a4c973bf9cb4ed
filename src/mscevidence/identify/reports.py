"""Reports that are about one study: abstract, preprint, article, registration and erratum of the same trial.

What is sure ties reports: a registration that both name, a notice of one about the other, an identifier that a study
file knows. What is only likely (the same title in another place, the same period of enrolment at the same centre) is
proposed, and a person decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mscevidence.identify import identifiers
from mscevidence.identify.citation import Citation
from mscevidence.identify.decisions import Decision, Decisions
from mscevidence.identify.duplicates import Duplicates
from mscevidence.identify.groups import Group
from mscevidence.identify.pairs import first_hand
from mscevidence.identify.titles import title_of
from mscevidence.model import Link, Study

MOST_REGISTRATIONS = 3
"""A report that names more registrations than this is about many studies."""


@dataclass(frozen=True)
class Patients:
    """What a report says of its patients: from when to when they were enrolled, how many, and where."""

    enrolled: tuple[str, str]
    n: int | None = None
    centres: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ReportLinks:
    """Which reports are about one study.

    Attributes:
        names: name of each report (of its representative), in the order of the groups; unique.
        studies: reports tied together, by their names; each report is in exactly one of them.
        known: name of a report to the study file that it belongs to.
        links: what ties reports to each other and to study files, with reasons; `decided` where a person said so.
        proposals: what is likely and not decided.
    """

    names: tuple[str, ...]
    studies: tuple[tuple[str, ...], ...]
    known: Mapping[str, str]
    links: tuple[Link, ...]
    proposals: tuple[Link, ...]


def link_reports(
    duplicates: Duplicates,
    studies: Sequence[Study] = (),
    *,
    decisions: Iterable[Decision] = (),
    patients: Mapping[str, Patients] | None = None,
) -> ReportLinks:
    """Return which reports of a stream are about one study, and which may be.

    Args:
        duplicates: the reports, as `find_duplicates` groups them.
        studies: the study files.
        decisions: what people decided about links.
        patients: what reports say of their patients, by the hash of the document; only what is known.
    """
    settled = Decisions(one for one in decisions if not one.kind.endswith("reports") and one.kind != "same-report")
    names = _names(duplicates.groups)
    reports = dict(zip(names, duplicates.groups, strict=True))
    found = [
        *_by_registration(reports),
        *_by_notice(reports),
        *_to_known(reports, studies),
        *_by_title(reports, duplicates, names),
        *_by_patients(reports, patients or {}),
    ]
    sure, likely = _after_decisions(found, reports, settled)
    tied = [link for link in sure if link.kind == "same-study"]
    groups, known = _tied(names, tied, {study.study for study in studies})
    together = {name: place for place, group in enumerate(groups) for name in group}
    proposals = [one for one in likely if together.get(one.left) != together.get(one.right, -1)]
    return ReportLinks(names, groups, known, tuple(sure), tuple(proposals))


def _names(groups: Sequence[Group]) -> tuple[str, ...]:
    counts: dict[str, int] = defaultdict(int)
    for group in groups:
        counts[group.representative.name] += 1
    chosen = ((one.representative.name, one.representative.sha256[:16]) for one in groups)
    return tuple(name if counts[name] == 1 else sha256 for name, sha256 in chosen)


def _by_registration(reports: Mapping[str, Group]) -> Iterator[Link]:
    holders: dict[str, list[str]] = defaultdict(list)
    for name, group in reports.items():
        for number in _registrations(group):
            holders[number].append(name)
    for number, named in sorted(holders.items()):
        # Each with the first one is enough, and stays small where a number has many reports.
        for other in named[1:]:
            yield _link(named[0], other, "registration", f"both name {number}")


def _registrations(group: Group) -> frozenset[str]:
    if any(one.second_hand or one.kind in {"comment", "reply"} for one in group.members):
        return frozenset()
    numbers = frozenset(number for one in group.members for number in one.registrations)
    return numbers if len(numbers) <= MOST_REGISTRATIONS else frozenset()


def _by_notice(reports: Mapping[str, Group]) -> Iterator[Link]:
    owners = {known: name for name, group in reports.items() for known in group.names()}
    for name, group in reports.items():
        for referred in sorted({one for member in group.members for one in member.refers}):
            other = owners.get(referred)
            if other is not None and other != name:
                yield _link(
                    name, other, "notice", f"{name} and {referred} are versions of one report, or a notice of it"
                )


def _to_known(reports: Mapping[str, Group], studies: Sequence[Study]) -> Iterator[Link]:
    owners, numbers, titles = _known_names(studies), _known_numbers(studies), _known_titles(studies)
    for name, group in reports.items():
        found = {owners[known]: ("report", f"has the report {known}") for known in group.names() if known in owners}
        for number in sorted(_registrations(group)):
            # A number that two study files have does not say which of them it is.
            basis = "registration" if len(numbers[number]) == 1 else "shared-registration"
            for owner in numbers[number]:
                found.setdefault(owner, (basis, f"is registered as {number}"))
        titled = titles.get(group.representative.title.letters)
        if titled is not None:
            found.setdefault(titled, ("title", "has a report of this title"))
        for owner, (basis, reason) in sorted(found.items()):
            yield _link(name, owner, basis, f"{owner} {reason}")


def _known_numbers(studies: Sequence[Study]) -> dict[str, list[str]]:
    numbers: dict[str, list[str]] = defaultdict(list)
    for study in studies:
        for number in study.registrations:
            numbers[identifiers.registration(number) or number].append(study.study)
    return numbers


def _known_titles(studies: Sequence[Study]) -> dict[str, str]:
    titled = ((title_of(report.title or ""), study.study) for study in studies for report in first_hand(study))
    return {title.letters: study for title, study in titled if not title.generic}


def _known_names(studies: Sequence[Study]) -> dict[str, str]:
    owners: dict[str, str] = {}
    for study in studies:
        for report in first_hand(study):
            doi = identifiers.doi(report.doi) if report.doi else None
            pmid = identifiers.pmid(report.pmid) if report.pmid else None
            meeting = identifiers.meeting_id(report.meeting, report.number)
            given = (("doi", doi), ("pmid", pmid), ("meeting", meeting))
            owners |= {f"{kind}:{value}": study.study for kind, value in given if value}
            owners |= {sha256[:16]: study.study for sha256 in report.documents}
    return owners


def _by_title(reports: Mapping[str, Group], duplicates: Duplicates, names: Sequence[str]) -> Iterator[Link]:
    by_place = {one.place: name for name, group in zip(names, duplicates.groups, strict=True) for one in group.members}
    for pair in duplicates.apart:
        left, right = by_place[pair.left], by_place[pair.right]
        numbers = _registrations(reports[left]), _registrations(reports[right])
        if all(numbers) and not numbers[0] & numbers[1]:
            continue
        if "authors agree" in pair.reasons:
            yield _link(left, right, "title", f"{', '.join(pair.reasons)}: may be two reports of one study")


def _by_patients(reports: Mapping[str, Group], patients: Mapping[str, Patients]) -> Iterator[Link]:
    told = {
        name: found
        for name, group in reports.items()
        if (found := next((patients[one.sha256] for one in group.members if one.sha256 in patients), None))
    }
    blocks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, one in told.items():
        blocks[one.enrolled].append(name)
    for period, named in sorted(blocks.items()):
        for place, left in enumerate(named):
            for right in named[place + 1 : place + 20]:
                reasons = _common(told[left], told[right], reports[left].representative, reports[right].representative)
                if len(reasons) > 1:
                    said = f"both enrolled from {period[0]} to {period[1]}"
                    yield _link(left, right, "centre-and-dates", f"{said}, {', '.join(reasons)}")


def _common(left: Patients, right: Patients, mine: Citation, theirs: Citation) -> list[str]:
    reasons = []
    if left.n is not None and left.n == right.n:
        reasons.append(f"{left.n} patients in each")
    centres = left.centres & right.centres
    if centres:
        reasons.append(f"both at {min(centres)}")
    if mine.first_author and (mine.first_author in theirs.names or theirs.first_author in mine.names):
        reasons.append("authors in common")
    return reasons


def _link(left: str, right: str, basis: str, reason: str) -> Link:
    return Link(kind="same-study", left=left, right=right, basis=basis, reason=reason)


SURE = frozenset({"registration", "notice", "report"})
"""What ties reports to one study without a person; everything else is proposed."""


def _after_decisions(
    found: Sequence[Link], reports: Mapping[str, Group], settled: Decisions
) -> tuple[list[Link], list[Link]]:
    """Return the links that hold, decided ones first, and those that wait for a person, of a pair one only."""
    aliases = {name: group.names() | {name} for name, group in reports.items()}
    owner = {alias: name for name, known in aliases.items() for alias in known}
    sure = [
        Link(
            kind=_KINDS[one.kind], left=owner.get(one.left, one.left), right=owner.get(one.right, one.right),
            basis="declared", reason=f"{one.reason} ({one.by}, {one.on})", decided=True,
        )
        for one in settled
        if one.left in owner or one.right in owner
    ]  # fmt: skip
    likely: list[Link] = []
    seen: set[frozenset[str]] = set()
    for link in sorted(found, key=lambda link: link.basis not in SURE):
        pair = frozenset((link.left, link.right))
        ends = (aliases.get(link.left, {link.left}), aliases.get(link.right, {link.right}))
        if pair in seen or settled.about(*ends) is not None:
            continue
        seen.add(pair)
        (sure if link.basis in SURE else likely).append(link)
    return sure, likely


_KINDS: dict[str, Literal["same-study", "overlap", "look-alike"]] = {
    "same-study": "same-study",
    "shared-patients": "overlap",
    "different-patients": "look-alike",
}


def _tied(
    names: Sequence[str], ties: Sequence[Link], studies: set[str]
) -> tuple[tuple[tuple[str, ...], ...], dict[str, str]]:
    """Return the reports of each study, and the study file of each report that has one and only one."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(names)
    graph.add_edges_from((one.left, one.right) for one in ties)
    order = {name: place for place, name in enumerate(names)}
    groups: list[tuple[str, ...]] = []
    known: dict[str, str] = {}
    for component in nx.connected_components(graph):
        reports = tuple(sorted((name for name in component if name in order), key=order.__getitem__))
        files = component & studies
        if reports:
            groups.append(reports)
        known.update((name, next(iter(files))) for name in reports if len(files) == 1)
    return tuple(sorted(groups, key=lambda group: order[group[0]])), known
