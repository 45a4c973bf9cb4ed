"""What may be added to a synthesis on request: re-analyses, meta-regressions, tests for small-study effects."""

from __future__ import annotations

from collections.abc import Sequence

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.model import Pooled, Question, Series
from mscevidence.synthesis import series
from mscevidence.synthesis.moderation import moderate
from mscevidence.synthesis.recipes import recipe_of
from mscevidence.synthesis.small_studies import small_study_tests

SERIES = ("every-method", "leave-one-out", "cumulative", "bayes")


OF_COMPARISONS = ("--compare-methods", "--leave-one-out", "--cumulative", "--moderator", "--bias", "--by", "--explain")
"""What may be added to a comparison of two arms, and to incidence rates."""


def refuse_others_than_shares(question: Question, option: str) -> None:
    """Raise when something that is made for shares of patients is asked of a comparison or of incidence rates.

    Raises:
        StatisticsError: naming what there may be instead.
    """
    if question.comparative or question.incidence:
        kind = "rates of one arm" if question.comparative else "shares of patients"
        raise StatisticsError(
            f"{option} is for {kind}, not for {question.measure}",
            hint=f"with --measure {question.measure} there are {', '.join(OF_COMPARISONS)}",
        )


def with_series(pooled: Pooled, wanted: Sequence[str]) -> Pooled:
    """Return a synthesis with series of re-analyses added: every-method, leave-one-out, cumulative, bayes.

    Raises:
        UnknownTermError: no such series.
        StatisticsError: Bayesian models of rates for a comparison.
    """
    rows, recipe, level = pooled.overall.rows, recipe_of(pooled.question), pooled.level
    made: list[Series] = []
    for name in wanted:
        if name == "every-method" and (recipe.comparative or recipe.incidence):
            made.append(series.every_recipe(rows, recipe, level=level))
        elif name == "every-method":
            made.append(series.every_method(rows, level=level))
        elif name == "leave-one-out":
            made.append(series.leave_one_out(rows, recipe, level=level))
        elif name == "cumulative":
            made.append(series.cumulative(rows, recipe, level=level))
        elif name == "bayes":
            refuse_others_than_shares(pooled.question, "--bayes")
            made.extend(series.bayesian(rows, level=level))
        else:
            raise UnknownTermError(name, kind="series", choices=SERIES)
    return pooled.model_copy(update={"series": (*pooled.series, *made)})


def with_moderators(pooled: Pooled, moderators: Sequence[str]) -> Pooled:
    """Return a synthesis with a meta-regression on each named property of the studies added.

    Raises:
        UnknownTermError: no such moderator.
    """
    made = tuple(
        moderate(pooled.overall.rows, name, pooled.question.measure, level=pooled.level) for name in moderators
    )
    return pooled.model_copy(update={"moderation": (*pooled.moderation, *made)})


def with_small_study_tests(pooled: Pooled) -> Pooled:
    """Return a synthesis with the tests for small-study effects added."""
    return pooled.model_copy(
        update={"small_study_tests": small_study_tests(pooled.overall.rows, pooled.question.measure)}
    )
