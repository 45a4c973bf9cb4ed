"""Numbers of every registry are found where nothing else in the text looks like a number."""

from __future__ import annotations

import pytest

from mscevidence.read.identifiers import REGISTRIES, identifiers_in

EXAMPLES = {
    "nct": "NCT04014166",
    "eudract": "2008-003124-10",
    "euct": "2023-505123-14-00",
    "chictr": "ChiCTR1900023456",
    "jprn": "JPRN-C17",
    "umin": "UMIN000012345",
    "isrctn": "ISRCTN12345678",
    "actrn": "ACTRN12613000123456",
    "drks": "DRKS00012345",
    "irct": "IRCT1234N5678N9",
    "ctri": "CTRI/2016/01/123456",
    "kct": "KCT0001234",
    "ntr": "NTR123",
    "doi": "10.1182/blood-2023-1",
    "pmid": "PMID: 12345",
}


@pytest.mark.parametrize(("kind", "number"), EXAMPLES.items())
def test_a_number_is_found_alone(kind: str, number: str) -> None:
    text = f"The trial ({number}) was small."
    start = text.index(number)
    assert [(each.kind, each.value, each.span) for each in identifiers_in(text)] == [
        (kind, number.removeprefix("PMID: "), (start, start + len(number)))
    ]


def test_every_registry_has_an_example() -> None:
    assert set(REGISTRIES) <= EXAMPLES.keys()


@pytest.mark.parametrize("text", ["", "In 2016 one of 1234 patients had a function of 10.5.", "control 12 of 34"])
def test_other_numbers_are_none(text: str) -> None:
    assert identifiers_in(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("JPRN-UMIN000012345 and jRCT2033200001", [("jprn", "JPRN-UMIN000012345"), ("jprn", "jRCT2033200001")]),
        ("control of ntr123, NTR1234", [("ntr", "NTR1234")]),
        ("β-cells (CTRI/2016/123/123456).", [("ctri", "CTRI/2016/123/123456")]),
        (
            "ChiCTR-TRCD-12002222; UMIN-CTR 000012345",
            [("chictr", "ChiCTR-TRCD-12002222"), ("umin", "UMIN-CTR000012345")],
        ),
        ("12345 110.1182/x 10.5 10.1182/y.", [("doi", "10.1182/y")]),
        (
            "2008-003124-10, 2023-505123-14-00, 1-123456-10",
            [("eudract", "2008-003124-10"), ("euct", "2023-505123-14-00")],
        ),
        ("nct 04014166 nct04014166 PMID 1234 pmid: 12345", [("nct", "NCT04014166"), ("pmid", "12345")]),
    ],
)
def test_numbers_are_found_by_their_words_in_order(text: str, found: list[tuple[str, str]]) -> None:
    assert [(each.kind, each.value) for each in identifiers_in(text)] == found
