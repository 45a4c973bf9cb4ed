"""Words for one outcome are read as one; words of another, or of its lack, are not."""

from __future__ import annotations

import pytest

from mscevidence.extract.wording.outcome_wording import is_outcome, worded
from mscevidence.extract.wording.word_stems import stems


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mortality", "number of deaths"),
        ("patients who died", "mortality"),
        ("recurrence", "relapses"),
        ("haemorrhage", "bleeding"),
        ("hospital admission", "hospitalised"),
        ("rehospitalization", "readmissions"),
        ("pyrexia", "fever"),
        ("shortness of breath", "dyspnoea"),
        ("caesarean section", "cesarean delivery"),
        ("anaemia", "anemia"),
        ("oedema", "edema"),
        ("abstinence", "abstinent"),
        ("renal failure", "kidney failure"),
    ],
)
def test_words_of_one_outcome_have_the_same_stems(one: str, other: str) -> None:
    assert stems(one) & stems(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mortality", "survival"),
        ("hospitalization", "readmission"),
        ("nausea", "vomiting"),
        ("remission", "response"),
        ("pregnancy", "live birth"),
        ("miscarriage", "preterm birth"),
    ],
)
def test_words_of_different_outcomes_do_not(one: str, other: str) -> None:
    assert not stems(one) & stems(other)


def test_spelling_is_changed_within_words_and_the_rest_is_left_alone() -> None:
    assert worded("Hypoglycaemia in the group") == "Hypoglycemia in the group"
    assert worded("oedema, not Edema") == "edema, not Edema"


def test_words_for_outcomes_are_known_in_any_case() -> None:
    assert is_outcome("Readmission")
    assert not is_outcome("admission")
