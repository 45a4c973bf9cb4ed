"""Estimates from two arms: odds ratios, risk ratios and risk differences by models, by strata, by inverse variance.

Inverse-variance methods take each study's own effect, 0.5 added to all four cells where one of them is empty (metafor's
``add=1/2, to="only0"``), so that a study without an event in either arm enters as one with no difference and a very
wide interval. Mantel-Haenszel (Mantel & Haenszel 1959, JNCI 22:719), Peto (Yusuf et al. 1985, Prog Cardiovasc Dis
27:335) and the models add nothing; to them such a study says nothing about a ratio.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mscevidence.model import Estimate
from mscevidence.synthesis.counts import Counts
from mscevidence.synthesis.fits import fit
from mscevidence.synthesis.numbers import finite, whole
from mscevidence.synthesis.recipes import ESTIMATORS, RATIOS, STRATIFIED, Recipe

Answer = dict[str, Any]
COMMON = 0.10
"""Above this share of patients with the event, the approximate conditional model is off (its paper: rare events)."""


def informative(recipe: Recipe, counts: Counts) -> NDArray[np.bool_]:
    """Return which studies say something about the effect under a recipe."""
    events, n = counts.both
    if recipe.measure == "RD" or recipe.method in ESTIMATORS:
        return np.ones(counts.k, dtype=np.bool_)
    return np.asarray((events > 0) & ((events < n) | (recipe.measure == "RR")), dtype=np.bool_)


def empty(counts: Counts) -> NDArray[np.bool_]:
    """Return which studies have no event, or only events, in both arms."""
    events, n = counts.both
    return np.asarray((events == 0) | (events == n), dtype=np.bool_)


def unfitted(recipe: Recipe, counts: Counts) -> Answer | None:
    """Return the fields of an `Estimate` where there is nothing to fit: a status and notes."""
    events, n = counts.both
    if events.sum() in (0, n.sum()):
        what = "No event" if events.sum() == 0 else "Only events"
        sizes = (
            f"{counts.events.sum()}/{counts.n.sum()} against {counts.table['events2'].sum()}/{counts.table['n2'].sum()}"
        )
        return {"status": "boundary", "notes": (f"{what} in either arm of any study ({sizes}): nothing to compare.",)}
    if informative(recipe, counts).sum() == 1:
        silent = counts.k - 1
        said = f"Only one study has information for this method ({silent} without): shown, not pooled."
        return {"status": "single", "notes": (said,)}
    return None


def answer(recipe: Recipe, counts: Counts, fit: Any, level: float) -> Answer:
    """Return the fields of an `Estimate` that the fit of a recipe gives for two arms: a status, numbers, notes."""
    if recipe.method in STRATIFIED:
        return _stratified(recipe, counts, fit)
    return _two_step(recipe, counts, fit) if recipe.method in ESTIMATORS else _model(recipe, counts, fit, level)


def _two_step(recipe: Recipe, counts: Counts, fit: Any) -> Answer:
    return {
        **_effects(recipe, fit.mu, fit.se, (fit.lower, fit.upper), (fit.pi_lower, fit.pi_upper)),
        "tau2": finite(fit.tau2),
        "log_likelihood": finite(fit.log_likelihood),
        **_heterogeneity("Q", fit.q, fit.q_df, fit.q_p, i2=fit.i2),
        "notes": (*_correction(recipe, counts), *fit.notes),
    }


def _correction(recipe: Recipe, counts: Counts) -> list[str]:
    table = counts.table
    zero = (table["events1"] == 0) | (table["events2"] == 0)
    zero |= (table["events1"] == table["n1"]) | (table["events2"] == table["n2"])
    notes = [f"0.5 was added to the cells of {int(zero.sum())} of {counts.k} studies."] if zero.any() else []
    both = int(empty(counts).sum())
    if both:
        nothing = "a difference of about 0" if recipe.measure == "RD" else f"{_article(recipe)} of about 1"
        notes.append(f"{_studies(both)} with no event, or only events, in both arms: counted as {nothing}.")
    return notes


def _article(recipe: Recipe) -> str:
    return f"{'an' if recipe.measure == 'OR' else 'a'} {RATIOS[recipe.measure]}"


def _studies(number: int) -> str:
    return f"{number} {'study' if number == 1 else 'studies'}"


def _stratified(recipe: Recipe, counts: Counts, fit: Any) -> Answer:
    if finite(fit.mu) is None or finite(fit.se) is None:
        return {"status": "boundary", "notes": _silence(recipe, counts)}
    return {
        **_effects(recipe, fit.mu, fit.se, (fit.lower, fit.upper), (math.nan, math.nan)),
        **_heterogeneity("Q", fit.q, fit.q_df, fit.q_p, i2=fit.i2),
        "notes": (*_left_out(recipe, counts), *getattr(fit, "notes", ())),
    }


def _model(recipe: Recipe, counts: Counts, fit: Any, level: float) -> Answer:
    from mscevidence import stats

    if fit.status != "ok":
        return {"status": "boundary", "notes": _silence(recipe, counts)}
    prediction = stats.prediction_interval(fit.mu, fit.se[0], fit.tau2, df=fit.df, k=fit.k, level=level)
    events, n = counts.both
    rare = recipe.method != "cm.al" or events.sum() <= COMMON * n.sum()
    doubt = () if rare else ("This model is an approximation for rare events, and the events are not rare: use cm.el.",)
    return {
        **_effects(recipe, fit.mu, fit.se[0], (fit.lower[0], fit.upper[0]), prediction),
        "tau2": finite(fit.tau2),
        "log_likelihood": finite(fit.log_likelihood),
        **_heterogeneity("LR test", fit.lrt, fit.lrt_df, fit.lrt_p),
        "notes": (*_left_out(recipe, counts), *doubt, *(note for note in fit.notes if not note.startswith("Left out"))),
    }


def _left_out(recipe: Recipe, counts: Counts) -> list[str]:
    if recipe.measure == "RD":
        both = int(empty(counts).sum())
        return [f"{_studies(both)} with no event, or only events, in both arms: no difference."] if both else []
    silent = int((~informative(recipe, counts)).sum())
    said = f"{_studies(silent)} with no event in either arm, or only events: no information on {_article(recipe)}."
    return [said] if silent else []


def _silence(recipe: Recipe, counts: Counts) -> tuple[str, ...]:
    """Return why the estimate lies at infinity: an arm without events, or with nothing else."""
    table = counts.table
    pairs = [
        (f"{what} in the {name} of any study", f"{int(table[f'events{side}'].sum())}/{int(table[f'n{side}'].sum())}")
        for side, name in ((1, "arms with cells"), (2, "control arms"))
        for what, there in (
            ("no event", table[f"events{side}"].sum() == 0),
            ("only events", table[f"events{side}"].sum() == table[f"n{side}"].sum()),
        )
        if there
    ]
    why = " and ".join(f"{text} ({counted})" for text, counted in pairs) or "the arms are separated in every study"
    others = "Peto or an inverse-variance method" if recipe.measure == "OR" else "an inverse-variance method"
    return (f"{why[:1].upper()}{why[1:]}: by this method the estimate is infinite; {others} gives one.",)


def _effects(recipe: Recipe, mu: Any, se: Any, interval: Sequence[Any], prediction: Sequence[Any]) -> Answer:
    return {
        "status": "estimated",
        "mu": finite(mu),
        "se": finite(se),
        "effect": effect_of(recipe, mu),
        "lower": effect_of(recipe, interval[0]),
        "upper": effect_of(recipe, interval[1]),
        "prediction_lower": effect_of(recipe, prediction[0]),
        "prediction_upper": effect_of(recipe, prediction[1]),
    }


def effect_of(recipe: Recipe, value: Any) -> float | None:
    """Return a number of the analysis scale as a ratio, or as a difference from -1 to 1; None where there is none."""
    from mscevidence import stats

    if not math.isfinite(float(value)):
        return None
    found = float(stats.back_transform(value, recipe.measure))
    return min(max(found, -1.0), 1.0) if recipe.measure == "RD" else finite(found)


def _heterogeneity(name: str, q: Any, df: Any, p: Any, *, i2: Any = math.nan) -> Answer:
    return {"q": finite(q), "q_df": whole(df), "q_p": finite(p), "q_name": name, "i2": finite(i2)}


def own_effects(recipe: Recipe, counts: Counts, level: float) -> list[tuple[float | None, float | None, float | None]]:
    """Return the effect of each study with its normal interval, as it enters the analysis.

    A study with no event, or only events, in both arms has a ratio of its own only where 0.5 is added for the method.
    """
    from mscevidence import stats

    measure = "PETO" if recipe.method == "peto" else recipe.measure
    sizes = counts.effect_sizes(measure)
    shown = informative(recipe, counts) & sizes.mask
    found = stats.wald_intervals(sizes.yi, sizes.vi, level=level, mask=shown)
    own = zip(np.asarray(sizes.yi), found.lower, found.upper, shown, strict=True)
    return [
        (effect_of(recipe, y), effect_of(recipe, low), effect_of(recipe, high)) if there else (None, None, None)
        for y, low, high, there in own
    ]


def weights(recipe: Recipe, counts: Counts, estimate: Estimate) -> list[float | None]:
    """Return the weight of each study in per cent; models have none, so that 1/(v + tau2) is shown in their place."""
    if recipe.method in STRATIFIED:
        shares = np.asarray(fit(recipe, counts, 0.95).weights, dtype=float)
    else:
        variance = np.asarray(counts.effect_sizes(recipe.measure).vi, dtype=float)
        precision = np.where(informative(recipe, counts), 1 / (variance + (estimate.tau2 or 0.0)), 0.0)
        shares = 100 * precision / precision.sum()
    return [float(share) for share in shares]
