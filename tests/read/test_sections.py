"""Labels of abstracts that have lost what set them apart."""

from __future__ import annotations

import pytest

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
