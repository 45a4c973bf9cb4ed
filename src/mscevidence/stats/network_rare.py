"""Network meta-analysis of odds ratios of rare events, common effects, without a correction for studies with no event.

`MH`: Mantel-Haenszel odds ratios within each design, then generalised least squares over the designs (Efthimiou et al.
2019, Stat Med 38:2992). `NCH`: the events of a study given their total follow the multivariate non-central
hypergeometric distribution (Stijnen, Hamza & Özdemir 2010, Stat Med 29:3046). `NCH-approximate`: the multinomial
distribution in its place, right while events are few (ibid., section 3.4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.conditional_arms import conditional_maximum
from mscevidence.stats.design_mantel_haenszel import CountedArms, design_estimate
from mscevidence.stats.display import Row, Shown
from mscevidence.stats.distributions import chi2_tail, two_sided_p
from mscevidence.stats.inputs import FloatArray, IntArray, choose, counts, expect, names, plain, tail
from mscevidence.stats.network_arms import arm_table
from mscevidence.stats.stratified import mantel_haenszel
from mscevidence.stats.treatment_effects import TreatmentEffects, treatment_effects
from mscevidence.stats.weighted_least_squares import LeastSquares

METHODS = names(
    {
        "MH": ("mantel-haenszel",),
        "NCH": ("exact", "conditional-exact"),
        "NCH-approximate": ("conditional-approximate", "multinomial"),
    }
)
EMPTY_ARMS = names({"drop": (), "correct": (), "keep": ()})


@dataclass(frozen=True, slots=True)
class RareEventNetwork(Shown):
    """Common-effect log odds ratios of a network.

    Attributes:
        method: code.
        effects: of every treatment versus every other.
        q, q_df, q_p: inconsistency between designs (MH; for the others NaN).
        k: studies used; `notes`: what was left out and why.
    """

    method: str
    effects: TreatmentEffects
    q: float
    q_df: int
    q_p: float
    k: int
    notes: tuple[str, ...]
    _studies: tuple[CountedArms, ...] = field(repr=False)
    _add: float = field(default=0.0, repr=False)

    def rows(self) -> list[Row]:
        """Return one row per pair of treatments, the first versus the second."""
        return self.effects.rows()

    def facts(self) -> Row:
        """Return method, number of studies and the test of inconsistency."""
        return {name: getattr(self, name) for name in ("method", "k", "q", "q_df", "q_p")}

    @property
    def treatments(self) -> tuple[str, ...]:
        """Names in the order of rows and columns."""
        return self.effects.treatments


def rare_event_network(
    study: Sequence[str],
    treatment: Sequence[str],
    events: ArrayLike,
    n: ArrayLike,
    *,
    method: str = "MH",
    empty_arms: str | None = None,
    add: float = 0.5,
    level: float = 0.95,
) -> RareEventNetwork:
    """Return the log odds ratios of a network of rare events, from one row per arm.

    Args:
        study: name of the study of each arm.
        treatment: name of its treatment.
        events: patients with the event.
        n: patients.
        method: `MH`, `NCH`, `NCH-approximate`, or an alias.
        empty_arms: what happens to an arm without event (or with nothing else) in all studies of a design: `drop` it,
            `correct` the studies of the design by `add`, or `keep` it. By default `drop` for MH, which can not keep it,
            and `keep` for the others.
        add: continuity correction for `correct`.
        level: of the intervals.

    Raises:
        UnknownTermError: no such method or rule.
        StatisticsError: unusable columns, a network that is not connected or says nothing about a treatment.
    """
    code = choose(method, METHODS, kind="method for rare events")
    tail(level)
    rule = choose(empty_arms or ("drop" if code == "MH" else "keep"), EMPTY_ARMS, kind="rule for empty arms")
    if code == "MH" and rule == "keep":
        raise StatisticsError("Mantel-Haenszel odds ratios need events in every arm", hint="drop, correct, or NCH")
    table = arm_table(study, treatment, events=events, n=n)
    counts(table.columns["events"], table.columns["n"], np.ones(len(table.study), dtype=np.bool_))
    treatments = tuple(sorted(set(table.treatment)))
    position = {name: i for i, name in enumerate(treatments)}
    studies, notes = [], []
    for name, at in table.rows.items():
        order = sorted(at, key=lambda i: position[table.treatment[i]])
        arms = tuple(position[table.treatment[i]] for i in order)
        studies.append(CountedArms(name, arms, arms, table.columns["events"][order], table.columns["n"][order]))
    kept, said = _informative(studies, rule, add, treatments)
    notes += said
    used = {arm for one in kept for arm in one.arms}
    if len(used) < len(treatments):
        lost = ", ".join(name for i, name in enumerate(treatments) if i not in used)
        raise StatisticsError(f"no study says anything about {lost}", hint="leave the treatment out")
    fit, df = FITS[code](kept, len(treatments))
    q = float(fit.residual_sum)
    return RareEventNetwork(
        method=code, effects=treatment_effects(treatments, *_all_treatments(fit), level), q=q, q_df=df,
        q_p=float(chi2_tail(q, df)) if df > 0 else np.nan, k=len(kept), notes=tuple(notes),
        _studies=tuple(kept), _add=add if rule == "correct" else 0.0,
    )  # fmt: skip


def _informative(
    studies: list[CountedArms], rule: str, add: float, treatments: tuple[str, ...]
) -> tuple[list[CountedArms], list[str]]:
    """Return the studies that say something, with empty arms of designs treated by the rule, and what was left out."""
    said, silent = [], [one.name for one in studies if not one.informative]
    if silent:
        said.append(f"Left out, no event or only events in every arm: {', '.join(silent)}.")
    designs: dict[tuple[int, ...], list[CountedArms]] = {}
    for one in studies:
        if one.informative:
            designs.setdefault(one.arms, []).append(one)
    kept: dict[str, CountedArms] = {}
    for arms, group in designs.items():
        events = np.sum([one.events for one in group], axis=0)
        empty = (events == 0) | (events == np.sum([one.n for one in group], axis=0))
        where = ":".join(treatments[i] for i in arms)
        if rule == "correct" and empty.any():
            said.append(f"{add:g} was added to all cells of the studies of {where}: an arm has no (or only) events.")
            group = [one.corrected(add) for one in group]  # noqa: PLW2901
        elif rule == "drop" and empty.any():
            gone = ", ".join(treatments[arms[i]] for i in np.flatnonzero(empty))
            said.append(f"Left out in the studies of {where}, no event or only events: {gone}.")
            group = [one.without(empty) for one in group]  # noqa: PLW2901
        kept |= {one.name: one for one in group if len(one.arms) > 1 and one.informative}
    return [kept[one.name] for one in studies if one.name in kept], said


def _all_treatments(fit: LeastSquares) -> tuple[FloatArray, FloatArray]:
    """Return the effects of all treatments versus the first, and their covariance."""
    return np.pad(fit.beta, (1, 0)), np.pad(fit.covariance, (1, 0))


Fit = Callable[[list[CountedArms], int], tuple[LeastSquares, int]]


def _mantel_haenszel(studies: list[CountedArms], size: int) -> tuple[LeastSquares, int]:
    """Return the generalised least squares fit over the designs, and the degrees of freedom of its residual sum."""
    designs: dict[tuple[tuple[int, ...], tuple[int, ...]], list[CountedArms]] = {}
    for one in studies:
        designs.setdefault((one.design, one.arms), []).append(one)
    information, score, square, df = np.zeros((size, size)), np.zeros(size), 0.0, 1 - size
    for (_, arms), group in designs.items():
        effect, covariance = design_estimate(group)
        x = np.zeros((effect.size, size))
        x[:, arms[0]] = 1.0
        x[np.arange(effect.size), arms[1:]] = -1.0
        weight = np.linalg.inv(covariance)
        information += x.T @ weight @ x
        score += x.T @ weight @ effect
        square += float(effect @ weight @ effect)
        df += effect.size
    inverse = _inverse(information[1:, 1:])
    beta = inverse @ score[1:]
    return LeastSquares(beta, inverse, np.asarray(max(0.0, square - float(beta @ score[1:])))), df


def _conditional(studies: list[CountedArms], size: int, *, exact: bool) -> tuple[LeastSquares, int]:
    theta, information = conditional_maximum([(one.arms, one.events, one.n) for one in studies], size, exact=exact)
    return LeastSquares(theta[1:], _inverse(information[1:, 1:]), np.asarray(np.nan)), 0


def _exact(studies: list[CountedArms], size: int) -> tuple[LeastSquares, int]:
    return _conditional(studies, size, exact=True)


def _approximate(studies: list[CountedArms], size: int) -> tuple[LeastSquares, int]:
    return _conditional(studies, size, exact=False)


FITS: dict[str, Fit] = {"MH": _mantel_haenszel, "NCH": _exact, "NCH-approximate": _approximate}


def _inverse(information: FloatArray) -> FloatArray:
    """Return the inverse; a network in pieces has none."""
    values = np.linalg.eigvalsh(information)
    if not values[0] > 1e-10 * values[-1]:
        raise StatisticsError("the network is not connected by studies with events", hint="analyse its parts apart")
    return np.asarray(np.linalg.inv(information), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class SeparatedEvidence(Shown):
    """Direct evidence from the studies that compare two treatments, indirect evidence from all others.

    Attributes:
        comparisons: (treatment 1, treatment 2); effects are log odds ratios of 1 versus 2.
        k: studies that compare them.
        direct, indirect, difference (direct minus indirect), each with `_se`, and `p` of the difference; NaN where the
        studies concerned give no estimate.
    """

    comparisons: tuple[tuple[str, str], ...]
    k: IntArray
    direct: FloatArray
    direct_se: FloatArray
    indirect: FloatArray
    indirect_se: FloatArray
    difference: FloatArray
    difference_se: FloatArray
    p: FloatArray


def separated_evidence(result: RareEventNetwork) -> SeparatedEvidence:
    """Return direct evidence (Mantel-Haenszel) and indirect evidence (the same method without those studies).

    Source: Efthimiou et al. 2019, section 2.5 ("separate indirect from direct design evidence").
    """
    expect(result, RareEventNetwork, "rare_event_network")
    studies = result._studies  # noqa: SLF001 -- the result carries its data for this function
    pairs = sorted({(i, j) for one in studies for i in one.arms for j in one.arms if i < j})
    rows = []
    for i, j in pairs:
        both = [one for one in studies if i in one.arms and j in one.arms]
        direct = _pooled(both, i, j, result._add)  # noqa: SLF001
        indirect = _around([one for one in studies if one not in both], i, j, FITS[result.method])
        difference, se = direct[0] - indirect[0], float(np.hypot(direct[1], indirect[1]))
        rows.append((float(len(both)), *direct, *indirect, difference, se))
    k, direct, direct_se, indirect, indirect_se, difference, difference_se = np.array(rows).T
    return SeparatedEvidence(
        comparisons=tuple((result.treatments[i], result.treatments[j]) for i, j in pairs),
        k=plain(k.astype(np.int64)), direct=plain(direct), direct_se=plain(direct_se), indirect=plain(indirect),
        indirect_se=plain(indirect_se), difference=plain(difference), difference_se=plain(difference_se),
        p=plain(two_sided_p(difference / difference_se, np.inf)),
    )  # fmt: skip


def _pooled(studies: list[CountedArms], i: int, j: int, add: float) -> tuple[float, float]:
    first, second = ([one.arms.index(arm) for one in studies] for arm in (i, j))
    x1, x2 = (np.array([one.raw[at] for one, at in zip(studies, where, strict=True)]) for where in (first, second))
    n1, n2 = (np.array([one.sizes[at] for one, at in zip(studies, where, strict=True)]) for where in (first, second))
    try:
        fit = mantel_haenszel(
            "OR", events1=x1, n1=n1, events2=x2, n2=n2, add=(0.5, add), to=("only0", "only0"), drop00=(True, True)
        )
    except StatisticsError:
        return np.nan, np.nan
    return (float(fit.mu), float(fit.se)) if np.isfinite(float(fit.mu)) else (np.nan, np.nan)


def _around(studies: list[CountedArms], i: int, j: int, fit: Fit) -> tuple[float, float]:
    """Return what the part of the network that connects i and j without comparing them says."""
    reached = {i}
    while True:
        more = reached.union(*(one.arms for one in studies if reached & set(one.arms)))
        if more == reached:
            break
        reached = more
    if j not in reached:
        return np.nan, np.nan
    place = {arm: at for at, arm in enumerate(sorted(reached))}
    part = [
        replace(one, arms=tuple(place[arm] for arm in one.arms)) for one in studies if reached & set(one.arms)
    ]  # fmt: skip
    try:
        found, _ = fit(part, len(place))
    except StatisticsError:
        return np.nan, np.nan
    effects = treatment_effects(tuple(str(arm) for arm in place), *_all_treatments(found), 0.95)
    return float(effects.effect[place[i], place[j]]), float(effects.se[place[i], place[j]])
