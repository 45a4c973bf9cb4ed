"""Every public function under bad input: a named error, or a result that says what is missing; never a quiet NaN."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from mscevidence import stats
from mscevidence.errors import StatisticsError, UnknownTermError

Call = Callable[..., Any]


def halves(k: int) -> list[str]:
    return ["a" if i % 2 else "b" for i in range(k)]


def rising(values: Any) -> Any:
    return np.stack([np.ones(np.size(values)), np.arange(np.size(values), dtype=float)], axis=1)


def patients(values: Any) -> Any:
    return 10 + np.arange(np.size(values))


EFFECTS: dict[str, Call] = {
    "random_effects": stats.random_effects,
    **{
        f"random_effects {name}": lambda y, v, name=name, **o: stats.random_effects(y, v, estimator=name, **o)
        for name in ("EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "EB", "PM", "PMM", "GENQ")
    },
    **{
        f"random_effects {name}": lambda y, v, name=name, **o: stats.random_effects(y, v, test=name, **o)
        for name in ("z", "t", "adhoc", "hk-ci", "hk-iqwig", "kr")
    },
    "bayesian_pooling": stats.bayesian_pooling,
    "excess_significance": stats.excess_significance,
    "fail_safe_n": stats.fail_safe_n,
    "influence": stats.influence,
    "rank_test": stats.rank_test,
    "regression_test": stats.regression_test,
    "regression_test lm": lambda y, v, **o: stats.regression_test(y, v, model="lm", **o),
    "selection_model": stats.selection_model,
    "shrunken": stats.shrunken,
    "tau2_interval": stats.tau2_interval,
    "tau2_interval PL": lambda y, v, **o: stats.tau2_interval(y, v, method="PL", **o),
    "tau2_interval BJ": lambda y, v, **o: stats.tau2_interval(y, v, method="BJ", **o),
    "trim_and_fill": stats.trim_and_fill,
    "wald_intervals": stats.wald_intervals,
    "meta_regression": lambda y, v, **o: stats.meta_regression(y, v, rising(y), **o),
    "multilevel": lambda y, v, **o: stats.multilevel(y, v, halves(np.size(y)), **o),
    "subgroup_analysis": lambda y, v, **o: stats.subgroup_analysis(y, v, halves(np.size(y)), **o),
    "subgroup_difference": stats.subgroup_difference,
    "macaskill_test": lambda y, v, **o: stats.macaskill_test(y, v, patients(y), **o),
    "pustejovsky_test": lambda y, v, **o: stats.pustejovsky_test(y, v, patients(y), patients(y) + 1, **o),
    "network_meta_analysis": lambda y, v, **o: stats.network_meta_analysis(
        [f"s{i}" for i in range(np.size(y))], ["a", "b", "a", "c"][: np.size(y)], ["b", "c", "c", "d"][: np.size(y)],
        y, v, **o
    ),
}  # fmt: skip
"""Functions of effect sizes and variances (or standard errors)."""


def controls(n: Any) -> Any:
    return np.asarray(n) * 0 + 3


COUNTS: dict[str, Call] = {
    "proportion_glmm": stats.proportion_glmm,
    "proportion_glmm Laplace": lambda x, n, **o: stats.proportion_glmm(x, n, nodes=1, **o),
    "binomial_normal": stats.binomial_normal,
    "beta_binomial": stats.beta_binomial,
    "borrow": lambda x, n, **o: stats.borrow(x, n, halves(np.size(x)), **o),
    "every_method": stats.every_method,
    "logit": stats.logit,
    **{
        f"effect_sizes {name}": lambda x, n, name=name, **o: stats.effect_sizes(name, events=x, n=n, **o)
        for name in ("PR", "PLN", "PLO", "PAS", "PFT")
    },
    **{
        f"meta_effect_sizes {name}": lambda x, n, name=name, **o: stats.meta_effect_sizes(name, events=x, n=n, **o)
        for name in ("PR", "PLN", "PLO", "PAS", "PFT")
    },
    "study_intervals": stats.study_intervals,
    "study_intervals wilson": lambda x, n, **o: stats.study_intervals(x, n, method="wilson", **o),
    "one_sided_limits": stats.one_sided_limits,
    "pooled_bound": stats.pooled_bound,
    "dose_response": lambda x, n, **o: stats.dose_response(halves(np.size(x)), 1 + np.arange(np.size(x)), x, n, **o),
    "count_glmm PLO": lambda x, n, **o: stats.count_glmm("PLO", events=x, n=n, **o),
    **{
        f"count_glmm OR {name}": lambda x, n, name=name, **o: stats.count_glmm(
            "OR", model=name, events1=x, n1=n, events2=np.ones(np.size(x)), n2=np.full(np.size(x), 9.0), **o
        )
        for name in ("UM.FS", "UM.RS", "CM.AL", "CM.EL")
    },
    **{
        f"effect_sizes {name}": lambda x, n, name=name, **o: stats.effect_sizes(
            name, events1=x, n1=n, events2=np.ones(np.size(x)), n2=np.full(np.size(x), 9.0), **o
        )
        for name in ("OR", "RR", "RD")
    },
    **{
        f"mantel_haenszel {name}": lambda x, n, name=name, **o: stats.mantel_haenszel(
            name, events1=x, n1=n, events2=np.ones(np.size(x)), n2=np.full(np.size(x), 9.0), **o
        )
        for name in ("OR", "RR", "RD")
    },
    **{
        name: lambda x, n, name=name, **o: getattr(stats, name)(
            x, n, np.ones(np.size(x)), np.full(np.size(x), 9.0), **o
        )
        for name in ("harbord_test", "schwarzer_test", "peto_odds_ratio", "greenland_robins_se")
    },
    "peters_test": lambda x, n, **o: stats.peters_test(np.linspace(-1, 1, max(np.size(x), 1)), x, n, **o),
    "deeks_test": lambda x, n, **o: stats.deeks_test(np.linspace(-1, 1, max(np.size(x), 1)), n, x, **o),
    "rare_event_network": lambda x, n, **o: stats.rare_event_network(
        ["s", "s", "t", "t"][: np.size(x)], ["a", "b", "b", "c"][: np.size(x)], x, n, **o
    ),
    "arm_contrasts": lambda x, n, **o: stats.arm_contrasts(
        "OR", ["s", "s", "t", "t"][: np.size(x)], ["a", "b", "b", "c"][: np.size(x)], events=x, n=n, **o
    ),
    "harmonic_mean": lambda x, n, **o: stats.harmonic_mean(n, **o),
    "rule_of_three": lambda x, n, **o: stats.rule_of_three(n, **o),
    "rate_intervals": stats.rate_intervals,
    "one_sided_rate_limits": stats.one_sided_rate_limits,
    "pooled_rate_bound": stats.pooled_rate_bound,
    "effect_sizes IRLN": lambda x, n, **o: stats.effect_sizes("IRLN", events=x, time=n, **o),
    "meta_effect_sizes IRLN": lambda x, n, **o: stats.meta_effect_sizes("IRLN", events=x, time=n, **o),
    "count_glmm IRLN": lambda x, n, **o: stats.count_glmm("IRLN", events=x, time=n, **o),
}
"""Functions of events and patients (or person-time)."""

NAN, INF = float("nan"), float("inf")
ZERO = [0.1, 0.0, 0.1, 0.3]
BAD_EFFECTS: dict[str, tuple[Any, Any]] = {
    "NaN": ([0.1, NAN, 0.3, 0.4], [0.1, 0.2, 0.1, 0.3]),
    "infinite": ([0.1, INF, 0.3, 0.4], [0.1, 0.2, 0.1, 0.3]),
    "NaN variance": ([0.1, 0.2, 0.3, 0.4], [0.1, NAN, 0.1, 0.3]),
    "infinite variance": ([0.1, 0.2, 0.3, 0.4], [0.1, INF, 0.1, 0.3]),
    "zero variance": ([0.1, 0.2, 0.3, 0.4], ZERO),
    "negative variance": ([0.1, 0.2, 0.3, 0.4], [0.1, -0.2, 0.1, 0.3]),
    "empty": ([], []),
    "lengths": ([0.1, 0.2, 0.3], [0.1, 0.2]),
    "words": (["much", "little"], [0.1, 0.2]),
    "a number": (0.3, 0.1),
    "nothing": (None, None),
}
ODD_EFFECTS: dict[str, tuple[Any, Any]] = {
    "one study": ([0.3], [0.1]),
    "two studies": ([0.3, 0.5], [0.1, 0.1]),
    "identical": ([0.3] * 4, [0.1] * 4),
    "identical at zero": ([0.0] * 4, [0.1] * 4),
    "same size": ([0.1, -0.2, 0.3, 0.4], [0.1] * 4),
    "far apart": ([-1e6, 1e6, 0.0, 5.0], [1e-6, 1e-6, 1.0, 1e6]),
    "huge": ([1e200, -1e200, 0.0, 5.0], [0.1, 0.2, 0.1, 0.3]),
    "tiny variance": ([0.1, 0.2, 0.3, 0.4], [1e-300, 1e-300, 0.1, 0.3]),
}
BAD_COUNTS: dict[str, tuple[Any, Any]] = {
    "NaN": ([1, NAN, 3, 2], [9, 9, 9, 9]),
    "infinite": ([1, INF, 3, 2], [9, 9, 9, 9]),
    "NaN n": ([1, 2, 3, 2], [9, NAN, 9, 9]),
    "infinite n": ([1, 2, 3, 2], [9, INF, 9, 9]),
    "negative": ([1, -2, 3, 2], [9, 9, 9, 9]),
    "negative n": ([1, 2, 3, 2], [9, -9, 9, 9]),
    "n = 0": ([1, 0, 3, 2], [9, 0, 9, 9]),
    "empty": ([], []),
    "lengths": ([1, 2, 3], [9, 9]),
    "words": (["all", "none"], [9, 9]),
    "nothing": (None, None),
}
BAD_SHARES: dict[str, tuple[Any, Any]] = {
    "events > n": ([1, 10, 3, 2], [9, 9, 9, 9]),
    "fractional": ([1, 2.5, 3, 2], [9, 9, 9, 9]),
    "fractional n": ([1, 2, 3, 2], [9, 9.5, 9, 9]),
}
ODD_COUNTS: dict[str, tuple[Any, Any]] = {
    "one study": ([3], [9]),
    "two studies": ([3, 4], [9, 9]),
    "no event": ([0, 0, 0, 0], [9, 8, 7, 6]),
    "only events": ([9, 8, 7, 6], [9, 8, 7, 6]),
    "nothing between": ([0, 8, 0, 6], [9, 8, 7, 6]),
    "identical": ([3, 3, 3, 3], [9, 9, 9, 9]),
    "one patient each": ([1, 0, 1, 1], [1, 1, 1, 1]),
    "one of thousands": ([1, 0, 0, 0], [2000, 2000, 10, 10]),
}
WITHOUT_EVENTS = {"deeks_test", "harmonic_mean", "rule_of_three"}
TIMES = {"rate_intervals", "one_sided_rate_limits", "pooled_rate_bound"}


BY_DEFINITION = {
    "se_tau2": "no standard error where tau2 is zero by definition or one study is left",
    "common_tau2": "each subgroup has its own",
    "breslow_day": "for odds ratios only",
    "tarone": "for odds ratios only",
    "q_p": "no degrees of freedom, see q_df",
    "effects.p": "a treatment is not compared with itself",
    "common.p": "a treatment is not compared with itself",
    "random.p": "a treatment is not compared with itself",
}
"""Where NaN is the documented value."""


def numbers(result: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every array of floats of a result."""
    if is_dataclass(result) and not isinstance(result, type):
        for field in fields(result):
            yield from numbers(getattr(result, field.name), f"{path}.{field.name}")
    elif isinstance(result, (tuple, list)):
        for position, part in enumerate(result):
            yield from numbers(part, f"{path}[{position}]")
    elif isinstance(result, (float, np.floating)) or (isinstance(result, np.ndarray) and result.dtype.kind == "f"):
        yield path, np.asarray(result)


