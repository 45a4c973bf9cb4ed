"""Multilevel models and cluster-robust errors."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError
from mscevidence.stats import multilevel, random_effects, robust
from mscevidence.stats.nested import _members, _Problem

STUDY = np.array(["a", "a", "b", "b", "b", "c", "d", "d", "e"])
Y = np.array([0.1, 0.3, 0.8, 0.6, 1.2, 0.0, 0.4, 0.9, 0.2])
V = np.array([0.04, 0.05, 0.1, 0.08, 0.1, 0.03, 0.06, 0.05, 0.02])


def test_one_effect_per_study_is_random_effects_pooling() -> None:
    for method in ("REML", "ML"):
        found = multilevel(Y, V, np.arange(9), within=False, method=method)
        wanted = random_effects(Y, V, estimator=method, test="t")
        assert_allclose(found.sigma2, [wanted.tau2], rtol=1e-6)
        assert_allclose([found.beta[0], found.se[0], found.qe], [wanted.mu, wanted.se, wanted.q], rtol=1e-7)
        assert_allclose([found.log_likelihood, found.bic], [wanted.log_likelihood, wanted.bic], rtol=1e-9)


def test_the_gradient_is_the_derivative_of_the_likelihood() -> None:
    codes = np.unique(STUDY, return_inverse=True)[1]
    for restricted in (True, False):
        problem = _Problem(Y, V, np.ones((9, 1)), _members(codes, within=True), True, restricted)
        at = np.array([0.07, 0.03])
        w = np.linalg.inv(problem.marginal(at))
        residual = Y - (w @ Y).sum() / w.sum()
        full = np.linalg.slogdet(w)[1] - residual @ w @ residual - (9 - restricted) * np.log(2 * np.pi)
        full += np.log(9) - np.log(w.sum()) if restricted else 0.0
        assert_allclose(problem.value(at)[0], full / 2)
        for i in range(2):
            step = 1e-6 * np.eye(2)[i]
            numeric = (problem.value(at + step)[0] - problem.value(at - step)[0]) / 2e-6
            assert_allclose(problem.value(at)[1][i], numeric, rtol=1e-6)


def test_order_and_labels_do_not_matter() -> None:
    order = np.random.default_rng(3).permutation(9)
    one, two = multilevel(Y, V, STUDY), multilevel(Y[order], V[order], STUDY[order])
    assert_allclose(one.sigma2, two.sigma2, atol=1e-8)
    assert_allclose(robust(one).se, robust(two).se, rtol=1e-6)


def test_single_effects_as_clusters_without_model_give_the_known_corrections() -> None:
    model = multilevel(Y, np.full(9, 0.1), np.arange(9), within=False)
    plain = np.sqrt(((Y - Y.mean()) ** 2).sum()) / 9
    assert_allclose(robust(model, kind="CR0").se, [plain])
    assert_allclose(robust(model, kind="CR1").se, [plain * np.sqrt(9 / 8)])
    # With one coefficient and equal variances CR2 is the textbook standard error with k - 1 degrees of freedom.
    found = robust(model)
    assert_allclose([found.se[0], found.df[0]], [Y.std(ddof=1) / 3, 8.0])


def test_fragile_results_say_so() -> None:
    found = multilevel(np.full(5, 0.2), V[:5], ["a", "a", "b", "b", "c"])
    assert (found.sigma2 == 0).all()
    assert len(found.notes) == 2
    notes = robust(found, kind="CR0").notes
    assert any("use CR2" in note for note in notes)
    assert any("standard error is zero" in note for note in notes)


def test_a_moderator_that_explains_everything_leaves_no_heterogeneity() -> None:
    x = np.arange(9.0)
    found = multilevel(0.1 + 0.2 * x, V, STUDY, moderators=x, test="z")
    assert_allclose(found.beta, [0.1, 0.2], atol=1e-8)
    assert_allclose(found.sigma2, [0.0, 0.0], atol=1e-12)
    assert np.isnan(found.pi_lower)


def test_unusable_input_is_refused() -> None:
    with pytest.raises(StatisticsError, match="nothing between studies"):
        multilevel(Y, V, ["a"] * 9)
    with pytest.raises(StatisticsError, match="no study has several effects"):
        multilevel(Y, V, np.arange(9))
    with pytest.raises(StatisticsError, match="study labels"):
        multilevel(Y, V, ["a", "b"])
    with pytest.raises(StatisticsError, match="a predictor does not vary"):
        multilevel(Y, V, STUDY, moderators=np.ones(9))
    with pytest.raises(StatisticsError, match="moderators must be"):
        multilevel(Y, V, STUDY, moderators=np.full(9, np.nan))
    with pytest.raises(StatisticsError, match="cannot determine"):
        multilevel(Y[:2], V[:2], ["a", "b"], within=False, moderators=[[1, 2], [3, 5]])
    with pytest.raises(StatisticsError, match="cluster labels"):
        robust(multilevel(Y, V, STUDY), cluster=["a"])
    with pytest.raises(StatisticsError, match="1 clusters cannot"):
        robust(multilevel(Y, V, STUDY), cluster=["a"] * 9)


def test_a_mask_is_the_same_as_leaving_the_effects_out() -> None:
    mask = np.array([True, True, True, False, True, True, True, True, False])
    x = np.where(mask, np.arange(9.0), np.nan)
    for moderators, kept in ((None, None), (x, x[mask])):
        found = multilevel(np.where(mask, Y, np.nan), V, STUDY, mask=mask, moderators=moderators)
        wanted = multilevel(Y[mask], V[mask], STUDY[mask], moderators=kept)
        assert (found.k, found.studies) == (7, 4)
        for name in ("beta", "se", "covariance", "sigma2", "qe", "log_likelihood", "marginal", "pi_lower"):
            assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-12)
        assert_allclose(robust(found).se, robust(wanted).se, rtol=1e-12)
    with pytest.raises(StatisticsError, match="takes one analysis at a time"):
        multilevel(Y, V, STUDY, mask=np.ones((2, 9), dtype=bool))
