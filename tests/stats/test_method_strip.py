"""The every-method strip: its numbers are those of the methods, and its sentence is right."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from mscevidence import stats
from mscevidence.errors import StatisticsError
from mscevidence.stats.method_strip import BAYESIAN, CLASSICAL, boundary_sentence, dependence

X, N = [8, 7, 4, 2], [18, 7, 4, 9]


def test_each_row_is_what_its_method_says() -> None:
    strip = stats.every_method(X, N)
    at = {name: i for i, name in enumerate(strip.method)}
    assert list(at) == [one.name for one in (*CLASSICAL, *BAYESIAN)]
    model = stats.proportion_glmm(X, N, test="t")
    sizes = stats.effect_sizes("PFT", events=X, n=N)
    pooled = stats.random_effects(sizes.yi, sizes.vi, estimator="REML", test="knha")
    bayes = stats.binomial_normal(X, N)
    freeman_tukey = float(stats.back_transform(pooled.mu, "PFT", n=stats.harmonic_mean(N)))
    assert strip.proportion[at["GLMM, logit, t"]] == pytest.approx(float(stats.back_transform(model.mu, "PLO")))
    assert strip.q[at["GLMM, logit, t"]] == model.lrt
    assert strip.proportion[at["REML, Freeman-Tukey, HK"]] == pytest.approx(freeman_tukey)
    assert strip.i2[at["REML, Freeman-Tukey, HK"]] == pooled.i2
    assert strip.proportion[at["Bayes, binomial-normal"]] == bayes.mean.median
    assert strip.upper[at["Bayes, binomial-normal"]] == bayes.mean.upper
    assert strip.prediction_lower[at["Bayes, binomial-normal"]] == bayes.new.lower
    assert (strip.k, strip.events, strip.n) == (4, 21, 38)
    assert "0.5 was added to the cells of 2 of 4 studies." in strip.remarks[at["REML, logit, HK"]]
    assert "harmonic mean" in strip.remarks[at["REML, Freeman-Tukey, HK"]][0]
    assert strip.frame()["method"].tolist() == list(strip.method)


def test_the_sentence_says_whether_methods_agree() -> None:
    assert stats.every_method(X, N).depends
    alike = stats.every_method([20] * 6, [40] * 6)
    assert alike.depends is False
    assert alike.sentence.startswith("No: the estimates range from 50.0%")
    assert alike.sentence in alike.notes[0]


def test_dependence_is_a_large_shift_or_an_estimate_outside_an_interval() -> None:
    low, high = np.array([0.1, 0.1]), np.array([0.9, 0.9])
    assert dependence(("a", "b"), np.array([0.40, 0.49]), low, high)[0] is False
    depends, sentence = dependence(("a", "b"), np.array([0.40, 0.51]), low, high)
    assert depends
    assert sentence.startswith("Yes: the estimates range from 40.0% (a) to 51.0% (b). State")
    depends, sentence = dependence(("a", "b"), np.array([0.40, 0.45]), np.array([0.3, 0.42]), high)
    assert depends
    assert "1 of 2 lie outside another method's interval" in sentence
    assert dependence(("a", "b"), np.array([0.4, np.nan]), low, high)[0] is None


def test_without_events_or_with_one_study_the_bayesian_models_answer_alone() -> None:
    strip = stats.every_method([0, 0], [18, 7])
    assert np.isfinite(strip.proportion).tolist() == [False] * len(CLASSICAL) + [True] * len(BAYESIAN)
    assert strip.notes[1] == boundary_sentence([0, 0], [18, 7])
    assert "No event in any study (0/25)" in strip.notes[1]
    assert "at most 13.7%" in strip.notes[1]
    assert "at least" in boundary_sentence([5], [5])
    single = stats.every_method([5], [9], bayesian=False)
    assert single.depends is None
    assert single.notes[1] == "One study: shown, not pooled."
    assert np.isnan(single.proportion).all()


def test_what_a_method_cannot_do_is_a_remark_not_a_number() -> None:
    strip = stats.every_method([0, 5], [5, 5], bayesian=False)
    assert np.isnan(strip.proportion[0])
    assert any("no event or only events" in remark for remark in strip.remarks[0])


def test_a_mask_leaves_studies_out_and_bad_input_is_named() -> None:
    masked = stats.every_method([*X, 99], [*N, 1], mask=[True] * 4 + [False], bayesian=False)
    assert masked.proportion == pytest.approx(stats.every_method(X, N, bayesian=False).proportion)
    with pytest.raises(StatisticsError, match="events exceed n"):
        stats.every_method([9], [8])
    with pytest.raises(StatisticsError, match="one analysis at a time"):
        stats.every_method([X, X], N)
    with pytest.raises(StatisticsError, match="no study is left"):
        stats.every_method(X, N, mask=[False] * 4)
    with pytest.raises(StatisticsError, match="level"):
        stats.every_method(X, N, level=95)


def test_the_example_of_the_package_runs() -> None:
    found = doctest.testmod(stats)
    assert found.attempted >= 8
    assert found.failed == 0
