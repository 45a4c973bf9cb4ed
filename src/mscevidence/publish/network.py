"""The network of treatments: what was compared with what, from the studies with two or more arms.

A treatment is a source of cells (on request with its dose) or a kind of control. Of studies that share patients one
counts; arms of a study that got the same treatment stand together.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from mscevidence import vocabulary
from mscevidence.effects.names import study_label
from mscevidence.effects.roles import is_control, receives_cells
from mscevidence.effects.rows import dose_text
from mscevidence.effects.sums import leaves
from mscevidence.errors import SelectionError
from mscevidence.model import NOT_REPORTED, Arm, Family, Study

Pair = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Treatment:
    """A node of the network: its name, whether it is a control, its patients, and in how many studies it was given."""

    name: str
    control: bool
    patients: int
    studies: int


@dataclasses.dataclass(frozen=True)
class Network:
    """Treatments and comparisons.

    Attributes:
        treatments: by name, cells before controls.
        comparisons: the labels of the studies of each pair of names, the pair in order of `treatments`.
        studies: how many studies are in it; unknown: how many of their arms have no known size.
        parts: into how many parts the network falls.
        alike: labels of studies whose arms all got the same treatment, which compare nothing here.
        shared: labels of studies left out because another one of their family stands for the patients.
        unusable: labels of studies left out because all their reports were taken back.
    """

    treatments: tuple[Treatment, ...]
    comparisons: Mapping[Pair, tuple[str, ...]]
    studies: int
    unknown: int
    parts: int
    alike: tuple[str, ...]
    shared: tuple[str, ...]
    unusable: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class _Compared:
    """The treatments of one study with their patients, None where an arm has no known size."""

    study: Study
    sizes: Mapping[tuple[bool, str], tuple[int | None, ...]]

    @property
    def patients(self) -> int:
        return sum(size or 0 for sizes in self.sizes.values() for size in sizes)


def network(studies: Sequence[Study], families: Sequence[Family], *, doses: bool = False) -> Network:
    """Return the network of treatments.

    Args:
        studies: those with fewer than two arms are passed over.
        families: of studies that share patients; the largest study of each counts.
        doses: whether the same cells in another dose are another treatment.

    Raises:
        SelectionError: no study compares two treatments.
    """
    several = [_compared(study, doses=doses) for study in studies if len(_arms(study)) > 1]
    usable = [one for one in several if _usable(one.study)]
    different = [one for one in usable if len(one.sizes) > 1]
    kept = _one_per_family(different, families)
    if not kept:
        hint = "the same cells in two doses: tell them apart with --doses" if usable and not doses else ""
        raise SelectionError("no study compares two treatments", hint=hint)
    comparisons: dict[Pair, tuple[str, ...]] = defaultdict(tuple)
    for one in kept:
        for (_, left), (_, right) in itertools.combinations(sorted(one.sizes), 2):
            comparisons[left, right] += (study_label(one.study),)
    return Network(
        treatments=_treatments(kept),
        comparisons=dict(sorted(comparisons.items())),
        studies=len(kept),
        unknown=sum(size is None for one in kept for sizes in one.sizes.values() for size in sizes),
        parts=_parts(comparisons),
        alike=_labels(one for one in usable if len(one.sizes) == 1),
        shared=_labels(one for one in different if one not in kept),
        unusable=_labels(one for one in several if one not in usable),
    )


def _labels(found: Iterable[_Compared]) -> tuple[str, ...]:
    return tuple(sorted(study_label(one.study) for one in found))


def _arms(study: Study) -> list[Arm]:
    """Return the arms that share no patient: the parts of a combined arm where there is one, and the controls."""
    inside = {name for arm in study.arms if arm.combines for name in leaves(study, arm)}
    simple = [arm for arm in study.arms if not arm.combines and (receives_cells(arm) or is_control(arm))]
    return [arm for arm in simple if arm.id in inside or not inside or is_control(arm)]


def _compared(study: Study, *, doses: bool) -> _Compared:
    sizes: dict[tuple[bool, str], tuple[int | None, ...]] = defaultdict(tuple)
    for arm in _arms(study):
        sizes[_treatment(study, arm, doses=doses)] += (_size(study, arm),)
    return _Compared(study, dict(sizes))


def _treatment(study: Study, arm: Arm, *, doses: bool) -> tuple[bool, str]:
    if is_control(arm):
        return True, vocabulary.load("arm-role")[arm.role].label
    product = arm.cell_product or study.cell_product
    source = product.source if product else None
    known = source is not None and source != NOT_REPORTED
    name = vocabulary.load("cell-source")[source].label if known and source else "cells, source not stated"
    dose = dose_text(arm.dose) if doses else ""
    return False, f"{name}, {dose}" if dose else name


def _size(study: Study, arm: Arm) -> int | None:
    sizes = [size for size in (arm.treated, arm.enrolled, arm.evaluable) if isinstance(size, int)]
    judged = [result.n for result in study.results if result.arm == arm.id and isinstance(result.n, int)]
    return sizes[0] if sizes else max(judged, default=None)


def _usable(study: Study) -> bool:
    status = vocabulary.load("report-status")
    return any(status[report.status].usable for report in study.reports)


def _one_per_family(found: Sequence[_Compared], families: Sequence[Family]) -> list[_Compared]:
    kept = list(found)
    for family in families:
        members = [one for one in kept if one.study.study in family.studies]
        best = min(members, key=lambda one: (-one.patients, one.study.study), default=None)
        kept = [one for one in kept if one is best or one not in members]
    return kept


def _treatments(kept: Sequence[_Compared]) -> tuple[Treatment, ...]:
    patients: dict[tuple[bool, str], int] = defaultdict(int)
    studies: dict[tuple[bool, str], int] = defaultdict(int)
    for one in kept:
        for treatment, sizes in one.sizes.items():
            patients[treatment] += sum(size or 0 for size in sizes)
            studies[treatment] += 1
    return tuple(
        Treatment(name, control, patients[control, name], studies[control, name]) for control, name in sorted(patients)
    )


def _parts(comparisons: Mapping[Pair, object]) -> int:
    import networkx as nx

    return int(nx.number_connected_components(nx.Graph(list(comparisons))))


def rows_of(found: Network) -> list[dict[str, object]]:
    """Return the comparisons as flat rows."""
    patients = {one.name: one.patients for one in found.treatments}
    return [
        {
            "treatment": left,
            "against": right,
            "studies": len(labels),
            "patients of the treatment": patients[left],
            "patients of the other": patients[right],
            "which": "; ".join(labels),
        }
        for (left, right), labels in found.comparisons.items()
    ]