def explained(result: Any) -> bool:
    """Return whether a result says something about itself: notes, or a status that is not `ok`."""
    statuses = np.asarray(getattr(result, "status", "ok"))
    return bool(getattr(result, "notes", ())) or bool((statuses != "ok").any())


def outcome(call: Call, *args: Any, **options: Any) -> str:
    """Return `refused`, `named`, or what went wrong."""
    try:
        result = call(*args, **options)
    except (StatisticsError, UnknownTermError) as error:
        return "refused" if error.message else "an error without message"
    except Exception as error:  # noqa: BLE001 -- that nothing else is raised is what is tested
        return f"{type(error).__name__}: {error}"
    missing = [
        path
        for path, values in numbers(result)
        if np.isnan(values).any()
        and not any(path.removesuffix("_p").endswith(name.removesuffix("_p")) for name in BY_DEFINITION)
    ]
    return f"a quiet NaN in {missing}" if missing and not explained(result) else "named"


def table(calls: dict[str, Call], inputs: dict[str, tuple[Any, Any]]) -> list[Any]:
    return [
        pytest.param(call, *pair, id=f"{name}-{what}") for name, call in calls.items() for what, pair in inputs.items()
    ]


@pytest.mark.parametrize(("call", "yi", "vi"), table(EFFECTS, BAD_EFFECTS))
def test_unusable_effects_are_refused(call: Call, yi: Any, vi: Any) -> None:
    # A single number is one study.
    lenient = isinstance(yi, float) or (call is stats.wald_intervals and vi == ZERO)
    assert outcome(call, yi, vi) in ({"refused", "named"} if lenient else {"refused"})


