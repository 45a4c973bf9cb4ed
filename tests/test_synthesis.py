"""Pooling: the pinned four ITP trials, subgroups, boundaries, sensitivity, and the page that is printed."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize_scalar
from scipy.stats import beta

from mscevidence import synthesis
from mscevidence.errors import SelectionError, StatisticsError, UnknownTermError
from mscevidence.model import Pooled, Question
from mscevidence.publish import summary
from study_factory import arm, report, result, study

RESPONSE = Question(outcome="response")
# Four single-arm trials of 18, 7, 4 and 2 patients: the reference that the statistics are held to.
FOUR = [study(name, result("response", x, n)) for name, x, n in (("a", 8, 18), ("b", 7, 7), ("c", 4, 4), ("d", 2, 2))]


def pool(*studies: Any, **options: Any) -> Pooled:
    return synthesis.pool(list(studies), [], Question(**{"outcome": "response", **options}))


def test_the_reference_trials_by_both_methods() -> None:
    pooled = pool(*FOUR)
    glmm, reml = pooled.overall.estimates
    assert (glmm.method, reml.method) == ("glmm", "reml")
    assert glmm.mu == pytest.approx(3.6394, abs=1e-4)
    assert glmm.tau2 == pytest.approx(8.7560, abs=1e-4)
    assert glmm.log_likelihood == pytest.approx(-5.3551, abs=1e-4)
    assert (glmm.q_name, glmm.q_df) == ("LR test", 3)
    assert glmm.q == pytest.approx(14.2549, abs=1e-4)
    assert reml.effect == pytest.approx(0.7597, abs=1e-4)
    assert reml.lower == pytest.approx(0.2450, abs=1e-4)
    assert reml.upper == pytest.approx(0.9686, abs=1e-4)
    assert reml.tau2 == pytest.approx(1.3855, abs=1e-4)
    assert (glmm.k, glmm.events, glmm.patients) == (4, 21, 31)


def test_a_useless_interval_is_called_so_and_the_alternative_stands_beside_it() -> None:
    page = summary.page(pool(*FOUR))
    assert "LR test" in page
    assert "Hartung-Knapp" in page
    notes = " ".join(pool(*FOUR).overall.estimates[0].notes)
    assert "3 of 4" in notes  # boundary studies
    assert "4 studies" in notes or "k = 4" in notes


def test_study_intervals_are_exact() -> None:
    for row in pool(*FOUR).overall.rows:
        x, n = row.events, row.n
        # Clopper & Pearson 1934 as quantiles of the beta distribution.
        assert row.lower == pytest.approx(beta.ppf(0.025, x, n - x + 1))
        assert row.upper == pytest.approx(beta.ppf(0.975, x + 1, n - x) if x < n else 1)


def test_weights_sum_to_one_hundred_for_each_method() -> None:
    for method in ("glmm", "reml"):
        weights = [row.weight for row in pool(*FOUR, method=method).overall.rows]
        assert sum(weight or 0 for weight in weights) == pytest.approx(100)
        assert min(weight or 0 for weight in weights) > 0


def test_one_study_is_shown_and_not_pooled() -> None:
    pooled = pool(FOUR[0])
    assert pooled.overall.estimates[0].status == "single"
    assert pooled.overall.rows[0].weight is None
    assert "shown, not pooled" in summary.page(pooled)


@pytest.mark.parametrize(("events", "limit"), [(0, "at most 28.5%"), (1, "at least")])
def test_all_or_none_is_not_a_problem_to_correct_away(events: int, limit: str) -> None:
    studies = [study(name, result("response", events * n, n)) for name, n in (("a", 5), ("b", 6))]
    first = pool(*studies).overall.estimates[0]
    assert first.status == "boundary"
    assert first.effect is None
    assert limit in first.notes[0]


def test_subgroups_keep_every_row_and_are_compared() -> None:
    lupus = [
        study(name, result("response", x, n), condition="systemic-lupus-erythematosus")
        for name, x, n in (("s1", 3, 20), ("s2", 5, 30), ("s3", 2, 25))
    ]
    pooled = pool(*FOUR, *lupus, by="condition")
    assert [group.label for group in pooled.groups] == ["Immune thrombocytopenia", "Systemic lupus erythematosus"]
    assert [row.study for row in pooled.overall.rows] == ["a", "b", "c", "d", "s1", "s2", "s3"]
    assert pooled.between is not None
    assert pooled.between.df == 1
    assert pooled.between.q is not None
    assert pooled.between.q > 0
    pairs = [(group.estimates[0].mu or 0.0, group.estimates[0].se or 0.0) for group in pooled.groups]
    mean = sum(mu / se**2 for mu, se in pairs) / sum(1 / se**2 for _, se in pairs)
    assert pooled.between.q == pytest.approx(sum((mu - mean) ** 2 / se**2 for mu, se in pairs))


def test_subgroups_without_an_estimate_of_their_own_share_one_tau2_in_the_test() -> None:
    single = study("z", result("response", 1, 3), condition="psoriasis")
    nothing = [study(name, result("response", 0, 4), condition="vitiligo") for name in "xy"]
    between = pool(*FOUR, single, *nothing, by="condition").between
    assert between is not None
    assert between.df == 2
    assert between.note == "no estimate of their own: Psoriasis, Vitiligo"
    assert "one tau²" in between.method
    counts = [(8, 18), (7, 7), (4, 4), (2, 2), (1, 3), (0, 4), (0, 4)]
    zeros = [0.5 * (x in (0, n)) for x, n in counts]
    y = np.array([log((x + c) / (n - x + c)) for (x, n), c in zip(counts, zeros, strict=True)])
    v = np.array([1 / (x + c) + 1 / (n - x + c) for (x, n), c in zip(counts, zeros, strict=True)])
    design = np.array([[1, 0, 0]] * 4 + [[1, 1, 0]] + [[1, 0, 1]] * 2, dtype=float)

    def fit(tau2: float) -> tuple[float, float]:
        """Return minus twice the restricted log-likelihood and the Wald statistic of the two contrasts."""
        w = 1 / (v + tau2)
        information = design.T @ (w[:, None] * design)
        beta = np.linalg.solve(information, design.T @ (w * y))
        loss = np.log(v + tau2).sum() + np.linalg.slogdet(information)[1] + (w * (y - design @ beta) ** 2).sum()
        cut = np.linalg.inv(information)[1:, 1:]
        return float(loss), float(beta[1:] @ np.linalg.solve(cut, beta[1:]))

    tau2 = minimize_scalar(lambda one: fit(one)[0], bounds=(0, 20), method="bounded", options={"xatol": 1e-9}).x
    assert between.q == pytest.approx(fit(tau2)[1], rel=1e-4)


def test_subgroups_of_one_study_each_cannot_be_compared() -> None:
    singles = [
        study(name, result("response", 1, 5), condition=one) for name, one in (("a", "psoriasis"), ("b", "vitiligo"))
    ]
    between = pool(*singles, by="condition").between
    assert between is not None
    assert between.q is None
    assert between.note is not None
    assert "tau² is unknown" in between.note


def test_the_dominating_study_is_named() -> None:
    rates = [study(name, result("response", x, n)) for name, x, n in (("a", 1, 5), ("b", 200, 900), ("c", 1, 4))]
    notes = " ".join(pool(*rates, method="ee", test="z").overall.estimates[0].notes)
    assert "B 2020 has 9" in notes


def test_sensitivity_to_zeros_in_words_and_to_derived_counts() -> None:
    zero = study("e", result("response", 0, 9, narrative_zero={"scope": "none"}))
    derived = study("f", result("response", 6, 12, derived={"method": "percent-times-n", "steps": "50% of 12"}))
    pooled = pool(*FOUR, zero, derived)
    assert pooled.overall.estimates[0].k == 5
    named = dict(pooled.sensitivity)
    assert named["with zeros stated in words"].k == 6
    assert named["without derived counts"].k == 4
    assert pooled.footnotes == {"derived": "count derived by arithmetic from what the source prints"}
    assert [row.marks for row in pooled.overall.rows if row.study == "f"] == [("derived",)]


def test_a_sensitivity_analysis_without_studies_is_said_in_words() -> None:
    derived = [
        study(name, result("response", 6, 12, derived={"method": "percent-times-n", "steps": "50% of 12"}))
        for name in ("e", "f")
    ]
    assert "Sensitivity, without derived counts: no study is left\n" in summary.page(pool(*derived))


def test_nothing_usable_says_what_would_help() -> None:
    zero = study("e", result("response", 0, 9, narrative_zero={"scope": "none"}))
    with pytest.raises(SelectionError, match="no usable result for response") as caught:
        pool(zero)
    assert "--narrative-zeros include" in caught.value.hint
    with pytest.raises(SelectionError, match="none of 1 studies reports relapse"):
        pool(zero, outcome="relapse")


def test_labels_are_distinct() -> None:
    twins = [study(name, result("response", 1, 5), reports=[report(first_author="Wang L", year=2013)]) for name in "xy"]
    assert [row.label for row in pool(*twins).overall.rows] == ["Wang 2013a", "Wang 2013b"]


def test_explanation_quotes_the_source_and_names_what_was_left_out() -> None:
    one = study(
        "a",
        result("response", 1, 4, arm="low", quote="one of 4 (25%)"),
        result("response", 3, 9, quote="3/9"),
        arms=[arm("low"), arm("all", combines=["low"])],
    )
    lines = synthesis.explain(pool(one, FOUR[1]))
    assert 'A 2020: 3/9 from r1, "3/9" (a/all/response)' in lines
    assert "    left out a/low/response (1/4, r1)" in lines


def test_flat_rows_hold_everything() -> None:
    pooled = pool(*FOUR, by="donor")
    rows = summary.study_rows(pooled)
    assert [row["events"] for row in rows] == [8, 7, 4, 2]
    estimates = summary.estimate_rows(pooled)
    assert [(row["group"], row["method"]) for row in estimates] == [
        ("Not reported or not yet extracted", "glmm"),
        ("Not reported or not yet extracted", "reml"),
        ("Overall", "glmm"),
        ("Overall", "reml"),
    ]
    assert pooled == Pooled.model_validate_json(pooled.model_dump_json())


def test_every_method_says_whether_the_conclusion_depends_on_it() -> None:
    (strip,) = synthesis.with_series(pool(*FOUR), ["every-method"]).series
    found = dict(strip.rows)
    assert found["GLMM, logit, t"].effect == pytest.approx(0.9744, abs=1e-4)
    assert found["REML, logit, HK"].effect == pytest.approx(0.7597, abs=1e-4)
    assert strip.notes[0].startswith("Yes: the estimates range from 58.3% (EE, logit, z) to 97.4% (GLMM, logit, t)")
    freeman_tukey = " ".join(found["REML, Freeman-Tukey, HK"].notes)
    assert "back-transformed with the harmonic mean" in freeman_tukey
    alike = [study(name, result("response", 20, 40)) for name in "abcdef"]
    (strip,) = synthesis.with_series(pool(*alike), ["every-method"]).series
    assert strip.notes[0].startswith("No: ")


def test_leaving_one_out_and_adding_up() -> None:
    dated = [
        study(name, result("response", x, n), reports=[report(first_author=f"{name.title()} A", year=year)])
        for name, x, n, year in (("a", 3, 9, 2020), ("b", 5, 8, 2012), ("c", 2, 10, 2016))
    ]
    pooled = synthesis.with_series(pool(*dated, method="reml"), ["leave-one-out", "cumulative"])
    out, up = pooled.series
    assert [name for name, _ in out.rows] == ["without A 2020", "without B 2012", "without C 2016"]
    without_a = pool(*dated[1:], method="reml").overall.estimates[0]
    assert dict(out.rows)["without A 2020"].mu == pytest.approx(without_a.mu)
    assert [name for name, _ in up.rows] == ["+ B 2012", "+ C 2016", "+ A 2020"]
    assert up.rows[-1][1].mu == pytest.approx(pooled.overall.estimates[0].mu)
    assert up.rows[0][1].status == "single"
    page = summary.page(pooled)
    assert "Leaving one study out (REML, logit, HK)" in page
    assert "without B 2012" in page


@pytest.mark.parametrize(
    ("options", "label"),
    [
        ({"method": "dl", "test": "z"}, "DerSimonian-Laird on logits (0.5 added only where needed), normal interval"),
        ({"method": "reml", "measure": "PAS"}, "REML on arcsine square roots, Hartung-Knapp interval"),
        ({"method": "glmm", "test": "z"}, "Logit GLMM (maximum likelihood), normal interval"),
    ],
)
def test_a_question_chooses_its_recipe(options: dict[str, str], label: str) -> None:
    assert pool(*FOUR, **options).overall.estimates[0].label == label


@pytest.mark.parametrize("options", [{"measure": "PFT"}, {"test": "knha"}])
def test_the_model_refuses_what_it_does_not_have(options: dict[str, str]) -> None:
    with pytest.raises(StatisticsError) as caught:
        pool(*FOUR, **options)
    assert "--method reml" in caught.value.hint


def test_small_study_tests_agree_with_their_formulas_and_warn_when_few() -> None:
    dated = [
        study(name, result("response", x, n))
        for name, x, n in (("a", 3, 9), ("b", 5, 8), ("c", 2, 10), ("d", 20, 60), ("e", 30, 70))
    ]
    tests = {one.name: one for one in synthesis.with_small_study_tests(pool(*dated)).small_study_tests}
    egger = tests["Egger's regression of logits on their standard errors"]
    rows = pool(*dated).overall.rows
    y = np.array([log(row.events / (row.n - row.events)) for row in rows])
    se = np.sqrt([1 / row.events + 1 / (row.n - row.events) for row in rows])
    slope = sm.WLS(y, sm.add_constant(se), weights=1 / se**2).fit()
    assert egger.statistic == pytest.approx(slope.tvalues[1])
    assert egger.p == pytest.approx(slope.pvalues[1])
    assert all("5 studies (fewer than 10)" in one.finding for one in tests.values())
    assert "Egger" in summary.page(synthesis.with_small_study_tests(pool(*dated)))


def test_small_study_tests_of_two_studies_say_why_there_are_none() -> None:
    tests = synthesis.with_small_study_tests(pool(*FOUR[:2])).small_study_tests
    assert all(one.statistic is None for one in tests)
    assert "3" in tests[0].finding


def dosed(name: str, x: int, n: int, dose: float, year: int) -> Any:
    return study(
        name,
        result("response", x, n),
        arms=[arm("all", dose={"value": dose, "unit": "cells/kg"})],
        reports=[report(first_author=f"{name.title()} A", year=year)],
    )


DOSED = [
    dosed("a", 3, 20, 5e5, 2010),
    dosed("b", 8, 24, 1e6, 2012),
    dosed("c", 12, 22, 2e6, 2015),
    dosed("d", 20, 26, 4e6, 2019),
    dosed("e", 5, 19, 1e6, 2020),
]


def test_the_rate_goes_with_the_dose() -> None:
    found = synthesis.with_moderators(pool(*DOSED, FOUR[0]), ["dose", "year"]).moderation
    dose = found[0]
    assert (dose.k, dose.missing) == (5, ("A 2020",))
    assert dose.coefficients[1].name == "per tenfold dose (cells per kg)"
    assert dose.coefficients[1].effect > 1
    assert dose.p is not None
    # With tau2 at zero the coefficients are those of weighted least squares on the logits.
    if dose.tau2 is not None and dose.tau2 < 1e-8:
        y = np.array([log(x / (n - x)) for x, n in ((3, 20), (8, 24), (12, 22), (20, 26), (5, 19))])
        v = np.array([1 / x + 1 / (n - x) for x, n in ((3, 20), (8, 24), (12, 22), (20, 26), (5, 19))])
        z = np.log10([5e5, 1e6, 2e6, 4e6, 1e6])
        line = sm.WLS(y, sm.add_constant(z - z.mean()), weights=1 / v).fit()
        assert dose.coefficients[1].estimate == pytest.approx(line.params[1], abs=1e-6)
    page = summary.page(synthesis.with_moderators(pool(*DOSED), ["dose"]))
    assert "Does the rate go with dose? (5 studies)" in page


def test_moderators_that_cannot_be_fitted_say_why() -> None:
    few = synthesis.with_moderators(pool(*DOSED[:2]), ["dose"]).moderation[0]
    assert few.notes == ("2 studies are too few for 2 coefficients",)
    same = synthesis.with_moderators(pool(*FOUR), ["year"]).moderation[0]
    assert same.notes == ("the moderator is the same in all studies",)
    with pytest.raises(UnknownTermError, match="unknown moderator 'doze'"):
        synthesis.with_moderators(pool(*FOUR), ["doze"])


def test_bayesian_answers_are_useful_where_the_model_alone_is_not() -> None:
    answers, shrunken = synthesis.with_series(pool(*FOUR), ["bayes"]).series
    found = dict(answers.rows)
    normal = found["Binomial-normal"]
    assert normal.lower is not None
    assert normal.upper is not None
    assert 0.4 < normal.lower < 0.6
    assert 0.85 < normal.upper < 0.95
    rates = {name: one.effect for name, one in shrunken.rows}
    # 2/2 says less than 7/7 and is drawn further towards the others; 8/18 is drawn upwards.
    assert 8 / 18 < (rates["A 2020"] or 0) < (rates["D 2020"] or 0) < (rates["B 2020"] or 0) < 1
    assert any("Priors" in note for note in answers.notes)


def test_borrowing_tells_each_disease_with_and_without_the_others() -> None:
    lupus = [
        study(name, result("response", x, n), condition="systemic-lupus-erythematosus")
        for name, x, n in (("s1", 12, 20), ("s2", 15, 30))
    ]
    single = study("z", result("response", 2, 3), condition="psoriasis")
    question = Question(outcome="response", condition="immune-thrombocytopenia")
    borrowed = synthesis.borrow([*FOUR, *lupus, single], [], question)
    assert [one.name for one in borrowed.groups] == [
        "immune thrombocytopenia",
        "psoriasis",
        "systemic lupus erythematosus",
    ]
    by_name = {one.name: one for one in borrowed.groups}
    # One tiny trial borrows more than two of moderate size, and its interval shrinks by it.
    psoriasis, nephritis = by_name["psoriasis"], by_name["systemic lupus erythematosus"]
    assert psoriasis.weight > nephritis.weight
    assert psoriasis.partial.upper - psoriasis.partial.lower < psoriasis.alone.upper - psoriasis.alone.lower
    assert borrowed.highlight.startswith("immune thrombocytopenia: alone ")
    with pytest.raises(StatisticsError, match="nothing to borrow"):
        synthesis.borrow(FOUR, [], question)
    page = summary.page(pool(*FOUR).model_copy(update={"borrowed": borrowed}))
    assert "Borrowing across diseases" in page


def test_numeric_moderators_are_on_the_scale_their_name_says() -> None:
    sizes = ((2, 10), (6, 20), (15, 40), (30, 60), (25, 80))
    rows = [study(name, result("response", x, n)) for name, (x, n) in zip("abcde", sizes, strict=True)]
    found = synthesis.with_moderators(pool(*rows), ["patients"]).moderation[0]
    assert found.coefficients[1].name == "per 10 patients"
    y = np.array([log(x / (n - x)) for x, n in sizes])
    v = np.array([1 / x + 1 / (n - x) for x, n in sizes])
    line = sm.WLS(y, sm.add_constant(np.array([n / 10 for _, n in sizes])), weights=1 / (v + (found.tau2 or 0))).fit()
    assert found.coefficients[1].estimate == pytest.approx(line.params[1], rel=1e-6)


@pytest.mark.parametrize(
    ("counts", "direction"),
    [
        (((9, 10), (10, 12), (11, 14), (30, 60), (50, 101), (99, 200)), "higher"),
        (((1, 10), (2, 12), (3, 14), (30, 60), (50, 101), (99, 200)), "lower"),
    ],
)
def test_small_trials_that_differ_are_told_by_direction(counts: Any, direction: str) -> None:
    rows = [study(name, result("response", x, n)) for name, (x, n) in zip("abcdef", counts, strict=True)]
    tests = synthesis.with_small_study_tests(pool(*rows)).small_study_tests
    assert tests[0].finding.startswith(f"Small trials report {direction} rates.")
    assert tests[1].finding.startswith(f"Small trials report {direction} rates.")
