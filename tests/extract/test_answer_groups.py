"""Whose a count is and how many patients a group has: names, lists, brackets and what follows from one another."""

from __future__ import annotations

import pytest
from small_articles import Rows, article, numbers, table

from mscevidence.extract.lookup import Answer, answer
from mscevidence.extract.lookup.group_mentions import Groups
from mscevidence.extract.lookup.group_sizes import sizes_of
from mscevidence.extract.wording.pairing import Sides, pair
from mscevidence.extract.wording.phrases import lexicon_of
from mscevidence.model import Document

Four = tuple[float, float, float, float]
RANDOM = "Patients were randomised to lapatinib plus letrozole (n = 40) or letrozole alone (n = 50)."


def ask(document: Document, outcome: str, intervention: str, comparator: str) -> Answer | None:
    return answer(document, outcome=outcome, intervention=intervention, comparator=comparator)


def sizes(sentence: str, intervention: str, comparator: str) -> tuple[float | None, float | None]:
    document = article("Nothing more.", methods=sentence)
    first, second = sizes_of(Groups(document, Sides(intervention, comparator, lexicon_of(document))))
    return first.number if first else None, second.number if second else None


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        (
            "Rash was seen in 4 (10%) patients with lapatinib plus letrozole and 10 (20%) with letrozole.",
            (4, 40, 10, 50),
        ),
        ("Rash: 10% in the lapatinib-letrozole group compared with 20% in the letrozole group.", (4, 40, 10, 50)),
        ("Rash differed in the lapatinib group (10% vs 20%).", None),
        ("Rash was less common in the lapatinib group (10% vs 20%).", (4, 40, 10, 50)),
        ("Rash was more common in the lapatinib group (10% vs 20%).", None),
        ("Rash occurred in 14 patients, 4 with lapatinib plus letrozole and 10 with letrozole alone.", (4, 40, 10, 50)),
        (
            "Lapatinib plus letrozole caused nausea (50% versus 40%), rash (10% versus 20%) and cough (5% versus 2%).",
            (4, 40, 10, 50),
        ),
        ("Patients with lapatinib (10%) had rash.", None),
        ("Rash occurred with or without lapatinib in 10% and 20%.", None),
        ("We gave the last 2 lapatinib cycles and 4 letrozole cycles without loss to rash.", None),
        ("Five-year rash-free survival was 10% with lapatinib plus letrozole and 20% with letrozole alone.", None),
    ],
)
def test_one_group_whose_words_are_all_in_the_other(sentence: str, wanted: Four | None) -> None:
    document = article(sentence, methods=RANDOM)
    assert numbers(ask(document, "rash", "lapatinib plus letrozole", "letrozole alone")) == wanted


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        (
            "Relapse in groups A, B and C occurred in 4 (20%), 6 (30%) and 9 (45%) patients, respectively.",
            (4, 20, 9, 20),
        ),
        ("Relapse occurred in 4 (20%), 6 (30%) and 9 (45%) of the groups A, B and C, respectively.", (4, 20, 9, 20)),
        (
            "Relapse occurred in 4 (20%) in the A group, 6 (30%) in the B group, and 9 (45%) in the C group.",
            (4, 20, 9, 20),
        ),
        ("Relapse occurred in 4 (20%) in group A, 6 (30%) in group B, and 9 (45%) in group C.", (4, 20, 9, 20)),
        ("Relapse in groups A, B and C occurred in 4 (20%) and 6 (30%) patients, respectively.", None),
    ],
)
def test_lists_of_more_groups_than_asked_for(sentence: str, wanted: Four | None) -> None:
    methods = "Group A (MSC, n = 20), group B (steroids, n = 20) and group C (placebo, n = 20) were compared."
    assert numbers(ask(article(sentence, methods=methods), "relapse", "MSC", "placebo")) == wanted


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("We assigned 60 patients: 40 to MSC and 20 to placebo.", (40, 20)),
        ("A total of 40 and 20 patients were under MSC and placebo, respectively.", (40, 20)),
        ("60 patients were randomised (MSC 40, placebo 20).", (40, 20)),
        ("Patients were randomised 1:1 to MSC or placebo.", (None, None)),
        ("In the MSC group, there were 24 men and 17 women.", (None, None)),
        ("60 patients were randomised to MSC or placebo (30 patients in each group).", (30, 30)),
        ("A sample of 60 patients was assigned to MSC and placebo (n = 30).", (30, 30)),
        ("Patients were randomised to MSC (n = 40) or best care (n = 20).", (40, 20)),
        ("Relapse occurred in three patients allocated to MSC and one patient allocated to placebo.", (None, None)),
        ("The incidence was 29, 24 and 54% in MSC, steroids and placebo.", (None, None)),
        ("Eight cases, four from MSC, two from placebo, were excluded.", (None, None)),
    ],
)
def test_sizes_of_groups(sentence: str, wanted: tuple[float | None, float | None]) -> None:
    assert sizes(sentence, "MSC", "placebo") == wanted


