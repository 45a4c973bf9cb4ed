"""Data of no known format are an error that says what to do; an abstract that only begins like them is read."""

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
    ("<catalogue><entry>A study of words</entry></catalogue>", "XML"),
    (
        '\ufeff<?xml version="1.0"?>\n<Publication><Article><Title>Cells.</Title></Article></Publication>',
        "XML",
    ),
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


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("<clinical_study><id_info/></clinical_study>", "former interface of ClinicalTrials.gov", "ingest NCT01234567"),
        (
            '{"FullStudiesResponse": {"NStudiesFound": 1}}',
            "former interface of ClinicalTrials.gov",
            "ingest NCT01234567",
        ),
        ("<rdf:RDF xmlns:rdf='urn:r'><rdf:x/></rdf:RDF>", "Zotero library", "RIS or BibTeX"),
        ("<?xml version='1.0'?><modsCollection><mods/></modsCollection>", "in MODS", "RIS or BibTeX"),
        ("<rss><channel>PubMed</channel></rss>", "news feed", "mscevidence ingest 12345678"),
        ("38653983\n31234567\n\n30446446\n", "list of 3 identifiers", "mscevidence ingest 38653983 31234567"),
        ("NCT04014166, NCT01234567", "list of 2 identifiers", "mscevidence ingest NCT04014166 NCT01234567"),
        ("https://doi.org/10.1182/blood-2023-1\n", "list of 1 identifiers", "10.1182/blood-2023-1"),
        ("TI ~ Cells in ITP\nAU ~ Prechelt, Lutz\nPY ~ 1992\n", "tags TI, AU, PY", "export it as RIS"),
        ("TY\u00a0\u00a0- JOUR\nTI\u00a0\u00a0- Cells\nVL\u00a0\u00a0- 1\n", "tags TY, TI, VL", "export it as RIS"),
        (
            "Summary\nEudraCT Number:\t\t2019-001234-56\nFull Title: Cells\nEudraCT Number: 2019-001234-57\n",
            "holds 2 trials",
            "WHO",
        ),
        ("TI= Cells\nAB= 8 of 18 responded.\nVL= 1\n", "tags TI, AB, VL", "export it as RIS"),
    ],
)
def test_what_people_are_known_to_have_is_named_with_what_to_do(text: str, what: str, hint: str) -> None:
    with pytest.raises(DocumentError, match=what) as told:
        read(text.encode())
    assert hint in told.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "12 patients in 10.1 months",
        "Cells for ITP\nEudraCT Number: 2019-001234-56\n8 of 18 responded.",
        "Cells of the cord: NCT04014166",
        "TI - title\nof an abstract with AU - nothing else",
        "TI - title of it\nAU - somebody",
        "CR: 3 of 18\nPR: 5 of 18\nNR: 10 of 18",
        "AB: blood group\nPY: pack years\nSO: sign-out",
    ],
)
def test_an_abstract_with_numbers_or_abbreviations_is_no_list_and_no_export(text: str) -> None:
    assert read(text.encode()).format == "plain-text"
