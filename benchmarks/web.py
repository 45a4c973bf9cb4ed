"""How long a served page takes: the database with 10,000 studies, and the review room of a project with many files.

Run it with ``python benchmarks/web.py [studies] [files in the room]``. It needs no network or
socket and writes to a temporary folder only. The first answer is shown beside the median of ten, and beside that the
time that the processor worked: on a busy machine the difference is waiting for others.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from datasette.app import Datasette

from mscevidence import protocol, records
from mscevidence.documents import DocumentLibrary
from mscevidence.model import Document
from mscevidence.store import build
from mscevidence.web.room import Room
from mscevidence.web.server import application
from store import study_and_document

DATABASE_PAGES = (
    "/evidence",
    "/evidence/studies",
    "/evidence/results?_facet=outcome",
    "/evidence/response_rates",
    "/evidence/response_rates.json?_shape=array",
    "/evidence/response_rates.csv",
    "/evidence/response-rates?condition=ITP",
    "/evidence/adverse-events",
    "/evidence/provenance",
    "/evidence/documents?_search=trial17",
    "/evidence/studies/study-7",
    "/-/result/evidence/study-7/low/response",
)

TEXT = "Results: A response was seen in 44.4% (8/18) of the patients with immune thrombocytopenia."


def main(studies: int, files: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        of_database(Path(folder) / "evidence.db", studies)
        of_room(Path(folder) / "review", files)


def of_database(path: Path, number: int) -> None:
    made = [study_and_document(each) for each in range(number)]
    proposed = [candidate for _, _, candidates in made for candidate in candidates]
    documents = [document for _, document, _ in made]
    counts = build(path, studies=[study for study, _, _ in made], documents=documents, candidates=proposed)
    print(f"{counts['studies']} studies, {counts['results']} results, {path.stat().st_size / 1e6:.0f} MB")
    start = time.perf_counter()
    served = application(path)
    print(f"start of the server: {time.perf_counter() - start:.1f} s")
    asyncio.run(time_pages(served, DATABASE_PAGES, {}))


def of_room(folder: Path, number: int) -> None:
    protocol.write_new(folder, title="Review")
    project = protocol.load(folder / protocol.FILE_NAME)
    library = DocumentLibrary(project.captured)
    for each in range(number):
        study, document, _ = study_and_document(each)
        records.write_study(study, project.extracted / f"{study.study}.yaml")
        path = folder / f"{each}.txt"
        path.write_text(document.text, encoding="utf-8")
        library.capture(path, lambda _, sha256: iter((a_document(sha256),)))
    build(project.database, studies=[])
    room = Room(project, ("fe",))
    start = time.perf_counter()
    room.read_ahead().join()
    print(f"documents and study files read in the background of the start: {time.perf_counter() - start:.1f} s")
    again = Room(project, ("fe",))
    start = time.perf_counter()
    again.read_ahead().join()
    print(f"the same at the next start, when what the rules propose is kept: {time.perf_counter() - start:.1f} s")
    served = application(project.database, room=room)
    session = {"ds_actor": served.sign({"a": {"id": "fe", "room": "review"}}, "actor")}
    one = next(iter(library)).sha256
    print(f"review room of {number} study files and documents")
    pages = ("/-/review", f"/-/review/document/{one}", "/-/review/study/study-7", "/-/review/study/study-7/results/new")
    asyncio.run(time_pages(served, pages, session))


def a_document(sha256: str) -> Document:
    return Document(sha256=sha256, format="text", reader="plain", text=TEXT, title=sha256[:8])


async def time_pages(served: Datasette, pages: tuple[str, ...], cookies: dict[str, str]) -> None:
    for page in pages:
        took, worked = [], []
        for _ in range(11):
            start, started = time.perf_counter(), time.process_time()
            answer = await served.client.get(page, cookies=cookies)
            took.append((time.perf_counter() - start) * 1000)
            worked.append((time.process_time() - started) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"{page}: {answer.status_code}")
        median, processor = statistics.median(took[1:]), statistics.median(worked[1:])
        print(f"{page[:60]:60} first {took[0]:6.0f} ms, then {median:6.0f} ms, of the processor {processor:6.0f} ms")


if __name__ == "__main__":
    main(*(int(word) for word in (*sys.argv[1:], *("10000", "300")[len(sys.argv) - 1 :])))
