"""Regressions on the standard error, filled funnels and subgroups in batches: every analysis as if it were alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError
from mscevidence.stats import leave_one_out_mask, regression_test, trim_and_fill
from mscevidence.stats.funnel_regression import weighted_line

Y = np.array([0.1, 0.5, 0.9, 0.2, 1.4, 0.3, -0.4])
V = np.array([0.02, 0.1, 0.2, 0.05, 0.4, 0.04, 0.3])
N = np.array([80, 20, 12, 44, 7, 51, 9])
LINE = (
    "status", "k", "intercept", "intercept_se", "slope", "slope_se", "statistic", "df", "p", "tau2", "limit",
    "limit_lower", "limit_upper", "converged",
)  # fmt: skip


def same(batch: Any, index: Any, one: Any, names: tuple[str, ...]) -> None:
    for name in names:
        got, wanted = np.asarray(getattr(batch, name))[index], getattr(one, name)
        if np.asarray(wanted).dtype.kind == "f":
            assert_allclose(got, wanted, rtol=1e-9, atol=1e-10, err_msg=name)
        else:
            assert np.array_equal(got, wanted), name


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"model": "lm", "level": 0.9},
        {"predictor": "ninv", "test": "knha", "n": N},
        {"predictor": "ni", "test": "t", "estimator": "DL", "n": N},
        {"estimator": "ML"},
    ],
)
def test_lines_of_a_batch_are_those_of_each_analysis(settings: dict[str, Any]) -> None:
    masks = leave_one_out_mask(7)
    y = np.stack([Y, Y[::-1]])[:, np.newaxis]
    batch = regression_test(np.where(masks, y, np.nan), V, mask=masks, **settings)
    assert batch.slope.shape == (2, 7)
    assert np.ptp(batch.slope) > 0
    for i, j in np.ndindex(2, 7):
        kept = masks[j]
        own = settings | ({"n": N[kept]} if "n" in settings else {})
        same(batch, (i, j), regression_test(y[i, 0][kept], V[kept], **own), LINE)


def test_analyses_without_a_line_are_named_among_good_ones() -> None:
    two, one, none, few = np.arange(7) < np.array([2, 1, 0, 6])[:, np.newaxis]
    alike = np.where(two, V, 0.1)
    alike[:2] = 0.1
    batch = regression_test(Y, [V, V, V, alike, V], mask=[two, one, none, few, few])
    assert batch.status.tolist() == ["too-few", "too-few", "too-few", "singular", "ok"]
    assert batch.k.tolist() == [2, 1, 0, 6, 6]
    for name in ("intercept", "intercept_se", "slope", "slope_se", "statistic", "df", "p", "tau2", "limit"):
        assert np.isnan(getattr(batch, name)).tolist() == [True] * 4 + [False], name
    same(batch, 4, regression_test(Y[:6], V[:6]), LINE)
    said = " ".join(batch.notes)
    assert "Fewer than 3 studies: a line with its error needs that many (in 3 of 5 analyses)." in said
    assert "The predictor does not vary: there is no line (in 1 of 5 analyses)." in said
    assert "Few studies: tests of funnel asymmetry" in said
    assert "did not converge" not in said
    assert [row["status"] for row in batch.rows()] == batch.status.tolist()
    with pytest.raises(StatisticsError, match="2 studies are too few"):
        regression_test(Y, V, mask=[two, one])
    with pytest.raises(StatisticsError, match="a predictor does not vary"):
        regression_test([Y, Y], alike)


def test_an_exact_line_among_others_is_named() -> None:
    straight = np.arange(4.0)
    batch = weighted_line([[0.0] * 4, [0.3, 1.0, 2.5, 2.0]], straight, np.ones(4))
    assert batch.slope_se[0] == 0
    assert np.isnan(batch.p).tolist() == [True, False]
    assert any("exactly on the line" in note and "(in 1 of 2 analyses)" in note for note in batch.notes)


def test_weights_of_a_line_are_checked_where_a_study_is_present() -> None:
    mask = np.array([[True] * 6 + [False], [True] * 7])
    weights = np.where(mask, 1 / V, 0.0)
    batch = weighted_line(Y, N, weights, mask=mask)
    same(batch, 0, weighted_line(Y[:6], N[:6], 1 / V[:6]), LINE)
    with pytest.raises(StatisticsError, match="w must be greater than zero; study 7"):
        weighted_line(Y, N, weights)


FILLED = ("side", "status", "missing", "missing_se", "p", "settled")
POOLED = ("mu", "se", "lower", "upper", "tau2", "q", "k", "pi_lower", "converged")


@pytest.mark.parametrize(
    "settings",
    [{}, {"side": "right"}, {"estimator": "R0", "tau2_estimator": "DL"}, {"estimator": "Q0", "test": "knha"}],
)
def test_filled_funnels_of_a_batch_are_those_of_each_analysis(settings: dict[str, Any]) -> None:
    random = np.random.default_rng(3)
    v = random.uniform(0.01, 0.5, (2, 6, 12))
    y = random.normal(0.2 + 1.5 * np.sqrt(v) * np.array([1, -1])[:, np.newaxis, np.newaxis], np.sqrt(v))
    mask = random.random((2, 6, 12)) < 0.8
    batch = trim_and_fill(np.where(mask, y, np.nan), v, mask=mask, **settings)
    assert batch.missing.max() > 0
    assert len(set(batch.missing.ravel().tolist())) > 1
    for index in np.ndindex(2, 6):
        kept = mask[index]
        try:
            one = trim_and_fill(y[index][kept], v[index][kept], **settings)
        except StatisticsError:
            assert str(batch.status[index]) == "no-q0"
            assert int(batch.missing[index]) == -1
            continue
        same(batch, index, one, FILLED)
        same(batch.observed, index, one.observed, POOLED)
        same(batch.filled, index, one.filled, POOLED)
        assert_allclose(batch.yi[index][: one.missing], one.yi, rtol=1e-9)
        assert_allclose(batch.vi[index][: one.missing], one.vi, rtol=1e-9)
        assert np.isnan(batch.yi[index][one.missing :]).all()


def test_funnels_that_cannot_be_filled_are_named_among_good_ones() -> None:
    v = np.array([1, 1, 1, 1, 1, 30, 30, 30]) * 0.05
    tailed = np.array([-0.2, -0.1, 0.0, 0.1, 0.15, 0.9, 1.2, 1.6])
    mask = np.arange(8) < np.array([8, 2, 0, 8])[:, np.newaxis]
    batch = trim_and_fill(tailed, v, mask=mask, side="left", tau2_estimator="EE")
    assert batch.status.tolist() == ["ok", "few-studies", "few-studies", "ok"]
    assert batch.missing.tolist() == [3, -1, -1, 3]
    for values in (batch.missing_se, batch.observed.mu, batch.filled.se, batch.yi[:, 0]):
        assert np.isnan(values).tolist() == [False, True, True, False]
    assert "Fewer than 3 studies: nothing can be trimmed (in 2 of 4 analyses)." in batch.notes
    assert not any("rest" in note for note in batch.notes)
    assert not any("converge" in note for note in batch.observed.notes)
    assert [row["k0_status"] for row in batch.rows()] == batch.status.tolist() * 2
    with pytest.raises(StatisticsError, match="2 studies are too few"):
        trim_and_fill(tailed, v, mask=mask[1:3])


def test_an_analysis_without_q0_is_named() -> None:
    far = np.array([1.0, 2, 3, 4, 5, 6, 7, -100])
    fine = np.array([0.1, -0.3, 0.5, 0.2, -0.1, 0.4, 0.0, 0.3])
    v = np.array([0.1] * 7 + [1e-4])
    with pytest.raises(StatisticsError, match="Q0 does not exist"):
        trim_and_fill(far, v, side="left", estimator="Q0", tau2_estimator="EE")
    batch = trim_and_fill([far, fine], [v, np.full(8, 0.1)], side="left", estimator="Q0", tau2_estimator="EE")
    assert batch.status.tolist() == ["no-q0", "ok"]
    assert np.isnan(batch.filled.mu).tolist() == [True, False]
    assert any(note.startswith("Q0 does not exist") and "(in 1 of 2 analyses)" in note for note in batch.notes)
