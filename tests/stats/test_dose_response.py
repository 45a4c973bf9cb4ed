"""Dose-response over cohorts."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats import dose_response, proportion_glmm

STUDY = ["a", "a", "a", "b", "b", "c", "c", "c"]
DOSE = np.array([0.5, 1.0, 2.0, 1.0, 3.0, 0.5, 1.0, 4.0])
X = np.array([0, 1, 3, 2, 3, 1, 1, 4])
N = np.array([3, 6, 6, 8, 5, 4, 6, 5])


def test_a_slope_of_zero_is_the_model_without_dose() -> None:
    # Every study has the same proportion at both of its doses.
    study, x, n = np.repeat(["a", "b", "c", "d"], 2), np.repeat([2, 6, 3, 1], 2), np.repeat([10, 10, 8, 9], 2)
    found = dose_response(study, np.tile([1.0, 2.0], 4), x, n)
    pooled = proportion_glmm([4, 12, 6, 2], [20, 20, 16, 18])
    assert_allclose(found.beta, [float(pooled.mu), 0.0], atol=1e-6)
    assert_allclose(found.tau2, float(pooled.tau2), rtol=1e-5)
    assert any("includes zero" in note for note in found.notes)


def test_units_of_the_dose_and_order_of_the_arms_do_not_matter() -> None:
    one, two = dose_response(STUDY, DOSE, X, N), dose_response(STUDY[::-1], 1e6 * DOSE[::-1], X[::-1], N[::-1])
    assert_allclose([one.beta[1], one.se[1], one.log_likelihood], [two.beta[1], two.se[1], two.log_likelihood])
    first, second = one.predict([1.0, 2.0]), two.predict([1e6, 2e6])
    assert_allclose([first.proportion, first.lower], [second.proportion, second.lower], rtol=1e-7)
    assert_allclose(one.odds_ratio[0], 2 ** one.beta[1])


def test_without_random_studies_it_is_logistic_regression() -> None:
    found = dose_response(STUDY, DOSE, X, N, random_studies=False, scale="linear")
    design = np.stack([np.ones(8), DOSE], axis=-1)
    p = 1 / (1 + np.exp(-design @ found.beta))
    assert_allclose(design.T @ (X - N * p), 0.0, atol=1e-8)
    assert_allclose(found.covariance, np.linalg.inv(design.T @ (design * (N * p * (1 - p))[:, None])), rtol=1e-6)
    assert found.tau2 == 0.0
    assert_allclose(found.odds_ratio[0], np.exp(found.beta[1]))


def test_a_dose_of_zero_is_a_dose_on_the_linear_scale() -> None:
    found = dose_response(STUDY, np.where(DOSE == 0.5, 0.0, DOSE), X, N, scale="linear")
    assert found.smallest == 0.0
    assert found.predict(0.0).proportion.shape == (1,)


def test_data_without_an_estimate_are_named() -> None:
    with pytest.raises(StatisticsError, match="same dose"):
        dose_response(STUDY, np.ones(8), X, N)
    for x in (np.zeros(8), N, np.where(DOSE > 1, N, 0)):
        with pytest.raises(StatisticsError, match="separated by dose"):
            dose_response(STUDY, DOSE, x, N)
    with pytest.raises(StatisticsError, match="dose must be greater than zero"):
        dose_response(STUDY, DOSE - 0.5, X, N)
    with pytest.raises(StatisticsError, match="dose must be a finite number"):
        dose_response(STUDY, DOSE, X, N).predict(np.nan)
    with pytest.raises(StatisticsError, match="events exceed n"):
        dose_response(STUDY, DOSE, N + 1, N)
    with pytest.raises(StatisticsError, match="8 study labels"):
        dose_response(["a"], DOSE, X, N)
    with pytest.raises(StatisticsError, match="nodes must be"):
        dose_response(STUDY, DOSE, X, N, nodes=0)
    with pytest.raises(UnknownTermError, match="unknown dose scale"):
        dose_response(STUDY, DOSE, X, N, scale="lag")


def test_a_mask_is_the_same_as_leaving_the_arms_out() -> None:
    mask = np.arange(DOSE.size) != 3
    found = dose_response(STUDY, np.where(mask, DOSE, np.nan), X, N, mask=mask)
    wanted = dose_response(np.asarray(STUDY)[mask], DOSE[mask], X[mask], N[mask])
    assert (found.arms, found.n) == (DOSE.size - 1, int(N[mask].sum()))
    for name in ("beta", "se", "covariance", "tau2", "log_likelihood", "deviance"):
        assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-12)
    with pytest.raises(StatisticsError, match="all are masked out"):
        dose_response(STUDY, DOSE, X, N, mask=mask & ~mask)
    with pytest.raises(StatisticsError, match="takes one analysis at a time"):
        dose_response(STUDY, [DOSE, DOSE], X, N)
