"""What people decided about duplicates holds for the records of the searches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from mscevidence import protocol
from mscevidence.documents import DocumentLibrary
from mscevidence.harvest import review_records, save_run
from mscevidence.identify import Decision
from mscevidence.model import Document, Identifier, SearchRun
from mscevidence.records import add_decisions

ENDS = {"left": "pmid:1", "right": "doi:10.1000/a", "reason": "read both", "by": "fe", "on": "2026-11-22"}


def read(_: BinaryIO, sha256: str) -> Iterator[Document]:
    for place, (kind, value) in enumerate((("pmid", "1"), ("doi", "10.1000/a")), 1):
        yield Document(
            sha256=str(place) * 64, format="made", reader="made/1", text="x", container=sha256, position=place,
            title="Stromal cells of the cord in thrombocytopenia", date="2021", volume=str(place), pages=f"{place}00",
            identifiers=(Identifier(kind=kind, value=value),),
        )  # fmt: skip


@pytest.mark.parametrize(("kind", "reports"), [("same-report", 1), ("different-reports", 2), (None, 2)])
def test_decisions_of_the_review_are_heeded(tmp_path: Path, kind: str | None, reports: int) -> None:
    (tmp_path / "mscevidence.toml").write_text('[review]\ntitle = "Test"\n', encoding="utf-8")
    review = protocol.load(tmp_path / "mscevidence.toml")
    captured = DocumentLibrary(review.captured).capture(b"two records", read)
    run = {"id": "1", "source": "pubmed", "found_by": "database", "started": "2026-11-01T09:00:00"}
    save_run(review.search_log, SearchRun.model_validate({**run, "files": (captured.sha256,), "records": 2}))
    if kind is not None:
        add_decisions(review.extracted, [Decision.model_validate({"kind": kind, **ENDS})])
    assert len(review_records(review).records) == reports
