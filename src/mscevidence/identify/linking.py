"""The graph of reports, studies, identifiers and families, and what follows from it for counting patients once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mscevidence.identify import identifiers, pairs
from mscevidence.identify.decisions import Decision, Decisions
from mscevidence.model import Family, Finding, Link, Study

Node = tuple[str, str]
"""Kind and name: ``("study", "nct04014166")``, ``("family", "sle-nanjing")``, ``("registration", "NCT00698191")``."""


@dataclass(frozen=True)
class Linkage:
    """What is known about which reports and studies are about the same patients.

    Attributes:
        families: studies of which an analysis takes at most one: declared ones, those that share an identifier, and
            those that a person decided to share patients.
        links: reports of one study, overlaps, proposals (``decided`` is False) and look-alikes, each with its reason.
        reports: report id to the study it belongs to, for reports of one study only.
        shared_reports: report id to the studies, for secondary tables and reports of several diseases.
        findings: studies that share an identifier without a declared family, families with one member, and files that
            were decided to be one study.
    """

    families: tuple[Family, ...]
    links: tuple[Link, ...]
    reports: Mapping[str, str]
    shared_reports: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...]


def families_of(studies: Sequence[Study], *, decisions: Iterable[Decision] = ()) -> tuple[Family, ...]:
    """Return the families of some studies, as `link` does, without looking for more that may share patients."""
    return _Ties.of(studies, decisions).families


def link(studies: Sequence[Study], *, decisions: Iterable[Decision] = ()) -> Linkage:
    """Return the families and links of some studies.

    Args:
        studies: the study files.
        decisions: what people decided about links; they silence proposals, and shared patients make a family.
    """
    decisions = tuple(decisions)
    ties = _Ties.of(studies, decisions)
    by_id, families, owners = ties.by_id, ties.families, _owners(studies)
    links = (
        *(each for study in studies for each in _same_study(study)),
        *_overlaps((*ties.declared, *_families_by_identifier(ties.undeclared)), ties.shared, by_id),
        *ties.settled,
        *_two_diseases(ties.pairs, by_id),
        *_proposals(studies, families, ties.settled),
    )
    return Linkage(
        families=families,
        links=links,
        reports={report: owner[0] for report, owner in owners.items() if len(owner) == 1},
        shared_reports={report: owner for report, owner in owners.items() if len(owner) > 1},
        findings=tuple(_findings(ties.undeclared, families, decisions=Decisions(decisions), by_id=by_id)),
    )


@dataclass(frozen=True)
class _Ties:
    """What ties studies together for certain: identifiers, declarations in study files, decisions."""

    by_id: Mapping[str, Study]
    pairs: tuple[tuple[Node, str, str], ...]
    shared: tuple[_Shared, ...]
    settled: tuple[Link, ...]
    declared: tuple[Family, ...]

    @classmethod
    def of(cls, studies: Sequence[Study], decisions: Iterable[Decision]) -> _Ties:
        by_id = {study.study: study for study in studies}
        pairs_of_studies = tuple(_identifier_pairs(studies))
        shared = tuple(_shared(pairs_of_studies, by_id))
        settled = tuple(_settled(decisions, by_id))
        return cls(by_id, pairs_of_studies, shared, settled, tuple(_declared_families(studies)))

    @property
    def undeclared(self) -> list[_Shared]:
        return [one for one in self.shared if not one.declared]

    @property
    def families(self) -> tuple[Family, ...]:
        by_identifier = _families_by_identifier(self.undeclared)
        return (*self.declared, *by_identifier, *_decided_families(self.settled, self.declared))


def _settled(decisions: Iterable[Decision], by_id: Mapping[str, Study]) -> Iterator[Link]:
    """Yield what people decided about two of the studies."""
    for one in Decisions(decisions):
        if one.left in by_id and one.right in by_id and not one.kind.endswith("report"):
            kind: Literal["look-alike", "overlap"] = "look-alike" if one.kind == "different-patients" else "overlap"
            yield Link(kind=kind, left=one.left, right=one.right, basis="declared", reason=one.reason, decided=True)


def _decided_families(settled: Sequence[Link], declared: Sequence[Family]) -> Iterator[Family]:
    """Yield a family for each group of studies that decisions tie together and no declared family holds already."""
    held = [frozenset(family.studies) for family in declared]
    ties = [
        one for one in settled if one.kind == "overlap" and not any({one.left, one.right} <= family for family in held)
    ]
    for group in _groups((one.left, one.right) for one in ties):
        reasons = tuple(f"{one.left} and {one.right}: {one.reason}" for one in ties if one.left in group)
        yield Family(id=f"decided-{group[0]}", studies=tuple(group), reasons=reasons)


def _groups(ties: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return the names that ties join, directly or through others, each group and all groups in order."""
    ties = tuple(ties)
    if not ties:
        # Most reviews have none, and networkx takes a tenth of a second to import.
        return []
    import networkx as nx

    return sorted(sorted(members) for members in nx.connected_components(nx.Graph(ties)))


def graph_of(studies: Sequence[Study]) -> Any:
    """Return the networkx graph of studies with their reports, families, registrations, DOIs and PubMed numbers.

    Secondary tables carry no identifier of their own study, so their DOI joins nobody.
    """
    import networkx as nx

    graph = nx.Graph()
    for study in studies:
        here: Node = ("study", study.study)
        graph.add_node(here)
        for report in study.reports:
            graph.add_edge(here, ("report", f"{study.study}/{report.id}"))
        for overlap in study.overlaps:
            graph.add_edge(here, ("family", overlap.family), reason=overlap.reason)
        for kind, value in _identifiers(study):
            graph.add_edge(here, (kind, value))
    return graph


