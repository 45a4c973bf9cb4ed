"""Mixed models for counts: they agree with each other where they must, and degenerate data have a name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats.glmm import proportion_glmm
from mscevidence.stats.mixed_counts import count_glmm
from mscevidence.stats.stratified import mantel_haenszel

TABLES: dict[str, Any] = {
    "events1": np.array([4, 6, 3, 12, 1]),
    "n1": np.array([23, 46, 31, 98, 15]),
    "events2": np.array([11, 9, 11, 24, 2]),
    "n2": np.array([39, 33, 20, 67, 14]),
}


def test_one_group_equals_the_batched_model() -> None:
    x, n = [1, 20, 3, 9], [20, 20, 40, 10]
    one, batched = count_glmm("logit", events=x, n=n), proportion_glmm(x, n, test="z")
    assert_allclose(
        [one.mu, one.tau2, one.log_likelihood], [batched.mu, batched.tau2, batched.log_likelihood], rtol=1e-6
    )
    assert_allclose([one.se[0], one.lower[0], one.p[0]], [batched.se, batched.lower, batched.p], rtol=1e-6)


@pytest.mark.parametrize("model", ["UM.FS", "UM.RS", "CM.AL", "CM.EL"])
def test_swapping_the_groups_turns_the_sign(model: str) -> None:
    swapped = {"events1": TABLES["events2"], "n1": TABLES["n2"], "events2": TABLES["events1"], "n2": TABLES["n1"]}
    fit, turned = count_glmm("OR", model=model, **TABLES), count_glmm("OR", model=model, **swapped)
    tolerance = {"UM.FS": 1e-5, "UM.RS": 1e-4, "CM.AL": 1e-5, "CM.EL": 1e-5}[model]
    assert_allclose(
        [turned.mu, turned.tau2, turned.log_likelihood], [-fit.mu, fit.tau2, fit.log_likelihood], rtol=tolerance
    )
    assert fit.converged


def test_without_heterogeneity_the_exact_conditional_estimate_lies_near_mantel_haenszel() -> None:
    data = {"events1": [10, 21, 30], "n1": [50, 100, 150], "events2": [20, 40, 61], "n2": [50, 100, 150]}
    fit = count_glmm("OR", model="conditional-exact", **data)  # type: ignore[arg-type]
    assert fit.tau2 == 0
    assert_allclose(fit.mu, float(mantel_haenszel("OR", **data).mu), rtol=0.01)  # type: ignore[arg-type]


def test_rates_without_heterogeneity_are_events_over_time() -> None:
    fit = count_glmm("IRLN", events=[10, 20, 30], time=[100.0, 200.0, 300.0])
    assert_allclose([fit.mu, fit.se[0], fit.tau2], [np.log(0.1), 1 / np.sqrt(60), 0], atol=1e-9)


def test_a_moderator_that_explains_everything_leaves_no_heterogeneity() -> None:
    group = np.array([0, 0, 0, 1, 1, 1])
    n = np.array([40, 50, 60, 40, 50, 60])
    fit = count_glmm("PLO", events=np.where(group, n * 4 // 5, n // 5), n=n, moderators=group)
    assert_allclose(fit.coefficients, [np.log(1 / 4), 2 * np.log(4)], rtol=1e-6)
    assert fit.tau2 == 0
    assert (fit.lrt_df, fit.k) == (4, 6)


def test_studies_without_information_are_left_out_by_name() -> None:
    data: dict[str, Any] = {name: np.append(values, [0, 7][name.startswith("n")]) for name, values in TABLES.items()}
    fit = count_glmm("OR", model="CM.AL", **data)
    assert fit.dropped == (5,)
    assert any("study 6" in note for note in fit.notes)
    assert_allclose(fit.mu, count_glmm("OR", model="CM.AL", **TABLES).mu)


def test_a_maximum_at_infinity_is_named() -> None:
    fit = count_glmm("OR", events1=[0, 0], n1=[9, 8], events2=[3, 2], n2=[9, 8])
    assert fit.status == "no-maximum"
    assert np.isnan(fit.coefficients).all()
    assert "infinity" in fit.notes[0]


def test_wrong_input_is_refused() -> None:
    with pytest.raises(UnknownTermError, match=r"UM\.FS"):
        count_glmm("OR", model="UM.FX", **TABLES)
    with pytest.raises(StatisticsError, match="OR needs events1, n1, events2, n2"):
        count_glmm("OR", events=[1], n=[2])
    with pytest.raises(StatisticsError, match="no study carries information"):
        count_glmm("OR", events1=[0], n1=[5], events2=[0], n2=[5])
    with pytest.raises(StatisticsError, match=r"CM\.AL is a model for odds ratios"):
        count_glmm("IRR", model="CM.AL", events1=[1], time1=[5], events2=[1], time2=[5])
    with pytest.raises(StatisticsError, match="2 coefficients need at least as many studies"):
        count_glmm("PLO", events=[1], n=[5], moderators=[3.0])
