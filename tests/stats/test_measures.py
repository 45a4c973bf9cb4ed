"""Effect sizes: input that is refused, masks, aliases; the numbers themselves are in test_conformance."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats.measures import effect_sizes, logit
from mscevidence.stats.transformation import back_transform, harmonic_mean

EVENTS, N = [8, 7, 4, 2], [18, 7, 4, 2]


def test_logit_corrects_only_studies_with_a_zero_cell() -> None:
    result = logit(EVENTS, N)
    assert_allclose(result.yi[:2], [np.log(8 / 10), np.log(7.5 / 0.5)])
    assert_allclose(result.vi[:2], [1 / 8 + 1 / 10, 1 / 7.5 + 1 / 0.5])
    assert result.notes == ()


def test_a_study_without_estimate_is_masked_and_named() -> None:
    result = logit(EVENTS, N, to="none")
    assert_array_equal(result.mask, [True, False, False, False])
    assert np.isnan(result.yi[1:]).all()
    assert result.notes == ("PLO cannot be calculated for study 2, 3, 4: it is left out.",)


def test_masked_studies_do_not_count_and_may_hold_anything() -> None:
    result = effect_sizes("PR", events=[8, np.nan, 4], n=[18, -1, 4], mask=[True, False, True], vtype="AV")
    assert_allclose(result.vi[[0, 2]], effect_sizes("PR", events=[8, 4], n=[18, 4], vtype="AV").vi)
    assert np.isnan(result.yi[1])


def test_batches_equal_single_analyses() -> None:
    events, n = np.array([[8, 7, 4], [0, 3, 2]]), np.array([[18, 7, 4], [5, 9, 2]])
    for measure in ("PR", "PLN", "PLO", "PAS", "PFT"):
        for to in ("only0", "if0all", "all"):
            batch = effect_sizes(measure, events=events, n=n, add=0.5, to=to)
            for row in range(2):
                single = effect_sizes(measure, events=events[row], n=n[row], add=0.5, to=to)
                assert_allclose(batch.yi[row], single.yi)
                assert_allclose(batch.vi[row], single.vi)


@pytest.mark.parametrize(
    ("events", "n", "sentence"),
    [
        ([9, 1], [8, 2], "events exceed n: study 1 has 9 of 8"),
        ([1, -1], [8, 2], "events must not be negative; study 2 has -1"),
        ([1, 0.5], [8, 2], "events must be whole numbers; study 2 has 0.5"),
        ([1, 0], [8, 0], "n must be at least 1; study 2 has 0"),
        ([1, np.nan], [8, 2], "events must be a finite number; study 2 has nan"),
        ([], [], "no study was given"),
        ([1, 2, 3], [8, 2], "columns of different lengths"),
        (["a", 1], [8, 2], "events must be numbers"),
    ],
)
def test_unusable_counts_are_refused_with_study_and_value(events: list[float], n: list[float], sentence: str) -> None:
    with pytest.raises(StatisticsError, match="^" + sentence):
        logit(events, n)


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(UnknownTermError, match="odds-ratio"):
        effect_sizes("ods-ratio", events1=[1], n1=[2], events2=[1], n2=[2])
    with pytest.raises(UnknownTermError, match="only0"):
        logit(EVENTS, N, to="only1")
    with pytest.raises(UnknownTermError, match="variance type of PLO"):
        effect_sizes("PLO", events=EVENTS, n=N, vtype="UB")


def test_missing_columns_are_named() -> None:
    with pytest.raises(StatisticsError, match="PLO needs events, n; given: events"):
        effect_sizes("PLO", events=EVENTS)


@pytest.mark.parametrize("alias", ["PLO", "plo", "logit", "PLOGIT"])
def test_aliases_mean_the_code(alias: str) -> None:
    assert effect_sizes(alias, events=EVENTS, n=N).measure == "PLO"


@pytest.mark.parametrize("measure", ["PR", "PLN", "PLO", "PAS", "PFT"])
def test_back_transformation_returns_to_the_proportion(measure: str) -> None:
    events, n = np.array([1, 5, 19]), np.array([20, 20, 20])
    sizes = effect_sizes(measure, events=events, n=n)
    assert_allclose(back_transform(sizes.yi, measure, n=n), events / n, rtol=1e-12)


@pytest.mark.parametrize("measure", ["IR", "IRLN", "IRS", "IRFT"])
def test_back_transformation_returns_to_the_rate(measure: str) -> None:
    events, time = np.array([1, 5, 19]), np.array([20.5, 2.5, 31.0])
    sizes = effect_sizes(measure, events=events, time=time)
    assert_allclose(back_transform(sizes.yi, measure, time=time), events / time, rtol=1e-12)


def test_values_beyond_the_range_become_the_edge() -> None:
    assert back_transform(-0.1, "PAS") == 0
    assert back_transform(1.6, "PAS") == 1
    assert back_transform(0.0, "PFT", n=10) == 0
    assert back_transform(1.57, "PFT", n=10) == 1
    assert back_transform(0.2, "PLN") == 1
    assert back_transform(-0.2, "PR") == 0
    with pytest.raises(StatisticsError, match="PFT needs n"):
        back_transform(0.5, "PFT")


def test_harmonic_mean_leaves_out_masked_studies() -> None:
    assert_allclose(harmonic_mean([2.0, 6.0, 99.0], mask=[True, True, False]), 3.0)
