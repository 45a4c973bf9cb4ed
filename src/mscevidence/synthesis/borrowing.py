"""Borrowing across diseases: what a disease with few trials looks like with and without the others."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mscevidence import effects, vocabulary
from mscevidence.model import Borrowed, BorrowedGroup, BorrowedRate, Family, Question, Study
from mscevidence.synthesis.additions import refuse_others_than_shares

if TYPE_CHECKING:
    from mscevidence.stats.borrowing import Borrowing
    from mscevidence.stats.mixtures import Posterior

RATES = np.linspace(0.001, 0.999, 499)
"""Where densities are given."""


@dataclasses.dataclass(frozen=True)
class Densities:
    """Posterior densities of the rates of diseases, beside their summary.

    Attributes:
        borrowed: the summary; its groups are in the order of the rows here.
        rates: (G) proportions.
        prior: (G) density of a rate before any study of its disease is seen.
        alone, partial, robust: (J, G) densities by disease and proportion.
    """

    borrowed: Borrowed
    rates: NDArray[np.float64]
    prior: NDArray[np.float64]
    alone: NDArray[np.float64]
    partial: NDArray[np.float64]
    robust: NDArray[np.float64]


def borrow(studies: Sequence[Study], families: Sequence[Family], question: Question) -> Borrowed:
    """Return the hierarchical model of a question over all conditions, asked or not, one study per family.

    Raises:
        SelectionError: nothing reports the outcome.
        StatisticsError: all studies are of one disease, or the question compares two arms.
    """
    return _borrowed(_fit(studies, families, question), question)


def borrow_densities(studies: Sequence[Study], families: Sequence[Family], question: Question) -> Densities:
    """Return the same with the densities of the rates.

    Raises:
        SelectionError: nothing reports the outcome.
        StatisticsError: all studies are of one disease, or the question compares two arms.
    """
    fit = _fit(studies, families, question)
    order = _in_order(fit)
    alone, partial, robust = (fit.density(model, RATES)[order] for model in ("alone", "partial", "robust"))
    return Densities(_borrowed(fit, question), RATES, fit.prior_density(RATES), alone, partial, robust)


def _fit(studies: Sequence[Study], families: Sequence[Family], question: Question) -> Borrowing:
    from mscevidence import stats

    refuse_others_than_shares(question, "--borrow")
    everywhere = question.model_copy(update={"condition": None, "by": None})
    taken = effects.select(studies, families, everywhere).taken
    labels = [vocabulary.load("condition")[one.study.condition].label for one in taken]
    return stats.borrow([one.events for one in taken], [one.n for one in taken], labels, level=question.level)


def _borrowed(fit: Borrowing, question: Question) -> Borrowed:
    asked = vocabulary.load("condition")[question.condition].label if question.condition else None
    return Borrowed(
        groups=tuple(_group(fit, position) for position in _in_order(fit)),
        between=fit.between,
        within=fit.within,
        new=_rate(fit.new),
        highlight=fit.sentence(asked) if asked in fit.diseases else "",
        notes=tuple(fit.notes),
    )


def _in_order(fit: Borrowing) -> list[int]:
    return sorted(range(len(fit.diseases)), key=lambda position: fit.diseases[position].casefold())


def _group(fit: Borrowing, position: int) -> BorrowedGroup:
    return BorrowedGroup(
        name=fit.diseases[position],
        k=int(fit.studies[position]),
        events=int(fit.events[position]),
        patients=int(fit.n[position]),
        alone=_rate(fit.alone, position),
        partial=_rate(fit.partial, position),
        robust=_rate(fit.robust, position),
        weight=float(fit.weight[position]),
        alike=float(fit.exchangeable[position]),
    )


def _rate(found: Posterior, position: int | None = None) -> BorrowedRate:
    median, lower, upper = (
        one if position is None else one[position] for one in (found.median, found.lower, found.upper)
    )
    return BorrowedRate(rate=float(median), lower=float(lower), upper=float(upper))
