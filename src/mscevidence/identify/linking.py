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

IDENTIFIER_KINDS = ("registration", "doi", "pmid")


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

    def family_of(self, study: str) -> Family | None:
        """Return the first family of a study, or None."""
        return next((family for family in self.families if study in family.studies), None)


def link(studies: Sequence[Study], *, decisions: Iterable[Decision] = ()) -> Linkage:
    """Return the families and links of some studies.

    Args:
        studies: the study files.
        decisions: what people decided about links; they silence proposals, and shared patients make a family.
    """
    by_id = {study.study: study for study in studies}
    decisions = tuple(decisions)
    graph = graph_of(studies)
    shared = tuple(_shared(graph, by_id))
    undeclared = [one for one in shared if not one.declared]
    settled = tuple(_settled(decisions, by_id))
    declared = tuple(_declared_families(graph, by_id))
    families = (*declared, *_families_by_identifier(undeclared), *_decided_families(settled, declared))
    owners = _owners(studies)
    links = (
        *(each for study in studies for each in _same_study(study)),
        *_overlaps((*declared, *_families_by_identifier(undeclared)), shared, by_id),
        *settled,
        *_two_diseases(graph, by_id),
        *_proposals(studies, families, settled),
    )
    return Linkage(
        families=families,
        links=links,
        reports={report: owner[0] for report, owner in owners.items() if len(owner) == 1},
        shared_reports={report: owner for report, owner in owners.items() if len(owner) > 1},
        findings=tuple(_findings(undeclared, families, decisions=Decisions(decisions), by_id=by_id)),
    )


def _settled(decisions: Iterable[Decision], by_id: Mapping[str, Study]) -> Iterator[Link]:
    """Yield what people decided about two of the studies."""
    for one in Decisions(decisions):
        if one.left in by_id and one.right in by_id and not one.kind.endswith("report"):
            kind: Literal["look-alike", "overlap"] = "look-alike" if one.kind == "different-patients" else "overlap"
            yield Link(kind=kind, left=one.left, right=one.right, basis="declared", reason=one.reason, decided=True)


def _decided_families(settled: Sequence[Link], declared: Sequence[Family]) -> Iterator[Family]:
    """Yield a family for each group of studies that decisions tie together and no declared family holds already."""
    import networkx as nx

    held = [frozenset(family.studies) for family in declared]
    ties = nx.Graph()
    for one in settled:
        if one.kind == "overlap" and not any({one.left, one.right} <= family for family in held):
            ties.add_edge(one.left, one.right)
    for group in sorted(sorted(members) for members in nx.connected_components(ties)):
        mine = [one for one in settled if one.kind == "overlap" and ties.has_edge(one.left, one.right)]
        reasons = tuple(f"{one.left} and {one.right}: {one.reason}" for one in mine if one.left in group)
        yield Family(id=f"decided-{group[0]}", studies=tuple(group), reasons=reasons)


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


def _shared(graph: Any, by_id: Mapping[str, Study]) -> Iterator[_Shared]:
    for (kind, value), left, right in _identifier_pairs(graph):
        if pairs.related(by_id[left], by_id[right]):
            families = [{overlap.family for overlap in by_id[each].overlaps} for each in (left, right)]
            yield _Shared(kind, value, left, right, bool(families[0] & families[1]))


def _two_diseases(graph: Any, by_id: Mapping[str, Study]) -> Iterator[Link]:
    """Yield look-alikes of studies that share a report because it is about two diseases."""
    for (kind, value), left, right in _identifier_pairs(graph):
        if not pairs.related(by_id[left], by_id[right]):
            reason = f"{_shown(kind, value)} is about two diseases; the patients of each are a study of their own"
            yield Link(kind="look-alike", left=left, right=right, basis=kind, reason=reason, decided=True)


def _identifier_pairs(graph: Any) -> Iterator[tuple[Node, str, str]]:
    for node in sorted(node for node in graph.nodes if node[0] in IDENTIFIER_KINDS):
        sharing = sorted(name for kind, name in graph.neighbors(node) if kind == "study")
        for left, right in itertools.combinations(sharing, 2):
            yield node, left, right


def _declared_families(graph: Any, by_id: Mapping[str, Study]) -> Iterator[Family]:
    for node in sorted(node for node in graph.nodes if node[0] == "family"):
        members = tuple(name for name in by_id if graph.has_edge(node, ("study", name)))
        reasons = tuple(f"{name}: {graph.edges[node, ('study', name)]['reason']}" for name in members)
        yield Family(id=node[1], studies=members, reasons=reasons)


def _families_by_identifier(undeclared: Sequence[_Shared]) -> Iterator[Family]:
    """Yield a family for each group of studies that identifiers tie together without a declaration."""
    import networkx as nx

    ties = nx.Graph()
    for one in undeclared:
        ties.add_edge(one.left, one.right)
    for group in sorted(sorted(members) for members in nx.connected_components(ties)):
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
    for left, right in itertools.combinations(studies, 2):
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