def test_sizes_in_tables_are_no_sentences() -> None:
    rows: Rows = [["Diarrhoea", "12 (30)", "11 (55)"]]
    made = table("Events", [["", "MSC (n = 40)", "placebo (n = 20)"]], rows)
    document = article(made, methods="MSC was compared with placebo.")
    groups = Groups(document, Sides("MSC", "placebo", lexicon_of(document)))
    assert sizes_of(groups) == (None, None)


def test_a_percent_is_of_the_sizes_that_it_fits() -> None:
    made = table("Safety", [["", "MSC (n = 25)", "placebo (n = 21)"]], [["Cough", "3 (12)", "2 (10)"]])
    methods = "Patients were allocated to MSC (n = 26) or placebo (n = 22)."
    document = article("Response was reached by 88% of MSC and 43% of placebo patients.", made, methods=methods)
    assert numbers(ask(document, "response", "MSC", "placebo")) == (22, 25, 9, 21)
    document = article("Response was seen in 2 patients with MSC and 1 with placebo.", made, methods=methods)
    assert numbers(ask(document, "response", "MSC", "placebo")) is None


@pytest.mark.parametrize(
    ("methods", "wanted"),
    [
        ("40 patients were randomised to chemotherapy with or without amifostine.", (0, 20, 5, 20)),
        ("41 patients were randomised to chemotherapy with or without amifostine.", None),
        ("400 patients were randomised to chemotherapy with or without amifostine.", None),
        ("40 patients received chemotherapy with or without amifostine.", None),
    ],
)
def test_halves_are_believed_where_a_percent_tests_them(methods: str, wanted: Four | None) -> None:
    document = article("Stomatitis occurred in 25% without versus 0% of patients with amifostine.", methods=methods)
    found = ask(document, "stomatitis", "amifostine", "control")
    assert numbers(found) == wanted
    assert found is None or found.derived


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("Rash did not occur in any of the patients.", (0, 40, 0, 20)),
        ("Rash was not observed in either group.", (0, 40, 0, 20)),
        ("None of our patients had fever, rash, or cough.", (0, 40, 0, 20)),
        ("MSC was safe and placebo too, with no rash during the study.", (0, 40, 0, 20)),
        ("Patients without rash were followed.", None),
        ("The endpoints were no rash and no fever.", None),
        ("With no fever, the rash rate was 0.27 in MSC and 0.41 in placebo.", None),
        ("No rash was seen in the MSC group.", None),
        ("No patients in the 200M-group had rash.", None),
        ("No rash was seen in any group.", (0, 40, 0, 20)),
    ],
)
def test_nobody(sentence: str, wanted: Four | None) -> None:
    methods = "Patients were randomised to MSC (n = 40) or placebo (n = 20)."
    assert numbers(ask(article(sentence, methods=methods), "rash", "MSC", "placebo")) == wanted


def test_nobody_is_of_no_certain_number_where_sizes_disagree() -> None:
    made = table("Safety", [["", "MSC (n = 38)", "placebo (n = 19)"]], [["Cough", "3 (8)", "2 (11)"]])
    methods = "Patients were randomised to MSC (n = 40) or placebo (n = 20)."
    document = article("There was no rash in either group.", made, methods=methods)
    assert numbers(ask(document, "rash", "MSC", "placebo")) is None


def test_kinds_of_events_are_not_their_lack() -> None:
    said = "Non-respiratory events were seen in 12 (30%) patients with MSC and 8 (40%) with placebo."
    document = article(said, methods="Patients were randomised to MSC (n = 40) or placebo (n = 20).")
    assert numbers(ask(document, "respiratory events", "MSC", "placebo")) is None
    assert numbers(ask(document, "non-respiratory events", "MSC", "placebo")) == (12, 40, 8, 20)


