"""Rank correlation, tests for counts, fail-safe numbers and excess significance in batches: each analysis as alone."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError
from mscevidence.stats import (
    deeks_test,
    excess_significance,
    fail_safe_n,
    harbord_test,
    macaskill_test,
    peters_test,
    pustejovsky_test,
    rank_test,
    schwarzer_test,
)
from mscevidence.stats import rank_correlation as module

RNG = np.random.default_rng(20)
Y = RNG.normal(0.4, 0.5, (2, 3, 12))
V = RNG.uniform(0.02, 0.4, (2, 3, 12))
MASK = RNG.uniform(size=Y.shape) < 0.8
MASK[1, 2] = [True, True, *[False] * 10]
"""The last analysis has two studies."""
Y[0, 1, :4], V[0, 1, :4] = 0.3, 0.1
"""Ties."""
Y[~MASK] = np.nan


def same(batch: Any, index: tuple[int, ...], one: Any) -> None:
    """Check that an analysis of a batch has the numbers that it has alone."""
    for field in fields(one):
        alone, of_batch = getattr(one, field.name), getattr(batch, field.name)
        if np.asarray(alone).dtype.kind in "US":
            assert np.broadcast_to(of_batch, batch.k.shape)[index] == alone
        else:
            assert_allclose(of_batch[index], alone, rtol=1e-12, atol=1e-14, err_msg=field.name)


def test_rank_tests_of_a_batch_are_those_of_each_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAIRS", 300)
    batch = rank_test(Y, V, mask=MASK)
    for index in np.ndindex(2, 3):
        if index != (1, 2):
            same(batch, index, rank_test(Y[index][MASK[index]], V[index][MASK[index]]))
    assert batch.status[1, 2] == "too-few"
    assert np.isnan([batch.tau[1, 2], batch.p[1, 2], batch.score_se[1, 2]]).all()
    assert not batch.exact[1, 2]
    assert not batch.exact[0, 1]
    assert batch.exact[0, 0]
    assert "Fewer than 3 studies: too few for a rank correlation (in 1 of 6 analyses)." in batch.notes
    assert len(batch.rows()) == 6


def test_a_batch_of_too_few_studies_everywhere_has_no_rank_test() -> None:
    with pytest.raises(StatisticsError, match="2 studies are too few"):
        rank_test(np.ones((3, 2)), np.ones((3, 2)))


N1, N2 = RNG.integers(8, 60, Y.shape), RNG.integers(8, 60, Y.shape)
A, C = RNG.binomial(N1, 0.2), RNG.binomial(N2, 0.3)
A[0, 0, :2], C[0, 0, :2] = 0, 0
"""Tables without an event."""
ON_EFFECTS = {
    "macaskill": lambda y, v, a, n1, c, n2, **o: macaskill_test(y, v, n1 + n2, **o),
    "peters": lambda y, v, a, n1, c, n2, **o: peters_test(y, a + c, n1 + n2, **o),
    "deeks": lambda y, v, a, n1, c, n2, **o: deeks_test(y, n1, n2, **o),
    "pustejovsky": lambda y, v, a, n1, c, n2, **o: pustejovsky_test(y, v, n1, n2, **o),
}
ON_TABLES = {
    "harbord": lambda y, v, *tables, **o: harbord_test(*tables, **o),
    "harbord RR": lambda y, v, *tables, **o: harbord_test(*tables, measure="RR", **o),
    "schwarzer": lambda y, v, *tables, **o: schwarzer_test(*tables, add=0.5, **o),
}


@pytest.mark.parametrize("name", [*ON_EFFECTS, *ON_TABLES])
def test_count_tests_of_a_batch_are_those_of_each_analysis(name: str) -> None:
    test: Any = (ON_EFFECTS | ON_TABLES)[name]
    data = (Y, V, A, N1, C, N2)
    batch = test(*data, mask=MASK)
    assert batch.k.shape == (2, 3)
    for index in np.ndindex(2, 3):
        if index != (1, 2):
            same(batch, index, test(*(column[index][MASK[index]] for column in data)))
    assert batch.status[1, 2] == "too-few"
    assert np.isnan([batch.statistic[1, 2], batch.p[1, 2]]).all()
    assert np.isfinite(batch.p).sum() == 5
    assert "Fewer than 3 studies" in " ".join(batch.notes)


def test_an_analysis_without_an_odds_ratio_is_named_and_the_others_are_as_alone() -> None:
    events1, n1, events2, n2 = [[0, 0, 0], [1, 3, 2]], [5, 6, 7], [1, 2, 3], [5, 6, 7]
    batch = schwarzer_test(events1, n1, events2, n2)
    assert batch.status.tolist() == ["no-odds-ratio", "ok"]
    assert np.isnan(batch.tau).tolist() == np.isnan(batch.p).tolist() == [True, False]
    same(batch, (1,), schwarzer_test(events1[1], n1, events2, n2))
    assert "odds ratio is zero or infinite: there is no test (in 1 of 2 analyses)" in " ".join(batch.notes)
    with pytest.raises(StatisticsError, match="zero or infinite"):
        schwarzer_test([[0, 0, 0]] * 2, n1, events2, n2)


@pytest.mark.parametrize("options", [{}, {"alternative": "greater"}, {"alternative": "less", "alpha": 0.2}])
def test_excess_significance_of_a_batch_is_that_of_each_analysis(options: dict[str, Any]) -> None:
    mask = MASK.copy()
    mask[1, 2] = False
    batch = excess_significance(Y, V, mask=mask, **options)
    tau2 = np.linspace(0, 0.3, 6).reshape(2, 3)
    given = excess_significance(Y, V, mask=mask, theta=0.4, tau2=tau2, **options)
    assert batch.power.shape == Y.shape
    for index in np.ndindex(2, 3):
        kept = mask[index]
        if not kept.any():
            continue
        y, v = Y[index][kept], V[index][kept]
        for found, one in (
            (batch, excess_significance(y, v, **options)),
            (given, excess_significance(y, v, theta=0.4, tau2=tau2[index], **options)),
        ):
            assert_allclose(found.power[index][kept], one.power)
            assert np.isnan(found.power[index][~kept]).all()
            same(replace(found, power=found.p_exact), index, replace(one, power=one.p_exact))
    assert batch.status[1, 2] == "too-few"
    assert np.isnan([batch.expected[1, 2], batch.x2[1, 2], batch.p_exact[1, 2], batch.p_chi2[1, 2]]).all()
    assert batch.notes == ("No study is left: there is no test (in 1 of 6 analyses).",)
    assert len(batch.rows()) == 6


def test_excess_significance_refuses_parameters_that_do_not_fit() -> None:
    with pytest.raises(StatisticsError, match=r"theta has shape \(2,\) for analyses of shape \(3,\)"):
        excess_significance(np.ones((3, 4)), np.ones(4), theta=[1.0, 2.0])
    with pytest.raises(StatisticsError, match="theta must be a finite number"):
        excess_significance(np.ones(4), np.ones(4), theta=np.nan)
    with pytest.raises(StatisticsError, match="tau2 must not be negative, got -1"):
        excess_significance(np.ones((2, 4)), np.ones(4), tau2=[0.1, -1.0])
    with pytest.raises(StatisticsError, match="all are masked out"):
        excess_significance(np.ones((2, 4)), np.ones(4), mask=np.zeros((2, 4), dtype=bool))


@pytest.mark.parametrize(
    "options",
    [
        {"type": "rosenthal"}, {"type": "rosenberg", "alpha": 0.4}, {"type": "orwin", "target": 0.05},
        {"type": "orwin", "weighted": False, "target": 0.1}, {"type": "general", "alpha": 0.4},
        {"type": "general", "estimator": "DL", "alpha": 0.3},
    ],
)  # fmt: skip
def test_fail_safe_numbers_of_a_batch_are_those_of_each_analysis(options: dict[str, Any]) -> None:
    mask = MASK.copy()
    mask[1, 2] = False
    batch = fail_safe_n(Y, V, mask=mask, **options)
    for index in np.ndindex(2, 3):
        if index != (1, 2):
            same(batch, index, fail_safe_n(Y[index][mask[index]], V[index][mask[index]], **options))
    assert batch.status[1, 2] == "too-few"
    assert np.isnan([batch.n[1, 2], batch.estimate[1, 2]]).all()
    assert np.ptp(batch.n[0]) > 0
    assert batch.notes[1:] == ("No study is left (in 1 of 6 analyses).",)


def test_a_target_that_one_analysis_cannot_reach_leaves_the_others() -> None:
    y = np.array([[0.4, 0.5, 0.9], [-0.4, -0.5, -0.9]])
    batch = fail_safe_n(y, type="orwin", weighted=False, target=0.2)
    assert batch.status.tolist() == ["ok", "unreachable"]
    assert batch.n[0] == fail_safe_n(y[0], type="orwin", weighted=False, target=0.2).n == 6
    assert np.isnan(batch.n[1])
    assert "does not lie between 0 and the estimate" in batch.notes[1]
    with pytest.raises(StatisticsError, match="cannot bring the estimate"):
        fail_safe_n(y[[1, 1]], type="orwin", weighted=False, target=0.2)
