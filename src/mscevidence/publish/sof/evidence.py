"""What a row of a summary of findings is about: the studies, the effect with its basis, the risks it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mscevidence.model import Estimate, Group, Measure, Study

Basis = Literal["pooled", "one study", "sum of the studies", "none"]


@dataclass(frozen=True)
class Effect:
    """An effect with its interval on the scale of the analysis, and what it rests on.

    `basis` is ``one study`` where nothing was pooled, and ``sum of the studies`` where there was no event, or every
    patient had it: then the interval is the exact one of a rate that all share.
    """

    value: float | None
    lower: float | None
    upper: float | None
    basis: Basis


@dataclass(frozen=True)
class Body:
    """A body of evidence: the studies of one analysis, or of one subgroup of it, and what was made of them."""

    group: Group
    measure: Measure
    level: float
    effect: Effect
    studies: Mapping[str, Study]

    @property
    def first(self) -> Estimate:
        """Return the estimate of the method that was asked for."""
        return self.group.estimates[0]

    @property
    def comparative(self) -> bool:
        """Return whether two arms are compared."""
        return self.first.control_patients is not None

    @property
    def incidence(self) -> bool:
        """Return whether events over time at risk are counted, not patients."""
        return self.first.time is not None

    @property
    def control_risk(self) -> float | None:
        """Return the share of the patients in control arms who had the event; None without control arms."""
        events, patients = self.first.control_events, self.first.control_patients
        return None if events is None or not patients else events / patients


def body_of(group: Group, *, measure: Measure, level: float, studies: Mapping[str, Study]) -> Body:
    """Return the body of evidence of a group of an analysis."""
    taken = {row.study: studies[row.study] for row in group.rows if row.study in studies}
    return Body(group, measure, level, _effect(group, level), taken)


def _effect(group: Group, level: float) -> Effect:
    from mscevidence import stats

    one = group.estimates[0]
    if one.effect is not None:
        return Effect(one.effect, one.lower, one.upper, "pooled")
    if len(group.rows) == 1 and group.rows[0].effect is not None:
        row = group.rows[0]
        return Effect(row.effect, row.lower, row.upper, "one study")
    if one.status == "boundary" and one.control_patients is None:
        exact = (
            stats.study_intervals(one.events, one.patients, method="CP", level=level)
            if one.time is None
            else stats.rate_intervals(one.events, one.time, level=level)
        )
        value, lower, upper = (float(each.ravel()[0]) for each in (exact.estimate, exact.lower, exact.upper))
        return Effect(value, lower, upper, "sum of the studies")
    return Effect(None, None, None, "none")


def risk_with(effect: float, control_risk: float, measure: Measure) -> float:
    """Return the risk that an effect means where the risk without cells is known.

    Odds ratio: OR p / (1 - p + OR p); risk ratio: RR p; risk difference: p + RD; never outside of 0 to 1. Schünemann HJ
    et al., Cochrane Handbook, section 15.4.4.
    """
    if measure == "OR":
        return effect * control_risk / (1 - control_risk + effect * control_risk)
    risk = effect * control_risk if measure == "RR" else control_risk + effect
    return min(max(risk, 0.0), 1.0)


def risks_with(body: Body) -> tuple[float, float, float] | None:
    """Return the risk with cells and its limits at the risk of the controls; None where either is not known."""
    effect, control = body.effect, body.control_risk
    if control is None or effect.value is None or effect.lower is None or effect.upper is None:
        return None
    if control == 0 and body.measure != "RD":
        # A ratio of nothing says nothing.
        return None
    value, lower, upper = (
        risk_with(each, control, body.measure) for each in (effect.value, effect.lower, effect.upper)
    )
    return value, lower, upper
