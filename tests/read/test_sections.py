"""Labels of abstracts as databases and journals write them, and those that have lost what set them apart."""

from __future__ import annotations

import pytest

from mscevidence.read.abstracts import section_name
from mscevidence.read.sections import sections_of


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "BackgroundLight may help.MethodsUsing 3 lamps, we lit.ResultsA third (5%).ConclusionsIt helps.",
            "Background Methods Results Conclusion",
        ),
        (
            "AbstractBackgroundCOVID-19 spreads. Patients and methodsIn 12 centres.Results8 of 18 died.",
            "Background Methods Results",
        ),
        ("We read. ContextNet 3 was used.", "Abstract"),
        ("MethodsX is a journal.", "Abstract"),
    ],
)
def test_labels_glued_to_their_text(text: str, names: str) -> None:
    sections = sections_of(f"One\n\n{text}", (5, 5 + len(text)))
    assert " ".join(each.name for each in sections) == names


def test_a_glued_label_is_no_part_of_its_section() -> None:
    text = "AbstractBackgroundLight may help.Results8 of 18 died."
    assert [text[slice(*each.span)] for each in sections_of(text, (0, len(text)))] == [
        "Light may help.",
        "8 of 18 died.",
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Background: A.\nMethod(s): B. Result(s): C. Conclusion(s): D.", "Background Methods Results Conclusion"),
        ("Objective(s): A. Material(s) and Method(s): B. Results: C.", "Objective Methods Results"),
        (
            "Background Cells help. Methods/findings A trial. Conclusions/Significance Yes indeed.",
            "Background Results Conclusion",
        ),
        (
            "Background\nA.\nMethodology / Principal Findings\nB.\nConclusions/Significance\nC.",
            "Background Results Conclusion",
        ),
        (
            "IMPORTANCE: A. DESIGN, SETTING, AND PARTICIPANTS: B. MAIN OUTCOMES AND MEASURES: C. RESULTS: D.",
            "Background Methods Methods Results",
        ),
        (
            "BACKGROUND: A. SELECTION CRITERIA: B. MAIN RESULTS: C. AUTHORS' CONCLUSIONS: D.",
            "Background Methods Results Conclusion",
        ),
        ("OBJECTIVE: A. RESULTS: B. CONCLUSIONS AND RELEVANCE: C.", "Objective Results Conclusion"),
        ("Background & Aims: A. Patients & Methods: B. Methods and Results: C.", "Background Methods Results"),
        (
            "Background and Purpose- Cells help. Methods- A trial. Results- 8 of 18. Conclusions- Yes.",
            "Background Methods Results Conclusion",
        ),
        ("Purpose—Cells help. Methods—A trial. Results—8 of 18.", "Objective Methods Results"),
        ("[Purpose] A. [Subjects and Methods] B. [Results] C. [Conclusion] D.", "Objective Methods Results Conclusion"),
        ("【Objective】Cells help.【Methods】B. 【Results】 C.", "Objective Methods Results"),
        ("We paid [Results] and left [results].", "Abstract"),
        ("We paid. Results-based pay helps. Summary of all.", "Abstract"),
    ],
)
def test_labels_of_databases_and_journals(text: str, names: str) -> None:
    assert " ".join(each.name for each in sections_of(text, (0, len(text)))) == names


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("METHODOLOGY/PRINCIPAL FINDINGS", "Results"),
        ("METHODS AND PRINCIPAL FINDINGS", "Results"),
        ("METHODS", "Methods"),
        ("CONCLUSIONS/SIGNIFICANCE", "Conclusion"),
    ],
)
def test_a_part_that_holds_results_too_is_called_after_them(label: str, name: str) -> None:
    assert section_name(label, "METHODS") == name
