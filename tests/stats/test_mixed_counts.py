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
    assert [fit.lrt_df, fit.k] == [4, 6]


def test_studies_without_information_are_left_out_by_name() -> None:
    data: dict[str, Any] = {name: np.append(values, [0, 7][name.startswith("n")]) for name, values in TABLES.items()}
    fit = count_glmm("OR", model="CM.AL", **data)
    assert fit.dropped.tolist() == [False] * 5 + [True]
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


COUNTS = np.random.default_rng(5)
N1, N2 = COUNTS.integers(5, 60, (2, 7, 6))
BATCH: dict[str, dict[str, Any]] = {
    "PLO": {"events": COUNTS.binomial(N1, 0.2), "n": N1},
    "IRLN": {"events": COUNTS.binomial(N1, 0.2), "time": N1 / 7},
    "OR": {"events1": COUNTS.binomial(N1, 0.1), "n1": N1, "events2": COUNTS.binomial(N2, 0.2), "n2": N2},
    "IRR": {"events1": COUNTS.binomial(N1, 0.1), "time1": N1 / 7, "events2": COUNTS.binomial(N2, 0.2), "time2": N2},
}
PRESENT = COUNTS.random((7, 6)) < 0.8
BATCHES = [
    ("PLO", ""), ("IRLN", ""), ("OR", "UM.FS"), ("OR", "UM.RS"), ("OR", "CM.AL"), ("OR", "CM.EL"),
    ("IRR", "UM.FS"), ("IRR", "UM.RS"), ("IRR", "CM.EL"),
]  # fmt: skip


@pytest.mark.parametrize("moderated", [False, True])
@pytest.mark.parametrize(("measure", "model"), BATCHES)
def test_a_batch_with_a_mask_is_each_analysis_without_the_masked_studies(
    measure: str, model: str, moderated: bool
) -> None:
    data, x = BATCH[measure], np.arange(6.0) if moderated else None
    options: dict[str, Any] = {"model": model or "UM.FS", "test": "t"}
    both = count_glmm(measure, moderators=x, mask=PRESENT, **options, **data)
    for i in range(0, 7, 3 if model == "UM.RS" else 1):
        here = PRESENT[i]
        one = count_glmm(
            measure, moderators=x[here] if x is not None else None, **options,
            **{name: column[i][here] for name, column in data.items()},
        )  # fmt: skip
        assert [both.status[i], both.k[i], both.converged[i]] == [one.status, one.k, one.converged]
        for name in (
            "coefficients", "se", "p", "lower", "upper", "covariance", "df", "tau2", "se_tau2", "sigma2",
            "log_likelihood", "lrt", "lrt_df", "lrt_p", "wald_q", "wald_p",
        ):  # fmt: skip
            assert_allclose(getattr(both, name)[i], getattr(one, name), rtol=1e-6, atol=1e-8, err_msg=name)


def test_each_analysis_of_a_batch_has_its_own_status() -> None:
    fit = count_glmm(
        "OR", model="CM.AL", moderators=[[[0], [0], [1], [1]], [[1], [1], [1], [1]]],
        events1=[[[2, 1, 5, 6]] * 2, [[0, 0, 5, 6]] * 2, [[0, 0, 0, 0]] * 2], n1=[9, 9, 9, 9],
        events2=[[[3, 4, 4, 4]] * 2, [[3, 4, 4, 4]] * 2, [[0, 0, 0, 3]] * 2], n2=[9, 9, 9, 9],
    )  # fmt: skip
    assert fit.status.tolist() == [["ok", "singular"], ["separated", "singular"], ["too-few", "too-few"]]
    assert (fit.coefficients.shape, fit.covariance.shape, fit.dropped.shape) == ((3, 2, 2), (3, 2, 2, 2), (3, 2, 4))
    assert np.isfinite(fit.coefficients[0, 0]).all()
    assert np.isnan(fit.tau2).sum() == 5
    assert "(in 2 of 6 analyses)" in " ".join(fit.notes)
    assert [row["status"] for row in fit.rows()[:4]] == ["ok", "ok", "singular", "singular"]
    none = count_glmm("PLO", events=[[0, 0], [1, 2]], n=[9, 8], mask=[[False, False], [True, True]])
    assert none.status.tolist() == ["no-information", "ok"]


def test_a_moderator_that_does_not_vary_is_refused() -> None:
    with pytest.raises(StatisticsError, match="a moderator does not vary"):
        count_glmm("PLO", events=[1, 2, 3], n=[5, 6, 7], moderators=[2.0, 2.0, 2.0])
