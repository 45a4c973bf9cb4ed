"""A pattern of many words finds each of them, in whatever case, and no other."""

from __future__ import annotations

import re

import pytest

from mscevidence.extract.grammar.word_patterns import any_case

WORDS = "a an the two(?!-dose) patients?"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The patient AND an arm", ["The", "patient", "an"]),
        ("PATIENTS a two-dose two", ["PATIENTS", "a", "two"]),
        ("then tw other andes", []),
    ],
)
def test_words_are_found_in_whatever_case(text: str, found: list[str]) -> None:
    assert re.findall(rf"\b{any_case(WORDS)}\b", text) == found


def test_there_is_one_branch_for_each_first_letter() -> None:
    assert any_case("an to a") == "(?:[Aa](?i:|n)|[Tt](?i:o))"