@pytest.mark.parametrize(
    ("names", "text", "wanted"),
    [
        (["Premedication", "No premedication"], "randomized to premedication or no premedication", ((0,), (1,))),
        (["Smokers", "No smokers"], "randomized to premedication or no premedication", None),
        (["TS group", "PS group"], "", None),
    ],
)
def test_headers_of_what_was_withheld(
    names: list[str], text: str, wanted: tuple[tuple[int, ...], tuple[int, ...]] | None
) -> None:
    document = article("Nothing.", methods=f"Patients were {text}.")
    found = pair(Sides("diazepam", "control", lexicon_of(document)), names)
    assert (found and (found.intervention, found.comparator)) == wanted


def test_abbreviations_of_the_question_name_columns() -> None:
    sides = Sides("thiopental-saline [TS]", "propofol-saline [PS]", lexicon_of(article("Nothing.")))
    found = pair(sides, ["TL group", "TS group", "PS group", "PL group"])
    assert found is not None
    assert (found.intervention, found.comparator) == ((1,), (2,))


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("Rash occurred in 10% of patients in both groups.", (4, 40, 2, 20)),
        ("Rash occurred in 10% of patients in both countries.", None),
        ("Rash followed 2 MSC courses and 4 placebo courses.", None),
        (
            "More patients had rash with MSC than placebo (8 vs 1), but more had pain with placebo than MSC (9 vs 3).",
            (8, 40, 1, 20),
        ),
        ("There was more rash in the placebo group than in the MSC group (8 vs 9).", None),
        ("Rash was recorded in 9 patients (MSC n=7, fat n=2).", (7, 40, 2, 20)),
        ("Rash was recorded in 9 patients (MSC n=7, fat n=3).", None),
    ],
)
def test_two_groups(sentence: str, wanted: Four | None) -> None:
    methods = "Patients were randomised to MSC (n = 40) or placebo (n = 20)."
    assert numbers(ask(article(sentence, methods=methods), "rash", "MSC", "placebo")) == wanted


def test_the_lack_of_a_treatment_is_a_group() -> None:
    methods = "Patients were randomised to MRI (n = 40) or no further imaging (n = 50)."
    said = "Reoperation was needed by 4 (10%) patients in the MRI group versus 10 (20%) in the no MRI group."
    assert numbers(ask(article(said, methods=methods), "reoperation", "MRI", "no further imaging")) == (4, 40, 10, 50)


def test_any_hyphen_is_a_hyphen() -> None:
    methods = "Women were given r\u2010HG (recombinant\u2010human, n = 40) or u\u2010HG (urine\u2010derived, n = 20)."
    document = article("Rash was seen in 10% with r\u2010HG and 20% with u\u2010HG.", methods=methods)
    assert numbers(ask(document, "rash", "r-HG", "u-HG")) == (4, 40, 4, 20)
    named = article("We gave recombinant\u2010human gonadotropin (r\u2010HG).")
    assert "r-hg" in lexicon_of(named).abbreviations


def test_halves_of_an_odd_number_are_not_believed() -> None:
    methods = "41 patients were randomised to chemotherapy with or without amifostine."
    document = article("Stomatitis occurred in 48.8% without versus 0% of patients with amifostine.", methods=methods)
    assert numbers(ask(document, "stomatitis", "amifostine", "control")) is None


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [("rash", None), ("severe rash", (3, 40, 2, 20)), ("any rash", None)],
)
def test_a_row_of_severe_events_is_not_of_any(outcome: str, wanted: Four | None) -> None:
    made = table("Safety, n (%)", [["", "MSC (n = 40)", "placebo (n = 20)"]], [["Severe rash", "3 (7.5)", "2 (10)"]])
    assert numbers(ask(article(made), outcome, "MSC", "placebo")) == wanted


def test_ratios_are_no_sizes() -> None:
    assert sizes("60 patients were randomised (MSC : placebo, 20:10).", "MSC", "placebo") == (None, None)
    assert sizes("Patients were randomised in a ratio of 20:10 to MSC or placebo.", "MSC", "placebo") == (None, None)