@pytest.mark.parametrize(("call", "yi", "vi"), table(EFFECTS, ODD_EFFECTS))
def test_odd_effects_have_a_named_result(call: Call, yi: Any, vi: Any) -> None:
    assert outcome(call, yi, vi) in {"refused", "named"}


@pytest.mark.parametrize(("call", "x", "n"), table(COUNTS, BAD_COUNTS | BAD_SHARES))
def test_unusable_counts_are_refused(call: Call, x: Any, n: Any, request: pytest.FixtureRequest) -> None:
    name, what = request.node.callspec.id.rsplit("-", 1)
    found = outcome(call, x, n)
    # Corrected counts and person-time may be fractional.
    lenient = name.split()[0] in WITHOUT_EVENTS | TIMES | {"greenland_robins_se"} or "IRLN" in name
    assert found == "refused" or (lenient and found == "named"), (name, what, found)


@pytest.mark.parametrize(("call", "x", "n"), table(COUNTS, ODD_COUNTS))
def test_odd_counts_have_a_named_result(call: Call, x: Any, n: Any) -> None:
    assert outcome(call, x, n) in {"refused", "named"}


GOOD = ([0.1, 0.5, -0.2, 0.4], [0.1, 0.2, 0.1, 0.3])
GOOD_COUNTS = ([2, 3, 5, 1], [9, 8, 9, 7])
SOUND = [pytest.param(call, *GOOD, id=name) for name, call in EFFECTS.items()]
SOUND += [pytest.param(call, *GOOD_COUNTS, id=name) for name, call in COUNTS.items()]


