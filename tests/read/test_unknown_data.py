"""JSON and XML of no known format are an error; an abstract that only begins like them is read."""

from __future__ import annotations

import pytest

from mscevidence.errors import DocumentError
from mscevidence.read import read

DATA = [
    ('[{"table": "outcomes", "root": ["resultsSection"]}]', "JSON"),
    ('{"openapi": "3.0.3", "info": {"title": "An interface of studies"}}', "JSON"),
    ('{"openapi": "3.0.3", "info": {"title": "cut sho', "JSON"),
    ('["background", "methods"]', "JSON"),
    ("[" * 200_000 + '"words"' + "]" * 200_000, "JSON"),
    ('<?xml version="1.0"?>\n<!-- a schema -->\n<xs:schema xmlns:xs="urn:x"><xs:element name="study"/>', "XML"),
    ('<?xml version="1.0"?><!DOCTYPE bomb [<!ENTITY a "words">]><bomb>&a;</bomb>', "XML"),
    ("<feed><entry>A study of words</entry></feed>", "XML"),
]


@pytest.mark.parametrize(("text", "kind"), DATA)
def test_data_in_no_known_format_are_an_error_that_names_the_formats(text: str, kind: str) -> None:
    with pytest.raises(DocumentError, match=f"the input is {kind} in no format that is read") as told:
        read(text.encode())
    assert {"JSON": "ClinicalTrials.gov", "XML": "PubMed"}[kind] in told.value.hint
    assert read(text.encode(), format="plain-text").format == "plain-text"


@pytest.mark.parametrize(
    "text",
    [
        "{Cells} of the cord in 12 patients. Results: 8 of 12 responded.",
        "[1] Cells of the cord in 12 patients. Results: 8 of 12 responded.",
        '"Cells" of the cord in 12 patients.',
        "[Cells of the cord]. Article in Chinese.",
        "<5% of patients relapsed. Results: 8 of 12 responded.",
        "<i>Background</i> Cells of the cord. Results: 8 of 12 <i>responded</i>",
        "<b>Cells of the cord in 12 patients.</b>",
        "<cells> of the cord in 12 patients.",
    ],
)
def test_an_abstract_that_only_begins_like_data_is_read(text: str) -> None:
    document = read(text.encode())
    assert document.format == "plain-text"
    assert document.text == text
