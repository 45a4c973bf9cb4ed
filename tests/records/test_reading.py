"""Each mistake that a person makes in a study file is told with its line, its key and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from study_samples import SMALL, WITH_RESULT

from mscevidence.errors import RecordError, UnknownTermError
from mscevidence.model import Study
from mscevidence.records import examine, load_all, load_study
from mscevidence.records.reading import examine_text


def events(written: str) -> str:
    return WITH_RESULT.replace("events: 8\n", f"events: {written}\n")


def problems(text: str) -> list[RecordError]:
    study, found = examine_text(text, file="a.yaml")
    assert (study is None) == bool(found)
    return list(found)


def valid(text: str) -> Study:
    study, found = examine_text(text, file="a.yaml")
    assert study is not None, [problem.message for problem in found]
    return study


COUNTS = "a whole number or not-reported"

SHAPE = [  # what is wrong, text, line, words of the message, words of the hint
    ("tab before a key", SMALL + "\tphase: 1\n", 7, "a tab is used to indent", "two spaces"),
    ("tab before a dash", SMALL.replace("  - {", "\t- {"), 6, "a tab is used to indent", "two spaces"),
    ("tab one line above", "study: a\n\tx: 1\ntitle: b\n", 2, "a tab is used to indent", "two spaces"),
    ("key twice", SMALL + "title: B\n", 7, "the key 'title' is written twice", "keep one"),
    ("key twice in braces", SMALL + "enrolment: {from: 2019, from: 2020}\n", 7, "'from' is written twice", "keep one"),
    ("alias", SMALL + "notes: &a [x]\ncentres: *a\n", 7, "anchors and aliases", "write the value out"),
    ("anchor alone", SMALL + "notes: &a [x]\n", 7, "anchors and aliases", "write the value out"),
    ("anchor on a key", SMALL + "&a notes: [x]\n", 7, "anchors and aliases", "write the value out"),
    ("alias of itself", SMALL + "notes: &a [*a]\n", 7, "anchors and aliases", "write the value out"),
    ("tag on a number", events("!!int abc"), 12, "the tag 'tag:yaml.org,2002:int'", "begins with !"),
    ("tag on a float", events("!!float x"), 12, "the tag", "begins with !"),
    ("tag on a map", SMALL + "cell_product: !!python/object:os.system {name: x}\n", 7, "object:os", "begins with !"),
    ("tag on a list", SMALL + "notes: !!set [a]\n", 7, "the tag", "begins with !"),
    ("tag on a key", SMALL + "!!str notes: [a]\n", 7, "the tag", "begins with !"),
    ("two documents", SMALL + "---\n" + SMALL, 7, "a second document", "one study per file"),
    ("a directive", "%YAML 1.1\n---\n" + SMALL, 1, "begins with %", "remove it"),
    ("empty", "", 1, "the file is empty", "mscevidence template"),
    ("comments only", "# nothing yet\n", 1, "the file is empty", "mscevidence template"),
    ("a list at the top", "- a\n", 1, "expected keys and values", ""),
    ("a word at the top", "abc\n", 1, "found 'abc', expected keys and values", ""),
    ("unclosed quote", SMALL + 'notes: ["x]\n', 8, "not valid YAML", "quotes"),
    ("colon in a title", SMALL.replace("A trial", "A trial: phase I"), 2, "not valid YAML", "colons"),
    ("a list as key", SMALL + "? [a]\n: b\n", 7, "a key is a list or a map", "one word"),
    ("zero byte", SMALL + "notes: ['\x00']\n", 7, "a control character (U+0000)", "PDF"),
    ("bell", SMALL + "notes: ['\x07']\n", 7, "a control character (U+0007)", "PDF"),
    ("half a character", SMALL + "notes: ['\ud800']\n", 7, "lone surrogate", "type it anew"),
    ("brackets without end", SMALL + "notes: " + "[" * 100_000, 7, "nested too deeply", "close"),
    ("dashes without end", SMALL + "notes:\n  " + "- " * 100_000, 8, "nested too deeply", "close"),
    ("keys without end", SMALL + "notes: " + "{a: " * 50_000, 7, "nested too deeply", "close"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message", "hint"), [row[1:] for row in SHAPE], ids=[row[0] for row in SHAPE])
def test_what_is_not_a_study_file_in_form(text: str, line: int, message: str, hint: str) -> None:
    first = problems(text)[0]
    assert message in first.message
    assert first.message.startswith(f"a.yaml:{line}: ")
    assert first.line == line
    assert hint in first.hint
    assert len(first.message) < 500


KEYS = [  # what is wrong, text, line, key, expected, words of the hint
    ("unknown key", SMALL + "phse: 1\n", 7, "phse", "condition_detail, design", "did you mean phase?"),
    ("unknown key inside", SMALL + "centres: [{cty: x}]\n", 7, "centres.1.cty", "name, city, country", "city"),
    ("unknown key unlike any", SMALL + "zzz: 1\n", 7, "zzz", "condition_detail, design", "valid keys here: study"),
    ("merge key", SMALL + "<<: {phase: x}\n", 7, "<<", "study", "valid keys here"),
    ("inner name", SMALL + "enrolment: {start: 2019-11}\n", 7, "enrolment.start", "from, to", "valid keys here"),
    ("inner name of from", WITH_RESULT.replace("from:", "origin:"), 15, "results.1.decision.origin", "from", ""),
    ("number as key", SMALL + "8: x\n", 7, "8", "study", "valid keys here"),
    ("missing title", SMALL.replace("title: A trial\n", ""), 1, "title", "title", "add `title:`"),
    ("empty title", SMALL.replace("A trial", "''"), 2, "title", "some text", ""),
    ("no reports", SMALL.replace("\n  - {id: r, kind: article}", " []"), 5, "reports", "at least one entry", ""),
    ("reports empty", SMALL.replace("  - {id: r, kind: article}\n", ""), 5, "reports", "a list", "leave the key out"),
    ("report without kind", SMALL.replace(", kind: article", ""), 6, "reports.1.kind", "kind", "add `kind:`"),
    ("unknown term", SMALL.replace("immune-thr", "imune-thr"), 3, "condition", "a condition of", "immune-thromb"),
    ("label for id", SMALL.replace("immune-thrombocytopenia", "ITP"), 3, "condition", "a condition", "write immune"),
    ("unknown outcome", WITH_RESULT.replace("response", "respons"), 10, "results.1.outcome", "a outcome", "response"),
    ("term not reported", SMALL.replace("single-arm", "not-reported"), 4, "design", "a design", "terms design"),
    ("kind unknown", SMALL.replace("article", "not-reported"), 6, "reports.1.kind", "a report-kind", "terms report"),
    ("fraction", events("8/18"), 12, "results.1.events", COUNTS, "`events: 8` and `n: 18`"),
    ("fraction in words", events("8 of 18"), 12, "results.1.events", COUNTS, "`events: 8` and `n: 18`"),
    ("truth value", events("true"), 12, "results.1.events", COUNTS, "not counts"),
    ("half a patient", events("8.5"), 12, "results.1.events", COUNTS, ""),
    ("whole but a decimal", events("8.0"), 12, "results.1.events", COUNTS, ""),
    ("quoted number", events('"8"'), 12, "results.1.events", COUNTS, "without quotes and leading zeros: 8"),
    ("leading zero", events("08"), 12, "results.1.events", COUNTS, "without quotes and leading zeros: 8"),
    ("percent", events("44%"), 12, "results.1.events", COUNTS, "without %"),
    ("plus", events("+8"), 12, "results.1.events", COUNTS, ""),
    ("hexadecimal", events("0x8"), 12, "results.1.events", COUNTS, ""),
    ("arabic digit", events("١"), 12, "results.1.events", COUNTS, ""),
    ("endless digits", events("9" * 5000), 12, "results.1.events", COUNTS, ""),
    ("below zero", events("-1"), 12, "results.1.events", "a number of at least 0 or not-reported", ""),
    ("list for a number", events("[8]"), 12, "results.1.events", COUNTS, ""),
    ("map for a number", events("{a: 8}"), 12, "results.1.events", COUNTS, ""),
    ("endless", SMALL + "arms: [{id: a, role: sham, dose: {value: 1e999}}]\n", 7, "arms.1.dose.value", "a num", ""),
    ("dose zero", SMALL + "arms: [{id: a, role: control, dose: {value: 0}}]\n", 7, "arms.1.dose.value", "above 0", ""),
    ("German date", WITH_RESULT.replace("2026-11-22", "22.11.2026"), 15, "results.1.decision.on", "a date such as", ""),
    ("30 February", WITH_RESULT.replace("2026-11-22", "2026-02-30"), 15, "results.1.decision.on", "exists", "2026"),
    ("month 13", SMALL + "enrolment: {from: 2019-13}\n", 7, "enrolment.from", "a date that exists", ""),
    ("month in words", SMALL + "enrolment: {from: May 2019}\n", 7, "enrolment.from", "a month such as 2019-11", ""),
    ("DOI with prefix", SMALL.replace("article", "article, doi: 'doi:10.1000/x'"), 6, "reports.1.doi", "a DOI", ""),
    ("PMID in words", SMALL.replace("article", "article, pmid: PMID1"), 6, "reports.1.pmid", "digits", ""),
    ("year too long", SMALL.replace("article", "article, year: 20244"), 6, "reports.1.year", "at most 2100", ""),
    ("capital in id", SMALL.replace("study: a", "study: NCT01"), 1, "study", "an id of lower-case letters", ""),
    ("slash in id", SMALL.replace("study: a", "study: a/../b"), 1, "study", "without . / and :", "write a-b"),
    ("dot in id", SMALL.replace("study: a", "study: a.b"), 1, "study", "without . / and :", "write a-b"),
    ("long quote", WITH_RESULT.replace("44.4% (8/18)", "x" * 401), 14, "results.1.source.quote", "at most 400", ""),
    ("blank", WITH_RESULT.replace(', quote: "44.4% (8/18)"', ""), 14, "results.1.source.quote", "quote", "`quote:`"),
    ("hash", WITH_RESULT.replace("r, quote", "r, document: ab, quote"), 14, "results.1.source.document", "64", ""),
    ("odd span", WITH_RESULT.replace("r, quote", "r, span: [1, 2, 3], quote"), 14, "results.1.source.span", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "key", "expected", "hint"), [row[1:] for row in KEYS], ids=[row[0] for row in KEYS]
)
def test_what_is_wrong_at_a_key(text: str, line: int, key: str, expected: str, hint: str) -> None:
    found = problems(text)
    assert [(one.line, one.key) for one in found] == [(line, key)]
    assert expected in found[0].expected
    assert hint in found[0].hint
    assert len(found[0].message) + len(found[0].hint) < 500


def test_every_mistake_is_told_in_the_order_of_the_lines() -> None:
    text = (
        WITH_RESULT.replace("title: A trial\n", "")
        .replace("events: 8", "events: x")
        .replace("kind: article", "kind: 3")
    )
    assert [(one.line, one.key) for one in problems(text)] == [(1, "title"), (11, "results.1.events")]
    text = (
        WITH_RESULT.replace("single-arm", "x")
        .replace("outcome: response", "outcome: y")
        .replace("2026-11-22", "2026-13-01")
    )
    assert [one.key for one in problems(text)] == ["design", "results.1.outcome", "results.1.decision.on"]


def test_fewer_patients_than_events_is_not_a_matter_of_form() -> None:
    assert valid(events("80")).results[0].counts() == (80, 18)


def test_not_reported_not_extracted_and_zero_are_three_things() -> None:
    assert valid(events("not-reported")).results[0].events == "not-reported"
    assert valid(events("null")).results[0].events is None
    assert valid(WITH_RESULT.replace("    events: 8\n", "")).results[0].events is None
    assert valid(events("0")).results[0].events == 0
    text = SMALL + "phase: not-reported\ncell_product: {source: not-reported, cryopreserved: not-reported}\n"
    assert valid(text).phase == "not-reported"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"), ("On", "On"), ("0.90", "0.90"), ("1e3", "1e3"), ("007", "007"), ("2019-11-22", "2019-11-22"),
        ("1:30", "1:30"), ("0x1F", "0x1F"), ("1_000", "1_000"), (".inf", ".inf"), ("=", "="), ("12", "12"),
        ("'# no comment'", "# no comment"), ("x#y", "x#y"), ("12345678901234567890", "12345678901234567890"),
    ],
)  # fmt: skip
def test_a_text_stays_as_it_is_written(written: str, read: str) -> None:
    product = valid(SMALL + f"cell_product: {{viability: {written}}}\n").cell_product
    assert product is not None
    assert product.viability == read


def test_windows_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + WITH_RESULT.replace("\n", "\r\n").encode())
    assert load_study(path) == valid(WITH_RESULT)


BYTES = [
    ("latin-1", SMALL.replace("A trial", "Étude").encode("latin-1"), 2, "is not UTF-8", "encoding UTF-8"),
    ("UTF-16", SMALL.encode("utf-16"), 1, "is not UTF-8", "encoding UTF-8"),
    ("a picture", b"\x89PNG\r\n\x1a\n\x00\x00", 1, "is not UTF-8", "encoding UTF-8"),
    ("zeros", bytes(100), 1, "a control character (U+0000)", "remove it"),
    ("far too long", b"# " + b"x" * 5_000_001, 0, "5,000,003 bytes", "one study per file"),
    ("empty", b"", 1, "the file is empty", "template"),
]


@pytest.mark.parametrize(("data", "line", "message", "hint"), [row[1:] for row in BYTES], ids=[row[0] for row in BYTES])
def test_bytes_that_are_no_study_file(tmp_path: Path, data: bytes, line: int, message: str, hint: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(data)
    study, (problem,) = examine(path)
    assert study is None
    assert message in problem.message
    assert hint in problem.hint
    assert (problem.line, problem.file.endswith("/a.yaml")) == (line, True)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    for path in (tmp_path / "no.yaml", tmp_path):
        _, (problem,) = examine(path)
        assert "cannot be read" in problem.message


def test_load_study_tells_the_first_mistake_and_how_many_follow(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(WITH_RESULT.replace("single-arm", "x").replace("role: experimental", "role: y"), encoding="utf-8")
    with pytest.raises(RecordError, match="design") as caught:
        load_study(path)
    assert "1 more mistakes; `mscevidence check` lists all" in caught.value.hint


def test_a_bomb_of_aliases_costs_nothing() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]" for i in range(1, 60))]
    assert "anchors" in problems("\n".join(lines))[0].message


def test_a_large_file_is_read_whole() -> None:
    entry = WITH_RESULT[WITH_RESULT.index("  - outcome") :]
    assert len(valid(WITH_RESULT + entry * 2000).results) == 2001


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").write_text(SMALL.replace("study: a", f"study: {name}"), encoding="utf-8")
    return tmp_path


def test_a_folder_is_read_in_the_order_of_ids_without_second_extractors(folder: Path) -> None:
    (folder / "a.xy.yaml").write_text("not: read\n", encoding="utf-8")
    (folder / "linkage.toml").write_text("", encoding="utf-8")
    records = load_all(folder)
    assert [study.study for study in records] == ["a", "b"]
    assert len(records) == 2
    assert records.study("b").study == "b"
    assert records.path_of("a") == folder / "a.yaml"
    with pytest.raises(UnknownTermError, match="unknown study 'c'"):
        records.study("c")


def test_a_folder_with_a_file_of_another_name_or_ending_is_refused(folder: Path) -> None:
    (folder / "b.yaml").rename(folder / "c.yaml")
    with pytest.raises(RecordError, match="the file holds the study 'b'") as caught:
        load_all(folder)
    assert "rename the file to b.yaml" in caught.value.hint
    (folder / "c.yaml").rename(folder / "b.yml")
    with pytest.raises(RecordError, match=r"study files end in \.yaml") as caught:
        load_all(folder)
    assert caught.value.hint == "rename the file to b.yaml"
    (folder / "b.yml").rename(folder / "b.YAML")
    with pytest.raises(RecordError, match=r"study files end in \.yaml"):
        load_all(folder)


def test_all_files_of_a_folder_are_examined_before_the_first_mistake_is_told(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / f"{name}.yaml").write_text("x: 1\n", encoding="utf-8")
    with pytest.raises(RecordError) as caught:
        load_all(folder)
    assert "a.yaml" in caught.value.message
    assert "11 more mistakes" in caught.value.hint


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="there is no folder"):
        load_all(tmp_path / "no")
