"""Network meta-analysis of odds ratios of rare events, common effects, without a correction for studies with no event.

`MH`: Mantel-Haenszel odds ratios within each design, then generalised least squares over the designs (Efthimiou et al.
2019, Stat Med 38:2992). `NCH`: the events of a study given their total follow the multivariate non-central
hypergeometric distribution (Stijnen, Hamza & Özdemir 2010, Stat Med 29:3046). `NCH-approximate`: the multinomial
distribution in its place, right while events are few (ibid., section 3.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Row, Shown, pair_rows
from mscevidence.stats.distributions import chi2_tail
from mscevidence.stats.inputs import FloatArray, IntArray, choose, plain, scalar, tail
from mscevidence.stats.rare_event_fits import FITS, METHODS, all_treatments
from mscevidence.stats.rare_event_studies import EMPTY_ARMS, OF_A_BATCH, CountedNetwork, counted_network
from mscevidence.stats.treatment_effects import TreatmentEffects, treatment_effects

NO_ESTIMATE = "no-estimate"


@dataclass(frozen=True, slots=True)
class RareEventNetwork(Shown):
    """Common-effect log odds ratios of a network, or of a batch of networks.

    Every field but `method` and `notes` has the leading shape (...) of the input in front; for a single analysis it is
    empty.

    Attributes:
        method: code.
        status: `ok`, or `no-estimate` for an analysis of a batch that has none (NaN); `reason`: why, else empty.
        effects: of every treatment versus every other; NaN for a treatment that an analysis does not have.
        q, q_df, q_p: inconsistency between designs (MH; for the others NaN).
        k: studies used; `notes`: what was left out and why.
    """

    method: str
    status: NDArray[np.str_]
    reason: NDArray[np.str_]
    effects: TreatmentEffects
    q: FloatArray
    q_df: IntArray
    q_p: FloatArray
    k: IntArray
    notes: tuple[str, ...]
    _arms: CountedNetwork = field(repr=False)

    def rows(self) -> list[Row]:
        """Return one row per pair of treatments, the first versus the second; of a batch for each analysis."""
        shown = {name: getattr(self.effects, name) for name in ("effect", "se", "lower", "upper", "p")}
        of_analysis = {name: getattr(self, name) for name in ("k", "q", "q_df", "q_p", "status")}
        return pair_rows(self.treatments, shown, of_analysis)

    def facts(self) -> Row:
        """Return the method, and of a single analysis number of studies and the test of inconsistency."""
        names = ("method", "k", "q", "q_df", "q_p") if np.ndim(self.k) == 0 else ("method",)
        return {name: getattr(self, name) for name in names}

    @property
    def treatments(self) -> tuple[str, ...]:
        """Names in the order of rows and columns."""
        return self.effects.treatments


def rare_event_network(  # noqa: PLR0913 -- the four columns of a table of arms, and what each method needs
    study: Sequence[str],
    treatment: Sequence[str],
    events: ArrayLike,
    n: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    method: str = "MH",
    empty_arms: str | None = None,
    add: float = 0.5,
    level: float = 0.95,
) -> RareEventNetwork:
    """Return the log odds ratios of a network of rare events, from one row per arm.

    Which studies, arms and treatments say something is another question in every analysis of a batch, so they are
    fitted one after another. One that cannot be estimated has NaN and a `reason`, and is an error if there is no other.

    Args:
        study: (a) name of the study of each arm.
        treatment: (a) name of its treatment.
        events: (..., a) patients with the event.
        n: (..., a) patients.
        mask: (..., a) boolean, True where the arm is to be used.
        method: `MH`, `NCH`, `NCH-approximate`, or an alias.
        empty_arms: what happens to an arm without event (or with nothing else) in all studies of a design: `drop` it,
            `correct` the studies of the design by `add`, or `keep` it. By default `drop` for MH, which can not keep it,
            and `keep` for the others.
        add: continuity correction for `correct`.
        level: of the intervals.

    Raises:
        UnknownTermError: no such method or rule.
        StatisticsError: unusable columns, no arm in any analysis; in every analysis a study with one arm, or a network
            that is not connected or says nothing about a treatment.
    """
    code = choose(method, METHODS, kind="method for rare events")
    tail(level)
    rule = choose(empty_arms or ("drop" if code == "MH" else "keep"), EMPTY_ARMS, kind="rule for empty arms")
    if code == "MH" and rule == "keep":
        raise StatisticsError("Mantel-Haenszel odds ratios need events in every arm", hint="drop, correct, or NCH")
    arms = counted_network(study, treatment, events, n, mask, rule=rule, add=scalar("add", add))
    values, said = _estimates(arms, code)
    reason = values["reason"]
    theta, covariance = values.pop("theta"), values.pop("covariance")
    values |= {"status": np.where(reason == "", "ok", NO_ESTIMATE), "q_p": _p(values["q"], values["q_df"])}
    shaped = {name: plain(np.reshape(value, arms.lead)) for name, value in values.items()}
    theta, covariance = (value.reshape(arms.lead + value.shape[1:]) for value in (theta, covariance))
    effects = treatment_effects(arms.treatments, theta, covariance, level)
    return RareEventNetwork(method=code, effects=effects, notes=_notes(arms, reason, said), _arms=arms, **shaped)


def _estimates(arms: CountedNetwork, code: str) -> tuple[dict[str, Any], list[list[tuple[str, str]]]]:
    """Return the estimates (B, ...), and what was left out in each analysis and why."""
    analyses, treatments = len(arms.present), arms.treatments
    values: dict[str, Any] = {
        "theta": np.full((analyses, len(treatments)), np.nan),
        "covariance": np.full((analyses, len(treatments), len(treatments)), np.nan),
        "q": np.full(analyses, np.nan),
        **{name: np.zeros(analyses, dtype=np.int64) for name in ("q_df", "k")},
    }
    reasons = [""] * analyses
    said: list[list[tuple[str, str]]] = []
    failed: StatisticsError | None = None
    for row in range(analyses):
        said.append([])
        try:
            kept = arms.informative(row)
            fit, df = FITS[code](kept.studies, len(kept.treatments))
        except StatisticsError as error:
            reasons[row], failed = error.message, failed or error
            continue
        said[row] = kept.said
        here = np.array([treatments.index(name) for name in kept.treatments])
        values["theta"][row, here], values["covariance"][row, here[:, np.newaxis], here] = all_treatments(fit)
        values["q"][row], values["q_df"][row], values["k"][row] = fit.residual_sum, df, len(kept.studies)
    if failed is not None and all(reasons):
        raise failed
    return values | {"reason": np.array(reasons)}, said


def _p(q: FloatArray, df: IntArray) -> FloatArray:
    return np.where(df > 0, chi2_tail(q, np.maximum(df, 1)), np.nan)


def _notes(arms: CountedNetwork, reason: NDArray[np.str_], said: list[list[tuple[str, str]]]) -> tuple[str, ...]:
    if arms.lead == ():
        return tuple(sentence for _, sentence in said[0])
    findings: list[diagnosis.Finding] = [
        (reason == why, f"There is no estimate: {why}.") for why in np.unique(reason).tolist() if why
    ]
    kinds = [{kind for kind, _ in one} for one in said]
    findings += [(np.array([kind in one for one in kinds]), sentence) for kind, sentence in OF_A_BATCH.items()]
    compared = len(arms.treatments)
    missing = [len({arms.treatment[arm] for arm in np.flatnonzero(here)}) < compared for here in arms.present]
    usable = reason == ""
    findings += [(usable & np.array(missing), "No study has one of the treatments: it has no effects.")]
    return diagnosis.sentences(findings)
