"""Dose-response over cohorts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats import dose_curve, dose_response, dose_search, proportion_glmm
from mscevidence.stats.dose_arms import dose_arms
from mscevidence.stats.dose_likelihood import DoseLikelihood
from mscevidence.stats.inputs import BoolArray, FloatArray
from mscevidence.stats.mixed_model import hermite

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
    inside = (X > 0) & (X < N)
    gain = X * np.log(np.maximum(X, 1) / (N * p)) + (N - X) * np.log(np.maximum(N - X, 1) / (N * (1 - p)))
    assert inside.sum() == 7
    assert_allclose(found.deviance, 2 * gain.sum())
    curve = found.predict(DOSE)
    assert_allclose(curve.proportion, p)
    for end, side in ((curve.lower, -1), (curve.upper, 1)):
        assert_allclose(np.log(end / (1 - end)), curve.logit + side * 1.959963984540054 * curve.logit_se)


def test_a_dose_of_zero_is_a_dose_on_the_linear_scale() -> None:
    found = dose_response(STUDY, np.where(DOSE == 0.5, 0.0, DOSE), X, N, scale="linear")
    assert found.smallest == 0.0
    assert found.predict(0.0).proportion.shape == (1,)


def test_data_without_an_estimate_are_named() -> None:
    with pytest.raises(StatisticsError, match="same dose"):
        dose_response(STUDY, np.ones(8), X, N)
    # The last one has events and others at one dose only.
    for x in (np.zeros(8), N, np.where(DOSE > 1, N, 0), np.where(DOSE > 2, N, np.where(DOSE == 2, 3, 0))):
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
    assert found.arms == DOSE.size - 1
    assert found.n == int(N[mask].sum())
    for name in ("beta", "se", "covariance", "tau2", "log_likelihood", "deviance"):
        assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-12)
    with pytest.raises(StatisticsError, match="all are masked out"):
        dose_response(STUDY, DOSE, X, N, mask=mask & ~mask)


FIELDS = (
    "beta", "se", "statistic", "p", "lower", "upper", "covariance", "tau2", "log_likelihood", "deviance", "studies",
    "arms", "events", "n", "smallest", "largest", "converged",
)  # fmt: skip
LABELS = np.array(list("aabbbcddeeef"))


def ragged(seed: int, shape: tuple[int, ...]) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """Dose arms of twelve patients or more, other doses in each analysis, and a fifth of them absent and unusable."""
    random = np.random.default_rng(seed)
    dose = 2.0 ** random.integers(-1, 3, (*shape, 12))
    n = random.integers(12, 40, (*shape, 12)).astype(np.float64)
    study = np.unique(LABELS, return_inverse=True)[1]
    logit = 0.4 * np.log(dose) + random.choice([0.0, 1.5], (*shape, 1)) * random.normal(size=(*shape, 6))[..., study]
    events = random.binomial(n.astype(int), 1 / (1 + np.exp(-logit))).astype(np.float64)
    mask = random.random((*shape, 12)) < 0.8
    mask[..., :4] = True
    return np.where(mask, dose, -1.0), np.where(mask, events, np.nan), np.where(mask, n, np.nan), mask


@pytest.mark.parametrize(
    "options", [{}, {"scale": "linear"}, {"random_studies": False}, {"nodes": 1}, {"nodes": 7, "level": 0.9}]
)
def test_a_batch_is_its_analyses(options: dict[str, Any]) -> None:
    dose, events, n, mask = ragged(4, (2, 5))
    batch = dose_response(LABELS, dose, events, n, mask=mask, **options)
    assert batch.beta.shape == (2, 5, 2)
    assert (batch.status == "ok").all()
    assert batch.converged.all()
    curve = batch.predict([0.5, 3.0])
    for index in np.ndindex(2, 5):
        there = mask[index]
        one = dose_response(LABELS[there], dose[index][there], events[index][there], n[index][there], **options)
        for name in FIELDS:
            assert_allclose(getattr(batch, name)[index], getattr(one, name), rtol=1e-8, atol=1e-9, err_msg=name)
        alone = one.predict([0.5, 3.0])
        assert_allclose([curve.proportion[index], curve.upper[index]], [alone.proportion, alone.upper], rtol=1e-8)
        assert_allclose([side[index] for side in batch.odds_ratio], one.odds_ratio, rtol=1e-8)
    if not options:
        assert 0 < (batch.tau2 == 0).sum() < 10
    assert [row["analysis"] for row in curve.rows()[:3]] == [1, 1, 2]
    assert [row["analysis"] for row in batch.rows()[:3]] == [1, 1, 2]


def test_leaving_one_study_out_is_one_call() -> None:
    study = np.asarray(STUDY)
    names = np.unique(study)
    without = dose_response(study, DOSE, X, N, mask=study != names[:, np.newaxis])
    for i, name in enumerate(names):
        kept = study != name
        one = dose_response(study[kept], DOSE[kept], X[kept], N[kept])
        for field in FIELDS:
            assert_allclose(getattr(without, field)[i], getattr(one, field), rtol=1e-8, atol=1e-9, err_msg=field)
    assert any("Fewer than 5 studies" in note and "(in 3 of 3 analyses)" in note for note in without.notes)


def test_an_analysis_without_estimate_is_named_among_others() -> None:
    mask = np.ones((4, 8), dtype=np.bool_)
    mask[1] = DOSE == 1.0
    events = np.array([X, X, np.where(DOSE > 1, N, 0), X])
    found = dose_response(STUDY, DOSE, events, N, mask=mask)
    assert found.status.tolist() == ["ok", "one-dose", "separated", "ok"]
    lost = found.status != "ok"
    for name in ("beta", "se", "lower", "covariance", "tau2", "log_likelihood", "deviance"):
        assert np.isnan(getattr(found, name)[lost]).all(), name
        assert np.isfinite(getattr(found, name)[~lost]).all(), name
    assert found.converged.tolist() == [True, False, False, True]
    one = dose_response(STUDY, DOSE, X, N)
    assert_allclose(found.beta[[0, 3]], [one.beta, one.beta], rtol=1e-9)
    for said in ("all arms have the same dose", "separated by dose"):
        assert sum(said in note and "(in 1 of 4 analyses)" in note for note in found.notes) == 1
    assert not any("did not converge" in note for note in found.notes)
    assert found.rows()[2]["status"] == "one-dose"
    with pytest.raises(StatisticsError, match="same dose"):
        dose_response(STUDY, DOSE, events[1:3], N, mask=mask[1:3])


def test_a_large_batch_is_done_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    dose, events, n, mask = ragged(9, (5,))
    whole = dose_response(LABELS, dose, events, n, mask=mask)
    monkeypatch.setattr(dose_curve, "_AT_ONCE", 1)
    parts = dose_response(LABELS, dose, events, n, mask=mask)
    for name in FIELDS:
        assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("nodes", [1, 5, 40])
def test_the_derivatives_are_those_of_the_likelihood(nodes: int) -> None:
    dose, events, n, mask = ragged(2, (3,))
    arms, _ = dose_arms(LABELS, dose, events, n, mask=mask, scale="log")
    likelihood, rule = arms.likelihood(arms.centre()), hermite(nodes)
    theta = np.array([[0.3, 0.5, 0.8], [-0.2, 0.1, 1.6], [0.1, -0.4, 0.3]])
    found, _ = likelihood.at_exactly(theta, rule, None)
    louis, _ = likelihood.at(theta, rule)
    for i in range(3):
        step = 1e-5 * np.eye(3)[i]
        above, below = (likelihood.at(theta + sign * step, rule)[0] for sign in (1, -1))
        assert_allclose(found.gradient[:, i], (above.value - below.value) / 2e-5, rtol=1e-5, atol=1e-6)
        slope = (above.gradient - below.gradient) / 2e-5
        assert_allclose(found.hessian[:, i], slope, rtol=1e-5, atol=1e-5)
        if nodes == 40:
            assert_allclose(louis.hessian[:, i], slope, rtol=1e-5, atol=1e-5)
    # The rule with many nodes is the integral.
    assert_allclose(found.value, integral(likelihood, theta), rtol={1: 1e-2, 5: 1e-3, 40: 1e-10}[nodes])


def integral(likelihood: DoseLikelihood, theta: FloatArray) -> FloatArray:
    """Return the log-likelihoods by the trapezoidal rule."""
    u = np.linspace(-9, 9, 6001)
    logit = theta[:, 0, None, None] + theta[:, 1, None, None] * likelihood.z
    logit = logit[..., np.newaxis] + theta[:, 2, None, None, None] * u
    terms = likelihood.x[..., np.newaxis] * logit - likelihood.n[..., np.newaxis] * np.logaddexp(0, logit)
    height = np.exp(terms.sum(axis=2) - u**2 / 2) / np.sqrt(2 * np.pi)
    result: FloatArray = likelihood.constant + np.log(np.trapezoid(height, u, axis=-1)).sum(axis=-1)
    return result


def test_as_many_nodes_are_taken_as_the_accuracy_needs() -> None:
    # Studies with hardly a response in between: u is far from normal, given the counts.
    study, dose, n = np.repeat(np.arange(10), 2), np.tile([1.0, 2.0], 10), np.full(20, 60)
    events = np.array([[0, 0, 60, 60, 0, 1, 60, 60, 0, 0, 60, 60, 12, 20, 60, 60, 0, 0, 59, 60]])
    found = dose_response(study, dose, events, n)
    assert found.tau2[0] > 20
    arms, _ = dose_arms(study, dose, events, n, mask=None, scale="log")
    theta = np.append(found.beta[0], np.sqrt(found.tau2[0]))[np.newaxis]
    likelihood = arms.likelihood(np.zeros(1))
    assert_allclose(found.log_likelihood, integral(likelihood, theta), atol=1e-8)
    for step in 1e-3 * np.concatenate([np.eye(3), -np.eye(3)]):
        assert (integral(likelihood, theta + step) < found.log_likelihood).all()


def test_the_highest_of_several_maxima_counts_and_zero_where_none_is_higher() -> None:
    best = np.zeros((4, 3)), np.array([-5.0, -5.0, -5.0, -5.0]), np.ones(4, dtype=np.bool_)
    theta = np.arange(15.0).reshape(5, 3) + 1
    theta[4, 2] = -2.0
    found = theta, np.array([-4.0, -3.0, -6.0, -4.5, -4.0]), np.array([True, False, True, True, True])
    dose_search._take_higher(np.array([0, 0, 1, 0, 3]), found, best)
    assert best[0][:, 2].tolist() == [6.0, 0.0, 0.0, 2.0]
    assert best[1].tolist() == [-3.0, -5.0, -5.0, -4.0]
    assert best[2].tolist() == [False, True, True, True]


def test_the_score_of_heterogeneity_is_the_slope_at_zero() -> None:
    dose, events, n, mask = ragged(2, (3,))
    arms, _ = dose_arms(LABELS, dose, events, n, mask=mask, scale="log")
    likelihood = arms.likelihood(arms.centre())
    theta = np.array([[0.3, 0.5, 0.0]] * 3)
    low, high = (likelihood.at(theta + np.array([0, 0, tau]), hermite(30))[0].value for tau in (0.0, 1e-3))
    assert_allclose(likelihood.heterogeneity_score(theta), (high - low) / 1e-6, rtol=1e-3, atol=1e-3)


def test_the_search_starts_near_the_maximum() -> None:
    dose, events, n, mask = ragged(4, (20,))
    found = dose_response(LABELS, dose, events, n, mask=mask)
    arms, _ = dose_arms(LABELS, dose, events, n, mask=mask, scale="log")
    likelihood = arms.likelihood(arms.centre())
    alone = dose_search.fit(likelihood, None, np.zeros((20, 2)), random_studies=False)
    rows, start = dose_search._candidates(likelihood, alone.theta, alone.log_likelihood)
    tau, step = np.sqrt(found.tau2), dose_search.TAU_GRID[1] / dose_search.TAU_GRID[0]
    apart = np.flatnonzero(tau > dose_search.TAU_GRID[0])
    assert apart.size > 4
    for row in apart:
        assert (np.abs(np.log(start[rows == row, 2] / tau[row])) < np.log(step)).any()
    assert rows.size <= 21


def test_no_other_tau_has_a_higher_likelihood() -> None:
    """Studies of one patient per dose beside large ones: profiles with a maximum at zero and elsewhere."""
    random = np.random.default_rng(7)
    n = np.where(random.random((30, 12)) < 0.5, 2, 30)
    spread = random.choice([0.0, 0.5, 4.0], (30, 1)) * random.normal(size=(30, 6))
    dose = np.tile([1.0, 2.0, 4.0], 4)
    logit = np.log(dose) / 2 - 0.5 + spread[:, np.unique(LABELS, return_inverse=True)[1]]
    events = random.binomial(n, 1 / (1 + np.exp(-logit)))
    found = dose_response(LABELS, dose, events, n)
    kept = found.status == "ok"
    arms, _ = dose_arms(LABELS, dose, events[kept], n[kept], mask=None, scale="log")
    likelihood = arms.likelihood(np.zeros(int(kept.sum())))
    for tau in (0.0, 0.05, 0.2, 0.4, 0.7, 1.1, 1.7, 2.5, 4.0, 7.0, 12.0):
        at = np.concatenate([found.beta[kept], np.full((int(kept.sum()), 1), tau)], axis=-1)
        for _ in range(4):
            point, _ = likelihood.at(at, hermite(40))
            assert (point.value <= found.log_likelihood[kept] + 1e-6).all(), tau
            at[:, :2] -= np.linalg.solve(point.hessian[:, :2, :2], point.gradient[:, :2, np.newaxis])[..., 0] / 2


@pytest.mark.parametrize(
    ("what", "arguments"),
    [
        ("doses of another length", (STUDY, [DOSE[:7]] * 2, X, N)),
        ("labels for each analysis", ([STUDY] * 2, DOSE, [X] * 2, N)),
        ("labels of different kinds", (np.array([1, "a"] * 4, dtype=object), DOSE, X, N)),
        ("a dose of zero in one analysis", (STUDY, [DOSE, DOSE - 0.5], X, N)),
        ("more events than patients in one analysis", (STUDY, DOSE, [X, N + 1], N)),
        ("a batch of nothing", (STUDY, np.ones((0, 8)), X, N)),
    ],
)
def test_what_does_not_fit_together_is_refused(what: str, arguments: Any) -> None:
    with pytest.raises(StatisticsError) as raised:
        dose_response(*arguments)
    assert raised.value.message, what
