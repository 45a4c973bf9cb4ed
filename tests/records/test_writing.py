"""What is written can be read back as it was, and a disk that fails leaves what was there before."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from study_samples import SHA, SMALL, rich

from mscevidence import vocabulary
from mscevidence.errors import WriteError
from mscevidence.model import Study
from mscevidence.records import load_study, study_text, write_atomically, write_study
from mscevidence.records.reading import examine_text

TRICKY = [
    "no", "Yes", "ON", "null", "Null", "~", "true", "1e3", "1_000", "0x1F", "0o17", "007", "1.", "+.5", ".inf",
    "1:30", "2019-11-22", "2019-11-22 00:00:00", " before", "after ", "# c", "a # b", "a: b", "a:", "- x", "? x",
    "?", "[x", "{x", "}", ", x", "&a", "*a", "!t", "%d", "@x", "`x", "'q'", '"q"', "a'b\"c", "\\n", "a\nb", "a\n",
    "\n", "a\n\n", "  a\nb", "a\r\nb", "a\rb", "é", "e\u0301", "日本", "🧬", "a\u2028b", "a\u2029b", "a\x85b",
    "\ufeffx", "\x07", "\x1b", "\x00", "\x7f", "\x9f", "\u200b", "\xa0x\xa0", "a\tb", "\ta", "<<", "=", "|", "> x",
    "---", "...", "--- a", "a\n---\nb", "\ufffe", "\U0010ffff", "not-reported", "0.5×10^6 cells/kg", "44.4% (8/18)",
    "8/18", "x" * 399, ":0", ":", "::", ":a b",
]  # fmt: skip
WORDS = st.one_of(st.sampled_from(TRICKY), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
TEXT = st.none() | WORDS
COUNT = st.none() | st.just("not-reported") | st.integers(0, 10**17)
NUMBER = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**6), 10**6).map(float)
ABOVE_ZERO = st.none() | st.floats(1e-12, 1e15) | st.just("not-reported")
SLUG = st.from_regex(r"[a-z0-9][a-z0-9._:/()-]{0,12}", fullmatch=True)
DAY = st.dates().filter(lambda day: day.year >= 1000).map(lambda day: day.isoformat())
PLAIN_ID = st.from_regex(r"[a-z0-9][a-z0-9_()-]{0,12}", fullmatch=True)


def term(kind: str) -> st.SearchStrategy[str]:
    return st.sampled_from(list(vocabulary.load(kind)))


def noun(needed: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(needed, optional=optional)


SOURCE = noun(
    {"report": SLUG, "quote": WORDS},
    {"section": TEXT, "document": st.just(SHA), "span": st.tuples(st.integers(0, 99), st.integers(0, 99))},
)
DECISION = noun({"by": WORDS, "on": DAY, "from": WORDS}, {"corrected": TEXT, "reason": TEXT})
CELLS = noun(
    {},
    {
        "source": term("cell-source") | st.just("not-reported"),
        "viability": TEXT,
        "cryopreserved": st.booleans() | st.just("not-reported"),
    },
)
DOSE = noun(
    {},
    {
        "value": ABOVE_ZERO,
        "unit": term("dose-unit"),
        "infusions": st.just("not-reported") | st.integers(1, 99),
        "text": TEXT,
    },
)
ARM = noun(
    {"id": SLUG, "role": term("arm-role")},
    {"name": TEXT, "dose": DOSE, "cell_product": CELLS, "treated": COUNT, "combines": st.lists(SLUG, max_size=2)},
)
RESULT = noun(
    {"outcome": term("outcome"), "arm": SLUG, "source": SOURCE, "decision": DECISION},
    {
        "events": COUNT,
        "n": COUNT,
        "mean": NUMBER,
        "percent": st.floats(0, 100),
        "definition": TEXT,
        "population": term("population"),
        "time_point": noun({}, {"value": st.floats(0, 1e6), "unit": term("time-unit"), "text": TEXT}),
        "derived": noun({"method": term("derivation"), "steps": WORDS}, {}),
        "narrative_zero": noun({"scope": WORDS}, {}),
        "parts": st.lists(
            noun({"term": WORDS, "events": st.integers(0, 9), "source": SOURCE, "decision": DECISION}, {}), max_size=2
        ),
        "note": TEXT,
    },
)
STUDY = noun(
    {
        "study": PLAIN_ID,
        "title": WORDS,
        "condition": term("condition"),
        "design": term("design"),
        "reports": st.lists(
            noun(
                {"id": SLUG, "kind": term("report-kind")},
                {
                    "status": term("report-status"),
                    "year": st.integers(1950, 2100),
                    "pmid": st.from_regex(r"[0-9]{1,9}", fullmatch=True),
                    "unverified": st.lists(WORDS, max_size=2),
                    "note": TEXT,
                },
            ),
            min_size=1,
            max_size=2,
        ),
    },
    {
        "phase": term("phase"),
        "registrations": st.lists(WORDS, max_size=2),
        "enrolment": noun({}, {"from": DAY, "to": st.just("not-reported") | st.just("2019-11") | st.just("2019")}),
        "centres": st.lists(noun({}, {"city": TEXT, "country": TEXT}), max_size=2),
        "cell_product": CELLS,
        "arms": st.lists(ARM, max_size=2),
        "results": st.lists(RESULT, max_size=2),
        "appraisal": st.lists(
            noun(
                {"tool": term("appraisal-tool"), "by": WORDS, "answers": st.dictionaries(WORDS, WORDS, max_size=2)}, {}
            ),
            max_size=1,
        ),
        "notes": st.lists(WORDS, max_size=2),
    },
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(STUDY)
def test_any_study_is_read_back_as_it_was_written(data: dict[str, Any]) -> None:
    study = Study.model_validate(data)
    again, problems = examine_text(study_text(study), file="a.yaml")
    assert problems == ()
    assert again == study


@settings(deadline=None, max_examples=100)
@given(WORDS)
@example("? x")
@example("a\x85b")
def test_any_text_is_read_back_in_every_kind_of_place(words: str) -> None:
    data = rich().model_dump(by_alias=True, mode="json")
    data["title"] = words
    data["notes"] = [words, "after"]
    data["registrations"] = [words, "after"]
    data["arms"][0]["dose"]["text"] = words
    data["reports"][0]["note"] = words
    data["appraisal"][0]["answers"] = {words: words}
    study = Study.model_validate(data)
    assert examine_text(study_text(study, comment=words), file="a.yaml") == (study, ())


def test_the_form_of_a_study_file() -> None:
    lines = study_text(rich(), comment="one\n\ntwo").splitlines()
    assert lines[:6] == [
        "# yaml-language-server: $schema=study.schema.json",
        "# one",
        "#",
        "# two",
        "study: nct04014166",
        "title: 'UC-MSC for refractory ITP: phase I'",
    ]
    assert "    dose: {value: 500000, unit: cells/kg, infusions: 4, interval_days: 7}" in lines
    assert "enrolment: {from: 2019-11, to: not-reported}" in lines
    assert "registrations: [NCT04014166]" in lines
    assert not [line for line in lines if line != line.rstrip()]
    assert "null" not in study_text(rich())


def test_the_same_study_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_study(rich(), tmp_path / name / "s.yaml")
    assert (tmp_path / "a/s.yaml").read_bytes() == (tmp_path / "b/s.yaml").read_bytes()
    assert load_study(tmp_path / "a/s.yaml") == rich()
    assert stat.S_IMODE((tmp_path / "a/s.yaml").stat().st_mode) == 0o644


@pytest.mark.parametrize("where", ["fsync", "replace", "mkstemp"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(SMALL, encoding="utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    target = {"fsync": "os.fsync", "replace": "pathlib.Path.replace", "mkstemp": "tempfile.mkstemp"}[where]
    monkeypatch.setattr(target, full)
    with pytest.raises(WriteError, match=r"cannot write a\.yaml: No space left on device") as caught:
        write_study(rich(), path)
    assert "what was there before is untouched" in caught.value.hint
    assert path.read_text(encoding="utf-8") == SMALL
    assert os.listdir(tmp_path) == ["a.yaml"]  # noqa: PTH208 - hidden files too


def test_an_interruption_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a.yaml", b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    if os.geteuid() == 0:  # root may write everywhere
        monkeypatch.setattr("tempfile.mkstemp", refused)
    tmp_path.chmod(0o555)
    with pytest.raises(WriteError, match="Permission denied") as caught:
        write_atomically(tmp_path / "a.yaml", b"x")
    assert "permissions of the folder" in caught.value.hint


def test_a_folder_or_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(WriteError, match=r"cannot write a\.yaml: Is a directory"):
        write_atomically(tmp_path / "a.yaml", b"x")
    with pytest.raises(WriteError, match=r"File exists|Not a directory"):
        write_atomically(tmp_path / "file" / "a.yaml", b"x")
    assert sorted(os.listdir(tmp_path)) == ["a.yaml", "file"]  # noqa: PTH208 - hidden files too
