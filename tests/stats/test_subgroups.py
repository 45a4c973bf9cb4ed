"""The test between subgroups."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError
from mscevidence.stats.distributions import chi2_quantile, chi2_tail, critical_value, f_tail, two_sided_p
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.subgroups import subgroup_analysis, subgroup_difference


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


LABELS = list("abcabcabb")
Y = np.array([0.1, 0.5, 0.9, 0.2, 1.4, 0.3, -0.4, 0.8, 0.6])
V = np.array([0.02, 0.1, 0.2, 0.05, 0.4, 0.04, 0.3, 0.1, 0.02])
POOLED = ("mu", "se", "lower", "upper", "tau2", "q", "k", "pi_lower", "converged")


@pytest.mark.parametrize("common_tau2", [False, True])
@pytest.mark.parametrize("estimator", ["REML", "DL", "EE"])
def test_subgroups_of_a_batch_are_those_of_each_analysis(estimator: str, common_tau2: bool) -> None:
    present = ~np.eye(9, dtype=bool)[:6]
    present[1, 2::3] = False  # no study of c
    y = np.stack([Y, -Y[::-1]])[:, np.newaxis]
    options = {"estimator": estimator, "common_tau2": common_tau2, "test": "t"}
    batch = subgroup_analysis(np.where(present, y, np.nan), V, LABELS, mask=present, **options)  # type: ignore[arg-type]
    assert batch.groups.mu.shape == (2, 6, 3)
    assert (batch.status == "ok").all()
    for i, j in np.ndindex(2, 6):
        kept = present[j]
        names = [label for label, has in zip(LABELS, kept, strict=True) if has]
        one = subgroup_analysis(y[i, 0][kept], V[kept], names, **options)  # type: ignore[arg-type]
        at = [batch.labels.index(label) for label in one.labels]
        for name in POOLED:
            of_groups = np.asarray(getattr(batch.groups, name))[i, j, at]
            assert_allclose(of_groups, getattr(one.groups, name), rtol=1e-7, atol=1e-9, err_msg=name)
            of_all = np.asarray(getattr(batch.overall, name))[i, j]
            assert_allclose(of_all, getattr(one.overall, name), rtol=1e-7, atol=1e-9, err_msg=name)
        assert_allclose(batch.common_tau2[i, j], one.common_tau2, rtol=1e-7, atol=1e-9)
        for name in ("q", "df", "p"):
            found = np.asarray(getattr(batch.difference, name))[i, j]
            assert_allclose(found, getattr(one.difference, name), rtol=1e-6, atol=1e-9)
    assert np.isnan(batch.groups.mu[:, 1]).any(axis=-1).all()
    assert "A subgroup has no study (in 2 of 12 analyses)." in batch.notes
    rows = batch.rows()
    assert len(rows) == 12 * 4
    assert [row["subgroup"] for row in rows[:4]] == [*batch.labels, "overall"]
    assert rows[4]["analysis"] == 2


def test_analyses_without_subgroups_are_named_among_good_ones() -> None:
    present = np.arange(9) < np.array([9, 3, 0])[:, np.newaxis]
    batch = subgroup_analysis(Y, V, LABELS, mask=present, common_tau2=True)
    assert batch.status.tolist() == ["ok", "too-few", "no-study"]
    assert np.isnan(batch.common_tau2).tolist() == [False, True, True]
    assert np.isnan(batch.groups.mu).tolist() == [[False] * 3, [True] * 3, [True] * 3]
    assert np.isnan(batch.difference.p).tolist() == [False, True, True]
    assert np.isnan(batch.overall.mu).tolist() == [False, False, True]
    assert (batch.groups.tau2[0] == batch.common_tau2[0]).all()
    assert batch.groups.k.tolist() == [[3, 4, 2], [0] * 3, [0] * 3]
    said = " ".join(batch.notes)
    for sentence in ("All are masked out", "No more studies than subgroups", "nothing is compared"):
        assert sentence.lower() in said.lower()
    with pytest.raises(StatisticsError, match="3 studies cannot determine 3 coefficients"):
        subgroup_analysis(Y, V, LABELS, mask=present[1:], common_tau2=True)
    with pytest.raises(StatisticsError, match="no study is left"):
        subgroup_analysis(Y, V, LABELS, mask=present[2:])


def test_an_analysis_with_no_subgroup_left_is_named_among_others() -> None:
    batch = subgroup_difference([[0.2, 1.0], [0.2, np.nan]], [0.3, 0.4], mask=[[True, True], [False, False]])
    assert np.isnan(batch.p).tolist() == [False, True]
    assert batch.df.tolist() == [1, 0]
    assert_allclose(batch.q[0], subgroup_difference([0.2, 1.0], [0.3, 0.4]).q)
    assert batch.notes == ("No subgroup has a standard error: nothing is compared (in 1 of 2 analyses).",)


def test_a_tau2_for_each_analysis_is_used_in_its_own() -> None:
    batch = random_effects([Y, Y], V, tau2=[0.1, 0.4])
    for i, tau2 in enumerate((0.1, 0.4)):
        assert_allclose(batch.mu[i], random_effects(Y, V, tau2=tau2).mu)