def _identifiers(study: Study) -> Iterator[Node]:
    for number in study.registrations:
        yield "registration", identifiers.registration(number) or number.upper()
    for report in pairs.first_hand(study):
        if report.doi:
            yield "doi", identifiers.doi(report.doi) or report.doi
        if report.pmid:
            yield "pmid", identifiers.pmid(report.pmid) or report.pmid


@dataclass(frozen=True)
class _Shared:
    """An identifier that two studies of related conditions share; `declared` when one family holds both."""

    kind: str
    value: str
    left: str
    right: str
    declared: bool


def _shared(pairs_of_studies: Iterable[tuple[Node, str, str]], by_id: Mapping[str, Study]) -> Iterator[_Shared]:
    for (kind, value), left, right in pairs_of_studies:
        if pairs.related(by_id[left], by_id[right]):
            families = [{overlap.family for overlap in by_id[each].overlaps} for each in (left, right)]
            yield _Shared(kind, value, left, right, bool(families[0] & families[1]))


def _two_diseases(pairs_of_studies: Iterable[tuple[Node, str, str]], by_id: Mapping[str, Study]) -> Iterator[Link]:
    """Yield look-alikes of studies that share a report because it is about two diseases."""
    for (kind, value), left, right in pairs_of_studies:
        if not pairs.related(by_id[left], by_id[right]):
            reason = f"{_shown(kind, value)} is about two diseases; the patients of each are a study of their own"
            yield Link(kind="look-alike", left=left, right=right, basis=kind, reason=reason, decided=True)


def _identifier_pairs(studies: Sequence[Study]) -> Iterator[tuple[Node, str, str]]:
    """Yield each identifier with each two studies that share it, in order."""
    sharing: dict[Node, set[str]] = {}
    for study in studies:
        for node in _identifiers(study):
            sharing.setdefault(node, set()).add(study.study)
    for node in sorted(sharing):
        for left, right in itertools.combinations(sorted(sharing[node]), 2):
            yield node, left, right


def _declared_families(studies: Sequence[Study]) -> Iterator[Family]:
    members: dict[str, dict[str, str]] = {}
    for study in studies:
        for overlap in study.overlaps:
            members.setdefault(overlap.family, {})[study.study] = overlap.reason
    for family in sorted(members):
        reasons = tuple(f"{study}: {reason}" for study, reason in members[family].items())
        yield Family(id=family, studies=tuple(members[family]), reasons=reasons)


def _families_by_identifier(undeclared: Sequence[_Shared]) -> Iterator[Family]:
    """Yield a family for each group of studies that identifiers tie together without a declaration."""
    for group in _groups((one.left, one.right) for one in undeclared):
        mine = [one for one in undeclared if one.left in group]
        reasons = tuple(f"{one.left} and {one.right} share {_shown(one.kind, one.value)}" for one in mine)
        yield Family(id=f"shared-{identifiers.slug(mine[0].value)}", studies=tuple(group), reasons=reasons)


def _owners(studies: Sequence[Study]) -> dict[str, tuple[str, ...]]:
    owners: dict[str, tuple[str, ...]] = {}
    for study in studies:
        for report in study.reports:
            owners[report.id] = (*owners.get(report.id, ()), study.study)
    return owners


def _same_study(study: Study) -> Iterator[Link]:
    first = study.reports[0]
    for other in study.reports[1:]:
        reason = other.note or first.note or f"both listed in {study.study}"
        yield Link(kind="same-study", left=first.id, right=other.id, basis="declared", reason=reason, decided=True)


def _overlaps(families: Sequence[Family], shared: Sequence[_Shared], by_id: Mapping[str, Study]) -> Iterator[Link]:
    for family in families:
        for left, right in itertools.combinations(family.studies, 2):
            ties = [one for one in shared if {one.left, one.right} == {left, right}]
            basis = ties[0].kind if ties else "declared"
            said = [overlap.reason for overlap in by_id[right].overlaps if overlap.family == family.id]
            common = [f"both name {_shown(one.kind, one.value)}" for one in ties]
            reason = "; ".join([*common, *said]) or family.id
            declared = bool(said)
            yield Link(kind="overlap", left=left, right=right, basis=basis, reason=reason, decided=declared)


def _proposals(studies: Sequence[Study], families: Sequence[Family], settled: Sequence[Link]) -> Iterator[Link]:
    known = {frozenset((one.left, one.right)) for one in settled}
    known |= {frozenset(pair) for family in families for pair in itertools.combinations(family.studies, 2)}
    for left, right in pairs.alike(studies):
        found = None if frozenset((left.study, right.study)) in known else pairs.judged(left, right)
        if found is not None:
            yield found


def _findings(
    undeclared: Sequence[_Shared], families: Sequence[Family], *, decisions: Decisions, by_id: Mapping[str, Study]
) -> Iterator[Finding]:
    for tie in undeclared:
        yield Finding(
            check="shared-identifier",
            severity="error",
            sentence=f"{tie.left} and {tie.right} share {_shown(tie.kind, tie.value)}: make them one study, "
            "or declare in both files the family they belong to (overlaps)",
            subject=tie.left,
        )
    for one in decisions:
        if one.kind == "same-study" and one.left in by_id and one.right in by_id:
            sentence = f"{one.left} and {one.right} were decided to be one study: put their reports into one file"
            yield Finding(check="study-in-two-files", severity="note", sentence=sentence, subject=one.left)
    for family in families:
        if len(family.studies) == 1:
            yield Finding(
                check="family-of-one",
                severity="note",
                sentence=f"the family {family.id} has one member only: {family.studies[0]}",
                subject=family.studies[0],
            )


def _shown(kind: str, value: str) -> str:
    return {"doi": f"DOI {value}", "pmid": f"PMID {value}"}.get(kind, value)
