"""Zero and rare events."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError
from mscevidence.stats import (
    PooledBound,
    one_sided_limits,
    one_sided_rate_limits,
    patients_needed,
    pooled_bound,
    pooled_rate_bound,
    rule_of_three,
    study_intervals,
)


def test_the_rule_of_three() -> None:
    assert_allclose(rule_of_three(100), 0.03, rtol=2e-3)
    assert_allclose(rule_of_three([10, 300], level=0.975), [0.3689, 0.012296], rtol=1e-3)
    exact = one_sided_limits(0, 300).upper
    assert_allclose(exact, 1 - 0.05 ** (1 / 300))
    assert_allclose(rule_of_three(300), exact, rtol=6e-3)


def test_patients_needed_are_the_fewest_that_exclude_the_rate() -> None:
    n = patients_needed(0.01)
    assert n == 299
    assert float(one_sided_limits(0, n).upper[0]) <= 0.01 < float(one_sided_limits(0, n - 1).upper[0])


def test_two_one_sided_limits_are_the_two_sided_interval() -> None:
    one, two = one_sided_limits([0, 3, 5], [5, 9, 5], level=0.975), study_intervals([0, 3, 5], [5, 9, 5])
    assert_allclose(one.lower, two.lower)
    assert_allclose(one.upper, two.upper)


def test_pooled_bound_per_patient_and_per_infusion_are_kept_apart() -> None:
    patients = pooled_bound([0, 0, 1], [20, 30, 50])
    infusions = pooled_rate_bound([0, 0, 3], [80, 60, 200])
    assert (patients.bound.per, infusions.bound.per) == ("patient", "infusion")
    assert_allclose([patients.events, patients.denominator, patients.studies_without_event], [1, 100, 2])
    assert_allclose(patients.bound.upper, one_sided_limits(1, 100).upper[0])
    assert_allclose(infusions.bound.upper, one_sided_rate_limits(3, 340).upper[0])
    assert_allclose(patients.leave_one_out[2], 1 - 0.05 ** (1 / 50))
    assert np.isnan(patients.rule_of_three)
    assert any("safer one" in note for note in infusions.notes)
    assert not any("safer one" in note for note in patients.notes)


def test_no_event_is_a_bound_and_said_to_be_one() -> None:
    found = pooled_bound([0, 0, 9], [20, 30, 10], mask=[True, True, False])
    assert_allclose(found.rule_of_three, -np.log(0.05) / 50)
    assert_allclose(found.best_single, 1 - 0.05 ** (1 / 30))
    assert "0 events in 50 patients: a rate above 5.8 % is excluded with 95 % confidence." in found.notes
    assert any("no proof of safety" in note for note in found.notes)
    assert np.isnan(pooled_bound([0], [20]).leave_one_out).all()


def test_masked_studies_have_no_limits() -> None:
    assert np.isnan(one_sided_limits([0, 9], [5, 3], mask=[True, False]).upper[1])
    assert np.isnan(one_sided_rate_limits([0, -9], [5, 3], mask=[True, False]).upper[1])


def test_unusable_input_is_refused() -> None:
    with pytest.raises(StatisticsError, match="n must be greater than zero"):
        rule_of_three(0)
    with pytest.raises(StatisticsError, match="rate must lie between"):
        patients_needed(0)
    with pytest.raises(StatisticsError, match="events exceed n"):
        pooled_bound([3], [2])
    with pytest.raises(StatisticsError, match="exposure must be greater"):
        pooled_rate_bound([3], [0])
    with pytest.raises(StatisticsError, match="all are masked out"):
        pooled_bound([1], [2], mask=[False])


@pytest.mark.parametrize("pooled", [pooled_bound, pooled_rate_bound])
def test_pooled_bounds_of_a_batch_are_those_of_each_analysis(pooled: Callable[..., PooledBound]) -> None:
    events = np.array([[0, 0, 2, 1], [0, 0, 0, 0], [3, 1, 0, 0]])
    n = np.array([[9, 20, 14, 7], [5, 8, 30, 4], [3, 6, 9, 12]])
    mask = np.array([[True, True, True, False], [True, False, False, False], [False] * 4])
    batch = pooled(events, n, mask=mask)
    for i in range(2):
        one = pooled(events[i], n[i], mask=mask[i])
        for name in ("k", "events", "denominator", "studies_without_event", "rule_of_three", "best_single"):
            assert_allclose(getattr(batch, name)[i], getattr(one, name))
        assert_allclose(batch.leave_one_out[i], one.leave_one_out)
        for name in ("estimate", "lower", "upper"):
            assert_allclose(getattr(batch.bound, name)[i], getattr(one.bound, name))
    assert list(batch.k) == [3, 1, 0]
    assert_allclose(batch.leave_one_out[0, 2], pooled([0, 0], [9, 20]).bound.upper)
    assert np.isnan([batch.bound.upper[2], batch.best_single[2], batch.rule_of_three[2]]).all()
    assert "No study is left (in 1 of 3 analyses)." in batch.notes
    assert "In each analysis a rate above its upper limit is excluded with 95 % confidence." in batch.notes
    assert [row["events"] for row in batch.rows()] == [2, 0, 0]
