"""Intervals of single studies against an independent implementation and at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats.intervals import rate_intervals, study_intervals, wald_intervals

GRID = [(x, n) for n in (1, 2, 3, 7, 18, 60) for x in range(n + 1)]
EVENTS, N = (np.array(column) for column in zip(*GRID, strict=True))


@pytest.mark.parametrize(
    ("method", "name"),
    [("CP", "beta"), ("WS", "wilson"), ("AC", "agresti_coull"), ("SA", "normal")],
)
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_limits_equal_those_of_statsmodels(method: str, name: str, level: float) -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    lower, upper = proportion.proportion_confint(EVENTS, N, alpha=1 - level, method=name)
    result = study_intervals(EVENTS, N, method=method, level=level)
    assert_allclose(result.lower, np.clip(lower, 0, 1), rtol=1e-9, atol=1e-12)
    assert_allclose(result.upper, np.clip(upper, 0, 1), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", ["CP", "WS", "NEWCOMBE"])
def test_the_edges_are_exactly_zero_and_one(method: str) -> None:
    result = study_intervals(EVENTS, N, method=method)
    assert_array_equal(result.lower[EVENTS == 0], 0)
    assert_array_equal(result.upper[EVENTS == N], 1)


@pytest.mark.parametrize("method", ["CP", "WS", "NEWCOMBE", "AC", "SA", "SACC"])
def test_the_estimate_lies_inside_and_swapping_events_mirrors(method: str) -> None:
    result = study_intervals(EVENTS, N, method=method)
    mirrored = study_intervals(N - EVENTS, N, method=method)
    assert (result.lower <= result.estimate + 1e-15).all()
    assert (result.estimate <= result.upper + 1e-15).all()
    assert_allclose(result.lower, 1 - mirrored.upper, atol=1e-12)


def test_clopper_pearson_of_the_founding_trial() -> None:
    result = study_intervals([8], [18])
    assert_allclose([result.lower[0], result.upper[0]], [0.2153015, 0.6924283], atol=1e-7)
    assert result.method == "CP"


def test_masked_studies_have_no_interval() -> None:
    result = study_intervals([8, 99], [18, 1], mask=[True, False])
    assert np.isnan([result.estimate[1], result.lower[1], result.upper[1]]).all()


def test_garwood_limits_of_zero_events() -> None:
    result = rate_intervals([0, 4], [2.0, 2.0])
    assert_allclose(result.upper[0], -np.log(0.025) / 2)
    assert result.lower[0] == 0
    assert result.lower[1] < 2 < result.upper[1]


def test_wrong_input_is_refused() -> None:
    with pytest.raises(UnknownTermError, match="clopper-pearson"):
        study_intervals([1], [2], method="cloper-pearson")
    with pytest.raises(StatisticsError, match="level must lie between 0 and 1, got 95"):
        study_intervals([1], [2], level=95)
    with pytest.raises(StatisticsError, match="time must be greater than zero"):
        rate_intervals([1], [0])
    with pytest.raises(StatisticsError, match="vi must not be negative"):
        wald_intervals([1], [-1])
