"""The JSON Schema of a study file, with the valid terms of the vocabulary, so that editors complete and check."""

from __future__ import annotations

from typing import Any

from mscevidence import vocabulary
from mscevidence.model import NOT_REPORTED, Study

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``extracted/<study>.yaml``."""
    schema = Study.model_json_schema(by_alias=True)
    _fill_in_terms(schema)
    return {
        "$schema": SCHEMA_DIALECT,
        **schema,
        "title": "Study",
        "description": "One trial or cohort of patients: reports, arms and results, each number with its source.",
    }


def _fill_in_terms(node: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _fill_in_terms(item)
        return
    if not isinstance(node, dict):
        return
    kind = node.pop("vocabulary", None) if isinstance(node.get("vocabulary"), str) else None
    for item in node.values():
        _fill_in_terms(item)
    if kind is not None:
        _restrict(node, kind)


def _restrict(node: dict[str, Any], kind: str) -> None:
    terms = vocabulary.load(kind)
    optional = "anyOf" in node
    node.pop("anyOf", None)
    node.pop("type", None)
    choices: list[dict[str, Any]] = [{"const": term.id, "description": term.label} for term in terms.values()]
    # YAML reads an unquoted `phase: 1` as a number; study files accept it, so that editors must.
    choices += [{"const": int(term.id), "description": term.label} for term in terms.values() if term.id.isdigit()]
    if optional:
        choices.append({"const": NOT_REPORTED, "description": "looked for; the source does not tell"})
        node["anyOf"] = [*choices, {"type": "null"}]
    else:
        node["anyOf"] = choices
