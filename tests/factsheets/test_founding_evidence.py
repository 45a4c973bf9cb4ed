"""The committed study files against the facts sheets they were made from."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from mscevidence.factsheets import import_registry, import_reports, read_linkage
from mscevidence.factsheets.linkage import Linkage
from mscevidence.model import Study
from mscevidence.records import load_all

ROOT = Path(__file__).resolve().parents[2]
EXTRACTED = ROOT / "extracted"
EVIDENCE = Path(os.environ.get("MSCEVIDENCE_EVIDENCE", ROOT.parent / "shared" / "evidence"))

REVIEWED = frozenset({"nct04014166"})
"""Studies whose file is changed by review of captured documents, so that it is more than the sheets give."""

BY_HAND = frozenset({"pbc-wang-2013"})
"""Studies read by hand, without a facts sheet."""

needs_evidence = pytest.mark.skipif(
    not (EVIDENCE / "reports").is_dir(), reason=f"no facts sheets in {EVIDENCE} (set MSCEVIDENCE_EVIDENCE)"
)


@pytest.fixture(scope="module")
def links() -> Linkage:
    return read_linkage(EXTRACTED / "linkage.toml")


@pytest.fixture(scope="module")
def studies() -> dict[str, Study]:
    return {study.study: study for study in load_all(EXTRACTED)}


@pytest.fixture(scope="module")
def fresh(links: Linkage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("fresh")
    by, on = links.decided.by, links.decided.on
    import_reports(EVIDENCE / "reports", links, into, by=by, on=on)
    import_registry(EVIDENCE / "registry_adverse_event_groups.csv", links, into, by=by, on=on)
    return into


@pytest.fixture(scope="module")
def sheets() -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((EVIDENCE / "reports").glob("*.yaml"))]


@needs_evidence
def test_a_fresh_import_gives_the_committed_files(fresh: Path) -> None:
    made = {path.name: path.read_text(encoding="utf-8") for path in fresh.glob("*.yaml")}
    committed = {path.name: path.read_text(encoding="utf-8") for path in EXTRACTED.glob("*.yaml")}
    aside = {f"{study}.yaml" for study in REVIEWED}
    assert set(committed) - {f"{study}.yaml" for study in BY_HAND} == set(made)
    differing = [name for name in made if name not in aside and made[name] != committed[name]]
    assert differing == []


@needs_evidence
def test_every_sheet_is_linked(links: Linkage, sheets: list[dict[str, Any]]) -> None:
    assert {sheet["slug"] for sheet in sheets} == set(links.sheet)
    for sheet in sheets:
        for arm in sheet["arms"]:
            assert links.sheet[sheet["slug"]].place(arm["name"]) is not None, (sheet["slug"], arm["name"])


@needs_evidence
def test_every_number_of_the_sheets_is_in_a_study_file(studies: dict[str, Study], sheets: list[dict[str, Any]]) -> None:
    """Compare quotes and counts without the code of the import; one repeated abstract is the only one left out."""
    there: Counter[tuple[object, ...]] = Counter(
        (result.source.quote, result.events, result.n if isinstance(result.n, int) else None)
        for study in studies.values()
        for result in study.results
    )
    wanted: Counter[tuple[object, ...]] = Counter(
        (outcome["quote"], outcome["events"], outcome["n"])
        for sheet in sheets
        if sheet["slug"] != "aa_pang_2017_other_host"
        for outcome in sheet["outcomes"]
    )
    assert wanted - there == Counter()


@needs_evidence
def test_marks_of_the_sheets_are_kept(studies: dict[str, Study], sheets: list[dict[str, Any]]) -> None:
    results = {
        (result.source.quote, result.events, result.n): result for study in studies.values() for result in study.results
    }
    for sheet in sheets:
        for outcome in sheet["outcomes"]:
            result = results.get((outcome["quote"], outcome["events"], outcome["n"]))
            if result is None:
                continue
            assert (result.narrative_zero is not None) == (outcome["events_visible"] == "zero-wording"), outcome
            assert result.derived is not None or not outcome["derived"] or outcome["events"] is None, outcome


def test_one_study_for_the_abstract_and_its_article(studies: dict[str, Study]) -> None:
    study = studies["nct04014166"]
    assert {"ash-2023-687", "doi:10.1038/s41392-024-01793-5"} <= {report.id for report in study.reports}
    abstract = study.report("ash-2023-687")
    assert abstract is not None
    assert (abstract.status, abstract.kind, abstract.number) == ("cancelled", "conference-abstract", "687")
    overall = [one for one in study.results if one.outcome == "response" and one.arm == "all"]
    assert {one.source.report for one in overall} == {"ash-2023-687", "doi:10.1038/s41392-024-01793-5"}
    assert {one.counts() for one in overall} == {(8, 18)}
    sizes = {arm.id: arm.treated for arm in study.arms}
    assert sizes | {"dose-0.5": 3, "dose-1.0": 3, "dose-2.0": 12, "all": 18, "escalation": 12, "expansion": 6} == sizes


@pytest.mark.parametrize(
    ("study", "outcome", "counts", "population"),
    [
        ("sle-gu-2014", "relapse", (11, 49), "responders"),
        ("aa-uc-18-patients", "response", (4, 7), "subgroup"),
        ("nct01933802", "disability-improvement", (3, 10), "subgroup"),
        ("sle-wang-2017", "complete-remission", (22, 68), "survivors"),
        ("nct01741857", "relapse", (3, 24), "responders"),
        ("nct02336230", "death", (13, 55), "safety"),
    ],
)
def test_subsets_say_who_they_are(
    studies: dict[str, Study], study: str, outcome: str, counts: tuple[int, int], population: str
) -> None:
    found = [one for one in studies[study].results if one.outcome == outcome and one.counts() == counts]
    assert {one.population for one in found} == {population}


def test_percentages_alone_are_not_made_into_counts(studies: dict[str, Study]) -> None:
    results = [*studies["nct03355365"].results, *(one for one in studies["ad-kim-2017"].results if one.percent == 55)]
    assert [one.percent for one in results] == [33, 37, 55]
    assert {one.counts() for one in results} == {None}


def test_secondary_tables_are_marked(studies: dict[str, Study]) -> None:
    fang = studies["itp-fang-2012"]
    kinds = {report.id: report.kind for report in fang.reports}
    assert [kinds[one.source.report] for one in fang.results if one.outcome == "response"] == [
        "article",
        "secondary-table",
    ]
    assert {report.kind for report in studies["itp-review-ref-36"].reports} == {"secondary-table"}
