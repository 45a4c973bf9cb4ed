"""Borrowing across diseases."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats import Borrowing, HalfNormal, NormalPrior, UniformTau, binomial_normal, borrow

DISEASE = ["itp", "itp", "itp", "sle", "sle", "ra", "cd"]
X = np.array([8, 7, 4, 10, 12, 3, 20])
N = np.array([18, 7, 4, 20, 30, 10, 30])


@pytest.fixture(scope="module")
def found() -> Borrowing:
    return borrow(X, N, DISEASE)


def test_the_posterior_is_that_of_plain_nested_quadrature(found: Borrowing) -> None:
    # Few nodes suffice for two digits: M and tau by the midpoint rule, mu_j and theta_ij by Gauss-Hermite.
    z, w = np.polynomial.hermite_e.hermegauss(16)
    w = w / w.sum()
    m, tau = np.linspace(-4.5, 4.5, 31), (np.arange(14) + 0.5) / 4
    names = np.array(DISEASE)
    height = np.zeros((31, 14, 14)) - (m[:, None, None] / 1.5) ** 2 / 2 - (tau[:, None] ** 2 + tau**2) / 2
    rates = []
    for name in found.diseases:
        mu = m[:, None, None] + tau[:, None] * z
        likelihood = np.ones((31, 14, 14, 16))
        for x, n in zip(X[names == name], N[names == name], strict=True):
            p = special.expit(mu[:, :, None, :, None] + tau[:, None, None] * z)
            likelihood = likelihood * ((p**x * (1 - p) ** (n - x)) @ w)
        marginal = likelihood @ w
        rates.append((likelihood * special.expit(mu)[:, :, None]) @ w / marginal)
        height = height + np.log(marginal)
    share = np.exp(height - height.max())
    share /= share.sum()
    assert_allclose(found.partial.mean, [(share * rate).sum() for rate in rates], atol=4e-3)
    assert_allclose(found.between, (share * tau[:, None]).sum(), rtol=2e-2)
    assert_allclose(found.within, (share * tau).sum(), rtol=2e-2)


def test_partial_pooling_lies_between_a_disease_and_the_others(found: Borrowing) -> None:
    alone, partial = np.asarray(found.alone.mean), np.asarray(found.partial.mean)
    centre = float(found.new.mean)
    assert (np.abs(partial - centre) < np.abs(alone - centre) + 0.02).all()
    assert ((found.weight > 0) & (found.weight < 1)).all()
    # One small study borrows more than two larger ones.
    assert found.weight[2] > found.weight[1]
    assert found.patients_partial[2] > found.patients_alone[2]


def test_the_robust_estimate_lies_between_alone_and_partial(found: Borrowing) -> None:
    low = np.minimum(found.alone.mean, found.partial.mean) - 1e-3
    high = np.maximum(found.alone.mean, found.partial.mean) + 1e-3
    assert ((found.robust.mean >= low) & (found.robust.mean <= high)).all()


def test_the_extremes_are_no_borrowing_and_one_common_rate() -> None:
    apart = borrow(X, N, DISEASE, apart=1.0)
    assert_allclose(apart.exchangeable, 0.0, atol=1e-12)
    within = HalfNormal(0.3)
    apart = borrow(X, N, DISEASE, apart=0.0, between_prior=HalfNormal(1e-3), within_prior=within)
    assert_allclose(apart.exchangeable, 1.0)
    assert_allclose(apart.weight, 1.0)
    together = binomial_normal(X, N, tau_prior=within).typical
    assert_allclose(apart.partial.mean, np.full(4, float(together.mean)), atol=1e-3)
    assert_allclose(apart.partial.lower, np.full(4, float(together.lower)), atol=2e-3)


def test_a_disease_alone_is_the_model_of_single_arms(found: Borrowing) -> None:
    own = binomial_normal(X[:3], N[:3]).typical
    assert_allclose([found.alone.mean[0], found.alone.upper[0]], [own.mean, own.upper])
    # With the between-disease variance far above the data, borrowing disappears.
    wide = borrow(X, N, DISEASE, between_prior=UniformTau(60.0), mean_prior=NormalPrior(0.0, 1.5), apart=0.0)
    assert (wide.weight < found.weight).all()


def test_a_disease_that_contradicts_the_others_stands_apart() -> None:
    x, n = [2, 3, 1, 2, 28], [30, 30, 20, 25, 30]
    odd = borrow(x, n, ["a", "b", "c", "d", "odd"], within_prior=HalfNormal(0.2))
    assert odd.exchangeable[4] < min(odd.exchangeable[:4])
    assert abs(odd.robust.mean[4] - odd.alone.mean[4]) < abs(odd.partial.mean[4] - odd.alone.mean[4]) + 1e-6


def test_large_trials_leave_nothing_to_borrow() -> None:
    found = borrow([2000, 1500, 700], [4000, 5000, 3000], ["a", "a", "b"], within_prior=HalfNormal(0.01))
    assert_allclose(found.partial.mean, found.alone.mean, atol=2e-3)
    assert (found.weight < 0.05).all()


def test_a_disease_with_a_million_patients_keeps_its_rate() -> None:
    found = borrow([8, 7, 4, 420_000], [18, 9, 4, 1_000_000], ["a", "a", "a", "b"], within_prior=HalfNormal(0.05))
    assert_allclose(found.partial.mean[1], 0.42, atol=3e-3)
    few = borrow([8, 7, 4, 4_200], [18, 9, 4, 10_000], ["a", "a", "a", "b"], within_prior=HalfNormal(0.05))
    assert_allclose(found.partial.mean[0], few.partial.mean[0], atol=2e-3)


@pytest.mark.parametrize("events", [420_000, 421_000])
def test_one_study_of_a_million_says_nothing_about_the_spread_within(events: int) -> None:
    # Its likelihood is a spike between the points of the grid; the posterior must not depend on where it falls.
    found = borrow([7, events], [9, 1_000_000], ["a", "b"], within_prior=HalfNormal(0.01))
    assert_allclose(found.within, 0.01 * np.sqrt(2 / np.pi), rtol=5e-3)


def test_the_sentence_and_the_notes(found: Borrowing) -> None:
    said = found.sentence("itp")
    assert said.startswith("itp: alone ")
    assert "with borrowing" in said
    assert "borrowing weight 0." in said
    with pytest.raises(UnknownTermError, match="unknown disease 'itpp'"):
        found.sentence("itpp")
    assert "between diseases half-normal(1)" in found.notes[0]
    assert any(note.startswith("ra: more than half") for note in found.notes)


def test_unusable_input_is_refused() -> None:
    with pytest.raises(StatisticsError, match="nothing to borrow"):
        borrow([1, 2], [4, 5], ["itp", "itp"])
    with pytest.raises(StatisticsError, match="names of diseases"):
        borrow([1, 2], [4, 5], ["itp"])
    with pytest.raises(StatisticsError, match="apart is a probability"):
        borrow([1, 2], [4, 5], ["itp", "ra"], apart=2)
    with pytest.raises(StatisticsError, match="all are masked out"):
        borrow([1, 2], [4, 5], ["itp", "ra"], mask=[False, False])
    with pytest.raises(StatisticsError, match="events exceed n"):
        borrow([9, 2], [4, 5], ["itp", "ra"])
