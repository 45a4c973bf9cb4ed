"""The library of captured documents: whole or absent, unchanged once stored, and honest when it is damaged."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from mscevidence.documents import DocumentLibrary
from mscevidence.errors import DocumentError, WriteError
from mscevidence.model import Document, Identifier


def document_of(data: bytes, **fields: Any) -> Document:
    text = data.decode()
    return Document(
        sha256=hashlib.sha256(data).hexdigest(), format="plain-text", reader="plain-text/1", text=text, **fields
    )


ABSTRACT = b"Results: 8 of 18 patients responded."
OTHER = b"Results: 2 of 7 patients responded."


@pytest.fixture
def library(tmp_path: Path) -> DocumentLibrary:
    return DocumentLibrary(tmp_path / "documents")


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_captured_comes_back(library: DocumentLibrary) -> None:
    document = document_of(ABSTRACT, name="a.txt")
    assert library.capture(ABSTRACT, document) == (document, True)
    assert library.get(document.sha256) == document
    assert library.get(document.sha256[:6]) == document
    assert library.bytes_of(document) == library.bytes_of(document.sha256[:6]) == ABSTRACT
    assert library.verify() == ()


def test_the_same_bytes_twice_change_nothing(library: DocumentLibrary) -> None:
    document = document_of(ABSTRACT, name="first.txt")
    library.capture(ABSTRACT, document)
    before = content(library.folder)
    stored, new = library.capture(ABSTRACT, document_of(ABSTRACT, name="second.txt"))
    assert (stored.name, new) == ("first.txt", False)
    assert content(library.folder) == before


def test_documents_come_in_sorted_order(library: DocumentLibrary) -> None:
    for data in (ABSTRACT, OTHER, b"third"):
        library.capture(data, document_of(data))
    hashes = [document.sha256 for document in library]
    assert hashes == sorted(hashes)
    assert len(library) == 3


def test_an_empty_library_is_empty(library: DocumentLibrary) -> None:
    assert (list(library), len(library), library.verify(), library.find("687")) == ([], 0, (), ())


@pytest.mark.parametrize(
    "words", ["687", "ash-2023-687", "ASH 2023 #687", "NCT00000001", "nct:NCT00000001", "paste.txt", "paste"]
)
def test_documents_are_found_by_their_names(library: DocumentLibrary, words: str) -> None:
    found = document_of(
        ABSTRACT,
        number="687",
        meeting="ASH 2023",
        name="paste.txt",
        identifiers=(Identifier(kind="nct", value="NCT00000001"),),
    )
    library.capture(ABSTRACT, found)
    library.capture(OTHER, document_of(OTHER, number="68", name="other.txt"))
    assert library.find(words) == (found,)


def test_unknown_and_ambiguous_beginnings_are_errors(library: DocumentLibrary) -> None:
    with pytest.raises(DocumentError, match="no captured document"):
        library.get("abc")
    by_digit: dict[str, bytes] = {}
    for number in range(40):
        data = f"document {number}".encode()
        library.capture(data, document_of(data))
        by_digit.setdefault(hashlib.sha256(data).hexdigest()[0], data)
    with pytest.raises(DocumentError, match="several documents"):
        library.get(next(iter(by_digit)))


def test_a_document_of_other_bytes_is_refused(library: DocumentLibrary) -> None:
    with pytest.raises(DocumentError, match="not read from these bytes"):
        library.capture(OTHER, document_of(ABSTRACT))
    assert not library.folder.exists()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_failed_write_leaves_nothing(library: DocumentLibrary, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    library.capture(OTHER, document_of(OTHER))
    before = content(library.folder)

    def full(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError) as caught:
        library.capture(ABSTRACT, document_of(ABSTRACT))
    assert os.strerror(code) in caught.value.message
    assert caught.value.hint
    assert content(library.folder) == before
    assert [path.name for path in library.folder.iterdir() if path.name.startswith(".")] == []


def test_a_file_in_the_way_is_a_write_error(tmp_path: Path) -> None:
    (tmp_path / "documents").write_text("not a folder")
    with pytest.raises(WriteError):
        DocumentLibrary(tmp_path / "documents").capture(ABSTRACT, document_of(ABSTRACT))


def test_no_absolute_path_is_stored(library: DocumentLibrary) -> None:
    library.capture(ABSTRACT, document_of(ABSTRACT, name="a.txt"))
    assert str(library.folder).encode() not in b"".join(content(library.folder).values())


@pytest.mark.parametrize(
    ("file", "damage", "sentence"),
    [
        ("source.txt", b"other bytes", "not the bytes that were captured"),
        ("document.json", None, "was changed after it was captured"),
        ("document.json", b"{}", "cannot be read"),
        ("SHA256SUMS", b"nothing here", "cannot be read"),
    ],
)
def test_damage_is_found(library: DocumentLibrary, file: str, damage: bytes | None, sentence: str) -> None:
    library.capture(ABSTRACT, document_of(ABSTRACT))
    path = next(library.folder.glob(f"*/{file}"))
    path.write_bytes(path.read_bytes().replace(b"8 of 18", b"9 of 18") if damage is None else damage)
    findings = library.verify()
    assert len(findings) == 1
    assert sentence in findings[0].sentence
    assert findings[0].severity == "error"


def test_a_damaged_record_is_an_error_with_a_hint(library: DocumentLibrary) -> None:
    library.capture(ABSTRACT, document_of(ABSTRACT))
    next(library.folder.glob("*/document.json")).write_text("{")
    with pytest.raises(DocumentError, match="is not a document") as caught:
        list(library)
    assert "capture the document again" in caught.value.hint