def refused_or_unknown_keyword(call: Call, *args: Any, **options: Any) -> bool:
    """Return whether the call is refused; a function that does not take the option at all says so by `TypeError`."""
    found = outcome(call, *args, **options)
    return found == "refused" or "unexpected keyword argument" in found


@pytest.mark.parametrize(("call", "first", "second"), SOUND)
def test_all_masked_out_is_refused(call: Call, first: Any, second: Any) -> None:
    assert refused_or_unknown_keyword(call, first, second, mask=[False] * 4) or call in KEEP_THE_ROWS


@pytest.mark.parametrize(("call", "first", "second"), SOUND)
@pytest.mark.parametrize("mask", [[True, False], [1, 0, 1, 1], "all"])
def test_a_mask_that_is_none_is_refused(call: Call, first: Any, second: Any, mask: Any) -> None:
    assert refused_or_unknown_keyword(call, first, second, mask=mask)


@pytest.mark.parametrize(("call", "first", "second"), SOUND)
@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, -0.5, NAN])
def test_a_level_that_is_none_is_refused(call: Call, first: Any, second: Any, level: float) -> None:
    assert refused_or_unknown_keyword(call, first, second, level=level)


KEEP_THE_ROWS = {
    COUNTS[name]
    for name in COUNTS
    if name.split()[0] in {"logit", "effect_sizes", "meta_effect_sizes", "study_intervals", "rate_intervals"}
    or name.startswith("one_sided")
} | {stats.wald_intervals}
"""One result per study: all masked out is an empty table, not an analysis without studies."""

OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("random_effects", {"estimator": "RELM"}),
    ("random_effects", {"test": "hartung"}),
    ("tau2_interval", {"method": "QQ"}),
    ("tau2_interval", {"estimator": "D"}),
    ("influence", {"estimator": "REM"}),
    ("shrunken", {"estimator": "REM"}),
    ("subgroup_analysis", {"estimator": "REM"}),
    ("meta_regression", {"estimator": "SJJ"}),
    ("meta_regression", {"test": "tt"}),
    ("multilevel", {"method": "RLM"}),
    ("multilevel", {"test": "w"}),
    ("regression_test", {"model": "lmm"}),
    ("regression_test", {"predictor": "se"}),
    ("trim_and_fill", {"side": "up"}),
    ("trim_and_fill", {"estimator": "L1"}),
    ("fail_safe_n", {"type": "rosental"}),
    ("excess_significance", {"alternative": "bigger"}),
    ("selection_model", {"alternative": "bigger"}),
    ("network_meta_analysis", {"estimator": "RELM"}),
]
COUNT_OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("proportion_glmm", {"test": "knha"}),
    ("count_glmm PLO", {"test": "x"}),
    ("study_intervals", {"method": "clopper"}),
    ("logit", {"to": "some"}),
    ("effect_sizes PLO", {"vtype": "XX"}),
    ("harbord_test", {"measure": "OOR"}),
    ("dose_response", {"scale": "cubic"}),
    ("rare_event_network", {"method": "MHH"}),
]


@pytest.mark.parametrize(("name", "options"), OPTIONS + COUNT_OPTIONS)
def test_a_misspelt_option_names_the_valid_ones(name: str, options: dict[str, Any]) -> None:
    call, data = (EFFECTS[name], GOOD) if name in EFFECTS else (COUNTS[name], GOOD_COUNTS)
    with pytest.raises(UnknownTermError) as raised:
        call(*data, **options)
    assert raised.value.hint


