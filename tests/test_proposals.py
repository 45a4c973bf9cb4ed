"""What the rules propose is read once: kept while text and rules are the same, read again when they are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mscevidence import check, extract, read
from mscevidence.model import Candidate, Document
from mscevidence.review import proposals
from mscevidence.review.proposals import Proposals

ABSTRACT = Path(__file__).parents[1] / "examples" / "synthetic-abstract.txt"


@pytest.fixture
def document() -> Document:
    return read.read(ABSTRACT.read_bytes(), name=ABSTRACT.name)


@pytest.fixture
def extracted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes of the documents that were read, in order."""
    seen: list[str] = []
    really: Callable[[Document], tuple[Candidate, ...]] = extract.extract

    def noted(document: Document) -> tuple[Candidate, ...]:
        seen.append(document.sha256)
        return really(document)

    monkeypatch.setattr(extract, "extract", noted)
    return seen


def test_a_document_is_read_once_and_what_is_kept_is_the_same(
    tmp_path: Path, document: Document, extracted: list[str]
) -> None:
    folder = tmp_path / "kept"
    expected = check.check_candidates(extract.extract(document), document)
    extracted.clear()
    assert Proposals(folder).of(document) == expected
    assert Proposals(folder).of(document) == expected
    assert extracted == [document.sha256]
    assert (folder / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == [".gitignore"]


def test_another_text_or_other_rules_are_read_anew_and_the_old_is_gone(
    tmp_path: Path, document: Document, extracted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Proposals(tmp_path)
    kept.of(document)
    other = document.model_copy(update={"text": document.text.replace("8/15", "7/15")})
    assert kept.of(other) != kept.of(document)
    monkeypatch.setattr(proposals, "fingerprint_of_rules", lambda: "other rules")
    kept.of(document)
    assert len(extracted) == 4
    assert len(list(tmp_path.glob("*.json"))) == 1


@pytest.mark.parametrize("damage", [b"", b"{", b"[{}]", b"\xff"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, document: Document, extracted: list[str], damage: bytes) -> None:
    kept = Proposals(tmp_path)
    expected = kept.of(document)
    (place,) = tmp_path.glob("*.json")
    place.write_bytes(damage)
    assert kept.of(document) == expected
    assert kept.of(document) == expected
    assert len(extracted) == 2


def test_where_nothing_can_be_kept_documents_are_read_all_the_same(tmp_path: Path, document: Document) -> None:
    (tmp_path / "a file").write_text("in the way", encoding="utf-8")
    assert Proposals(tmp_path / "a file").of(document)


def test_the_fingerprint_is_of_code_and_vocabulary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in proposals.MADE_BY:
        (tmp_path / room / "__pycache__").mkdir(parents=True)
        (tmp_path / room / "terms.toml").write_text("a = 1", encoding="utf-8")
    monkeypatch.setattr("mscevidence.review.proposals.resources.files", lambda name: tmp_path / name.rpartition(".")[2])

    def fingerprint() -> str:
        proposals.fingerprint_of_rules.cache_clear()
        return proposals.fingerprint_of_rules()

    first = fingerprint()
    (tmp_path / "extract" / "__pycache__" / "rules.pyc").write_bytes(b"compiled")
    assert fingerprint() == first
    seen = {first}
    for room in proposals.MADE_BY:
        (tmp_path / room / "terms.toml").write_text("a = 2", encoding="utf-8")
        seen.add(fingerprint())
    (tmp_path / "vocabulary" / "more").mkdir()
    (tmp_path / "vocabulary" / "more" / "terms.toml").write_text("", encoding="utf-8")
    seen.add(fingerprint())
    assert len(seen) == len(proposals.MADE_BY) + 2
    proposals.fingerprint_of_rules.cache_clear()
