"""The 2x2 that answers a question: from tables, from sentences, and nothing where there is doubt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_articles import Rows, article, numbers, table

from mscevidence.extract.lookup import Answer, answer
from mscevidence.extract.wording.phrases import lexicon_of, spelt
from mscevidence.extract.wording.word_stems import same_direction, stems
from mscevidence.model import Document
from mscevidence.read import read

HEAD: Rows = [["Outcome", "MSC (n = 20)", "Placebo (n = 18)", "P value"]]
BODY: Rows = [
    ["Response", "9 (45)", "2 (11)", "0.03"],
    ["Relapse", "1 (5)", "4 (22)", "0.2"],
    ["Mean age", "41", "43", ""],
]

Four = tuple[float, float, float, float]


def ask(
    document: Document, outcome: str, intervention: str = "stromal cells (MSC)", comparator: str = "placebo"
) -> Answer | None:
    return answer(document, outcome=outcome, intervention=intervention, comparator=comparator)


def every_number_stands_where_it_says(document: Document, found: Answer | None) -> None:
    if found is None:
        return
    for value in (found.intervention_events, found.intervention_n, found.comparator_events, found.comparator_n):
        if value is not None:
            assert value.span is not None
            assert document.text[slice(*value.span)] == value.text


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [
        ("response", (9, 20, 2, 18)),
        ("number of responders", (9, 20, 2, 18)),
        ("rate of relapses", (1, 20, 4, 18)),
        ("reponse", (9, 20, 2, 18)),
        ("mean age", None),
        ("fever", None),
        ("relapse-free survival", None),
    ],
)
def test_a_row_answers(outcome: str, wanted: Four | None) -> None:
    document = article(table("Outcomes, n (%)", HEAD, BODY))
    found = ask(document, outcome)
    assert numbers(found) == wanted
    every_number_stands_where_it_says(document, found)


@pytest.mark.parametrize(
    ("head", "intervention", "comparator"),
    [
        (["", "UC-MSC group (n = 20)", "Control group (n = 18)"], "umbilical cord stromal cells", "control"),
        (["", "Intervention (n = 20)", "Usual care (n = 18)"], "stromal cells", "usual care"),
        (["", "Placebo (n = 18)", "Cells (n = 20)"], "cells", "placebo"),
        (["", "Group A (n = 20)", "Group B (n = 18)"], "rituximab", "saline"),
        (["", "48 weeks (n = 20)", "24 weeks (n = 18)"], "cells for 48 weeks", "cells for 24 weeks"),
        (["", "Phone calls (n = 20)", "No phone calls (n = 18)"], "phone calls", "no phone calls"),
    ],
)
def test_columns_are_found_by_many_names(head: list[str], intervention: str, comparator: str) -> None:
    values = {"20": "9 (45)", "18": "2 (11)"}
    row = ["Response", *(next(v for n, v in values.items() if n in cell) for cell in head[1:])]
    methods = "Patients were randomised to two groups (Group A: rituximab; Group B: saline). UC, umbilical cord."
    document = article(table("Outcomes, n (%)", [head], [row]), methods=methods)
    assert numbers(ask(document, "response", intervention, comparator)) == (9, 20, 2, 18)


@pytest.mark.parametrize(
    "body",
    [
        [["Response", "9 (60)", "2 (11)", ""]],
        [["Response", "4.2 ± 1.0", "2.2 ± 0.4", ""]],
        [["Response, median days", "9", "2", ""]],
        [["Early response", "9 (45)", "2 (11)", ""], ["Late response", "8 (40)", "1 (6)", ""]],
        [["Response, per 100 patient-years", "9.1", "2.4", ""]],
    ],
)
def test_what_is_not_certain_is_not_answered(body: Rows) -> None:
    assert numbers(ask(article(table("Outcomes", HEAD, body)), "response")) is None


def test_the_wrong_group_is_not_taken() -> None:
    head = [["", "Rituximab (n = 20)", "Eltrombopag (n = 18)", "Fostamatinib (n = 20)"]]
    document = article(table("Outcomes, n (%)", head, [["Response", "9 (45)", "2 (11)", "8 (40)"]]))
    assert ask(document, "response", "MSC", "placebo") is None
    assert numbers(ask(document, "response", "rituximab", "fostamatinib")) == (9, 20, 8, 20)


def test_patients_without_something_are_no_control_group() -> None:
    head = [["", "Smokers (n = 20)", "Non-smokers (n = 18)"]]
    document = article(table("Outcomes, n (%)", head, [["Response", "9 (45)", "2 (11)"]]))
    assert ask(document, "response", "MSC", "control") is None


def test_another_dose_is_not_taken() -> None:
    head = [["", "1 mg (n = 20)", "2 mg (n = 20)", "Placebo (n = 18)"]]
    document = article(table("Outcomes, n (%)", head, [["Response", "9 (45)", "5 (25)", "2 (11)"]]))
    assert numbers(ask(document, "response", "drug 2 mg", "placebo")) == (5, 20, 2, 18)
    assert numbers(ask(document, "response", "drug 4 mg", "placebo")) is None


def test_a_part_of_the_patients_does_not_answer_for_all() -> None:
    head = [["", "Children@2", "Overall@2"], ["", "MSC (n = 5)", "Placebo (n = 6)", "MSC (n = 20)", "Placebo (n = 18)"]]
    body = [["Response", "1 (20)", "0", "9 (45)", "2 (11)"]]
    document = article(table("Outcomes, n (%)", head, body))
    assert numbers(ask(document, "response")) == (9, 20, 2, 18)
    assert numbers(ask(document, "response in children")) == (1, 5, 0, 6)


def test_n_beside_the_count_goes_before_n_of_the_header() -> None:
    head = [["", "MSC (n = 30)@2", "Placebo (n = 30)@2"], ["", "N", "n (%)", "N", "n (%)"]]
    document = article(table("Outcomes", head, [["Response", "20", "9 (45)", "18", "2 (11.1)"]]))
    assert numbers(ask(document, "response")) == (9, 20, 2, 18)


def test_percents_become_events_where_n_is_certain_and_say_so() -> None:
    document = article(table("Outcomes", HEAD, [["Response rate", "45%", "11.1%", ""]]))
    found = ask(document, "response")
    assert numbers(found) == (9, 20, 2, 18)
    assert found is not None
    assert found.derived
    assert found.rule == "table-row-percent"
    every_number_stands_where_it_says(document, found)


def test_a_percent_that_no_whole_number_makes_is_no_answer() -> None:
    assert numbers(ask(article(table("Outcomes", HEAD, [["Response rate", "43%", "11.1%", ""]])), "response")) is None


def test_n_follows_from_the_percents_of_a_column() -> None:
    body = [["Response", "9 (42.9)", "2 (11.8)"], ["Fever", "7 (33.3)", "3 (17.6)"], ["Rash", "15 (71.4)", "5 (29.4)"]]
    found = ask(article(table("Outcomes, n (%)", [["", "MSC", "Placebo"]], body)), "response")
    assert numbers(found) == (9, 21, 2, 17)
    assert found is not None
    assert found.derived


def test_rows_may_be_the_groups() -> None:
    made = table(
        "Response by group", [["Group", "Responders", "%"]], [["MSC", "9/20", "45"], ["Placebo", "2/18", "11"]]
    )
    assert numbers(ask(article(made), "response")) == (9, 20, 2, 18)


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        (
            "Relapse occurred in 3/20 (15%) patients of the MSC group and 6/18 (33.3%) of the placebo group.",
            (3, 20, 6, 18),
        ),
        (
            "The relapse rate was 15% (3/20) and 33.3% (6/18) in the MSC and placebo groups, respectively.",
            (3, 20, 6, 18),
        ),
        ("The number of relapses in the MSC group was 3 and in the placebo group was 6 (p = 0.2).", (3, 20, 6, 18)),
        ("Relapse was less common with MSC (15%) than with placebo (33.3%).", (3, 20, 6, 18)),
        ("There was no relapse in either group.", (0, 20, 0, 18)),
        (
            "No relapse was seen in the MSC group. A relapse was seen in 6 (33.3%) patients of the placebo group.",
            (0, 20, 6, 18),
        ),
        ("There was no significant difference in relapse between the groups.", None),
        ("Relapse occurred in 3/20 (25%) patients of the MSC group and 6/18 (33.3%) of the placebo group.", None),
        (
            "Although relapse did not differ, fever occurred in 3/20 (MSC group) and 6/18 (placebo group) patients.",
            None,
        ),
        ("Time to relapse was 15 ± 3 days with MSC and 33 ± 4 days with placebo.", None),
        ("Fever occurred in 3/20 patients of the MSC group and 6/18 of the placebo group, as did relapse.", None),
        (
            "Relapse occurred at 15 per 100 patient-years with MSC and 33 per 100 patient-years with placebo.",
            None,
        ),
    ],
)
def test_sentences_answer(sentence: str, wanted: Four | None) -> None:
    methods = "Patients were randomised to MSC (n = 20) or placebo (n = 18)."
    document = article(sentence, methods=methods)
    found = ask(document, "relapse", "MSC")
    assert numbers(found) == wanted
    every_number_stands_where_it_says(document, found)


def test_serious_events_do_not_answer_for_all_events() -> None:
    methods = "Patients were randomised to MSC (n = 20) or placebo (n = 18)."
    document = article("Serious adverse events occurred in 3/20 (MSC) and 6/18 (placebo) patients.", methods=methods)
    assert numbers(ask(document, "adverse events", "MSC")) is None


def test_places_that_disagree_leave_the_question_open() -> None:
    text = "Response was seen in 8/20 patients of the MSC group and 2/18 of the placebo group."
    other = "Response was seen in 7/20 patients of the MSC group and 2/18 of the placebo group."
    assert numbers(ask(article(text, other), "response", "MSC")) is None


def test_a_percent_is_no_ground_for_events_where_tables_of_the_article_cannot_be_read() -> None:
    methods = "Patients were randomised to MSC (n = 20) or placebo (n = 18)."
    sentence = "Relapse was lower in the MSC group (10.0%) than in the placebo group (50.0%)."
    picture = "<table-wrap><label>Table 3</label><caption><p>Outcomes.</p></caption><graphic/></table-wrap>"
    assert numbers(ask(article(sentence, methods=methods), "relapse", "MSC")) == (2, 20, 9, 18)
    hidden = ask(article(sentence, picture, methods=methods), "relapse", "MSC")
    assert hidden is not None
    assert (hidden.rule, hidden.complete) == ("sizes-only", False)


def test_sizes_alone_are_an_answer_without_events() -> None:
    found = ask(
        article("Nothing else.", methods="Patients were randomised to MSC (n = 20) or placebo (n = 18)."),
        "relapse",
        "MSC",
    )
    assert found is not None
    assert not found.complete
    assert (found.rule, found.intervention_n.number, found.comparator_n.number) == ("sizes-only", 20, 18)


def test_abbreviations_and_groups_are_understood() -> None:
    lexicon = lexicon_of(
        article("Myocardial infarction (MI). Group I (laser) and Group II (sham). OD, open defecation.")
    )
    assert lexicon.abbreviations["mi"] == stems("myocardial infarction")
    assert lexicon.abbreviations["od"] == stems("open defecation")
    assert lexicon.groups["group_i"] == stems("laser")


@pytest.mark.parametrize(
    ("asked", "told", "same"),
    [
        ("relapse", "relapse-free survival", False),
        ("reduction of the area", "reappearance of the area", False),
        ("reduction of the area", "decrease of the area", True),
        ("relapse", "relapse", True),
    ],
)
def test_directions(asked: str, told: str, same: bool) -> None:
    assert same_direction(asked, told) is same


def test_words_are_spelt_as_the_document_spells_them() -> None:
    assert spelt("Placbeo response", article("Placebo was given. The response came.")) == "placebo response"


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=300))
def test_any_text_is_survived_and_spans_are_exact(words: str) -> None:
    document = read(
        f"Response was seen. {words} 9/20 in the MSC group and 2/18 in the placebo group.".encode("utf-8", "replace")
    )
    every_number_stands_where_it_says(document, ask(document, "response", "MSC"))


def test_a_text_without_a_space_is_read_to_its_end() -> None:
    told = b"Relapse occurred in 3/20 patients of the MSC group and 6/18 patients of the placebo group."
    for words in (b"a" * 1_000_000 + b" " + told, told + b" " + b"a" * 1_000_000):
        assert numbers(ask(read(words, format="plain-text"), "relapse", "MSC")) == (3, 20, 6, 18)