NETWORK = stats.network_meta_analysis(["s", "t", "u"], ["a", "b", "a"], ["b", "c", "c"], [0.1, 0.2, 0.3], [0.1] * 3)
NESTED = stats.multilevel([0.1, 0.2, 0.3, 0.5, 0.2], [0.1] * 5, ["a", "a", "b", "b", "c"])
PAIR = [[0.0, 0.2], [-0.2, 0.0]]
OTHERS: dict[str, dict[str, Call]] = {
    "all_subsets": {
        "none": lambda: list(stats.all_subsets(0)),
        "too many": lambda: list(stats.all_subsets(31)),
        "half a study": lambda: list(stats.all_subsets(2.5)),  # type: ignore[arg-type]
        "no chunk": lambda: list(stats.all_subsets(3, chunk=0)),
    },
    "back_transform": {
        "scale": lambda: stats.back_transform([0.1], "PLOT"),
        "words": lambda: stats.back_transform("much", "PLO"),
        "PFT without n": lambda: stats.back_transform([0.1], "PFT"),
        "negative n": lambda: stats.back_transform([0.1], "PFT", n=[-1]),
        "NaN n": lambda: stats.back_transform([0.1], "PFT", n=NAN),
        "no time": lambda: stats.back_transform([0.1], "IRFT", time=0),
    },
    "cumulative_mask": {
        "none": lambda: stats.cumulative_mask(0),
        "half a study": lambda: stats.cumulative_mask(2.5),  # type: ignore[arg-type]
        "order": lambda: stats.cumulative_mask(3, order=[1, 2]),
    },
    "design_inconsistency": {"another result": lambda: stats.design_inconsistency(NESTED)},  # type: ignore[arg-type]
    "design_of": {
        "no column": lambda: stats.design_of([]),
        "no study": lambda: stats.design_of([[]]),
        "nothing": lambda: stats.design_of(None),  # type: ignore[arg-type]
        "NaN": lambda: stats.design_of([[1.0, NAN]]),
        "lengths": lambda: stats.design_of([[1, 2], [1, 2, 3]]),
        "tables": lambda: stats.design_of([[[1, 2], [2, 3]]]),
    },
    "direct_and_indirect": {
        "another result": lambda: stats.direct_and_indirect(NESTED),  # type: ignore[arg-type]
        "model": lambda: stats.direct_and_indirect(NETWORK, model="fixed"),
    },
    "gosh_quantiles": {
        "empty": lambda: stats.gosh_quantiles([], [0.5]),
        "NaN": lambda: stats.gosh_quantiles([1.0, NAN], [0.5]),
        "words": lambda: stats.gosh_quantiles(["a"], [0.5]),
        "probability": lambda: stats.gosh_quantiles([1.0, 2.0], [1.5]),
    },
    "leave_one_out_mask": {
        "one": lambda: stats.leave_one_out_mask(1),
        "half a study": lambda: stats.leave_one_out_mask(2.5),  # type: ignore[arg-type]
        "negative": lambda: stats.leave_one_out_mask(-1),
    },
    "p_scores": {
        "words": lambda: stats.p_scores("much", PAIR),
        "shapes": lambda: stats.p_scores(PAIR, [[0.0, 0.1]]),
        "one treatment": lambda: stats.p_scores([[0.0]], [[0.0]]),
        "no standard error": lambda: stats.p_scores(PAIR, [[0.0, 0.0], [0.0, 0.0]]),
        "NaN": lambda: stats.p_scores([[0.0, NAN], [NAN, 0.0]], [[0.0, 0.1], [0.1, 0.0]]),
        "small values": lambda: stats.p_scores(PAIR, [[0.0, 0.1], [0.1, 0.0]], small_values="good"),
    },
    "patients_needed": {
        "a rate beyond 1": lambda: stats.patients_needed(1.5),
        "no rate": lambda: stats.patients_needed(0.0),
        "NaN": lambda: stats.patients_needed(NAN),
        "level": lambda: stats.patients_needed(0.1, level=3.0),
    },
    "prediction_interval": {
        "kind": lambda: stats.prediction_interval(0, 1, 1, df=3, k=4, kind="wide"),
        "words": lambda: stats.prediction_interval("much", 1, 1, df=3, k=4),
        "negative se": lambda: stats.prediction_interval(0, -1, 1, df=3, k=4),
        "negative tau2": lambda: stats.prediction_interval(0, 1, -1, df=3, k=4),
        "no degree of freedom": lambda: stats.prediction_interval(0, 1, 1, df=0, k=4),
        "no study": lambda: stats.prediction_interval(0, 1, 1, df=3, k=0),
    },
    "q_interval": {
        "negative": lambda: stats.q_interval(-1, 3),
        "NaN": lambda: stats.q_interval(NAN, 3),
        "words": lambda: stats.q_interval("much", 3),
        "no study": lambda: stats.q_interval(1, 0),
        "level": lambda: stats.q_interval(1, 4, level=2.0),
    },
    "robust": {
        "another result": lambda: stats.robust(NETWORK),  # type: ignore[arg-type]
        "kind": lambda: stats.robust(NESTED, kind="CR9"),
        "labels": lambda: stats.robust(NESTED, cluster=["a"]),
        "one cluster": lambda: stats.robust(NESTED, cluster=["a"] * 5),
    },
    "separated_evidence": {"another result": lambda: stats.separated_evidence(NETWORK)},  # type: ignore[arg-type]
}
"""What takes neither effects nor counts."""


