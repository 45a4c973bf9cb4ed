"""Studies, their reports and the families that share patients, as one figure: a row per study under its disease.

What became of a report is told by the shape of its mark, not by colour alone. Reports that are of several studies carry
the same letter wherever they stand.
"""

from __future__ import annotations

import dataclasses
import string
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mscevidence import identify, vocabulary
from mscevidence.effects.names import study_label
from mscevidence.errors import SelectionError
from mscevidence.identify import Linkage
from mscevidence.model import Family, Report, Study


@dataclasses.dataclass(frozen=True)
class ShownReport:
    """A report: its id, its kind and year in words, its status, and its letter if other studies have it too."""

    id: str
    name: str
    status: str
    letter: str = ""


@dataclasses.dataclass(frozen=True)
class ShownStudy:
    """A study with its disease, its reports and registrations, and the families it is in."""

    id: str
    label: str
    condition: str
    reports: tuple[ShownReport, ...]
    registrations: tuple[str, ...]
    families: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class StudiesMap:
    """Studies under the diseases they stand under, those of a family next to each other.

    Attributes:
        sections: disease, and its studies; a family of several diseases stands whole under the first.
        families: name and members of the families of at least two of the studies.
        ties: pairs of studies that share an identifier though no family holds both.
    """

    sections: tuple[tuple[str, tuple[ShownStudy, ...]], ...]
    families: tuple[Family, ...]
    ties: tuple[tuple[str, str, str], ...]

    @property
    def studies(self) -> tuple[ShownStudy, ...]:
        """Return all studies in the order in which they stand."""
        return tuple(study for _, members in self.sections for study in members)


def studies_map(studies: Sequence[Study], linkage: Linkage) -> StudiesMap:
    """Return the map of studies.

    Args:
        studies: the records.
        linkage: what is known of them, by `identify.link`.

    Raises:
        SelectionError: there is no study.
    """
    if not studies:
        raise SelectionError("there is no study", hint="review a document first, or choose another condition")
    ids = {study.study for study in studies}
    families = tuple(one for one in linkage.families if len(ids & set(one.studies)) > 1)
    letters = _letters(linkage, ids)
    shown = {study.study: _shown(study, letters, families) for study in studies}
    repeated = Counter(one.label for one in shown.values())
    shown = {
        name: one if repeated[one.label] == 1 else dataclasses.replace(one, label=f"{one.label} ({name})")
        for name, one in shown.items()
    }
    return StudiesMap(tuple(_sections(shown, families)), families, tuple(_ties(studies, families)))


def _letters(linkage: Linkage, ids: set[str]) -> dict[str, str]:
    """Return a letter for each report that several of the studies have: a to z, then aa, ab, ..."""
    shared = sorted(name for name, owners in linkage.shared_reports.items() if len(ids & set(owners)) > 1)
    names = [*string.ascii_lowercase, *(a + b for a in string.ascii_lowercase for b in string.ascii_lowercase)]
    return dict(zip(shared, names, strict=False))


def _shown(study: Study, letters: Mapping[str, str], families: Sequence[Family]) -> ShownStudy:
    return ShownStudy(
        id=study.study,
        label=study_label(study),
        condition=vocabulary.load("condition")[study.condition].label,
        reports=tuple(ShownReport(one.id, _name(one), one.status, letters.get(one.id, "")) for one in study.reports),
        registrations=study.registrations,
        families=tuple(one.id for one in families if study.study in one.studies),
    )


def _name(report: Report) -> str:
    kind = vocabulary.load("report-kind")[report.kind].label
    return f"{kind} {report.year}" if report.year else kind


def _sections(
    shown: Mapping[str, ShownStudy], families: Sequence[Family]
) -> Iterator[tuple[str, tuple[ShownStudy, ...]]]:
    """Yield diseases in the order of their names, each with groups of studies that share patients first."""
    sections: dict[str, list[list[ShownStudy]]] = defaultdict(list)
    for members in _together(shown, families):
        group = sorted((shown[name] for name in members), key=lambda one: (one.families, one.label.casefold(), one.id))
        home = min(Counter(one.condition for one in group).items(), key=lambda item: (-item[1], item[0]))[0]
        sections[home].append(group)
    for condition in sorted(sections, key=str.casefold):
        groups = sorted(
            sections[condition], key=lambda group: (len(group) == 1, group[0].label.casefold(), group[0].id)
        )
        yield condition, tuple(one for group in groups for one in group)


def _together(shown: Iterable[str], families: Sequence[Family]) -> list[list[str]]:
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(shown)
    for family in families:
        members = [name for name in family.studies if name in graph]
        nx.add_path(graph, members)
    return [sorted(group) for group in nx.connected_components(graph)]


def _ties(studies: Sequence[Study], families: Sequence[Family]) -> Iterator[tuple[str, str, str]]:
    """Yield studies that share a registration, DOI or PubMed number outside every family, each pair once."""
    graph = identify.graph_of(studies)
    names = {study.study: study_label(study) for study in studies}
    seen: set[tuple[str, str]] = set()
    for kind, value in sorted(node for node in graph.nodes if node[0] in ("registration", "doi", "pmid")):
        sharing = sorted(name for node, name in graph.neighbors((kind, value)) if node == "study")
        for left, right in ((a, b) for place, a in enumerate(sharing) for b in sharing[place + 1 :]):
            together = any({left, right} <= set(family.studies) for family in families)
            if not together and (left, right) not in seen:
                seen.add((left, right))
                yield names[left], names[right], value


def rows_of(found: StudiesMap) -> list[dict[str, object]]:
    """Return the map as flat rows, one per study and report."""
    return [
        {
            "condition": study.condition,
            "family": ", ".join(study.families),
            "study": study.id,
            "label": study.label,
            "registrations": ", ".join(study.registrations),
            "report": report.id,
            "what": report.name,
            "status": report.status,
        }
        for study in found.studies
        for report in study.reports
    ]
