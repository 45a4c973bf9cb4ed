"""A template is a valid study file without numbers, whose examples become valid when they are uncommented."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
from typer.testing import CliRunner, Result

from mscevidence.commands import build_app
from mscevidence.errors import RecordError, UnknownTermError, WriteError
from mscevidence.model import Study
from mscevidence.records import edit_study, json_schema, load_study
from mscevidence.records.reading import examine_text
from mscevidence.records.templates import FORMS, Template, template
from mscevidence.records.yaml_nodes import parse

ALL = pytest.mark.parametrize("form", list(FORMS))


def made(form: str = "single-arm", study: str = "nct01") -> Template:
    return template(form, study=study, condition="immune-thrombocytopenia")


def uncommented(text: str) -> str:
    """Return a template as an editor makes it that takes one comment mark off each line."""
    return re.sub(r"^( *)# (?!yaml-language-server)", r"\1", text, flags=re.MULTILINE)


def valid(text: str) -> Study:
    study, problems = examine_text(text, file="nct01.yaml")
    assert study is not None, [problem.message for problem in problems]
    return study


@ALL
def test_a_template_is_a_valid_study_file_without_numbers(form: str) -> None:
    text = made(form).yaml()
    assert text.startswith("# yaml-language-server: $schema=study.schema.json\n")
    study = valid(text)
    assert (study.study, study.condition, study.results) == ("nct01", "immune-thrombocytopenia", ())
    bare = re.sub(r"^ *#.*$", "", text, flags=re.MULTILINE)
    assert not re.search(r"\b\d+(?:\.\d+)?\b", re.sub(r"(?:dose|report|nct)-?\d+", "", bare))
    assert "{{" not in text
    assert max(map(len, text.splitlines())) <= 120


@ALL
def test_every_example_becomes_valid_when_it_is_uncommented(form: str) -> None:
    text = uncommented(made(form).yaml())
    study = valid(text)
    assert [result.outcome for result in study.results] == [
        "response", "serious-adverse-event", "related-serious-adverse-event", "relapse",
    ]  # fmt: skip
    assert study.results[1].parts[0].events == 2
    assert study.results[2].narrative_zero is not None
    assert study.results[3].derived is not None
    assert {result.arm for result in study.results} <= {arm.id for arm in study.arms}
    assert {result.source.report for result in study.results} == {report.id for report in study.reports}
    assert all(arm.treated for arm in study.arms)
    jsonschema.Draft202012Validator(json_schema()).validate(parse(text, file="a").value)


@ALL
def test_each_line_of_an_example_can_be_uncommented_alone_where_it_stands_alone(form: str) -> None:
    lines = made(form).yaml().splitlines(keepends=True)
    for number, line in enumerate(lines):
        if re.match(r" *# (?:[a-z_]+: \S)", line) and number < lines.index("# results:\n"):
            valid("".join([*lines[:number], uncommented(line), *lines[number + 1 :]]))


@ALL
def test_a_template_agrees_with_the_schema(form: str) -> None:
    value = parse(made(form).yaml(), file="a.yaml").value
    jsonschema.Draft202012Validator(json_schema()).validate(value)


def test_what_a_template_explains() -> None:
    text = made().yaml()
    for words in ("not yet extracted", "not-reported", "One study per file", "few words around the number", "phrase",
                  "derived", "parts", "subset", "mscevidence terms outcome", "never 8/18"):  # fmt: skip
        assert words in text


def test_the_forms_differ_in_design_and_arms() -> None:
    designs = {form: valid(made(form).yaml()) for form in FORMS}
    assert {form: study.design for form, study in designs.items()} == {
        "single-arm": "single-arm", "two-arm": "randomised-controlled", "dose-escalation": "dose-escalation",
    }  # fmt: skip
    assert designs["dose-escalation"].arms[-1].combines == ("dose-1", "dose-2", "dose-3")
    assert [arm.role for arm in designs["two-arm"].arms] == ["experimental", "control"]


def test_synonyms_are_settled_and_unknown_words_refused() -> None:
    assert template("single-arm", study="a", condition="ITP").condition == "immune-thrombocytopenia"
    with pytest.raises(UnknownTermError, match="unknown template 'one-arm'") as caught:
        template("one-arm", study="a", condition="ITP")
    assert "single-arm" in caught.value.hint
    with pytest.raises(UnknownTermError, match="unknown condition"):
        template("single-arm", study="a", condition="zzz")


@pytest.mark.parametrize("study", ["NCT 01", "a/b", "../a", "a.b", "", "a\nb: c", "null", "{x", "Ä"])
def test_ids_that_cannot_name_a_file_are_refused(study: str) -> None:
    with pytest.raises(RecordError, match="cannot be the id of a study") as caught:
        made(study=study)
    assert "such as" in caught.value.hint


def test_a_written_template_can_be_edited_and_keeps_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "nct01.yaml"
    made().write(path)
    assert path.read_text(encoding="utf-8") == made().yaml()
    edit_study(path, lambda study: study.update({"title": "B"}))
    assert load_study(path).title == "B"
    assert path.read_text(encoding="utf-8") == made().yaml().replace("Title as published", "B")


@pytest.mark.parametrize("name", ["nct02.yaml", "nct01.yml", "NCT01.yaml"])
def test_a_study_file_has_the_name_of_its_study(tmp_path: Path, name: str) -> None:
    with pytest.raises(WriteError, match=r"must be called nct01\.yaml") as caught:
        made().write(tmp_path / name)
    assert "nct01.yaml" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["nct01.yaml", "new.csv", "new.xlsx"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(WriteError, match="already there"):
        made().write(tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["new.ods", "new", "new.xls", "new.json"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownTermError, match="unknown template format"):
        made().write(tmp_path / name)


@pytest.mark.parametrize("name", ["new.csv", "new.xlsx"])
def test_the_same_template_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    for folder in ("a", "b"):
        made("dose-escalation").write(tmp_path / folder / name)
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_command_writes_to_the_screen_or_to_a_file(tmp_path: Path) -> None:
    def run(*words: str) -> Result:
        return CliRunner().invoke(build_app(), ["template", "two-arm", "--study", "nct01", *words])

    assert valid(run().stdout).design == "randomised-controlled"
    assert run("-o", str(tmp_path / "x.xlsx")).exit_code == 0
    refused = run("-o", str(tmp_path / "x.yaml"))
    assert refused.exit_code == 1
    assert "must be called nct01.yaml" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["x.xlsx"]
