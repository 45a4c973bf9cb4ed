"""Random-effects pooling: properties that hold for any data, the founding numbers, and input that is refused."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats.likelihood import log_likelihood
from mscevidence.stats.measures import logit
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.studies import Studies
from mscevidence.stats.transformation import back_transform

ESTIMATORS = ["EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "GENQ"]
TESTS = ["z", "t", "knha", "adhoc"]
FIELDS = [
    "mu",
    "se",
    "p",
    "lower",
    "upper",
    "tau2",
    "se_tau2",
    "i2",
    "h2",
    "q",
    "q_p",
    "pi_lower",
    "pi_upper",
    "log_likelihood",
]


def studies(k: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    generator = np.random.default_rng(seed)
    v = np.exp(generator.normal(-1.0, 1.2, k))
    return generator.normal(0.3, np.sqrt(v + generator.choice([0.0, 0.2, 3.0]))), v


def test_founding_response_rate_with_hartung_knapp() -> None:
    sizes = logit([8, 7, 4, 2], [18, 7, 4, 2])
    fit = random_effects(sizes.yi, sizes.vi)
    pooled = [back_transform(value, "logit") for value in (fit.mu, fit.lower, fit.upper)]
    assert_allclose(pooled, [0.7597, 0.2450, 0.9686], atol=5e-5)
    assert_allclose(fit.tau2, 1.3855, atol=5e-5)
    assert (fit.estimator, fit.test, int(fit.k), float(fit.df)) == ("REML", "knha", 4, 3)
    assert fit.notes[0].startswith("Fewer than 5 studies")


@pytest.mark.parametrize("estimator", ESTIMATORS)
@settings(max_examples=8, deadline=None)
@given(k=st.integers(2, 9), seed=st.integers(0, 10_000), test=st.sampled_from(TESTS))
def test_a_batch_with_masks_equals_single_analyses_of_what_is_left(
    estimator: str, k: int, seed: int, test: str
) -> None:
    y, v = studies(k, seed)
    mask = ~np.eye(k, dtype=bool)
    mask = np.vstack([mask, np.ones(k, dtype=bool)])
    batch = random_effects(y, v, mask=mask, estimator=estimator, test=test)
    for row, kept in enumerate(mask):
        single = random_effects(y[kept], v[kept], estimator=estimator, test=test)
        for name in FIELDS:
            assert_allclose(getattr(batch, name)[row], getattr(single, name), rtol=1e-9, atol=1e-12, err_msg=name)
        assert_allclose(batch.weights[row][kept], single.weights, rtol=1e-9)
        assert_array_equal(batch.weights[row][~kept], 0)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), estimator=st.sampled_from(ESTIMATORS), factor=st.sampled_from([0.01, 1.0, 50.0]))
def test_order_does_not_matter_and_shift_and_scale_carry_over(seed: int, estimator: str, factor: float) -> None:
    y, v = studies(7, seed)
    order = np.random.default_rng(seed).permutation(7)
    fit = random_effects(y, v, estimator=estimator)
    moved = random_effects(factor * y[order] + 5, factor**2 * v[order], estimator=estimator)
    assert_allclose(moved.mu, factor * fit.mu + 5, rtol=1e-8)
    assert_allclose(moved.tau2, factor**2 * fit.tau2, rtol=1e-7, atol=1e-12)
    assert_allclose(moved.upper - moved.lower, factor * (fit.upper - fit.lower), rtol=1e-7)


@pytest.mark.parametrize("estimator", ["ML", "REML"])
def test_the_likelihood_is_at_its_global_maximum(estimator: str) -> None:
    for seed in range(60):
        y, v = studies(2 + seed % 6, seed)
        v[0] *= 1e-3
        y[-1] += 8 * (seed % 3)
        fit = random_effects(y, v, estimator=estimator)
        one = Studies.of(np.broadcast_to(y, (4000, y.size)), v, None)
        wide = np.concatenate([np.geomspace(1e-8, 1e4, 3999), [0.0]])
        best = log_likelihood(one, wide, restricted=estimator == "REML").max()
        assert fit.log_likelihood >= best - 1e-10
        assert fit.converged


def test_the_higher_of_two_maxima_is_found() -> None:
    # Two precise studies that agree and two vague ones far apart: the profile has a maximum at 0 and one inside.
    v = np.array([0.01, 0.01, 30.0, 30.0])
    heights = []
    for far in np.linspace(8.0, 14.0, 25):
        y = np.array([0.0, 0.16, -far, far])
        fit = random_effects(y, v, estimator="ML")
        fine = np.concatenate([[0.0], np.geomspace(1e-6, 1e3, 20_000)])
        profile = log_likelihood(Studies.of(np.broadcast_to(y, (fine.size, 4)), v, None), fine, restricted=False)
        assert fit.log_likelihood >= profile.max() - 1e-10
        heights.append(fit.tau2)
    assert np.isfinite(heights).all()


@pytest.mark.parametrize("estimator", ["ML", "REML"])
def test_no_point_of_a_fine_profile_is_higher(estimator: str) -> None:
    generator = np.random.default_rng(7)
    fine = np.concatenate([[0.0], np.geomspace(1e-8, 1e4, 6_000)])
    for _ in range(60):
        k = int(generator.integers(2, 9))
        v = 10 ** generator.uniform(-4, 2, k)
        y = generator.normal(0, 10 ** generator.uniform(-2, 1), k) + generator.normal(0, np.sqrt(v))
        fit = random_effects(y, v, estimator=estimator)
        rows = Studies.of(np.broadcast_to(y, (fine.size, k)), v, None)
        profile = log_likelihood(rows, fine, restricted=estimator == "REML")
        assert fit.converged
        assert fit.log_likelihood >= profile.max() - 1e-9


@pytest.mark.parametrize("estimator", ["EE", "DL", "REML"])
def test_one_study_of_a_batch_has_no_heterogeneity(estimator: str) -> None:
    y, v = studies(4, 1)
    fit = random_effects(y, v, mask=[[True] * 4, [False, True, False, False]], estimator=estimator)
    assert [fit.q[1], fit.i2[1], fit.h2[1], fit.tau2[1], fit.q_df[1], fit.q_p[1]] == [0, 0, 1, 0, 0, 1]
    assert_allclose([fit.mu[1], fit.se[1]], [y[1], np.sqrt(v[1])])
    alone = random_effects(y[:1], v[:1], estimator=estimator)
    assert [alone.q, alone.i2, alone.h2, alone.df] == [0, 0, 1, np.inf]


def test_all_subsets_are_one_call() -> None:
    y, v = studies(6, 3)
    mask = np.array(list(itertools.product([True, False], repeat=6))[:-1])
    fit = random_effects(y, v, mask=mask, estimator="REML")
    assert fit.mu.shape == (63,)
    assert_array_equal(fit.k, mask.sum(axis=1))
    assert any("(in " in note for note in fit.notes)


def test_one_study_is_shown_and_not_pooled() -> None:
    fit = random_effects([0.4], [0.25])
    assert_allclose([fit.mu, fit.se, fit.tau2, fit.q, fit.q_p], [0.4, 0.5, 0, 0, 1])
    assert np.isinf(fit.df)
    assert fit.notes[0].startswith("One study: nothing was pooled")


def test_identical_studies_are_named() -> None:
    fit = random_effects([1.0, 1.0, 1.0], [0.1, 0.1, 0.1])
    assert fit.se == 0
    assert any("identical" in note for note in fit.notes)


def test_a_dominating_study_is_named() -> None:
    fit = random_effects([0.0, 0.1, 0.2, 0.1, 0.0], [1.0, 1.0, 0.001, 1.0, 1.0], estimator="EE", test="z")
    assert any("study 3 has 100 % of the weight" in n or "study 3 has 100 %" in n for n in fit.notes)


def test_given_tau2_and_own_weights() -> None:
    fit = random_effects([0.0, 1.0], [0.1, 0.3], tau2=0.2, test="z")
    assert_allclose(fit.se, (1 / 0.3 + 1 / 0.5) ** -0.5)
    equal = random_effects([0.0, 1.0], [0.1, 0.3], tau2=0.2, weights=[1, 1], test="z")
    assert_allclose([equal.mu, equal.se], [0.5, np.sqrt(0.3 + 0.5) / 2])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"vi": [0.1, 0.0]}, "vi must be greater than zero; study 2 has 0"),
        ({"yi": [np.nan, 1]}, "yi must be a finite number; study 1 has nan"),
        ({"mask": [False, False]}, "no study is left"),
        ({"mask": [1, 0]}, "mask must be boolean"),
        ({"tau2": -1}, "tau2 must not be negative, got -1"),
        ({"weights": [-1, 2]}, "weights must not be negative; study 1 has -1"),
        ({"weights": [0, 0]}, "the weights of an analysis are all zero"),
        ({"level": 1.0}, "level must lie between 0 and 1"),
    ],
)
def test_unusable_input_is_refused(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(StatisticsError, match="^" + sentence):
        random_effects(**{"yi": [0.0, 1.0], "vi": [0.1, 0.2], **arguments})


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(UnknownTermError, match="REML"):
        random_effects([0.0], [1.0], estimator="RELM")
    with pytest.raises(UnknownTermError, match="hartung-knapp"):
        random_effects([0.0], [1.0], test="hartung-knap")
    with pytest.raises(UnknownTermError, match="unknown prediction interval"):
        random_effects([0.0, 1.0], [1.0, 1.0]).prediction("rilley")


def test_a_hartung_knapp_interval_narrower_than_the_normal_one_says_so() -> None:
    agreeing, apart = ([0.1, 0.11, 0.1, 0.12], [0.1, 0.2, 0.1, 0.1]), ([0.1, 0.9, -0.5, 1.2], [0.1, 0.2, 0.1, 0.1])
    for (y, v), narrow in ((agreeing, True), (apart, False)):
        knha, z = (random_effects(y, v, test=test) for test in ("knha", "z"))
        assert ((knha.upper - knha.lower) < (z.upper - z.lower)) == narrow
        assert any("narrower here than the unadjusted normal one" in note for note in knha.notes) == narrow
        for test in ("z", "t", "adhoc", "hk-ci"):
            assert not any("narrower" in note for note in random_effects(y, v, test=test).notes)
    both = random_effects([agreeing[0], apart[0]], [agreeing[1], apart[1]])
    assert any("narrower" in note and "(in 1 of 2 analyses)" in note for note in both.notes)
    # One study is always judged by the normal distribution.
    assert not any("narrower" in note for note in random_effects([0.3], [0.1]).notes)
