"""Files of web sources that others recorded: every record counted by its bytes, every place in the text checked."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path

import pytest

from mscevidence.errors import DocumentError
from mscevidence.model import Document, Reject
from mscevidence.read import read_all
from mscevidence.read.canonical import canonical

FOLDER = Path(os.environ.get("MSCEVIDENCE_DOCUMENTS", Path(__file__).parents[2].parent / "shared" / "documents"))
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=f"{FOLDER} is not here: set MSCEVIDENCE_DOCUMENTS")

NO_LITERATURE = {"pmc9984800-versions.xml", "pmc3040717-supplementary-not-open-access.xml"}


def files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((FOLDER / folder).glob("*")) if path.is_file()]


def named(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=path.name) for path in paths]


def unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def split(path: Path) -> tuple[list[Document], list[Reject]]:
    found = list(read_all(path.read_bytes(), name=path.name))
    return [d for d in found if isinstance(d, Document)], [r for r in found if isinstance(r, Reject)]


def literature() -> list[Path]:
    paths = files("pubmed_efetch_xml", "pubmed_baseline", "europepmc", "ctgov_v2_json", "crossref_json")
    return [p for p in paths if p.suffix in {".xml", ".json", ".gz"} and p.name.split("__")[-1] not in NO_LITERATURE]


def pubmed_records(data: bytes) -> int:
    """Count citations and books by their bytes; an old citation is not inside an article."""
    articles = len(re.findall(rb"<PubmedArticle[\s>]", data))
    return (
        articles
        + len(re.findall(rb"<PubmedBookArticle[\s>]", data))
        + (0 if articles else len(re.findall(rb"<MedlineCitation[\s>]", data)))
    )


@pytest.mark.parametrize("path", named(files("pubmed_efetch_xml", "pubmed_baseline")))
def test_every_pubmed_record_is_read_or_rejected(path: Path) -> None:
    data = unpacked(path)
    documents, rejects = split(path)
    deleted = len(re.findall(rb"<Delete(?:Citation|Document)[\s>]", data))
    assert len(documents) + len(rejects) == pubmed_records(data) + deleted
    assert all("deleted" in r.reason or "without title and abstract" in r.reason for r in rejects)
    pmids = [int(d.identifier("pmid") or 0) for d in documents]
    firsts = re.findall(rb"<(?:MedlineCitation|BookDocument)[^>]*>\s*<PMID[^>]*>(\d+)</PMID>", data)
    assert pmids == [int(each) for each in firsts][: len(pmids)]


def test_totals_of_pubmed() -> None:
    counts = [split(path) for path in files("pubmed_efetch_xml", "pubmed_baseline")]
    assert sum(len(documents) for documents, _ in counts) == 798
    assert sum(len(rejects) for _, rejects in counts) == 3


def europepmc_records(path: Path) -> int:
    data = path.read_bytes()
    if path.suffix == ".xml":
        return len(re.findall(rb"<result>|<rdf:Description ", data))
    loaded = json.loads(data)
    return len(loaded["resultList"]["result"]) if "resultList" in loaded else len(loaded)


@pytest.mark.parametrize("path", named([p for p in files("europepmc") if "errorBean" not in p.read_text()[:200]]))
def test_every_result_of_europe_pmc_is_read(path: Path) -> None:
    documents, rejects = split(path)
    assert len(documents) == europepmc_records(path)
    assert not rejects


def ctgov_studies(data: bytes) -> int:
    loaded = json.loads(data)
    return len(loaded["studies"]) if "studies" in loaded else 1


@pytest.mark.parametrize("path", named(files("ctgov_v2_json")))
def test_every_study_is_read_with_every_number_in_place(path: Path) -> None:
    documents, rejects = split(path)
    assert len(documents) == ctgov_studies(path.read_bytes())
    assert not rejects
    for document in documents:
        for posted in document.posted:
            assert posted.value_span is None or document.text[slice(*posted.value_span)] == posted.value_text
            if posted.at_risk_span is not None:
                assert document.text[slice(*posted.at_risk_span)].replace(",", "") == str(posted.at_risk)


def adverse_event_counts(study: dict[str, object]) -> int:
    module = study.get("resultsSection", {}).get("adverseEventsModule", {})  # type: ignore[attr-defined]
    events = [*module.get("seriousEvents", []), *module.get("otherEvents", [])]
    return sum("numAffected" in each for event in events for each in event["stats"])


@pytest.mark.parametrize("path", named([p for p in files("ctgov_v2_json") if b'"seriousEvents"' in p.read_bytes()]))
def test_every_count_of_an_event_term_is_posted(path: Path) -> None:
    loaded = json.loads(path.read_bytes())
    (document,), _ = split(path)
    terms = [posted for posted in document.posted if posted.kind == "term" and posted.value is not None]
    assert len(terms) == adverse_event_counts(loaded.get("study", loaded))


@pytest.mark.parametrize("path", named([p for p in files("crossref_json") if p.suffix in {".json", ".gz"}]))
def test_every_work_of_crossref_is_read(path: Path) -> None:
    documents, rejects = split(path)
    loaded = json.loads(unpacked(path))
    work = loaded[0] if isinstance(loaded, list) else loaded.get("message", loaded)
    assert len(documents) == 1
    assert not rejects
    assert documents[0].identifier("doi") == work["DOI"].lower()
    assert len(documents[0].authors) == sum(bool(each.get("family") or each.get("name")) for each in work["author"])


@pytest.mark.parametrize("path", named(files("eutils_other")))
def test_other_answers_are_named_and_refused(path: Path) -> None:
    with pytest.raises(DocumentError, match=r"E-utilities|NCBI") as raised:
        split(path)
    assert "efetch" in raised.value.hint


@pytest.mark.parametrize("path", named(literature()))
def test_what_is_read_survives_a_round_trip_and_is_canonical(path: Path) -> None:
    for document in split(path)[0]:
        assert Document.model_validate_json(document.model_dump_json()) == document
        assert document.container is not None
        assert document.title or document.sections
        assert not re.search(r"[\u200b\u00a0\ufeff]|<(?:i|b|sup|sub|mml:\w+)>", document.text)
        assert "\n".join(" ".join(line.split()) for line in canonical(document.text).split("\n")) == "\n".join(
            " ".join(line.split()) for line in document.text.split("\n")
        )
        for section in document.sections:
            assert document.text[slice(*section.span)].strip()
        for identifier in document.identifiers:
            if identifier.span is not None:
                shown = document.text[slice(*identifier.span)]
                assert identifier.value.casefold().removeprefix("nct") in shown.casefold().replace(" ", "")


def one(folder: str, end: str) -> Document:
    path = next(path for path in files(folder) if path.name.endswith(end))
    return split(path)[0][0]


def test_an_abstract_is_not_cut_at_italics() -> None:
    document = one("pubmed_efetch_xml", "ArticleItalics.xml")
    assert document.text.endswith("and also propose a plausible explanation for the controversy on the contribution of "
                                  "CD33 to AD susceptibility.")  # fmt: skip
    assert document.authors[0].affiliations[0].startswith("Research Center and Memory Clinic of Fundació ACE")


def test_a_file_with_the_name_of_another_trial_is_noted() -> None:
    document = one("ctgov_v2_json", "NCT02278341.json")
    assert document.number == "NCT02552212"
    assert any("NCT02278341" in note for note in document.notes)
    assert not any("name of the file" in note for note in one("ctgov_v2_json", "NCT02552212.json").notes)


def test_later_parts_of_a_structured_abstract_stay() -> None:
    documents, _ = split(next(p for p in files("pubmed_baseline") if "medline16n0902" in p.name))
    structured = [d for d in documents if len(d.sections) >= 4]
    data = unpacked(next(p for p in files("pubmed_baseline") if "medline16n0902" in p.name))
    texts = re.findall(rb"<AbstractText[^>]*>(?!</AbstractText>)", data)
    assert len(structured) > 100
    assert len(texts) > 1300
    first = documents[0]
    assert [section.name for section in first.sections] == ["Objective", "Methods", "Results", "Conclusion"]
    assert first.text.endswith("tones within a particular tone space.") or "tone space" in first.text[-60:]


def test_retractions_corrections_and_comments_are_notices() -> None:
    documents = [d for path in files("pubmed_baseline", "pubmed_efetch_xml") for d in split(path)[0]]
    kinds = {notice.kind for d in documents for notice in d.notices}
    data = b"".join(unpacked(path) for path in files("pubmed_baseline", "pubmed_efetch_xml"))
    links = re.findall(rb'<CommentsCorrections RefType="(?!Cites)(\w+)"', data)
    assert sum(len(d.notices) for d in documents) == len(links)
    assert {"commented-by", "comment-on"} <= kinds
    corrected = [d for d in documents if any(n.kind == "corrected-by" for n in d.notices)]
    assert all(d.status in {"corrected", "retracted"} for d in corrected)
