"""The canonical text: what is restored, what must stay, and which bytes are refused."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mscevidence.errors import DocumentError
from mscevidence.read.canonical import MAX_BYTES, canonical, decode, is_canonical

RESTORED = [
    ("at 0.5×106 cells/kg, 1.0×106 cells/kg", "at 0.5×10^6 cells/kg, 1.0×10^6 cells/kg"),
    ("in the 0.5×106, 1.0×106 and 2.0×106 cells/kg cohorts", "in the 0.5×10^6, 1.0×10^6 and 2.0×10^6 cells/kg cohorts"),
    ("platelets < 30 × 109/L", "platelets < 30 × 10^9/L"),
    ("1 x 107 cells", "1 x 10^7 cells"),
    ("2 X 106 MSCs per infusion", "2 X 10^6 MSCs per infusion"),
    ("1–2 × 106 UC-MSCs/kg", "1–2 × 10^6 UC-MSCs/kg"),
    ("5 × 10(6) cells/kg", "5 × 10^6 cells/kg"),
    ("5 x 10 6 cells/kg", "5 x 10^6 cells/kg"),
    ("20 × 10⁶ cells", "20 × 10^6 cells"),
    ("×1010 cells/kg", "×10^10 cells/kg"),
    ("106 cells/kg", "10^6 cells/kg"),
    ("106 MSCs/kg", "10^6 MSCs/kg"),
    ("neutrophils 0.5 x 10 ^ 9/L", "neutrophils 0.5 x 10^9/L"),
    ("30 × 109/l and 100×103/µL", "30 × 10^9/l and 100×10^3/µL"),
]
UNTOUCHED = [
    "106 patients",
    "109 patients with platelets",
    "5 x 106 mg of a drug",
    "a 4 x 106 mm field with cells",
    "106 cells were counted",
    "fever in 10 (6) cells",
    "10 (6%) of 160",
    "CD106 cells",
    "1.106 cells/kg",
    "area 10 x 10 cm",
    "2 x 100 mL with 5 cells",
]  # fmt: skip


@pytest.mark.parametrize(("pasted", "restored"), RESTORED)
def test_lost_superscripts_come_back(pasted: str, restored: str) -> None:
    assert canonical(pasted) == restored


@pytest.mark.parametrize("text", UNTOUCHED)
def test_true_numbers_stay(text: str) -> None:
    assert canonical(text) == text


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u00a0b\u2009c", "a b c"),
        ("zero\u200bwidth\u200d \ufeffmark", "zerowidth mark"),
        ("\u202eright to left\u202c", "right to left"),
        ("１２ of １８（６７％）", "12 of 18(67%)"),
        ("bell\x07 and \x85 control", "bell and control"),
        ("e\u0301cole", "école"),
        ("e\u200b\u0301cole", "école"),
        ("a\n\n\n\n\nb   c ", "a\n\nb c"),
    ],
)
def test_mess_of_pasting_goes(raw: str, plain: str) -> None:
    assert canonical(raw) == plain


@given(st.text(max_size=400))
def test_canonical_text_is_a_fixed_point(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once


@pytest.mark.parametrize(
    ("data", "text", "notes"),
    [
        ("Größe".encode(), "Größe", 0),
        (b"\xef\xbb\xbfBOM", "BOM", 0),
        ("Größe".encode("utf-16"), "Größe", 1),
        (b"5 \x96 6 cells \xb5L", "5 – 6 cells µL", 1),
        ("Müller, José: naïve à Zürich".encode("mac_roman"), "Müller, José: naïve à Zürich", 1),
        ("Universität Köln".encode("mac_roman"), "Universität Köln", 1),
        ("Ångström".encode("mac_roman"), "Ångström", 1),
        ("Müller".encode("mac_roman"), "Müller", 1),
        (
            "Île de Ré: Müller, Orléans, José, Rübe, Zürich".encode("mac_roman"),
            "Île de Ré: Müller, Orléans, José, Rübe, Zürich",
            1,
        ),
        ("Müller‡s Žižek, Sjögren".encode("cp1252"), "Müller‡s Žižek, Sjögren", 1),
        ("Müller’s “dose”–response…low Dušek".encode("cp1252"), "Müller’s “dose”–response…low Dušek", 1),
        (b"\x93DOSE\x94\x97text\x85 \x93a\x94 n\x95x", "“DOSE”—text… “a” n•x", 1),
        ("間葉幹細胞治療免疫性血小板減少症".encode("cp950"), "間葉幹細胞治療免疫性血小板減少症", 1),
        ("间充质干细胞治疗免疫性血小板".encode("gb18030"), "间充质干细胞治疗免疫性血小板", 1),
        ("血小板減少症における間葉系幹細胞".encode("euc_jp"), "血小板減少症における間葉系幹細胞", 1),
        ("血小板減少症における間葉系幹細胞".encode("cp932"), "血小板減少症における間葉系幹細胞", 1),
    ],
)
def test_encodings(data: bytes, text: str, notes: int) -> None:
    decoded, said = decode(data)
    assert (decoded, len(said)) == (text, notes)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04word", "zip archive"),
        (b"\x89PNG\r\n", "an image"),
        (b"text with \x00 in it", "binary"),
        (b"\xff\xfea", "cannot be decoded"),
        (b"caf\xe9 \x81\x8d", "cannot be decoded"),
        (b"x" * (MAX_BYTES + 1), "too large"),
    ],
)
def test_what_is_no_text_is_refused_with_a_hint(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message) as caught:
        decode(data)
    assert caught.value.hint


def test_a_line_is_told_canonical_only_when_none_of_its_characters_changes() -> None:
    for code in (code for code in range(0x10000) if not 0xD800 <= code < 0xE000):
        character = chr(code)
        line = f"a{character}b"
        plain = character == " " or unicodedata.category(character) not in {"Cc", "Cf", "Zs", "Zl", "Zp"}
        wide_or_hyphen = 0xFF01 <= code <= 0xFF5E or code in {0x2010, 0x2011}
        stays = plain and not wide_or_hyphen and unicodedata.is_normalized("NFC", line)
        if not stays:
            assert not is_canonical(line), hex(code)
        if is_canonical(line):
            assert canonical(line) == line, hex(code)


@pytest.mark.parametrize(
    "line", ["two  spaces", "1×10 6 cells", "10⁶", "10 ^ 6", "10(6) cells", "106 cells/kg", "x 107"]
)
def test_a_line_with_what_may_be_a_power_is_not_told_canonical_at_a_glance(line: str) -> None:
    assert not is_canonical(line)
