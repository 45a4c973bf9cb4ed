"""Every pinned number of R that a finished family covers; what disagrees is listed with its cause."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from adapters_bayes import KNOWN as BAYES_KNOWN
from adapters_bayes import bayes_case
from adapters_bias import KNOWN as BIAS_KNOWN
from adapters_bias import bias_case
from adapters_counts import effect_size_case, interval_case
from adapters_dose import dose_case
from adapters_glmm import glmm_case
from adapters_multilevel import multilevel_case
from adapters_network import KNOWN as NETWORK_KNOWN
from adapters_network import network_case
from adapters_normal import pooled_case, prediction_case, tau2_case
from adapters_regression import regression_case
from adapters_subgroups import subgroup_case
from adapters_subsets import gosh_case, influence_case
from adapters_tables import table_case
from conformance import FOLDER, Case, disagreements, load, uncaught

from mscevidence.errors import StatisticsError

FAMILIES: dict[str, Callable[[Case], dict[str, Any]]] = {
    "01_effect_sizes": effect_size_case,
    "02_study_intervals": interval_case,
    "03_random_effects": pooled_case,
    "04_tau2_intervals": tau2_case,
    "05_mantel_haenszel_peto": table_case,
    "06_glmm": glmm_case,
    "07_meta_regression": regression_case,
    "08_subgroups": subgroup_case,
    "09_small_study_effects": bias_case,
    "13_prediction_intervals": prediction_case,
    "11_gosh": gosh_case,
    "10_influence": influence_case,
    "12_multilevel": multilevel_case,
    "14_bayes": bayes_case,
    "15_network": network_case,
    "16_dose_response": dose_case,
}

WHOLE_FAMILIES_NOT_YET: dict[str, str] = {}

NOT_YET: dict[str, tuple[int, str]] = {}
"""Parts of a covered family that are not built: a piece of the case id, how many cases that is, and why."""

_R_STOPS_ABOVE_ZERO = "tau2 is 0; R stops at 2e-13, and the simple prediction interval is mu -+ 1.96 sqrt(tau2)"
_NO_MAXIMUM = "no event, or only events: the maximum lies at infinity; R reports where its iteration stopped"
_SIMPLE = "pi_lb_simple pi_ub_simple"
_EVERYTHING = (
    "TE_common seTE_common lower_common upper_common TE_random seTE_random lower_random upper_random tau2 "
    "lower_predict upper_predict prop_common_lower prop_common_upper prop_random_lower prop_random_upper "
    "prop_predict_lower prop_predict_upper"
)
_NO_VARIANCE = "no patient, or every patient, has the event: R reports a standard error of 0, here there is none"
_NUMERICAL_HESSIAN = (
    "Wald test of the saturated model: R takes its Hessian by coarse numerical differences, here it is exact"
)
_SATURATED_FAILED = "R could not fit the saturated model; it can be fitted"
_FACTOR = "R loses the saturated model when the moderator is a factor and reports 0"
_LOWER_MAXIMUM = "two maxima: R stops at the lower one, tau2 0.0072 (-64.8443); tau2 0 is higher (-64.8386)"

KNOWN_DISAGREEMENTS: dict[str, tuple[str, str]] = {
    **{f"09_small_study_effects/{name}": known for name, known in BIAS_KNOWN.items()},
    **{f"14_bayes/{name}": known for name, known in BAYES_KNOWN.items()},
    **{f"15_network/{name}": known for name, known in NETWORK_KNOWN.items()},
    "03_random_effects/sim_two_20.RD.REML.z": (_SIMPLE, _R_STOPS_ABOVE_ZERO),
    "03_random_effects/sim_two_20.RD.REML.knha": (_SIMPLE, _R_STOPS_ABOVE_ZERO),
    "03_random_effects/sim_two_20.RD.REML.adhoc": (_SIMPLE, _R_STOPS_ABOVE_ZERO),
    "03_random_effects/sim_single_06.metaprop.PLOGIT_GLMM": (_EVERYTHING, _NO_MAXIMUM),
    "03_random_effects/sim_single_09.metaprop.PLOGIT_GLMM": (_EVERYTHING, _NO_MAXIMUM),
    "03_random_effects/sim_single_12.metaprop.PLOGIT_GLMM": (_EVERYTHING, _NO_MAXIMUM),
    "05_mantel_haenszel_peto/sim_two_05.MH.RD.default": ("se ci_lb ci_ub", _NO_VARIANCE),
    "05_mantel_haenszel_peto/sim_two_05.MH.RD.nocorrect": ("se ci_lb ci_ub", _NO_VARIANCE),
    "05_mantel_haenszel_peto/sim_two_10.metabin.MH.RR.exact": ("seTE_common lower_common upper_common", _NO_VARIANCE),
    "06_glmm/debruin2009.PLO.nAGQ1.mod_ethnicity": ("QE_LRT QE_LRT_p QE_Wld QE_Wld_p", _FACTOR),
    "06_glmm/debruin2009.PLO.nAGQ7.mod_ethnicity": ("QE_LRT QE_LRT_p QE_Wld QE_Wld_p", _FACTOR),
    "06_glmm/bcg.OR.CM.EL": ("QE_Wld", _NUMERICAL_HESSIAN),
    "06_glmm/collins1985b.OR.CM.EL": ("QE_Wld QE_Wld_p", _NUMERICAL_HESSIAN),
    "06_glmm/hine1989.OR.CM.EL": ("QE_Wld", _NUMERICAL_HESSIAN),
    "06_glmm/fleiss1993bin.OR.CM.EL": ("QE_Wld QE_Wld_p", _NUMERICAL_HESSIAN),
    "06_glmm/bassler2004.OR.CM.EL": ("QE_Wld", _NUMERICAL_HESSIAN),
    "06_glmm/cannon2006.OR.CM.EL": ("QE_Wld QE_Wld_p", _NUMERICAL_HESSIAN),
    "06_glmm/sim_two_06.OR.CM.EL": ("QE_Wld", _NUMERICAL_HESSIAN),
    "06_glmm/bcg.OR.CM.EL.mod_ablat": ("QE_Wld QE_Wld_p", _NUMERICAL_HESSIAN),
    "06_glmm/bcg.OR.UM.RS": ("QE_Wld", _NUMERICAL_HESSIAN),
    "06_glmm/cannon2006.OR.UM.RS": ("QE_Wld QE_Wld_p", _NUMERICAL_HESSIAN),
    "06_glmm/smoking.IRR.UM.RS.nAGQ1": ("QE_Wld", _NUMERICAL_HESSIAN),
    "06_glmm/fleiss1993bin.OR.UM.RS": (
        "beta se stat pval ci_lb ci_ub tau2 sigma2 logLik QE_Wld QE_Wld_p",
        f"{_LOWER_MAXIMUM}; {_NUMERICAL_HESSIAN}",
    ),
    "06_glmm/sim_two_13.OR.UM.RS": ("QE_LRT QE_LRT_p QE_df", _SATURATED_FAILED),
    "06_glmm/sim_two_20.OR.UM.RS": ("QE_LRT QE_LRT_p QE_df", _SATURATED_FAILED),
    "06_glmm/sim_rate_03.IRR.UM.RS.nAGQ1": ("QE_LRT QE_LRT_p QE_df", _SATURATED_FAILED),
}
"""Case id, the outputs that differ, and the cause. All other outputs of the case must agree, and these must differ."""

SIZES = {
    "01_effect_sizes": 655,
    "02_study_intervals": 374,
    "03_random_effects": 1320,
    "04_tau2_intervals": 396,
    "05_mantel_haenszel_peto": 483,
    "06_glmm": 142,
    "07_meta_regression": 117,
    "08_subgroups": 40,
    "09_small_study_effects": 609,
    "13_prediction_intervals": 660,
    "11_gosh": 9,
    "10_influence": 100,
    "12_multilevel": 90,
    "14_bayes": 63,
    "15_network": 23,
    "16_dose_response": 12,
}
"""How many cases each family must have, so that a truncated file cannot pass."""


def postponed(case: Case) -> bool:
    return any(piece in case.id for piece in NOT_YET)


@cache
def computed(family: str) -> dict[str, dict[str, Any] | Exception]:
    """Every case of a family, computed once; an exception is kept as the result it is."""
    results: dict[str, dict[str, Any] | Exception] = {}
    for case in load(family).cases:
        if postponed(case):
            continue
        try:
            results[case.id] = FAMILIES[family](case)
        except Exception as error:  # noqa: BLE001 -- any failure of one case must not hide the others
            results[case.id] = error
    return results


def differences(case: Case, family: str) -> list[str]:
    result = computed(family)[case.id]
    return [repr(result)] if isinstance(result, Exception) else disagreements(case, result)


def key_of(sentence: str) -> str:
    return re.split(r"[.\[:]", sentence, maxsplit=1)[0]


def unexpected(case: Case, family: str) -> list[str]:
    known = KNOWN_DISAGREEMENTS.get(case.id, ("", ""))[0].split()
    return [sentence for sentence in differences(case, family) if key_of(sentence) not in known]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_whole_family_agrees_with_r(family: str) -> None:
    cases = [case for case in load(family).cases if not postponed(case)]
    failed = {case.id: found for case in cases if (found := unexpected(case, family))}
    shown = "\n".join(f"{name}: {'; '.join(found[:3])}" for name, found in list(failed.items())[:20])
    assert not failed, f"{len(failed)} of {len(cases)} cases disagree\n{shown}"


@pytest.mark.parametrize("family", FAMILIES)
def test_the_grid_is_complete(family: str) -> None:
    loaded = load(family)
    assert len(loaded.cases) == loaded.n_cases == SIZES[family]
    assert len({case.id for case in loaded.cases}) == loaded.n_cases
    run = len(computed(family))
    for piece, (count, reason) in NOT_YET.items():
        if reason.startswith(family[:2]):
            assert sum(piece in case.id for case in loaded.cases) == count
            run += count
    assert run == loaded.n_cases


def test_every_packed_family_is_covered_or_named() -> None:
    packed = {path.name.removesuffix(".json.gz") for path in FOLDER.glob("*.json.gz")}
    assert packed == set(FAMILIES) | set(WHOLE_FAMILIES_NOT_YET)
    assert not set(FAMILIES) & set(WHOLE_FAMILIES_NOT_YET)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_000_000


@pytest.mark.parametrize("family", FAMILIES)
def test_where_r_stops_the_library_names_the_reason_or_agrees_with_the_refined_value(family: str) -> None:
    loaded = load(family)
    assert len(loaded.errors) == loaded.n_errors
    failed = {}
    for case in loaded.errors:
        if postponed(case):
            continue
        try:
            found = [found for found in disagreements(case, FAMILIES[family](case)) if case.refined]
        except StatisticsError as error:
            found = [] if error.message else ["an error without message"]
        if found:
            failed[case.id] = found
    assert not failed


def test_known_disagreements_still_disagree() -> None:
    by_id = {case.id: (case, family) for family in FAMILIES for case in load(family).cases}
    agreeing = []
    for name, (keys, _) in KNOWN_DISAGREEMENTS.items():
        found = {key_of(sentence) for sentence in differences(*by_id[name])}
        agreeing += [f"{name} {key}" for key in keys.split() if key not in found]
    assert not agreeing, f"these agree now, take them off the list: {agreeing}"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_change_of_one_percent_in_any_output_would_be_caught(family: str) -> None:
    results = computed(family)
    cases = [case for case in load(family).cases if isinstance(results.get(case.id), dict)]

    def result(case: Case) -> dict[str, Any]:
        found = results[case.id]
        assert isinstance(found, dict)
        return found

    assert uncaught(cases, result) == set()
