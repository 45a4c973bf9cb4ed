"""The library of captured documents: whole or absent, unchanged once stored, and honest when it is damaged."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from mscevidence.documents import Captured, DocumentLibrary
from mscevidence.errors import DocumentError, WriteError
from mscevidence.model import Document, Identifier, Reject


def document_of(data: bytes, **fields: Any) -> Document:
    text = data.decode()
    return Document(
        sha256=hashlib.sha256(data).hexdigest(), format="plain-text", reader="plain-text/1", text=text, **fields
    )


def take(library: DocumentLibrary, data: bytes, **fields: Any) -> tuple[Document, Captured]:
    """Capture bytes as one document."""

    def read(stream: BinaryIO, sha256: str) -> Iterator[Document | Reject]:
        yield document_of(stream.read(), **fields)

    captured = library.capture(data, read, name=fields.get("name"))
    (document,) = captured
    return document, captured


ABSTRACT = b"Results: 8 of 18 patients responded."
OTHER = b"Results: 2 of 7 patients responded."


@pytest.fixture
def library(tmp_path: Path) -> DocumentLibrary:
    return DocumentLibrary(tmp_path / "documents")


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


EXPORT = b"first record\nsecond record\nbroken\n"


def read_lines(stream: BinaryIO, sha256: str) -> Iterator[Document | Reject]:
    for position, line in enumerate(stream.read().splitlines(), 1):
        if line == b"broken":
            yield Reject(position=position, reason="it is broken", excerpt="broken")
        else:
            yield document_of(line, container=sha256, position=position, name="export.ris")


def test_what_is_captured_comes_back(library: DocumentLibrary) -> None:
    document, captured = take(library, ABSTRACT, name="a.html")
    assert document == document_of(ABSTRACT, name="a.html")
    assert captured.new
    assert library.get(document.sha256) == document
    assert library.get(document.sha256[:6]) == document
    assert library.source_of(document).read_bytes() == ABSTRACT
    assert library.source_of(document).name == "source.html"
    assert library.verify() == ()


def test_a_file_of_many_records_is_captured_once_with_its_rejects(library: DocumentLibrary, tmp_path: Path) -> None:
    path = tmp_path / "export.ris"
    path.write_bytes(EXPORT)
    captured = library.capture(path, read_lines, name=path.name)
    first, second = captured
    assert (first.text, second.position) == ("first record", 2)
    assert captured.rejects == (Reject(position=3, reason="it is broken", excerpt="broken"),)
    assert library.get(second.sha256) == second
    assert library.source_of(second).read_bytes() == EXPORT
    assert (list(library), len(library)) == ([first, second], 2)
    assert library.verify() == ()
    assert library.capture(EXPORT, read_lines, name="other name").new is False


def test_the_name_of_a_file_of_many_records_names_none_of_them(library: DocumentLibrary) -> None:
    library.capture(EXPORT, read_lines, name="export.ris")
    assert library.find("export.ris") == ()


def test_a_record_that_two_files_hold_is_one_document(library: DocumentLibrary) -> None:
    library.capture(EXPORT, read_lines)
    library.capture(b"first record\nthird record\n", read_lines)
    assert sorted(document.text for document in library) == ["first record", "second record", "third record"]
    assert len(library) == 3
    assert [len(list(file)) for file in library.files()] == [2, 2]


def test_a_file_that_holds_a_record_twice_is_noted(library: DocumentLibrary) -> None:
    library.capture(b"same\nsame\nother\n", read_lines)
    (finding,) = library.verify()
    assert (finding.severity, "holds 1 records more than once" in finding.sentence) == ("note", True)


def test_an_unreadable_file_leaves_nothing(library: DocumentLibrary) -> None:
    def read(stream: BinaryIO, sha256: str) -> Iterator[Document | Reject]:
        yield document_of(b"one", container=sha256)
        raise DocumentError("broken in the middle")

    with pytest.raises(DocumentError, match="in the middle"):
        library.capture(ABSTRACT, read)
    assert list(library.folder.iterdir()) == []


def test_the_same_bytes_twice_change_nothing(library: DocumentLibrary) -> None:
    take(library, ABSTRACT, name="first.txt")
    before = content(library.folder)
    stored, captured = take(library, ABSTRACT, name="second.txt")
    assert (stored.name, captured.new) == ("first.txt", False)
    assert content(library.folder) == before


def test_documents_come_in_sorted_order(library: DocumentLibrary) -> None:
    for data in (ABSTRACT, OTHER, b"third"):
        take(library, data)
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
    fields = {name: getattr(found, name) for name in ("number", "meeting", "name", "identifiers")}
    take(library, ABSTRACT, **fields)
    take(library, OTHER, number="68", name="other.txt")
    assert library.find(words) == (found,)


def test_unknown_and_ambiguous_beginnings_are_errors(library: DocumentLibrary) -> None:
    with pytest.raises(DocumentError, match="no captured document"):
        library.get("abc")
    by_digit: dict[str, bytes] = {}
    for number in range(40):
        data = f"document {number}".encode()
        take(library, data)
        by_digit.setdefault(hashlib.sha256(data).hexdigest()[0], data)
    with pytest.raises(DocumentError, match="several documents"):
        library.get(next(iter(by_digit)))


def test_a_document_of_other_bytes_is_refused(library: DocumentLibrary) -> None:
    with pytest.raises(DocumentError, match="not read from these bytes"):
        library.capture(OTHER, lambda stream, sha256: [document_of(ABSTRACT)])
    assert list(library.folder.iterdir()) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_failed_write_leaves_nothing(library: DocumentLibrary, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    take(library, OTHER)
    before = content(library.folder)

    def full(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError) as caught:
        take(library, ABSTRACT)
    assert os.strerror(code) in caught.value.message
    assert caught.value.hint
    assert content(library.folder) == before
    assert [path.name for path in library.folder.iterdir() if path.name.startswith(".")] == []


def test_a_file_in_the_way_is_a_write_error(tmp_path: Path) -> None:
    (tmp_path / "documents").write_text("not a folder")
    with pytest.raises(WriteError):
        take(DocumentLibrary(tmp_path / "documents"), ABSTRACT)


def test_no_absolute_path_is_stored(library: DocumentLibrary) -> None:
    take(library, ABSTRACT, name="a.txt")
    assert str(library.folder).encode() not in b"".join(content(library.folder).values())


@pytest.mark.parametrize(
    ("file", "damage", "sentence"),
    [
        ("source.txt", b"other bytes", "not the bytes that were captured"),
        ("documents.jsonl", None, "was changed after it was captured"),
        ("documents.jsonl", b"{}", "was changed after it was captured"),
        ("SHA256SUMS", b"nothing here", "cannot be read"),
    ],
)
def test_damage_is_found(library: DocumentLibrary, file: str, damage: bytes | None, sentence: str) -> None:
    take(library, ABSTRACT)
    path = next(library.folder.glob(f"*/{file}"))
    path.write_bytes(path.read_bytes().replace(b"8 of 18", b"9 of 18") if damage is None else damage)
    findings = library.verify()
    assert len(findings) == 1
    assert sentence in findings[0].sentence
    assert findings[0].severity == "error"


def test_a_damaged_record_is_an_error_with_a_hint(library: DocumentLibrary) -> None:
    take(library, ABSTRACT)
    next(library.folder.glob("*/documents.jsonl")).write_text("{")
    with pytest.raises(DocumentError, match="is no document") as caught:
        list(library)
    assert "capture the file again" in caught.value.hint


def test_a_document_is_found_by_the_beginning_of_its_hash(library: DocumentLibrary) -> None:
    take(library, ABSTRACT, name="paste.txt")
    take(library, OTHER, name="other.txt")
    (found,) = library.find("paste.txt")
    assert library.find(found.sha256[:8]) == library.find(found.sha256[:12].upper()) == (found,)
    assert library.find(found.sha256) == (found,)
    assert library.find(found.sha256[:7]) == ()
    assert library.find("0" * 12) == ()


def test_a_device_that_never_ends_is_refused(library: DocumentLibrary) -> None:
    with pytest.raises(DocumentError, match="is a device") as caught:
        library.capture(Path("/dev/zero"), read_lines)
    assert "standard input" in caught.value.hint
    assert not library.folder.exists()


def test_a_pipe_is_read_once(library: DocumentLibrary, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit((tmp_path / "pipe").write_bytes, EXPORT)
        captured = library.capture(tmp_path / "pipe", read_lines)
    assert writing.result() == len(EXPORT)
    assert captured.source.read_bytes() == EXPORT


def test_what_a_killed_capture_left_is_cleared_away_later(library: DocumentLibrary) -> None:
    names = (".1.0123456789ab", ".2.0123456789ab", ".notes")
    for name in names:
        (library.folder / name).mkdir(parents=True)
        (library.folder / name / "source.txt").write_text("half")
    for name in (names[0], names[2]):
        os.utime(library.folder / name, (0, 0))
    take(library, ABSTRACT, name="paste.txt")
    assert {path.name for path in library.folder.glob(".*")} == {names[1], names[2]}
