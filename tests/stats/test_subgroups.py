"""The test between subgroups."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError
from mscevidence.stats.distributions import chi2_quantile, chi2_tail, critical_value, f_tail, two_sided_p
from mscevidence.stats.subgroups import subgroup_difference


def test_two_subgroups_are_a_z_test_squared() -> None:
    result = subgroup_difference([0.2, 1.0], [0.3, 0.4])
    z = 0.8 / 0.5
    assert_allclose([float(result.q), float(result.p)], [z**2, float(two_sided_p(z, np.inf))])
    assert int(result.df) == 1


def test_a_masked_subgroup_does_not_count() -> None:
    result = subgroup_difference([0.2, 1.0, np.nan], [0.3, 0.4, np.nan], mask=[True, True, False])
    assert_allclose(result.q, subgroup_difference([0.2, 1.0], [0.3, 0.4]).q)


def test_one_subgroup_has_nothing_to_compare() -> None:
    result = subgroup_difference([0.2], [0.3])
    assert (float(result.q), int(result.df), float(result.p)) == (0.0, 0, 1.0)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(StatisticsError, match="se must be greater than zero"):
        subgroup_difference([0.2, 1.0], [0.3, 0.0])
    with pytest.raises(StatisticsError, match="no subgroup is left"):
        subgroup_difference([0.2], [0.3], mask=[False])


def test_distributions_equal_those_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    statistic, df = np.array([0.0, 0.3, 2.1, 9.0, 40.0])[:, None], np.array([1.0, 2.0, 3.0, 17.0, 400.0])
    assert_allclose(two_sided_p(statistic, df), 2 * stats.t.sf(statistic, df), rtol=1e-10)
    assert_allclose(two_sided_p(statistic, np.inf), 2 * stats.norm.sf(statistic), rtol=1e-12)
    assert_allclose(chi2_tail(statistic, df), stats.chi2.sf(statistic, df), rtol=1e-10, atol=1e-300)
    assert_allclose(f_tail(statistic, 3, df), stats.f.sf(statistic, 3, df), rtol=1e-9)
    for tail in (0.005, 0.025, 0.25):
        assert_allclose(critical_value(tail, df), stats.t.isf(tail, df), rtol=1e-10)
        assert_allclose(chi2_quantile(tail, df), stats.chi2.isf(tail, df), rtol=1e-10)
