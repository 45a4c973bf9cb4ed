"""An analysis of a batch without a study is a row without a result, and leaves the other rows what they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mscevidence import stats
from mscevidence.errors import StatisticsError

BoolArray = NDArray[np.bool_]

EVENTS, CONTROL_EVENTS = np.array([[3, 5, 2, 6, 4], [1, 0, 7, 2, 2]]), np.array([[2, 4, 1, 3, 5], [2, 6, 3, 1, 1]])
N = np.array([20, 25, 18, 30, 22])
Y = np.array([[0.1, 0.3, 0.5, 0.2, 0.9], [0.4, -0.3, 0.1, 0.2, 0.8]])
V = np.array([0.04, 0.05, 0.06, 0.07, 0.08])
ONES = np.ones(5)
TWO_ARMS = {"events1": EVENTS, "n1": N, "events2": CONTROL_EVENTS, "n2": N}
DESIGN = np.stack([np.broadcast_to(np.stack([ONES, slope], axis=-1), (5, 2)) for slope in (np.arange(5.0), V)])
PRIOR = stats.NormalPrior(mean=0.0, sd=2.0)

Estimator = Callable[..., Any]
ESTIMATORS: dict[str, tuple[Estimator, dict[str, Any]]] = {
    "random effects": (stats.random_effects, {"yi": Y, "vi": V}),
    "random effects, own weights and tau2": (
        stats.random_effects,
        {"yi": Y, "vi": V, "weights": N, "tau2": np.array([0.1, 0.2])},
    ),
    "influence": (stats.influence, {"yi": Y, "vi": V}),
    "shrunken": (stats.shrunken, {"yi": Y, "vi": V}),
    "interval of tau2": (stats.tau2_interval, {"yi": Y, "vi": V}),
    "interval of tau2 by likelihood": (stats.tau2_interval, {"yi": Y, "vi": V, "method": "PL"}),
    "meta-regression": (stats.meta_regression, {"yi": Y, "vi": V, "design": DESIGN}),
    "multilevel": (stats.multilevel, {"yi": Y, "vi": V, "study": ["a", "a", "b", "b", "c"]}),
    "proportion GLMM": (stats.proportion_glmm, {"events": EVENTS, "n": N}),
    "count GLMM": (stats.count_glmm, {"measure": "OR", **TWO_ARMS}),
    "Mantel-Haenszel": (stats.mantel_haenszel, {"measure": "OR", **TWO_ARMS}),
    "Peto": (stats.peto_odds_ratio, TWO_ARMS),
    "Greenland and Robins": (stats.greenland_robins_se, TWO_ARMS),
    "harmonic mean": (stats.harmonic_mean, {"n": np.stack([N, N + 1])}),
    "dose-response": (
        stats.dose_response,
        {"study": ["a", "a", "b", "b", "b"], "dose": [1, 2, 1, 2, 3], "events": EVENTS, "n": N},
    ),
    "network": (
        stats.network_meta_analysis,
        {"study": list("12345"), "treatment1": list("aabab"), "treatment2": list("bccbc"), "effect": Y, "se": V},
    ),
    "network of rare events": (
        stats.rare_event_network,
        {"study": list("11222"), "treatment": list("ababc"), "events": EVENTS, "n": N},
    ),
    "borrowing": (stats.borrow, {"events": EVENTS, "n": N, "disease": list("ababa")}),
    "subgroups": (stats.subgroup_analysis, {"yi": Y, "vi": V, "groups": list("aabbb")}),
    "regression test": (stats.regression_test, {"yi": Y, "vi": V}),
    "rank test": (stats.rank_test, {"yi": Y, "vi": V}),
    "trim and fill": (stats.trim_and_fill, {"yi": Y, "vi": V}),
    "selection model": (stats.selection_model, {"yi": Y, "vi": V}),
    "fail-safe N": (stats.fail_safe_n, {"yi": Y, "vi": V}),
    "excess significance": (stats.excess_significance, {"yi": Y, "vi": V}),
    "bound": (stats.pooled_bound, {"events": EVENTS, "n": N}),
}
PRIORS_ALONE: dict[str, tuple[Estimator, dict[str, Any]]] = {
    "binomial-normal": (stats.binomial_normal, {"events": EVENTS, "n": N}),
    "beta-binomial": (stats.beta_binomial, {"events": EVENTS, "n": N}),
    "normal-normal": (stats.bayesian_pooling, {"yi": Y, "vi": V, "mu_prior": PRIOR}),
}
WHOLE = np.array([True, True, True, True, True]), np.array([True, True, True, True, False])
HOLES = {"between": (0, None, 1), "before": (None, 0, 1), "after": (0, 1, None)}


def mask_of(order: tuple[int | None, ...]) -> BoolArray:
    return np.array([np.zeros(5, dtype=np.bool_) if one is None else WHOLE[one] for one in order])


def reordered(data: dict[str, Any], order: tuple[int | None, ...]) -> dict[str, Any]:
    """Return the data of both analyses in this order; the hole has those of the first."""
    rows = [one or 0 for one in order]
    return {
        name: value[rows] if isinstance(value, np.ndarray) and value.shape[:1] == (2,) else value
        for name, value in data.items()
    }


def numbers(result: Any) -> dict[str, NDArray[Any]]:
    """Return all arrays of numbers, flags and words of a result that have one row per analysis, by path."""
    if isinstance(result, np.ndarray):
        return {"": result}
    if not is_dataclass(result):
        return {}
    return {
        f"{field.name}.{path}": array
        for field in fields(result)
        if field.name not in {"network", "logits", "_arms", "study", "mask", "tau_distribution"}
        for path, array in numbers(getattr(result, field.name)).items()
    }


@pytest.mark.parametrize("order", HOLES.values(), ids=HOLES)
@pytest.mark.parametrize("name", [*ESTIMATORS, *PRIORS_ALONE])
def test_a_row_without_studies_leaves_the_others_as_they_are(name: str, order: tuple[int | None, ...]) -> None:
    estimator, data = (ESTIMATORS | PRIORS_ALONE)[name]
    found = estimator(**reordered(data, order), mask=mask_of(order))
    alone = numbers(estimator(**data, mask=np.array(WHOLE)))
    kept = [row for row, one in enumerate(order) if one is not None]
    arrays = numbers(found)
    assert arrays.keys() == alone.keys()
    for path, array in arrays.items():
        assert array.shape == (3, *array.shape[1:])
        width = tuple(slice(None, size) for size in alone[path].shape[1:])
        rows, wanted = array[kept][(slice(None), *width)], alone[path]
        if array.dtype.kind == "f":
            # How many rows there are may change the order of a sum.
            np.testing.assert_allclose(rows, wanted, rtol=1e-12, atol=1e-14, err_msg=path)
        else:
            np.testing.assert_array_equal(rows, wanted, err_msg=path)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_row_itself_has_no_number_and_is_said(name: str) -> None:
    estimator, data = ESTIMATORS[name]
    order = HOLES["between"]
    found = estimator(**reordered(data, order), mask=mask_of(order))
    given = {"design.", "events.", "n.", "yi.", "vi."}
    shown = {path: array for path, array in numbers(found).items() if array.dtype.kind == "f" and path not in given}
    known = {path: array[1][~np.isnan(array[1])] for path, array in shown.items()}
    # A test without a study has nothing to test, and a weight or a sum of nothing is zero.
    assert {path: set(values) - {0.0, 1.0} for path, values in known.items() if set(values) - {0.0, 1.0}} == {}
    assert any(np.isnan(array[1]).all() for array in shown.values())
    if hasattr(found, "notes"):
        assert any(note.endswith("(in 1 of 3 analyses).") for note in found.notes)
        assert len(str(found).splitlines()) > 3


@pytest.mark.parametrize("name", [*ESTIMATORS, *PRIORS_ALONE])
def test_no_study_in_any_analysis_is_an_error(name: str) -> None:
    estimator, data = (ESTIMATORS | PRIORS_ALONE)[name]
    with pytest.raises(StatisticsError):
        estimator(**data, mask=np.zeros((2, 5), dtype=np.bool_))


def test_without_a_study_a_posterior_is_the_prior() -> None:
    order = HOLES["between"]
    beta = stats.beta_binomial(EVENTS[[0, 0, 1]], N, mask=mask_of(order), mean_prior=stats.BetaPrior(a=2, b=6))
    normal = stats.bayesian_pooling(Y[[0, 0, 1]], V, mask=mask_of(order), mu_prior=PRIOR)
    assert beta.mean.mean[1] == pytest.approx(0.25, abs=1e-4)
    assert beta.heterogeneity.mean[1] == pytest.approx(0.2, abs=1e-4)
    assert (normal.mu.mean[1], normal.mu.sd[1]) == pytest.approx((0.0, 2.0), abs=1e-6)
    for found in (beta, normal):
        assert "No study is left: what stands here is the prior (in 1 of 3 analyses)." in found.notes


def test_a_flat_prior_is_no_posterior() -> None:
    with pytest.raises(StatisticsError, match="all are masked out"):
        stats.bayesian_pooling(Y[[0, 0, 1]], V, mask=mask_of(HOLES["between"]))


def test_a_mean_without_information_is_a_row_too() -> None:
    """Studies that Mantel and Haenszel cannot use, because nobody has an event, are as good as none."""
    events = np.array([[3, 5], [0, 0]])
    found = stats.mantel_haenszel("OR", events1=events, n1=[20, 20], events2=events, n2=[20, 20], drop00=(True, True))
    assert found.k.tolist() == [2, 0]
    assert found.mu[0] == pytest.approx(0)
    assert np.isnan(found.mu[1])
    assert "There is no estimate: one group, or both, have no event or only events (in 1 of 2 analyses)." in found.notes


def test_one_study_is_too_few_to_leave_one_out() -> None:
    mask = np.array([[True, True, True, True, True], [True, False, False, False, False]])
    found = stats.influence(Y, V, mask=mask)
    assert np.isnan(found.rstudent[1]).all()
    assert found.notes[0] == "Fewer than two studies: none can be left out (in 1 of 2 analyses)."
    assert not any(note.startswith("No study") for note in found.notes)


@pytest.mark.parametrize("criterion", ["aic", "bic", "aicc"])
def test_the_row_has_no_information_criterion(criterion: str) -> None:
    found = stats.random_effects(Y[[0, 0, 1]], V, mask=mask_of(HOLES["between"]))
    assert np.isnan(getattr(found, criterion)).tolist() == [False, True, False]
