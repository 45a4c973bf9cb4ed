"""Every public result has rows, a frame, a terminal and a notebook display, without NaN and with escaped texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, is_dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from mscevidence import stats
from mscevidence.stats.display import MOST_ROWS, Shown, as_text, as_words
from mscevidence.stats.inputs import FloatArray

PRIORS = {"BetaPrior", "HalfCauchy", "HalfNormal", "NormalPrior", "UniformTau"}
X, N = [8, 7, 4, 2, 9, 3], [18, 7, 4, 20, 21, 14]
X2, N2 = [5, 3, 2, 1, 9, 6], [19, 8, 6, 22, 20, 13]
DISEASE = ["itp", "itp", "sle", "sle", "crohn", "crohn"]
ARMS: dict[str, Any] = {
    "study": ["1", "1", "2", "2", "3", "3", "3"], "treatment": ["A", "B", "A", "C", "A", "B", "C"],
    "events": [3, 5, 2, 6, 4, 4, 8], "n": [20] * 7,
}  # fmt: skip


@cache
def results() -> dict[str, Any]:
    """One example of every public result, by the name of its class."""
    sizes = stats.effect_sizes("PLO", events=X, n=N)
    yi, vi = sizes.yi, sizes.vi
    counts: dict[str, Any] = {"events1": X, "n1": N, "events2": X2, "n2": N2}
    pairs = stats.arm_contrasts("OR", **ARMS)
    network = stats.network_meta_analysis(**pairs.columns)
    rare = stats.rare_event_network(**ARMS)
    regression = stats.meta_regression(yi, vi, np.stack([np.ones(6), np.arange(6.0)], axis=1))
    dose = stats.dose_response(list("aaabbb"), [0.5, 1, 2, 0.5, 1, 2], X, N)
    levels = stats.multilevel(yi, vi, list("aabbcc"))
    found = [
        sizes, stats.random_effects(yi, vi), stats.proportion_glmm(X, N), stats.count_glmm("OR", **counts),
        stats.mantel_haenszel("OR", **counts), stats.peto_odds_ratio(X, N, X2, N2), stats.study_intervals(X, N),
        stats.tau2_interval(yi, vi), stats.q_interval(12.0, 6), stats.subgroup_difference([0.1, 0.4], [0.2, 0.3]),
        stats.subgroup_analysis(yi, vi, DISEASE), stats.influence(yi, vi), stats.shrunken(yi, vi),
        stats.rank_test(yi, vi), stats.regression_test(yi, vi), stats.fail_safe_n(yi, vi),
        stats.trim_and_fill(yi, vi), stats.selection_model(yi, vi, steps=(0.025, 0.5)),
        stats.excess_significance(yi, vi), stats.bayesian_pooling(yi, vi), stats.binomial_normal(X, N),
        stats.borrow(X, N, DISEASE), stats.one_sided_limits(X, N), stats.pooled_bound([0, 0, 1], [9, 8, 30]),
        pairs, network, network.random, stats.every_method(X, N), stats.design_inconsistency(network),
        stats.direct_and_indirect(network),
        rare, stats.separated_evidence(rare), regression, regression.predict(np.array([[1.0, 2.0]])),
        dose, dose.predict([0.5, 1.0]), levels, stats.robust(levels),
    ]  # fmt: skip
    return {type(one).__name__: one for one in found}


def public_results() -> list[str]:
    return [name for name in stats.__all__ if is_dataclass(getattr(stats, name)) and name not in PRIORS]


@pytest.mark.parametrize("name", public_results())
def test_every_public_result_is_shown(name: str) -> None:
    """A new result class inherits from `display.Shown` and has an example above."""
    assert issubclass(getattr(stats, name), Shown)
    result = results()[name]
    rows, frame, text, page = result.rows(), result.frame(), str(result), result._repr_html_()
    assert rows
    assert all(set(row) == set(rows[0]) for row in rows)
    assert frame.shape == (len(rows), len(rows[0]))
    assert frame.attrs["title"] == result.title
    assert text.startswith(result.title)
    for shown in (text, page):
        assert not re.search(r"\bnan\b|\binf\b|\barray\b|object at", shown, re.IGNORECASE)
    for note in getattr(result, "notes", ()):
        assert note in text
    assert max(map(len, text.split("\n* ", maxsplit=1)[0].splitlines())) <= 120
    assert text == str(result)


def test_one_analysis_lists_its_values_and_a_batch_has_one_row_each() -> None:
    one = stats.random_effects([0.1, 0.4, 0.2], [0.1, 0.2, 0.1])
    assert [row["k"] for row in one.rows()] == [3]
    assert "\nestimator       REML\n" in str(one)
    batch = stats.random_effects([0.1, 0.4, 0.2], [0.1, 0.2, 0.1], mask=stats.leave_one_out_mask(3))
    assert [row["analysis"] for row in batch.rows()] == [1, 2, 3]
    assert "weights" not in batch.rows()[0]
    assert batch.facts()["estimator"] == "REML"
    assert batch.frame()["mu"].tolist() == batch.mu.tolist()


def test_values_are_words_a_reader_knows() -> None:
    values = [None, float("nan"), float("inf"), -float("inf"), True, 3, 4.0, 0.123456, 12345.678, 1.5e-9, "text"]
    words = ["-", "-", "infinite", "-infinite", "yes", "3", "4", "0.1235", "12345.7", "1.5e-09", "text"]
    assert [as_words(value) for value in values] == words


@dataclass(frozen=True, slots=True)
class Hostile(Shown):
    study: tuple[str, ...]
    effect: FloatArray
    setting: str
    notes: tuple[str, ...]


def test_texts_are_escaped_in_html() -> None:
    word = "<script>alert('&')</script>"
    page = Hostile((word, "b"), np.array([1.0, np.nan]), word, (word,))._repr_html_()
    assert "<script>" not in page
    assert page.count("&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;") == 3
    assert "<td>-</td>" in page


def test_long_tables_are_cut_and_wide_ones_folded() -> None:
    effect = np.arange(MOST_ROWS + 7.0)
    long = Hostile(tuple(str(i) for i in range(effect.size)), effect, "x", ())
    assert "... and 7 more; frame() has all" in str(long)
    assert "... and 7 more" in long._repr_html_()
    assert len(long.frame()) == effect.size
    wide = as_text("Wide", [{f"column {i}": 0.5 for i in range(30)}] * 2, {}, ())
    assert max(len(line) for line in wide.splitlines()) <= 110
    assert wide.count("column 0 ") >= 2
    assert as_text("Empty", [], {}, ()) == "Empty"


def test_priors_are_sentences() -> None:
    assert str(stats.NormalPrior(0, 1.5)) == "normal(0, 1.5)"
    assert str(stats.HalfNormal(1)) == "half-normal(1)"
    assert str(stats.HalfCauchy(0.5)) == "half-Cauchy(0.5)"
    assert str(stats.UniformTau(4)) == "uniform(0, 4)"
    assert str(stats.BetaPrior(1, 4)) == "beta(1, 4)"
    assert results()["BayesianProportion"].priors == "mean logit normal(0, 1.5), tau half-normal(1)"
    assert "Priors: tau half-normal(0.5), mu flat." in results()["BayesianPooling"].notes
