from __future__ import annotations

import pytest

from mscevidence.publish import wording


@pytest.mark.parametrize(
    ("proportion", "text"),
    [
        (0.0, "0.0"),
        (0.0004, "<0.1"),
        (0.0005, "0.1"),
        (4 / 9, "44.4"),
        (0.9994, "99.9"),
        (0.9996, ">99.9"),
        (1.0, "100.0"),
        (None, "–"),
        (float("nan"), "–"),
        (float("inf"), "–"),
    ],
)
def test_percent(proportion: float | None, text: str) -> None:
    assert wording.percent(proportion) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0004, "p < 0.001"), (0.0123, "p = 0.012"), (0.5, "p = 0.50"), (None, "p = –"), (float("nan"), "p = –")],
)
def test_p_value(p: float | None, text: str) -> None:
    assert wording.p_value(p).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("Q", 5.2, 3, 0.2), "Q = 5.20, df = 3, p = 0.20"),
        (("Q", 5.2, None, None), "Q = 5.20, df = –, p = –"),
        (("likelihood-ratio test", 5.2, 3, 0.2), "likelihood-ratio test: χ² = 5.20, df = 3, p = 0.20"),
        (("Q", None, 3, None), "Q: –"),
    ],
)
def test_test(arguments: tuple[str, float | None, int | None, float | None], text: str) -> None:
    assert wording.test(*arguments).replace("\N{NO-BREAK SPACE}", " ") == text


def test_rate() -> None:
    assert wording.rate(0.5, 0.25, 0.75) == "50.0 [25.0, 75.0]"
    assert wording.rate(0.5, None, None) == "50.0"
    assert wording.rate(0.5, None, 0.75) == "50.0 [–, 75.0]"
    assert wording.rate(None, 0.1, 0.2) == "–"
    assert wording.interval(None, None) == "–"


def test_count() -> None:
    assert wording.count(1, "study", "studies") == "1 study"
    assert wording.count(1200, "patient") == "1,200 patients"


def test_level() -> None:
    assert wording.level_text(0.95) == "95%"
    assert wording.level_text(0.999) == "99.9%"