def test_every_public_function_is_in_a_table() -> None:
    functions = {name for name in stats.__all__ if inspect.isfunction(getattr(stats, name))}
    assert {name.split()[0] for name in (*EFFECTS, *COUNTS, *OTHERS)} == functions


@pytest.mark.parametrize(
    "call", [pytest.param(call, id=f"{name}-{what}") for name, calls in OTHERS.items() for what, call in calls.items()]
)
def test_other_functions_refuse_what_they_cannot_use(call: Call) -> None:
    assert outcome(call) == "refused"


def test_a_network_without_a_loop_says_that_nothing_can_be_tested() -> None:
    chain = stats.network_meta_analysis(["s", "t"], ["a", "b"], ["b", "c"], [0.1, 0.2], [0.1, 0.2])
    found = stats.design_inconsistency(chain)
    assert np.isnan(found.p).all()
    assert len(found.notes) == 3


@pytest.mark.parametrize(
    ("name", "call"),
    {
        "measure": lambda: stats.effect_sizes("LOR", events=[1], n=[2]),
        "measure of the mixed model": lambda: stats.count_glmm("RD", events=[1], n=[2]),
        "model": lambda: stats.count_glmm("OR", model="UM", events1=[1], n1=[2], events2=[1], n2=[2]),
        "Mantel-Haenszel": lambda: stats.mantel_haenszel("HR", events1=[1], n1=[2], events2=[1], n2=[2]),
        "columns": lambda: stats.effect_sizes("OR", events=[1], n=[2]),
        "half a node": lambda: stats.proportion_glmm(*GOOD_COUNTS, nodes=2.5),  # type: ignore[arg-type]
        "nodes": lambda: stats.proportion_glmm(*GOOD_COUNTS, nodes=0),
        "given tau2": lambda: stats.random_effects(*GOOD, tau2=-1),
        "NaN tau2": lambda: stats.random_effects(*GOOD, tau2=NAN),
        "weights": lambda: stats.random_effects(*GOOD, weights=[1, 1, -1, 1]),
        "zero weights": lambda: stats.random_effects(*GOOD, weights=[0, 0, 0, 0]),
        "weights of another length": lambda: stats.random_effects(*GOOD, weights=[1, 2]),
        "weights in words": lambda: stats.random_effects(*GOOD, weights=["much"] * 4),
        "tau2 in words": lambda: stats.random_effects(*GOOD, tau2="much"),
        "tau2 of other analyses": lambda: stats.random_effects(*GOOD, tau2=[0.1, 0.2]),
        "level in words": lambda: stats.random_effects(*GOOD, level="much"),  # type: ignore[arg-type]
        "a batch of nothing": lambda: stats.random_effects(*GOOD, mask=np.zeros((0, 4), dtype=bool)),
        "no groups": lambda: stats.subgroup_analysis(*GOOD, None),  # type: ignore[arg-type]
        "a row of words": lambda: stats.meta_regression(*GOOD, [1, 1, 1, 1]).predict("much"),
        "half a patient": lambda: stats.binomial_normal([1], [3]).next_trial(2.5),  # type: ignore[arg-type]
        "singular design": lambda: stats.meta_regression(*GOOD, [[1, 2], [1, 2], [1, 2], [1, 2]]),
        "too few studies": lambda: stats.meta_regression([0.1], [0.1], [[1, 2]]),
        "NaN design": lambda: stats.meta_regression(*GOOD, [[1.0, 2.0], [1.0, NAN], [1.0, 3.0], [1.0, 2.0]]),
        "design of another length": lambda: stats.meta_regression(*GOOD, [[1, 2], [1, 3]]),
        "singular multilevel design": lambda: stats.multilevel(*GOOD, halves(4), moderators=[[1, 2]] * 4),
        "moderators of another length": lambda: stats.count_glmm("PLO", events=[1, 2], n=[4, 5], moderators=[1, 1, 2]),
        "NaN moderators": lambda: stats.count_glmm("PLO", events=[1, 2, 3], n=[4, 5, 6], moderators=[1, NAN, 2]),
        "singular mixed model": lambda: stats.count_glmm("PLO", events=[1, 2], n=[4, 5], moderators=[[1, 1], [1, 1]]),
        "network in two pieces": lambda: stats.network_meta_analysis(
            ["s", "t"], ["a", "c"], ["b", "d"], [0.1, 0.2], [0.1, 0.2]
        ),
        "three arms without a comparison": lambda: stats.network_meta_analysis(
            ["s", "s"], ["a", "a"], ["b", "c"], [0.1, 0.2], [0.1, 0.2]
        ),
        "prior": lambda: stats.HalfNormal(-1.0),
        "normal prior": lambda: stats.NormalPrior(0.0, 0.0),
        "beta prior": lambda: stats.BetaPrior(0.0, 1.0),
        "labels": lambda: stats.subgroup_analysis(*GOOD, ["a", "b"]),
        "diseases": lambda: stats.borrow(*GOOD_COUNTS, ["a", "b"]),
        "doses": lambda: stats.dose_response(["a"] * 4, [0, 1, 2, 3], *GOOD_COUNTS, scale="log"),
    }.items(),
)
def test_other_mistakes_are_refused(name: str, call: Call) -> None:
    assert outcome(call) == "refused", name


