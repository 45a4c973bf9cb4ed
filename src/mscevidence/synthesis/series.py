"""Series of re-analyses: every sensible method on one question, leaving one study out, adding study by study."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mscevidence.model import Estimate, Series, StudyRow
from mscevidence.synthesis.estimates import Recipe, estimate_with

if TYPE_CHECKING:
    from mscevidence.stats.bayes_proportion import BayesianProportion
    from mscevidence.stats.mixtures import Posterior

STRIP = (
    Recipe("glmm", "PLO", "t"),
    Recipe("glmm", "PLO", "z"),
    Recipe("reml", "PLO", "knha"),
    Recipe("reml", "PLO", "adhoc"),
    Recipe("pm", "PLO", "knha"),
    Recipe("ml", "PLO", "z"),
    Recipe("dl", "PLO", "z"),
    Recipe("sj", "PLO", "knha"),
    Recipe("ee", "PLO", "z"),
    Recipe("reml", "PLN", "knha"),
    Recipe("reml", "PAS", "knha"),
    Recipe("reml", "PFT", "knha"),
    Recipe("reml", "PR", "knha"),
)
"""What the every-method strip runs, the default first."""

LARGE_SHIFT = 0.10
"""Estimates that lie further apart than this (ten percentage points) would be read differently."""

ROUNDING = 1e-6
"""Back-transformed estimates of identical studies differ in the last digits; that is no disagreement."""


def every_method(rows: Sequence[StudyRow], *, level: float) -> Series:
    """Return each sensible method's estimate, and whether the conclusion depends on the choice."""
    named = [(recipe.short, _of(recipe, rows, level)) for recipe in STRIP]
    return Series(
        id="every-method",
        title="Does the conclusion depend on the method?",
        rows=tuple(named),
        notes=tuple(_dependence(named)),
    )


def _dependence(named: Sequence[tuple[str, Estimate]]) -> list[str]:
    rates = {name: one.proportion for name, one in named if one.proportion is not None}
    limits = [(one.lower, one.upper) for _, one in named if one.lower is not None and one.upper is not None]
    if len(rates) < 2:
        return ["Fewer than two methods give an estimate."]
    low, high = min(rates, key=lambda name: rates[name]), max(rates, key=lambda name: rates[name])
    span = f"from {100 * rates[low]:.1f}% ({low}) to {100 * rates[high]:.1f}% ({high})"
    outside = sum(
        any(not lower - ROUNDING <= rate <= upper + ROUNDING for lower, upper in limits) for rate in rates.values()
    )
    if rates[high] - rates[low] <= LARGE_SHIFT and not outside:
        return [f"No: the estimates range {span}, and each lies within every method's interval."]
    why = f"; {outside} of {len(rates)} lie outside another method's interval" if outside else ""
    return [f"Yes: the estimates range {span}{why}. State the method with the number."]


def leave_one_out(rows: Sequence[StudyRow], recipe: Recipe, *, level: float) -> Series:
    """Return the estimate without each study in turn."""
    found = tuple(
        (f"without {row.label}", _of(recipe, [*rows[:index], *rows[index + 1 :]], level))
        for index, row in enumerate(rows)
    )
    return Series(id="leave-one-out", title=f"Leaving one study out ({recipe.short})", rows=found)


def cumulative(rows: Sequence[StudyRow], recipe: Recipe, *, level: float) -> Series:
    """Return the estimate after each study, in order of the year in the label, then of the label."""
    ordered = sorted(rows, key=lambda row: (_year(row), row.label.casefold()))
    found = tuple((f"+ {row.label}", _of(recipe, ordered[: index + 1], level)) for index, row in enumerate(ordered))
    undated = [row.label for row in ordered if _year(row) == LAST_YEAR]
    notes = (f"Without a year, and therefore last: {', '.join(undated)}.",) if undated else ()
    return Series(id="cumulative", title=f"Adding study by study, by year ({recipe.short})", rows=found, notes=notes)


LAST_YEAR = 9999


def _year(row: StudyRow) -> int:
    found = re.search(r"\b(19|20)\d{2}\b", row.columns.get("year", row.label))
    return int(found[0]) if found else LAST_YEAR


def _of(recipe: Recipe, rows: Sequence[StudyRow], level: float) -> Estimate:
    events, n = np.array([row.events for row in rows]), np.array([row.n for row in rows])
    return estimate_with(recipe, events, n, level=level)


def bayesian(rows: Sequence[StudyRow], *, level: float) -> tuple[Series, Series]:
    """Return the exact-likelihood Bayesian answers (medians), and each study's rate shrunken by the first of them.

    The prediction interval is that of the true rate in the next trial. Priors stand in the notes.
    """
    from mscevidence.stats.bayes_proportion import beta_binomial, binomial_normal

    events, n = [row.events for row in rows], [row.n for row in rows]
    normal = binomial_normal(events, n, level=level)
    models = (("Binomial-normal", normal), ("Beta-binomial", beta_binomial(events, n, level=level)))
    answers = Series(
        id="bayes",
        title="Bayesian models with the binomial likelihood (posterior medians)",
        rows=tuple((name, _posterior(name, fit, rows)) for name, fit in models),
        notes=tuple(dict.fromkeys(f"{name}: {note}" for name, fit in models for note in fit.notes)),
    )
    shrunken = Series(
        id="shrunken",
        title="Each study's rate, shrunken towards the others (binomial-normal)",
        rows=tuple((row.label, _shrunken(normal.studies, index, row)) for index, row in enumerate(rows)),
    )
    return answers, shrunken


def _posterior(name: str, fit: BayesianProportion, rows: Sequence[StudyRow]) -> Estimate:
    tau = float(fit.heterogeneity.median) if fit.model == "binomial-normal" else None
    return Estimate(
        method=fit.model,
        label=name,
        status="estimated",
        k=len(rows),
        events=sum(row.events for row in rows),
        patients=sum(row.n for row in rows),
        proportion=float(fit.mean.median),
        lower=float(fit.mean.lower),
        upper=float(fit.mean.upper),
        prediction_lower=float(fit.new.lower),
        prediction_upper=float(fit.new.upper),
        tau2=None if tau is None else tau**2,
        notes=fit.notes,
    )


def _shrunken(studies: Posterior, index: int, row: StudyRow) -> Estimate:
    return Estimate(
        method="binomial-normal",
        label=row.label,
        status="estimated",
        k=1,
        events=row.events,
        patients=row.n,
        proportion=float(studies.median[index]),
        lower=float(studies.lower[index]),
        upper=float(studies.upper[index]),
    )
