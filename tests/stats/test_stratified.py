"""Mantel-Haenszel and Peto: an independent implementation, single tables, batches, degenerate margins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats.peto import peto_odds_ratio
from mscevidence.stats.stratified import greenland_robins_se, mantel_haenszel

TABLES: dict[str, Any] = {
    "events1": np.array([4, 6, 3, 12, 0]),
    "n1": np.array([23, 46, 31, 98, 15]),
    "events2": np.array([11, 9, 11, 24, 2]),
    "n2": np.array([39, 33, 20, 67, 14]),
}
RATES: dict[str, Any] = {
    "events1": np.array([4, 6, 0]),
    "time1": np.array([123.0, 46.5, 31.0]),
    "events2": np.array([9, 8, 2]),
    "time2": np.array([100.0, 50.0, 29.0]),
}


def test_odds_ratio_and_its_tests_equal_those_of_statsmodels() -> None:
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    a, c = TABLES["events1"], TABLES["events2"]
    stacked = tables.StratifiedTable(np.array([[a, TABLES["n1"] - a], [c, TABLES["n2"] - c]], dtype=float))
    fit = mantel_haenszel("OR", **TABLES)
    assert_allclose(fit.mu, stacked.logodds_pooled)
    assert_allclose(fit.se, stacked.logodds_pooled_se)
    assert_allclose(fit.cmh, stacked.test_null_odds(correction=True).statistic)
    assert_allclose(fit.breslow_day, stacked.test_equal_odds().statistic, rtol=1e-6)
    assert_allclose(fit.tarone, stacked.test_equal_odds(adjust=True).statistic, rtol=1e-6)


@pytest.mark.parametrize(("measure", "own"), [("OR", "OR"), ("RR", "RR"), ("RD", "RD"), ("IRR", "IRR"), ("IRD", "IRD")])
def test_one_table_pools_to_its_own_estimate(measure: str, own: str) -> None:
    data = {name: values[:1] for name, values in (RATES if own.startswith("I") else TABLES).items()}
    fit = mantel_haenszel(measure, **data)
    a, c = data["events1"][0], data["events2"][0]
    m1, m2 = (data[name][0] for name in list(data)[1::2])
    want = {
        "OR": np.log(a * (m2 - c) / ((m1 - a) * c)) if own == "OR" else 0,
        "RR": np.log((a / m1) / (c / m2)),
        "RD": a / m1 - c / m2,
        "IRR": np.log((a / m1) / (c / m2)),
        "IRD": a / m1 - c / m2,
    }[measure]
    assert_allclose(fit.mu, want)
    assert_allclose(fit.weights, [100.0])


@pytest.mark.parametrize("measure", ["OR", "RR", "RD", "IRR", "IRD"])
def test_a_batch_with_masks_equals_single_analyses(measure: str) -> None:
    data = RATES if measure.startswith("I") else TABLES
    k = len(data["events1"])
    mask = ~np.eye(k, dtype=bool)
    batch = mantel_haenszel(measure, mask=mask, **data)
    for row, kept in enumerate(mask):
        single = mantel_haenszel(measure, **{name: values[kept] for name, values in data.items()})
        for name in ("mu", "se", "q", "q_df", "cmh", "breslow_day", "k", "k_yi", "k_pos"):
            assert_allclose(getattr(batch, name)[row], getattr(single, name), err_msg=name)


def test_swapping_the_groups_turns_the_sign() -> None:
    swapped = {"events1": TABLES["events2"], "n1": TABLES["n2"], "events2": TABLES["events1"], "n2": TABLES["n1"]}
    for measure in ("OR", "RR", "RD"):
        fit, turned = mantel_haenszel(measure, **TABLES), mantel_haenszel(measure, **swapped)
        assert_allclose([turned.mu, turned.se, turned.q], [-fit.mu, fit.se, fit.q], rtol=1e-10)
    assert_allclose(peto_odds_ratio(**swapped).mu, -peto_odds_ratio(**TABLES).mu)


def test_an_empty_margin_has_no_estimate_and_says_so() -> None:
    fit = mantel_haenszel("OR", events1=[0, 0], n1=[5, 6], events2=[0, 0], n2=[5, 6])
    assert np.isnan([fit.mu, fit.se, fit.p, fit.cmh]).all()
    assert fit.notes[0].startswith("There is no estimate")
    difference = mantel_haenszel("RD", events1=[0, 0], n1=[5, 6], events2=[0, 0], n2=[5, 6])
    assert difference.mu == 0
    assert np.isnan(difference.se)
    assert difference.notes[0].startswith("There is no standard error")


def test_greenland_robins_standard_error_of_one_table_is_the_binomial_one() -> None:
    assert_allclose(greenland_robins_se([4], [20], [9], [30]), np.sqrt(0.2 * 0.8 / 20 + 0.3 * 0.7 / 30))


def test_peto_of_one_table_is_its_effect_size_and_empty_tables_weigh_nothing() -> None:
    fit = peto_odds_ratio([4, 0], [23, 9], [11, 0], [39, 9])
    expected = 23 * 15 / 62
    variance = 23 * 39 * 15 * 47 / (62**2 * 61)
    assert_allclose([fit.mu, fit.se], [(4 - expected) / variance, variance**-0.5])
    assert_allclose(fit.weights, [100, 0])
    assert (int(fit.k), int(fit.k_pos)) == (2, 1)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(UnknownTermError, match="risk-ratio"):
        mantel_haenszel("risk-ration", **TABLES)
    with pytest.raises(StatisticsError, match="no study is left for pooling"):
        mantel_haenszel("OR", events1=[0], n1=[5], events2=[0], n2=[5], drop00=(True, True))
    with pytest.raises(StatisticsError, match="events1 exceed n1"):
        peto_odds_ratio([9], [5], [1], [5])
    with pytest.raises(StatisticsError, match="all are masked out"):
        peto_odds_ratio([1], [5], [1], [5], mask=[False])
