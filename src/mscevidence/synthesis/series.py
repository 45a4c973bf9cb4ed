"""Series of re-analyses: every sensible method on one question, leaving one study out, adding study by study."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from mscevidence.model import Estimate, Series, StudyRow
from mscevidence.synthesis.agreement import agreement
from mscevidence.synthesis.counts import Counts
from mscevidence.synthesis.estimates import estimate_with, estimates_with
from mscevidence.synthesis.recipes import Recipe, recipes_to_compare

if TYPE_CHECKING:
    from mscevidence.model import Measure, Method, Test
    from mscevidence.stats.bayes_proportion import BayesianProportion
    from mscevidence.stats.method_strip import EveryMethod
    from mscevidence.stats.mixtures import Posterior
    from mscevidence.synthesis.fits import Mask

DEPENDS = "Does the conclusion depend on the method?"


def every_method(rows: Sequence[StudyRow], *, level: float) -> Series:
    """Return each sensible method's estimate, and whether the conclusion depends on the choice.

    The Bayesian models of the strip stand in a series of their own; see `bayesian`.
    """
    if not rows:
        return Series(id="every-method", title=DEPENDS, rows=(), notes=("No study.",))
    from mscevidence import stats

    strip = stats.every_method([row.events for row in rows], [row.n for row in rows], level=level, bayesian=False)
    named = tuple((name, _in_strip(strip, index)) for index, name in enumerate(strip.method))
    return Series(id="every-method", title=DEPENDS, rows=named, notes=(strip.sentence,))


def every_recipe(rows: Sequence[StudyRow], asked: Recipe, *, level: float) -> Series:
    """Return each sensible method's estimate of a comparison or of incidence rates, and whether they agree."""
    counts = Counts.of(rows, comparative=asked.comparative)
    named = [(one.short, estimate_with(one, counts, level=level)) for one in recipes_to_compare(asked)]
    said = agreement(named, asked, level=level)
    return Series(id="every-method", title=DEPENDS, rows=tuple(named), notes=(said,))


def _in_strip(strip: EveryMethod, index: int) -> Estimate:
    from mscevidence.stats.method_strip import COLUMNS

    asked = strip.methods[index]
    recipe = Recipe(cast("Method", asked.model.lower()), cast("Measure", asked.measure), cast("Test", asked.test))
    values = {name: float(getattr(strip, name)[index]) for name in COLUMNS}
    numbers: dict[str, Any] = {name: value if math.isfinite(value) else None for name, value in values.items()}
    numbers["effect"] = numbers.pop("proportion")
    status = "single" if strip.k == 1 else "boundary" if strip.events in (0, strip.n) else "failed"
    estimated = numbers["effect"] is not None
    test_name = "LR test" if recipe.method == "glmm" else "Q"
    return Estimate(
        method=recipe.method,
        label=recipe.label,
        status="estimated" if estimated else status,
        k=strip.k,
        events=strip.events,
        patients=strip.n,
        q_name=test_name if estimated else None,
        notes=strip.remarks[index],
        **numbers,
    )


def leave_one_out(rows: Sequence[StudyRow], recipe: Recipe, *, level: float) -> Series:
    """Return the estimate without each study in turn."""
    found = _parts(rows, ~np.eye(len(rows), dtype=np.bool_), recipe, level)
    named = tuple((f"without {row.label}", one) for row, one in zip(rows, found, strict=True))
    return Series(id="leave-one-out", title=f"Leaving one study out ({recipe.short})", rows=named)


def cumulative(rows: Sequence[StudyRow], recipe: Recipe, *, level: float) -> Series:
    """Return the estimate after each study, in order of the year in the label, then of the label."""
    ordered = sorted(rows, key=lambda row: (_year(row), row.label.casefold()))
    found = _parts(ordered, np.tri(len(rows), dtype=np.bool_), recipe, level)
    named = tuple((f"+ {row.label}", one) for row, one in zip(ordered, found, strict=True))
    undated = [row.label for row in ordered if _year(row) == LAST_YEAR]
    notes = (f"Without a year, and therefore last: {', '.join(undated)}.",) if undated else ()
    return Series(id="cumulative", title=f"Adding study by study, by year ({recipe.short})", rows=named, notes=notes)


def _parts(rows: Sequence[StudyRow], masks: Mask, recipe: Recipe, level: float) -> list[Estimate]:
    return estimates_with(recipe, Counts.of(rows, comparative=recipe.comparative), masks, level=level)


LAST_YEAR = 9999


def _year(row: StudyRow) -> int:
    found = re.search(r"\b(19|20)\d{2}\b", row.columns.get("year", row.label))
    return int(found[0]) if found else LAST_YEAR


def bayesian(rows: Sequence[StudyRow], *, level: float) -> tuple[Series, Series]:
    """Return the exact-likelihood Bayesian answers (medians), and each study's rate shrunken by the first of them.

    The prediction interval is that of the true rate in the next trial. Priors stand in the notes.
    """
    from mscevidence.stats.bayes_proportion import beta_binomial, binomial_normal

    events, n = [row.events for row in rows], [row.n for row in rows]
    normal = binomial_normal(events, n, level=level)
    models = (("Binomial-normal", normal), ("Beta-binomial", beta_binomial(events, n, level=level, of_trials=False)))
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
        effect=float(fit.mean.median),
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
        effect=float(studies.median[index]),
        lower=float(studies.lower[index]),
        upper=float(studies.upper[index]),
    )
