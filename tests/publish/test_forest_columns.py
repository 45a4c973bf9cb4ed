"""Columns of a forest plot that need whole records, discs of the appraisal, and rates per so many patients."""

from __future__ import annotations

from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from figure_reading import assert_apart, by_key, texts_in_place
from mscevidence import synthesis, vocabulary
from mscevidence.errors import SelectionError, UnknownTermError
from mscevidence.model import Pooled, Question, Study
from mscevidence.publish.completeness import FIELDS
from mscevidence.publish.forest import describe, draw_forest
from mscevidence.publish.forest.bias_discs import COLOURS, SYMBOLS, discs, symbol
from mscevidence.publish.plot_page import texts_of
from mscevidence.publish.scale import rates_per
from study_factory import arm, report, result, study

JBI = "jbi-case-series-2020"
DOMAINS = [domain.id for domain in vocabulary.load("appraisal-tool")[JBI].domains]


def appraised(levels: str, *, by: str = "ab", tool: str = JBI, **more: Any) -> dict[str, Any]:
    names = {"+": "yes", "-": "no", "?": "unclear", "/": "not-applicable"}
    return {"tool": tool, "by": by, "answers": {DOMAINS[i]: names[one] for i, one in enumerate(levels)}, **more}


def studies(k: int = 3) -> list[Study]:
    counts = ((8, 18), (7, 7), (3, 12), (0, 9))
    return [
        study(
            f"s{i}",
            result("response", *counts[i % 4], time_point={"value": 3, "unit": "month"}),
            result("serious-adverse-event", 0, counts[i % 4][1], time_point={"value": 2, "unit": "year"}),
            arms=[arm(dose={"value": 1e6, "unit": "cells/kg"}, treated=counts[i % 4][1])],
            reports=[report(first_author=f"Author{i} A")],
            appraisal=[appraised("++-?/+++++")] if i % 2 == 0 else [],
        )
        for i in range(k)
    ]


def pooled(found: list[Study], **asked: Any) -> Pooled:
    return synthesis.pool(found, (), Question.model_validate({"outcome": "response", **asked}))


def drawn(found: list[Study], *columns: str, **options: Any) -> Figure:
    return draw_forest(pooled(found), columns=columns, studies=found, **options)


def test_follow_up_is_the_latest_time_that_a_study_reports_and_completeness_the_share_of_fields() -> None:
    said = texts_of(drawn(studies(), "follow-up", "completeness"))
    assert said.count("2 years") == 3
    # Dose, response, adverse events, time point, and the appraisal of two of the three.
    shares = [f"{100 * number / len(FIELDS):.0f}%" for number in (5, 4, 5)]
    assert [text for text in said if text in shares and text.endswith("%")] == shares


def test_without_the_records_nothing_fills_their_columns_and_with_them_the_nearest_is_named() -> None:
    with pytest.raises(SelectionError, match="no study of this analysis has anything for the column completeness"):
        draw_forest(pooled(studies()), columns=["completeness"])
    with pytest.raises(UnknownTermError, match="compleetness") as raised:
        drawn(studies(), "compleetness")
    assert "completeness" in raised.value.hint


def filled(figure: Figure) -> list[Circle]:
    return figure.findobj(Circle)


def test_a_disc_has_the_letter_and_the_colour_of_its_level_and_a_study_not_appraised_has_none() -> None:
    figure = drawn(studies(), "rob")
    assert len(filled(figure)) == 2 * 10
    found = discs(pooled(studies()), studies())
    first = next(row for row in pooled(studies()).overall.rows if row.study == "s0")
    assert "".join(found.cells(first).values()) == "++\N{MINUS SIGN}?/+++++"
    assert found.cells(next(row for row in pooled(studies()).overall.rows if row.study == "s1")) == {}
    said = " ".join(texts_of(figure))
    assert "C Valid identification of the condition" in said
    assert "? unclear" in said
    colours = [one.get_facecolor() for one in filled(figure)[:3]]
    assert colours[0] == colours[1] != colours[2]


