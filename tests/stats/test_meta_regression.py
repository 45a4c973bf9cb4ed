"""Meta-regression and subgroups: special cases that are known from elsewhere, units of predictors, refused input."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats.design import design_of
from mscevidence.stats.moderators import MetaRegression, meta_regression
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.subgroups import subgroup_analysis
from mscevidence.stats.subsets import leave_one_out_mask

Y = np.array([0.1, 0.6, -0.2, 0.9, 0.15, 1.4, 0.7, 1.1])
V = np.array([0.05, 0.1, 0.2, 0.08, 0.04, 0.1, 0.3, 0.06])
X = np.array([1.0, 3.0, 2.0, 5.0, 1.5, 7.0, 4.0, 6.0])
ESTIMATORS = ["EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "GENQ"]


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("test", ["z", "t", "knha", "adhoc"])
def test_without_moderators_it_is_random_effects_pooling(estimator: str, test: str) -> None:
    fit = meta_regression(Y, V, np.ones(8), estimator=estimator, test=test)
    pooled = random_effects(Y, V, estimator=estimator, test=test)
    got = [fit.beta[0], fit.se[0], fit.tau2, fit.i2, fit.h2, fit.q, fit.log_likelihood, fit.aic, fit.bic, fit.aicc]
    want = [pooled.mu, pooled.se, pooled.tau2, pooled.i2, pooled.h2, pooled.q, pooled.log_likelihood]
    assert_allclose(got, [*want, pooled.aic, pooled.bic, pooled.aicc], rtol=1e-8)
    if estimator not in {"EE", "GENQ"}:
        assert_allclose(fit.se_tau2, pooled.se_tau2, rtol=1e-8)


@pytest.mark.parametrize("estimator", ["DL", "REML", "PM", "SJ"])
def test_the_unit_of_a_predictor_does_not_matter(estimator: str) -> None:
    fit = meta_regression(Y, V, np.stack([np.ones(8), X], axis=1), estimator=estimator)
    scaled = meta_regression(Y, V, np.stack([np.ones(8), 1e4 * X + 7e4], axis=1), estimator=estimator)
    assert_allclose(scaled.beta[1] * 1e4, fit.beta[1], rtol=1e-6)
    assert_allclose(
        [scaled.tau2, scaled.moderators_p, scaled.r2], [fit.tau2, fit.moderators_p, fit.r2], rtol=1e-6, atol=1e-10
    )


def test_prediction_at_a_row_is_the_linear_predictor() -> None:
    fit = meta_regression(Y, V, np.stack([np.ones(8), X], axis=1), tau2=0.1)
    found = fit.predict([1.0, 4.0])
    assert_allclose(found.mean, fit.beta[0] + 4 * fit.beta[1])
    assert found.pi_lower < found.lower < found.mean < found.upper < found.pi_upper
    with pytest.raises(StatisticsError, match="needs 2 values"):
        fit.predict([4.0])


def test_a_design_from_numbers_and_words() -> None:
    design, labels = design_of([[1, 2, 3], ["b", "a", "b"]])
    assert labels == ("intercept", "x1", "x2=b")
    assert_array_equal(design, [[1, 1, 1], [1, 2, 0], [1, 3, 1]])
    design, labels = design_of([["b", "a", "b"]], intercept=False)
    assert labels == ("x1=a", "x1=b")
    assert_array_equal(design, [[0, 1], [1, 0], [0, 1]])


def test_subgroups_are_analyses_of_their_studies() -> None:
    groups = ["a", "b", "a", "b", "a", "b", "a", "b"]
    found = subgroup_analysis(Y, V, groups)
    assert found.labels == ("a", "b")
    for g in range(2):
        single = random_effects(Y[found.mask[g]], V[found.mask[g]])
        assert_allclose([found.groups.mu[g], found.groups.se[g]], [single.mu, single.se])
    assert_array_equal(found.difference.df, 1)
    assert np.isnan(found.common_tau2)


def test_subgroups_with_a_common_tau2_equal_the_regression_on_them() -> None:
    groups = np.array(["a", "b", "a", "b", "a", "b", "a", "b"])
    found = subgroup_analysis(Y, V, groups, test="z", common_tau2=True)
    fit = meta_regression(Y, V, design_of([groups])[0], test="z")
    assert_allclose(found.common_tau2, fit.tau2)
    assert_allclose(found.groups.mu[1] - found.groups.mu[0], fit.beta[1])
    assert_allclose(found.difference.q, fit.moderators)


def test_few_studies_for_many_moderators_are_named() -> None:
    fit = meta_regression(Y, V, np.stack([np.ones(8), X], axis=1))
    assert any("8 studies for 1 moderator coefficients" in note for note in fit.notes)


def fields_of(fit: MetaRegression) -> dict[str, Any]:
    """Return the arrays of a result."""
    values = {field.name: getattr(fit, field.name) for field in fields(fit)}
    return {name: np.asarray(value) for name, value in values.items() if np.asarray(value).dtype.kind in "fib"}


def assert_rows_equal_single_fits(batch: MetaRegression, singles: list[MetaRegression]) -> None:
    found = fields_of(batch)
    for i, single in enumerate(singles):
        for name, value in fields_of(single).items():
            got = found[name] if name in {"level", "tau2_given"} else found[name][i]
            assert_allclose(got, value, rtol=1e-10, atol=1e-10, err_msg=f"{name} of {i}")


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("test", ["z", "knha", "adhoc"])
def test_a_batch_is_its_analyses_and_a_mask_drops_studies(estimator: str, test: str) -> None:
    generator = np.random.default_rng(11)
    y, v = generator.normal(0.3, 0.6, (7, 9)), generator.uniform(0.02, 0.5, (7, 9))
    x = np.stack([np.ones((7, 9)), generator.normal(5, 3, (7, 9)), generator.integers(0, 2, (7, 9))], axis=-1)
    mask = generator.uniform(size=(7, 9)) < 0.85
    y[~mask], x[~mask] = np.nan, np.inf
    batch = meta_regression(y, v, x, mask=mask, estimator=estimator, test=test)
    kept = [(y[i][mask[i]], v[i][mask[i]], x[i][mask[i]]) for i in range(7)]
    assert_rows_equal_single_fits(batch, [meta_regression(*one, estimator=estimator, test=test) for one in kept])


def test_leaving_one_study_out_is_one_call() -> None:
    design = np.stack([np.ones(8), X], axis=1)
    mask = leave_one_out_mask(8).reshape(2, 4, 8)
    batch = meta_regression(Y, V, design, mask=mask)
    assert batch.beta.shape == (2, 4, 2)
    assert batch.covariance.shape == (2, 4, 2, 2)
    assert_array_equal(batch.k, 7)
    single = meta_regression(np.delete(Y, 5), np.delete(V, 5), np.delete(design, 5, axis=0))
    assert_allclose([batch.tau2[1, 1], batch.r2[1, 1]], [single.tau2, single.r2], rtol=1e-10)
    assert_allclose(batch.predict([1.0, 4.0]).upper[1, 1], single.predict([1.0, 4.0]).upper, rtol=1e-10)
    rows = batch.rows()
    assert (len(rows), rows[11]["analysis"], rows[11]["coefficient"]) == (16, 6, 2)
    assert rows[11]["beta"] == batch.beta[1, 1, 1]


def test_the_intercept_is_looked_for_in_the_studies_that_are_present() -> None:
    # Without the first two studies one indicator of two is left for all of them: an intercept.
    design = np.stack([np.repeat([1.0, 0.0], [2, 6]), np.repeat([0.0, 1.0], [2, 6])], axis=1)
    mask = np.array([[True] * 8, [False] + [True] * 7])
    fit = meta_regression(Y, V, np.stack([design, np.stack([np.ones(8), X], axis=1)]), mask=mask)
    assert_array_equal(fit.moderators_df1, [2, 1])


def test_an_analysis_of_a_batch_that_cannot_be_estimated_has_a_name() -> None:
    design = np.stack([np.ones(8), np.repeat([1.0, 0.0], [1, 7])], axis=1)
    mask = np.stack([np.ones(8, dtype=bool), np.arange(8) > 0, np.arange(8) < 2])
    fit = meta_regression(Y, V, design, mask=mask)
    assert_array_equal(fit.status, ["ok", "singular", "too-few"])
    assert np.isnan(fit.beta[1:]).all()
    assert np.isnan(fit.p[1:]).all()
    assert_array_equal(fit.converged, [True, False, False])
    assert_allclose(fit.beta[0], meta_regression(Y, V, design).beta)
    assert [note[-21:] for note in fit.notes][:2] == ["(in 1 of 3 analyses)."] * 2
    with pytest.raises(StatisticsError, match="does not vary"):
        meta_regression(Y, V, design, mask=mask[1:2])


def test_wrong_input_is_refused() -> None:
    with pytest.raises(StatisticsError, match="tau2 must not be negative"):
        meta_regression(Y, V, np.ones(8), tau2=-1.0)
    with pytest.raises(StatisticsError, match="1 studies cannot determine 2 coefficients"):
        meta_regression([0.1], [0.2], [[1.0, 2.0]], estimator="EE")
    with pytest.raises(StatisticsError, match="cannot be estimated"):
        meta_regression(Y, V, np.stack([np.ones(8), np.full(8, 3.0)], axis=1))
    with pytest.raises(StatisticsError, match="2 studies cannot determine 2 coefficients"):
        meta_regression(Y[:2], V[:2], np.stack([np.ones(2), X[:2]], axis=1))
    with pytest.raises(StatisticsError, match="design has shape"):
        meta_regression(Y, V, np.ones((3, 1)))
    with pytest.raises(StatisticsError, match="must be finite numbers"):
        meta_regression(Y, V, np.where(X > 6, np.nan, X))
    with pytest.raises(UnknownTermError, match="REML"):
        meta_regression(Y, V, np.ones(8), estimator="REMl2")
    with pytest.raises(StatisticsError, match="3 labels for 8 studies"):
        subgroup_analysis(Y, V, ["a", "b", "c"])