SEPARATED: dict[str, Call] = {
    "one group": lambda: stats.count_glmm("PLO", events=[0, 0, 5, 6], n=[8, 9, 10, 11], moderators=[0, 0, 1, 1]),
    "only events": lambda: stats.count_glmm("PLO", events=[8, 9, 5, 6], n=[8, 9, 10, 11], moderators=[0, 0, 1, 1]),
    "rates": lambda: stats.count_glmm("IRLN", events=[0, 0, 5, 6], time=[8, 9, 10, 11], moderators=[0, 0, 1, 1]),
    **{
        f"two groups {model}": lambda model=model: stats.count_glmm(
            "OR", model=model, events1=[0, 0, 5, 6], n1=[9] * 4, events2=[3, 4, 4, 4], n2=[9] * 4,
            moderators=[0, 0, 1, 1],
        )
        for model in ("UM.FS", "UM.RS", "CM.AL", "CM.EL")
    },
}  # fmt: skip


@pytest.mark.parametrize(("what", "call"), SEPARATED.items())
def test_separation_by_a_moderator_is_named(what: str, call: Call) -> None:
    fit = call()
    assert fit.status == "separated", what
    assert any("moderator separates" in note for note in fit.notes)
    assert np.isnan(fit.coefficients).all()


def test_studies_without_events_on_both_sides_of_a_moderator_are_no_separation() -> None:
    fit = stats.count_glmm("PLO", events=[0, 2, 0, 6], n=[8, 9, 10, 11], moderators=[0, 0, 1, 1])
    assert fit.status == "ok"
    assert np.isfinite(fit.coefficients).all()
