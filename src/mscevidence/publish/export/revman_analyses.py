"""The analyses of a Cochrane data package: settings with overall estimates, subgroup estimates, data rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mscevidence import vocabulary
from mscevidence.effects.exposure import exposure_text
from mscevidence.model import Estimate, Group, Pooled, Study, StudyRow
from mscevidence.publish import wording
from mscevidence.publish.scale import scale_of
from mscevidence.synthesis.counts import Counts
from mscevidence.synthesis.estimates import row_weights
from mscevidence.synthesis.recipes import Recipe, recipe_of, recipes_beside, scale_of_regressions

_WHERE = ("Analysis group", "Analysis number", "Analysis name")
_COUNTS = ("Experimental cases", "Experimental N", "Control cases", "Control N")
_EFFECT = ("Mean", "CI start", "CI end")
_HETEROGENEITY = (
    "Heterogeneity Tau²", "Heterogeneity Chi²", "Heterogeneity df", "Heterogeneity P", "Heterogeneity I²",
)  # fmt: skip
OVERALL_COLUMNS = (
    *_WHERE, "Analysis group name", "Data source", "Data source eligibility", "Data type", "Log-scale data", "Outcome",
    "Intervention grouping", "Experimental intervention", "Control intervention", "Subgroup by", "Filter criteria",
    "Experimental group label", "Control group label", "Statistical method", "Effect measure",
    "Unit of effect measure", "Analysis model", "Subgroup estimates", "Overall estimates",
    "Test for subgroup differences", "Swap event and non-event", "Study CI", "Estimate CI", *_COUNTS, *_EFFECT,
    *_HETEROGENEITY, "Effect Z", "Effect P", "Subgroup Chi²", "Subgroup df", "Subgroup P", "Subgroup I²", "ID",
)  # fmt: skip
SUBGROUP_COLUMNS = (*_WHERE, "Subgroup", *_COUNTS, *_EFFECT, *_HETEROGENEITY, "Effect Z", "Effect P")
DATA_COLUMNS = (
    *_WHERE, "Subgroup", "Applicability", "Study", "Study year", "GIV Mean", "GIV SE", "Experimental mean",
    "Experimental SD", "Experimental cases", "Experimental N", "Control mean", "Control SD", "Control cases",
    "Control N", "O-E", "Variance", "Weight", *_EFFECT, "Footnotes",
)  # fmt: skip

KNOWN = frozenset({"mh", "peto", "reml", "dl", "ee"})
"""Methods that RevMan has under some name; a binomial model gives way to the one of these that stands beside it."""
ONE_EFFECT = frozenset({"mh", "peto", "ee"})
METHOD_NAMES = {"mh": "Mantel-Haenszel", "peto": "Peto"}
MEASURE_NAMES = {"OR": "Odds ratio", "RR": "Risk ratio", "RD": "Risk difference"}
GROUP_NAMES = {1: "Mesenchymal stromal cells, rates of one arm", 2: "Mesenchymal stromal cells against control"}
LOGIT = "Logit of the rate"
LOG = "Log of the events per unit of time at risk"


@dataclass(frozen=True)
class Numbered:
    """An analysis with its place in the package."""

    id: str
    pooled: Pooled
    group: int
    number: int

    @property
    def comparative(self) -> bool:
        """Return whether two arms are compared."""
        return self.pooled.question.comparative

    @property
    def where(self) -> dict[str, object]:
        """Return the columns that every row of the analysis begins with."""
        return dict(zip(_WHERE, (self.group, self.number, self.pooled.title), strict=True))

    @property
    def position(self) -> int:
        """Return which of the estimates RevMan knows: the one asked for, or what stands beside it."""
        recipes = recipes_beside(recipe_of(self.pooled.question))
        known = (place for place, one in enumerate(recipes) if one.method in KNOWN and self._on_our_scale(one))
        return next(known)

    def _on_our_scale(self, recipe: Recipe) -> bool:
        return self.comparative or recipe.measure == scale_of_regressions(self.pooled.question.measure)

    @property
    def recipe(self) -> Recipe:
        """Return the recipe of that estimate."""
        return recipes_beside(recipe_of(self.pooled.question))[self.position]


def overall_row(one: Numbered) -> dict[str, object]:
    """Return the settings of an analysis and its overall estimate."""
    pooled, recipe = one.pooled, one.recipe
    level = wording.level_text(pooled.level)
    return {
        **one.where,
        "Analysis group name": GROUP_NAMES[one.group],
        "Data source": "Custom input",
        "Data type": "Dichotomous" if one.comparative else "Contrast level",
        "Log-scale data": _flag(one.comparative and recipe.measure != "RD"),
        "Outcome": pooled.outcome_label,
        "Experimental intervention": "Mesenchymal stromal cells",
        "Control intervention": _control(pooled) if one.comparative else None,
        "Subgroup by": pooled.by,
        "Experimental group label": "MSC",
        "Control group label": "Control" if one.comparative else None,
        "Statistical method": METHOD_NAMES.get(recipe.method, "Inverse variance"),
        "Effect measure": MEASURE_NAMES.get(recipe.measure, LOG if recipe.incidence else LOGIT),
        "Analysis model": "Fixed effect" if recipe.method in ONE_EFFECT else "Random effects",
        "Subgroup estimates": _flag(bool(pooled.groups)),
        "Overall estimates": _flag(True),
        "Test for subgroup differences": _flag(pooled.between is not None),
        "Swap event and non-event": _flag(False),
        "Study CI": level,
        "Estimate CI": level,
        **_estimate(pooled.overall, one),
        **_between(pooled),
        "ID": one.id,
    }


def subgroup_rows(one: Numbered) -> Iterator[dict[str, object]]:
    """Yield the estimate of each subgroup."""
    for group in one.pooled.groups:
        yield {**one.where, "Subgroup": group.label, **_estimate(group, one)}


def data_rows(one: Numbered, names: Mapping[str, str], studies: Sequence[Study]) -> Iterator[dict[str, object]]:
    """Yield a row for each study of an analysis, under its name in the package."""
    rows = one.pooled.overall.rows
    years = {study.study: min((each.year for each in study.reports if each.year), default=None) for study in studies}
    labels = {group.name: group.label for group in one.pooled.groups}
    counts = Counts.of(rows, comparative=one.comparative)
    weights = row_weights(one.recipe, counts, one.pooled.overall.estimates[one.position])
    own = None if one.comparative else counts.effect_sizes(scale_of_regressions(one.recipe.measure))
    for place, (row, weight) in enumerate(zip(rows, weights, strict=True)):
        common: dict[str, object] = {
            **one.where,
            "Subgroup": labels.get(row.group),
            "Study": names.get(row.study, row.label),
            "Study year": years.get(row.study),
            "Weight": weight,
        }
        if own is None:
            yield {**common, **_two_arms(row)}
        else:
            yield {**common, **_one_arm(row, float(own.yi[place]), float(own.vi[place]), one.pooled)}


def _two_arms(row: StudyRow) -> dict[str, object]:
    control = row.control
    return {
        "Experimental cases": row.events,
        "Experimental N": row.n,
        "Control cases": control.events if control else None,
        "Control N": control.n if control else None,
        "Mean": row.effect,
        "CI start": row.lower,
        "CI end": row.upper,
        "Footnotes": f"With cells: {row.quote}. Control: {control.quote if control else wording.DASH}.",
    }


def _one_arm(row: StudyRow, own: float, variance: float, pooled: Pooled) -> dict[str, object]:
    from statistics import NormalDist

    half = NormalDist().inv_cdf(0.5 + pooled.level / 2) * math.sqrt(variance)
    return {
        "GIV Mean": own,
        "GIV SE": math.sqrt(variance),
        "Experimental cases": row.events,
        "Experimental N": row.n or None,
        "Mean": own,
        "CI start": own - half,
        "CI end": own + half,
        "Footnotes": f"One arm, no control: {_footnote(row, pooled)} Quote: {row.quote}",
    }


def _footnote(row: StudyRow, pooled: Pooled) -> str:
    """Return what the numbers of a study are made of, and how."""
    scale = scale_of(pooled)
    rate = f"{scale.effect(row.effect, row.lower, row.upper)}{scale.unit}"
    if row.time is not None:
        unit = pooled.question.time_unit
        added = " 0.5 added to the events." if row.events == 0 else ""
        counts = f"{row.events} in {row.time:g} {exposure_text(unit)}"
        explained = f"GIV Mean is the log of the events per {unit} at risk, GIV SE its standard error."
        return f"{counts} = {rate}. {explained}{added}"
    added = " 0.5 added to events and to the others." if row.events in {0, row.n} else ""
    return f"{row.events}/{row.n} = {rate}. GIV Mean is the logit of the rate, GIV SE its standard error.{added}"


def _estimate(group: Group, one: Numbered) -> dict[str, object]:
    estimate = group.estimates[one.position]
    z = estimate.mu / estimate.se if one.recipe.test == "z" and estimate.mu is not None and estimate.se else None
    return {
        "Experimental cases": estimate.events,
        "Experimental N": estimate.patients if estimate.time is None else None,
        "Control cases": estimate.control_events,
        "Control N": estimate.control_patients,
        **dict(zip(_EFFECT, _effect(estimate, one), strict=True)),
        "Heterogeneity Tau²": estimate.tau2,
        "Heterogeneity Chi²": estimate.q,
        "Heterogeneity df": estimate.q_df,
        "Heterogeneity P": estimate.q_p,
        "Heterogeneity I²": estimate.i2,
        "Effect Z": z,
        "Effect P": None if z is None else math.erfc(abs(z) / math.sqrt(2)),
    }


def _effect(estimate: Estimate, one: Numbered) -> tuple[float | None, float | None, float | None]:
    values = (estimate.effect, estimate.lower, estimate.upper)
    if one.comparative:
        return values
    value, lower, upper = map(_log if one.recipe.incidence else _logit, values)
    return value, lower, upper


def _log(rate: float | None) -> float | None:
    return math.log(rate) if rate is not None and rate > 0 else None


def _logit(rate: float | None) -> float | None:
    return math.log(rate / (1 - rate)) if rate is not None and 0 < rate < 1 else None


def _between(pooled: Pooled) -> dict[str, object]:
    between = pooled.between
    if between is None or between.q is None:
        return {}
    i2 = max(0.0, 100 * (between.q - between.df) / between.q) if between.q > 0 else 0.0
    return {"Subgroup Chi²": between.q, "Subgroup df": between.df, "Subgroup P": between.p, "Subgroup I²": i2}


def _control(pooled: Pooled) -> str:
    asked = pooled.question.control
    return vocabulary.load("arm-role")[asked].label if asked else "Control"


def _flag(value: bool) -> str:
    return "TRUE" if value else "FALSE"
