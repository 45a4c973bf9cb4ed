"""What a candidate reads, in a few characters for the terminal and the review room."""

from __future__ import annotations

import pytest

from mscevidence.extract import extract
from mscevidence.publish.candidates import shortened, value_text
from mscevidence.read import read

TOLD = {
    "A response occurred in 13 of 18 patients (72.2%).": ("result", "13/18 72.2%"),
    "Ten patients received 1.0×10^6 cells/kg weekly.": ("dose", "1×10⁶ cells/kg every 7 days"),
    "Ten patients received 2×10^6 cells/kg once weekly, 4 times.": ("dose", "2×10⁶ cells/kg every 7 days ×4"),
    "A dose of 20×10^6 cells was injected.": ("dose", "2×10⁷ cells"),
    "Twelve patients were enrolled.": ("participants", "n 12, status enrolled"),
}


@pytest.mark.parametrize(("sentence", "expected"), TOLD.items(), ids=TOLD)
def test_values_are_short_and_readable(sentence: str, expected: tuple[str, str]) -> None:
    found = [(one.kind, value_text(one)) for one in extract(read(sentence.encode(), name="abstract.txt"))]
    assert expected in found


def test_a_long_quote_keeps_its_ends_and_fits() -> None:
    assert shortened("a  b\nc", 5) == "a b c"
    assert shortened("abcdefghij", 7) == "abc…hij"
    assert shortened("abcdefghij", 8) == "abc…hij"
