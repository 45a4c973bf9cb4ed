"""Zero and rare events."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError
from mscevidence.stats import (
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
    assert (patients.events, patients.denominator, patients.studies_without_event) == (1, 100.0, 2)
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
    with pytest.raises(StatisticsError, match="one analysis at a time"):
        pooled_bound([[1]], [[2]])
