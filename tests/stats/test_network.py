"""Network meta-analysis: properties, identities and bad input; agreement with R is in test_conformance.py."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from adapters_network import KNOWN, network_case
from conformance import agrees, compared, disagreements, load
from scipy import special

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.stats.conditional_arms import _hypergeometric, _multinomial, conditional_maximum
from mscevidence.stats.mixed_counts import count_glmm
from mscevidence.stats.network import network_meta_analysis
from mscevidence.stats.network_arms import arm_contrasts
from mscevidence.stats.network_consistency import design_inconsistency, direct_and_indirect
from mscevidence.stats.network_rare import rare_event_network
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.rare_event_separation import separated_evidence
from mscevidence.stats.stratified import mantel_haenszel
from mscevidence.stats.treatment_effects import p_scores

STUDY = ["S1", "S1", "S2", "S2", "S3", "S3", "S3", "S4", "S4"]
TREATMENT = ["A", "B", "A", "C", "A", "B", "C", "B", "C"]
EVENTS = [4, 8, 5, 9, 2, 6, 7, 3, 3]
N = [30, 32, 28, 30, 20, 21, 22, 15, 16]
ARMS: dict[str, Any] = {"study": STUDY, "treatment": TREATMENT, "events": EVENTS, "n": N}


def contrasts(measure: str = "OR") -> dict[str, Any]:
    return arm_contrasts(measure, **ARMS).columns


@pytest.mark.parametrize("estimator", ["DL", "REML", "ML", "EE"])
def test_two_treatments_are_an_ordinary_meta_analysis(estimator: str) -> None:
    effect, se = np.array([0.1, 0.9, -0.4, 0.6]), np.array([0.2, 0.3, 0.25, 0.4])
    names = [f"S{i}" for i in range(4)]
    network = network_meta_analysis(names, ["B"] * 4, ["A"] * 4, effect, se, estimator=estimator)
    plain = random_effects(effect, se**2, estimator=estimator, test="z")
    assert network.tau2 == pytest.approx(float(plain.tau2), rel=1e-8)
    assert network.random.effect[1, 0] == pytest.approx(float(plain.mu), rel=1e-10)
    assert network.random.se[1, 0] == pytest.approx(float(plain.se), rel=1e-9)
    assert network.q == pytest.approx(float(plain.q))


def test_effects_are_consistent_and_do_not_depend_on_order_or_direction() -> None:
    columns = contrasts()
    found = network_meta_analysis(**columns)
    effect = found.random.effect
    assert effect == pytest.approx(-effect.T)
    assert effect[0, 1] + effect[1, 2] == pytest.approx(effect[0, 2])
    turned = dict(
        columns, treatment1=columns["treatment2"], treatment2=columns["treatment1"], effect=-columns["effect"]
    )
    again = network_meta_analysis(**turned, treatments=["C", "A", "B"])
    assert again.random.effect[1, 2] == pytest.approx(effect[0, 1])
    assert again.tau2 == pytest.approx(found.tau2, abs=1e-9)


@pytest.mark.parametrize("name", [name for name in KNOWN if "netmetabin" not in name])
def test_with_the_tau2_of_r_the_contrast_based_likelihood_cases_agree_entirely(name: str) -> None:
    case = next(case for case in load("15_network").cases if case.id.endswith(name))
    assert not disagreements(case, network_case(case, tau2=case.expect["tau2"]))


@pytest.mark.parametrize(("estimator", "tau2"), [("REML", 0.4502296), ("ML", 0.3763925)])
def test_likelihood_with_covariances_is_that_of_multivariate_meta_analysis(estimator: str, tau2: float) -> None:
    """metafor 3.8-1: rma.mv(y, V, mods, random = ~ arm | study, rho = 0.5), V with all covariances within studies."""
    data = next(case for case in load("15_network").cases if "smokingcessation" in case.id).data
    columns = (data[name] for name in ("studlab", "treat1", "treat2", "TE", "seTE"))
    assert network_meta_analysis(*columns, estimator=estimator).tau2 == pytest.approx(tau2, rel=1e-5)


def test_a_change_of_one_percent_in_any_part_of_an_output_would_be_caught() -> None:
    """As in test_conformance.py, but within the nested outputs too: direct, indirect, their errors and so on."""
    seen, caught = set(), set()
    for case in load("15_network").cases:
        for (_, path, want, value), relative, absolute in compared(case, network_case(case)):
            if isinstance(want, bool) or not isinstance(want, (int, float)) or want == 0:
                continue
            name = re.sub(r"\[\d+\]", "", path)
            seen.add(name)
            if agrees(want, value, relative, absolute) and not agrees(want, value * 1.01, relative, absolute):
                caught.add(name)
    assert len(seen) == 48
    assert seen == caught


def test_r_stops_below_the_maximum_of_the_conditional_likelihood() -> None:
    case = next(case for case in load("15_network").cases if case.id.endswith("Dong2013.netmetabin.NCH.OR"))
    data = case.data
    found = rare_event_network(
        data["study"], data["treatment"], data["events"], data["n"], method="NCH-approximate", empty_arms="drop"
    )

    def height(theta: Any) -> float:
        total = 0.0
        for one in found._arms.informative(0).studies:
            total += one.events @ theta[list(one.arms)] - _multinomial(theta[list(one.arms)], one.events, one.n)[0]
        return float(total)

    assert height(found.effects.effect[:, 0]) > height(np.array(case.expect["TE_common"])[:, 0])


def test_q_splits_into_within_and_between_designs() -> None:
    found = network_meta_analysis(**contrasts())
    parts = design_inconsistency(found)
    assert parts.q[0] == pytest.approx(parts.q[1] + parts.q[2])
    assert parts.df[0] == parts.df[1] + parts.df[2] == 3
    assert parts.designs == ("A:B", "A:C", "A:B:C", "B:C")
    assert np.isnan(parts.p[1])
    assert parts.tau_within == 0
    assert parts.design_q.sum() == pytest.approx(parts.q[1])


def test_direct_and_indirect_evidence_make_up_the_network_estimate() -> None:
    evidence = direct_and_indirect(network_meta_analysis(**contrasts(), estimator="DL"))
    w_direct, w_indirect = evidence.direct_se**-2.0, evidence.indirect_se**-2.0
    mean = (w_direct * evidence.direct + w_indirect * evidence.indirect) / (w_direct + w_indirect)
    assert mean == pytest.approx(evidence.network)
    assert (w_direct + w_indirect) ** -0.5 == pytest.approx(evidence.network_se)
    lower, upper = evidence.difference_interval()
    assert (lower < evidence.difference).all()
    assert (evidence.difference < upper).all()


def reconciled(effect: Any, v: Any) -> tuple[Any, Any]:
    """Return the effects of the arms by least squares over the three comparisons with reduced weights, and the rest."""
    plus = (
        -(np.eye(3) - 1 / 3) @ np.array([[0, v[0], v[1]], [v[0], 0, v[2]], [v[1], v[2], 0]]) @ (np.eye(3) - 1 / 3) / 2
    )
    w = -np.linalg.pinv(plus)[[0, 0, 1], [1, 2, 2]]
    incidence = np.array([[1.0, -1, 0], [1, 0, -1], [0, 1, -1]])
    arm = np.linalg.pinv(incidence.T @ np.diag(w) @ incidence) @ incidence.T @ (w * effect)
    return arm, w @ (effect - incidence @ arm) ** 2


def test_effects_of_a_study_that_contradict_each_other_by_rounding_are_reconciled_by_their_weights() -> None:
    effect, se = np.array([0.50, 0.31, -0.18]), np.array([0.5, 0.6, 0.55])
    found = network_meta_analysis(["1"] * 3, ["A", "A", "B"], ["B", "C", "C"], effect, se, tau2=0.4)
    arm, rest = reconciled(effect, se**2)
    assert found.common.effect[0, 1] == pytest.approx(arm[0] - arm[1], rel=1e-12)
    assert found.q == pytest.approx(rest)
    assert design_inconsistency(found).q[1] == pytest.approx(found.q)
    apart, _ = reconciled(effect, se**2 + 0.4)
    assert found.random.effect[0, 1] == pytest.approx(apart[0] - apart[1], rel=1e-12)
    assert apart[0] - apart[1] != pytest.approx(arm[0] - arm[1], rel=1e-4)


def test_without_a_loop_there_is_no_indirect_evidence() -> None:
    chain = network_meta_analysis(["1", "2"], ["A", "B"], ["B", "C"], [0.2, 0.3], [0.1, 0.2])
    evidence = direct_and_indirect(chain, model="common")
    assert np.isnan(evidence.indirect).all()
    assert evidence.proportion == pytest.approx(1.0)
    assert np.isnan(chain.prediction_lower[0, 1])
    assert np.isnan([chain.tau2, chain.i2, chain.q_p]).all()
    assert chain.random.se.tolist() == chain.common.se.tolist()
    assert any("repeated" in note for note in chain.notes)


def test_p_scores_are_certainties() -> None:
    effect = np.array([[0.0, 1.0, 2.0], [-1.0, 0.0, 1.0], [-2.0, -1.0, 0.0]])
    scores = p_scores(effect, np.ones((3, 3)))
    assert scores[0] == pytest.approx((special.ndtr(1.0) + special.ndtr(2.0)) / 2)
    assert scores + p_scores(effect, np.ones((3, 3)), small_values="desirable") == pytest.approx(np.ones(3))
    with pytest.raises(StatisticsError, match="small_values"):
        p_scores(effect, np.ones((3, 3)), small_values="good")


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_contrasts_of_a_multi_arm_study_fit_together_with_zero_cells_too(measure: str) -> None:
    found = arm_contrasts(measure, ["1"] * 3, ["A", "B", "C"], events=[0, 3, 5], n=[10, 12, 11])
    ab, ac, bc = found.effect
    assert ab + bc == pytest.approx(ac)
    assert "0.5 was added" in found.notes[0]
    assert network_meta_analysis(**found.columns).k == 1


def test_other_measures() -> None:
    means = arm_contrasts("MD", ["1", "1"], ["A", "B"], mean=[5, 3], sd=[1, 2], n=[10, 16])
    assert means.effect[0] == 2
    assert means.se[0] == pytest.approx(np.sqrt(0.1 + 0.25))
    ratio = arm_contrasts("ratio-of-means", ["1", "1"], ["A", "B"], mean=[5, 3], sd=[1, 2], n=[10, 16])
    assert ratio.effect[0] == pytest.approx(np.log(5 / 3))
    rates = arm_contrasts("IRR", ["1", "1"], ["A", "B"], events=[4, 0], time=[10, 20])
    assert rates.effect[0] == pytest.approx(np.log(4.5 / 10) - np.log(0.5 / 20))


def test_studies_without_information_are_named_and_left_out() -> None:
    found = arm_contrasts("OR", ["1", "1", "2", "2"], ["A", "B"] * 2, events=[0, 0, 2, 3], n=[9, 9, 9, 9])
    assert found.mask.tolist() == [False, True]
    assert found.notes == ("Left out, no event or only events in every arm: 1.",)


def test_rare_events_of_two_treatments_are_pairwise_methods() -> None:
    x1, n1, x2, n2 = [1, 3, 0, 2], [40, 50, 30, 45], [4, 5, 2, 3], [41, 52, 33, 44]
    study = [str(i // 2) for i in range(8)]
    arms = (study, ["B", "A"] * 4, np.ravel([x1, x2], "F"), np.ravel([n1, n2], "F"))
    pooled = mantel_haenszel("OR", events1=x1, n1=n1, events2=x2, n2=n2)
    found = rare_event_network(*arms)
    assert found.effects.effect[1, 0] == pytest.approx(float(pooled.mu))
    assert found.effects.se[1, 0] == pytest.approx(float(pooled.se))
    exact = rare_event_network(*arms, method="NCH")
    model = count_glmm("OR", model="CM.EL", events1=x1, n1=n1, events2=x2, n2=n2)
    assert model.tau2 == 0
    assert exact.effects.effect[1, 0] == pytest.approx(model.mu, abs=1e-6)
    assert exact.effects.se[1, 0] == pytest.approx(float(model.se[0]), rel=1e-5)


def test_the_hypergeometric_moments_are_those_of_the_enumerated_distribution() -> None:
    theta, n, x = np.array([0.0, 0.7, -0.4]), np.array([4.0, 5.0, 3.0]), np.array([2.0, 3.0, 1.0])
    constant, mean, covariance = _hypergeometric(theta, x, n)
    cells = np.array([(a, b, 6 - a - b) for a in range(5) for b in range(6) if 0 <= 6 - a - b <= 3], dtype=float)
    weight = special.binom(n, cells).prod(axis=1) * np.exp(cells @ theta)
    p = weight / weight.sum()
    assert mean == pytest.approx(p @ cells)
    assert covariance == pytest.approx((cells - mean).T @ (p[:, None] * (cells - mean)))
    binomials = special.binom(n, x).prod()
    assert np.exp(x @ theta - constant) * binomials == pytest.approx(binomials * np.exp(x @ theta) / weight.sum())


def test_the_approximate_likelihood_is_exact_in_the_limit_of_rare_events() -> None:
    arms = (STUDY, TREATMENT, EVENTS, [size * 100_000 for size in N])
    exact, other = (rare_event_network(*arms, method=m).effects for m in ("NCH", "NCH-approximate"))
    assert exact.effect == pytest.approx(other.effect, rel=1e-4)
    assert exact.se == pytest.approx(other.se, rel=1e-4)


def test_an_arm_without_events_is_dropped_corrected_or_kept() -> None:
    arms = (["1", "1", "2", "2", "3", "3"], ["A", "B", "B", "C", "A", "C"], [0, 4, 3, 5, 2, 6], [20] * 6)
    dropped, corrected = rare_event_network(*arms), rare_event_network(*arms, empty_arms="correct")
    kept = rare_event_network(*arms, method="NCH")
    assert [int(one.k) for one in (dropped, corrected, kept)] == [2, 3, 3]
    assert "Left out in the studies of A:B" in dropped.notes[0]
    assert "0.5 was added" in corrected.notes[0]
    assert kept.notes == ()
    assert separated_evidence(kept).k.tolist() == [1, 1, 1]
    with pytest.raises(StatisticsError, match="need events in every arm"):
        rare_event_network(*arms, empty_arms="keep")


def bad_networks() -> list[Any]:
    base = {"study": ["1", "2"], "treatment1": ["A", "B"], "treatment2": ["B", "C"], "effect": [1, 2], "se": [1, 1]}
    triangle = {"study": ["1"] * 3, "treatment1": ["A", "A", "B"], "treatment2": ["B", "C", "C"]}
    return [
        ({**base, "treatment2": ["B", "B"]}, "compares a treatment with itself"),
        ({**base, "treatment1": ["A", "X"]}, "not connected: A, B; C, X"),
        ({**base, "study": ["1", "1"]}, "study 1 has 2 comparisons of 3 treatments"),
        ({**base, "se": [1, 0]}, "se must be greater than zero"),
        ({**base, "study": ["1"]}, "columns of one length"),
        ({**base, "treatments": ["A", "B"]}, "treatments must be"),
        ({**base, "mask": [False, False]}, "no comparison is left"),
        ({**base, "tau2": -1.0}, "tau2 must not be negative"),
        ({**triangle, "effect": [1, 1, 1], "se": [1, 1, 1]}, "effects of study 1 contradict"),
        ({**triangle, "effect": [1, 2, 1], "se": [1, 1, 5]}, "standard errors of study 1 contradict"),
    ]


@pytest.mark.parametrize(("columns", "message"), bad_networks())
def test_bad_networks_are_named(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(StatisticsError, match=message):
        network_meta_analysis(**columns)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"events": [40, *EVENTS[1:]]}, "events exceed n"),
        ({"study": ["S0", *STUDY[1:]]}, "study S0 has one arm"),
        ({"treatment": ["B", *TREATMENT[1:]]}, "study S1 has a treatment twice"),
        ({"n": N[1:]}, "columns"),
    ],
)
def test_bad_arms_are_named(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(StatisticsError, match=message):
        arm_contrasts("OR", **(ARMS | changed))
    with pytest.raises(StatisticsError, match=message):
        rare_event_network(**(ARMS | changed))


def test_what_does_not_exist_is_named() -> None:
    with pytest.raises(UnknownTermError):
        network_meta_analysis(**contrasts(), estimator="PM")
    with pytest.raises(UnknownTermError):
        arm_contrasts("HR", **ARMS)
    with pytest.raises(StatisticsError, match="OR needs the columns events, n"):
        arm_contrasts("OR", STUDY, TREATMENT, events=EVENTS)
    with pytest.raises(StatisticsError, match="no model"):
        direct_and_indirect(network_meta_analysis(**contrasts()), model="fixed")
    with pytest.raises(StatisticsError, match="no study says anything about B"):
        rare_event_network(["1", "1", "2", "2"], ["A", "B", "A", "C"], [0, 0, 2, 3], [9] * 4)
    with pytest.raises(StatisticsError, match="not connected"):
        rare_event_network(["1", "1", "2", "2"], ["A", "B", "D", "C"], [1, 2, 2, 3], [9] * 4)
    with pytest.raises(StatisticsError, match="no maximum"):
        conditional_maximum([((0, 1), np.array([3.0, 0.0]), np.array([9.0, 9.0]))], 2, exact=True)
    with pytest.raises(StatisticsError, match="whole counts"):
        conditional_maximum([((0, 1), np.array([3.0, 0.5]), np.array([9.0, 9.0]))], 2, exact=True)