def test_levels_that_mean_different_things_differ_in_symbol_and_every_level_of_every_tool_has_one() -> None:
    for tool in vocabulary.load("appraisal-tool").values():
        known = [SYMBOLS.get(level) for level in (*tool.levels, *tool.overall)]
        assert None not in known, tool.id
        assert len(set(tool.levels)) - len({SYMBOLS[level] for level in tool.levels}) <= 1, tool.id
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_raters_who_differ_are_not_averaged() -> None:
    twice = studies(1)[0].model_copy(
        update={"appraisal": study("x", appraisal=[appraised("++"), appraised("+-", by="cd")]).appraisal}
    )
    found = discs(pooled([twice]), [twice])
    assert [*found.cells(pooled([twice]).overall.rows[0]).values()] == ["+", "\N{NOT EQUAL TO}"]
    assert any("raters differ" in note for note in found.notes())
    assert symbol(("low", "low")) == "+"


def test_an_appraisal_of_another_result_is_not_shown_and_an_overall_judgement_is() -> None:
    answers = dict.fromkeys([domain.id for domain in vocabulary.load("appraisal-tool")["rob-2-2019"].domains], "low")
    one = {"tool": "rob-2-2019", "by": "ab", "answers": answers, "overall": "some-concerns"}
    other = {**one, "result": "s0/all/serious-adverse-event", "overall": "high"}
    judged = studies(1)[0].model_copy(
        update={"appraisal": study("x", appraisal=[{**one, "result": "s0/all/response@3-months"}, other]).appraisal}
    )
    found = discs(pooled([judged]), [judged])
    assert [*found.cells(pooled([judged]).overall.rows[0]).values()] == ["+"] * 5 + ["~"]


def test_discs_that_nobody_judged_are_refused() -> None:
    with pytest.raises(SelectionError, match="no study of the analysis is appraised"):
        drawn(studies()[1:2], "rob")


@pytest.mark.parametrize("style", ["plain", "revman", "jama", "bmj"])
@pytest.mark.parametrize("k", [1, 4, 20])
def test_no_text_leaves_the_page_or_stands_on_another(style: str, k: int) -> None:
    figure = drawn(studies(k), "dose", "follow-up", "completeness", "rob", style=style, per=1000)
    assert_apart(texts_in_place(figure))


@pytest.mark.parametrize(
    ("per", "rate", "text"),
    [
        (100, 8 / 18, "44.4"), (1000, 8 / 18, "444"), (10_000, 8 / 18, "4,444"), (1000, 0.0042, "4.2"),
        (1000, 0.00001, "<0.1"), (1000, 0.0, "0.0"), (1000, 1.0, "1,000"), (1000, 0.9999, ">999"), (1000, None, "–"),
    ],
)  # fmt: skip
def test_rates_per_so_many_patients(per: int, rate: float | None, text: str) -> None:
    assert rates_per(per).number(rate) == text


def test_header_axis_and_description_state_the_scale() -> None:
    found = studies()
    said = by_key(drawn(found, per=1000)).values()
    assert "Per 1,000 [95% CI]" in said
    assert "Response (per 1,000 patients)" in said
    assert {"0", "200", "1,000"} <= set(said)
    assert "444 [215, 692]" in said
    assert "444 [215, 692] per 1,000" in describe(pooled(found), per=1000)
    assert "44.4 [21.5, 69.2] per cent" in describe(pooled(found))


def test_an_unusual_number_of_patients_names_the_usual_ones_and_a_ratio_has_none() -> None:
    with pytest.raises(UnknownTermError, match="'500'") as raised:
        drawn(studies(), per=500)
    assert "1000" in raised.value.hint
    arms = [arm("msc"), arm("placebo", role="placebo")]
    two = study("two", result("response", 5, 9, arm="msc"), result("response", 2, 9, arm="placebo"), arms=arms)
    with pytest.raises(SelectionError, match="odds ratio is not given per 1,000"):
        draw_forest(pooled([two], measure="OR"), per=1000)
