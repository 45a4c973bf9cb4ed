"""The JSON Schema says what the loader says, so that an editor is never at odds with `mscevidence check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from study_samples import SMALL, WITH_RESULT, rich

from mscevidence import vocabulary
from mscevidence.records import json_schema, study_text
from mscevidence.records.yaml_nodes import parse

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def instance(text: str) -> Any:
    return parse(text, file="a.yaml").value


def mistakes(text: str) -> list[str]:
    return [".".join(map(str, error.absolute_path)) for error in VALIDATOR.iter_errors(instance(text))]


def test_the_schema_is_valid_and_closed() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    open_nouns = [name for name, noun in SCHEMA["$defs"].items() if noun.get("additionalProperties") is not False]
    assert open_nouns == []
    assert '"vocabulary"' not in str(SCHEMA).replace("'", '"')


@pytest.mark.parametrize("text", [SMALL, WITH_RESULT, study_text(rich())], ids=["small", "result", "rich"])
def test_valid_files_are_valid(text: str) -> None:
    assert mistakes(text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (SMALL.replace("immune-thrombocytopenia", "ITP"), "condition"),
        (SMALL.replace("single-arm", "not-reported"), "design"),
        (SMALL + "phase: x\n", "phase"),
        (SMALL + "zzz: x\n", ""),
        (SMALL + "enrolment: {start: 2019-11}\n", "enrolment"),
        (WITH_RESULT.replace("outcome: response", "outcome: respons"), "results.0.outcome"),
        (WITH_RESULT.replace("events: 8", "events: 8/18"), "results.0.events"),
        (WITH_RESULT.replace("events: 8", "events: true"), "results.0.events"),
        (WITH_RESULT.replace("2026-11-22", "22.11.2026"), "results.0.decision.on"),
    ],
)
def test_wrong_files_fail_where_they_are_wrong(text: str, place: str) -> None:
    assert mistakes(text) == [place]


def test_not_reported_is_valid_where_the_loader_takes_it() -> None:
    assert mistakes(SMALL + "phase: not-reported\ncell_product: {source: not-reported}\n") == []


@pytest.mark.parametrize(
    ("noun", "key", "kind"),
    [("Result", "outcome", "outcome"), ("Arm", "role", "arm-role"), ("Dose", "unit", "dose-unit"),
     (None, "design", "design")],
)  # fmt: skip
def test_terms_are_listed_with_their_labels(noun: str | None, key: str, kind: str) -> None:
    properties = (SCHEMA["$defs"][noun] if noun else SCHEMA)["properties"]
    listed = {one["const"]: one["description"] for one in properties[key]["anyOf"] if "const" in one}
    terms = vocabulary.load(kind)
    assert set(listed) - {"not-reported"} == set(terms)
    assert all(listed[term.id] == term.label for term in terms.values())


def test_the_schema_beside_the_study_files_is_the_one_of_this_version() -> None:
    kept = Path(__file__).parents[2] / "extracted" / "study.schema.json"
    assert json.loads(kept.read_text(encoding="utf-8")) == SCHEMA
