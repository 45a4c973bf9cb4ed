"""Arms of studies to the contrasts that a network meta-analysis needs.

Effects and variances are those of independent arms, so that the contrasts of a multi-arm study fit together; a
continuity correction goes to every arm of a study that has a zero cell in one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.display import Shown
from mscevidence.stats.inputs import BoolArray, FloatArray, aligned, choose, counts, names, positive, whole

Pair = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Contrasts(Shown):
    """One row per pair of arms of a study.

    Attributes:
        measure: code.
        study, treatment1, treatment2: names.
        effect, se: of treatment 1 versus treatment 2 on the analysis scale; NaN where `mask` is False.
        mask: False for studies without information.
        notes: sentences on corrected studies and on studies without information.
    """

    measure: str
    study: tuple[str, ...]
    treatment1: tuple[str, ...]
    treatment2: tuple[str, ...]
    effect: FloatArray
    se: FloatArray
    mask: BoolArray
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, Any]:
        """What `network_meta_analysis` asks for: `network_meta_analysis(**contrasts.columns)`."""
        keys = ("study", "treatment1", "treatment2", "effect", "se", "mask")
        return {key: getattr(self, key) for key in keys}


@dataclass(frozen=True, slots=True)
class ArmTable:
    """Checked arms: names of studies and treatments, columns (a) of numbers, and the rows of each study."""

    study: tuple[str, ...]
    treatment: tuple[str, ...]
    columns: dict[str, FloatArray]
    rows: dict[str, list[int]]


def arm_table(study: Sequence[str], treatment: Sequence[str], **columns: ArrayLike) -> ArmTable:
    """Return the arms grouped by study, in order of first appearance.

    Raises:
        StatisticsError: columns of different lengths, a treatment twice in a study, a study with one arm.
    """
    arrays, present = aligned(None, **columns)
    labels, treatments = tuple(str(name) for name in study), tuple(str(name) for name in treatment)
    if not (present.shape == (len(labels),) == (len(treatments),)):
        raise StatisticsError(f"study, treatment, {', '.join(columns)} must be columns of one length")
    rows: dict[str, list[int]] = {}
    for i, name in enumerate(labels):
        rows.setdefault(name, []).append(i)
    for name, at in rows.items():
        if len(at) < 2:
            raise StatisticsError(f"study {name} has one arm", hint="a network is made of studies that compare")
        if len({treatments[i] for i in at}) < len(at):
            raise StatisticsError(f"study {name} has a treatment twice", hint="combine the arms, or name them apart")
    return ArmTable(labels, treatments, arrays, rows)


def arm_contrasts(
    measure: str, study: Sequence[str], treatment: Sequence[str], *, add: float = 0.5, **columns: ArrayLike
) -> Contrasts:
    """Return all contrasts within studies, from one row per arm.

    This takes one table of arms at a time, without leading axes: which studies are corrected, and which are left out,
    depends on their zero cells, and the notes name these studies. To leave out studies in a batch of networks, hand
    masks of the contrasts to `network_meta_analysis`.

    Args:
        measure: `OR`, `RR`, `RD` (events, n), `IRR` (events, time), `MD`, `ROM` (mean, sd, n), or an alias.
        study: name of the study of each arm.
        treatment: name of its treatment.
        add: continuity correction for studies with a zero cell. Risk ratios: added to events and patients; risk
            differences: only in the variance.
        columns: the numbers of each arm.

    Raises:
        UnknownTermError: no such measure.
        StatisticsError: missing columns, unusable values, a treatment twice in a study, a study with one arm.
    """
    code = choose(measure, _NAMES, kind="measure of a network")
    needed, convert = MEASURES[code]
    if set(columns) != set(needed):
        raise StatisticsError(f"{code} needs the columns {', '.join(needed)}, got {', '.join(columns) or 'none'}")
    table = arm_table(study, treatment, **columns)
    _check(code, table)
    rows: list[tuple[str, str, str, float, float, bool]] = []
    corrected, empty = [], []
    for name, at in table.rows.items():
        own = {key: values[at] for key, values in table.columns.items()}
        zero, usable = _zero_cells(code, own)
        corrected += [name] * (zero and usable and add > 0)
        empty += [name] * (not usable)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean, variance = convert(own, add if zero else 0.0)
        for a, b in combinations(range(len(at)), 2):
            effect, se = float(mean[a] - mean[b]), float(np.sqrt(variance[a] + variance[b]))
            good = usable and bool(np.isfinite(effect)) and np.isfinite(se) and se > 0
            pair = (table.treatment[at[a]], table.treatment[at[b]])
            rows.append((name, *pair, *((effect, se) if good else (np.nan, np.nan)), bool(good)))
    first, second, third, effects, ses, mask = zip(*rows, strict=True)
    return Contrasts(
        code, first, second, third, np.array(effects), np.array(ses), np.array(mask), _notes(add, corrected, empty)
    )


def _check(code: str, table: ArmTable) -> None:
    everyone = np.ones(len(table.study), dtype=np.bool_)
    values = table.columns
    if code == "IRR":
        whole("events", values["events"], everyone)
        positive("time", values["time"], everyone)
    elif "events" in values:
        counts(values["events"], values["n"], everyone)
    else:
        positive("sd", values["sd"], everyone)
        positive("n", values["n"], everyone)


def _zero_cells(code: str, own: dict[str, FloatArray]) -> tuple[bool, bool]:
    """Return whether an arm has a zero cell, and whether the study says anything about the measure."""
    if "events" not in own:
        return False, True
    none = own["events"] == 0
    every = np.zeros_like(none) if code == "IRR" else own["events"] == own["n"]
    usable = code == "RD" or not (none.all() or (code == "OR" and every.all()))
    return bool((none | every).any()), usable


def _notes(add: float, corrected: list[str], empty: list[str]) -> tuple[str, ...]:
    said = []
    if corrected:
        said.append(f"{add:g} was added to all arms of studies with a zero cell: {', '.join(corrected)}.")
    if empty:
        said.append(f"Left out, no event or only events in every arm: {', '.join(empty)}.")
    return tuple(said)


def _odds(own: dict[str, FloatArray], c: float) -> Pair:
    x, rest = own["events"] + c, own["n"] - own["events"] + c
    return np.log(x / rest), 1 / x + 1 / rest


def _risk(own: dict[str, FloatArray], c: float) -> Pair:
    x, n = own["events"], own["n"]
    # If several arms have only events, their difference has no variance left with the usual correction.
    full = (x == n) & ((x == n).sum() > 1)
    return np.log((x + c) / (n + c)), 1 / np.where(full, x, x + c) - 1 / (n + c)


def _difference(own: dict[str, FloatArray], c: float) -> Pair:
    x, n = own["events"], own["n"]
    return x / n, (x + c) * (n - x + c) / (n + 2 * c) ** 3


def _rate(own: dict[str, FloatArray], c: float) -> Pair:
    x = own["events"] + c
    return np.log(x / own["time"]), 1 / x


def _mean(own: dict[str, FloatArray], _: float) -> Pair:
    return own["mean"], own["sd"] ** 2 / own["n"]


def _log_mean(own: dict[str, FloatArray], _: float) -> Pair:
    return np.log(own["mean"]), own["sd"] ** 2 / (own["n"] * own["mean"] ** 2)


MEASURES: dict[str, tuple[tuple[str, ...], Callable[[dict[str, FloatArray], float], Pair]]] = {
    "OR": (("events", "n"), _odds),
    "RR": (("events", "n"), _risk),
    "RD": (("events", "n"), _difference),
    "IRR": (("events", "time"), _rate),
    "MD": (("mean", "sd", "n"), _mean),
    "ROM": (("mean", "sd", "n"), _log_mean),
}
_NAMES = names(
    {
        "OR": ("odds-ratio",),
        "RR": ("risk-ratio", "relative-risk"),
        "RD": ("risk-difference",),
        "IRR": ("rate-ratio", "incidence-rate-ratio"),
        "MD": ("mean-difference",),
        "ROM": ("ratio-of-means",),
    }
)
