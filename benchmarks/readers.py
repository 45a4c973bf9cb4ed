"""Print how fast the readers of web sources are, beside their peers on the same bytes, and what memory they take.

    python benchmarks/readers.py FOLDER [--rounds 5] [--peer PYTHON] [--megabytes 500]

FOLDER holds the folders ``pubmed_baseline``, ``jats_xml`` and ``ctgov_v2_json``. PYTHON is an interpreter that has
pubmed_parser, which is no dependency; its figures are left out without it. Times are processor time, the best of some
rounds; for PubMed the median of rounds in which all take their turns, for then a busy machine slows all of them. The
large file repeats one real record and is never in memory as a whole.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import io
import json
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from mscevidence.extract import extract
from mscevidence.model import Document
from mscevidence.read import read, read_all

PEER = """
import sys, time, pubmed_parser
for _ in sys.stdin:
    start = time.process_time()
    count = len(list(pubmed_parser.parse_medline_xml(sys.argv[1])))
    print(count, time.process_time() - start, flush=True)
"""
PEER_JATS = """
import sys, time, pubmed_parser
best = float("inf")
for _ in range({rounds}):
    start = time.process_time()
    for path in sys.argv[1:]:
        for part in ("xml", "paragraph", "table"):
            getattr(pubmed_parser, "parse_pubmed_" + part)(path)
    best = min(best, time.process_time() - start)
print(len(sys.argv) - 1, best)
"""


def best_of(rounds: int, work: Callable[[], object]) -> float:
    """Return the least processor time of some rounds, in seconds."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def drain(things: Iterable[object]) -> None:
    collections.deque(things, maxlen=0)


def told(name: str, size: int, seconds: float, note: str = "") -> None:
    print(f"  {name:34}{size / seconds / 1e6:8.1f} MB/s {seconds * 1000:9.1f} ms  {note}")


class Peer:
    """pubmed_parser in a process of its own, which reads a packed file whenever it is its turn."""

    def __init__(self, python: str, path: Path) -> None:
        command = [python, "-c", PEER, str(path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.records = 0

    def seconds(self) -> float:
        """Return how long it took to read the file once."""
        asked, told = cast("IO[str]", self.process.stdin), cast("IO[str]", self.process.stdout)
        asked.write("\n")
        asked.flush()
        count, seconds = told.readline().split()
        self.records = int(count)
        return float(seconds)


def pubmed(folder: Path, rounds: int, python: str | None) -> None:
    from lxml import etree

    for path in sorted((folder / "pubmed_baseline").glob("*.gz")):
        data = gzip.decompress(path.read_bytes())
        works: dict[str, Callable[[], float]] = {
            "lxml.iterparse alone": lambda data=data: best_of(1, lambda: drain(etree.iterparse(io.BytesIO(data)))),  # type: ignore[misc]
            "mscevidence, to Documents": lambda data=data: best_of(1, lambda: drain(read_all(data))),  # type: ignore[misc]
            "mscevidence, the packed file": lambda path=path: best_of(1, lambda: drain(read_all(path.open("rb")))),  # type: ignore[misc]
        }
        peer = Peer(python, path) if python else None
        if peer is not None:
            works["pubmed_parser, the packed file"] = peer.seconds
        times = in_turn(rounds, works)
        count = sum(isinstance(each, Document) for each in read_all(data))
        print(f"PubMed XML: {path.name}, {len(data) / 1e6:.1f} MB unpacked, {count} records")
        for name, found in times.items():
            share = statistics.median(map(float.__truediv__, times["lxml.iterparse alone"], found))
            note = f"{share:.2f} of iterparse" + (f", {peer.records} records" if peer and "parser," in name else "")
            told(name, len(data), statistics.median(found), note)


def in_turn(rounds: int, works: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Return the seconds of each work in each of some rounds, after one that does not count."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            seconds = work()
            if number:
                times[name].append(seconds)
    return times


def jats(folder: Path, rounds: int, python: str | None) -> None:
    paths = sorted((folder / "jats_xml").glob("*.nxml"))
    articles = [path.read_bytes() for path in paths]
    size = sum(map(len, articles))
    print(f"JATS: {len(articles)} articles, {size / 1e6:.1f} MB")
    told("mscevidence, to Documents", size, best_of(rounds, lambda: [read(article) for article in articles]))
    if python is not None:
        command = [python, "-c", PEER_JATS.format(rounds=rounds), *map(str, paths)]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
        told("pubmed_parser (three calls)", size, float(found))


def trial(folder: Path, terms: int, groups: int) -> bytes:
    """Return a real study whose serious event terms are repeated until there are enough, in its first groups."""
    path = next((folder / "ctgov_v2_json").glob("*NCT02552212.json"))
    study: dict[str, Any] = json.loads(path.read_bytes())
    module = study["resultsSection"]["adverseEventsModule"]
    module["eventGroups"] = module["eventGroups"][:groups]
    kept = {group["id"] for group in module["eventGroups"]}
    real = [
        {**event, "stats": [stat for stat in event["stats"] if stat["groupId"] in kept]}
        for event in module["seriousEvents"]
    ]
    module["seriousEvents"] = [{**real[i % len(real)], "term": f"Term {i}"} for i in range(terms)]
    return json.dumps(study).encode()


def ctgov(folder: Path, rounds: int) -> None:
    for groups in (2, 5):
        study(trial(folder, 1000, groups), groups, rounds)


def study(data: bytes, groups: int, rounds: int) -> None:
    document = next(each for each in read_all(data) if isinstance(each, Document))
    print(f"ClinicalTrials.gov: a study with 1,000 serious terms in {groups} groups, {len(data) / 1e6:.1f} MB")
    numbers = f"{len(document.posted)} posted numbers"
    told("mscevidence, to a Document", len(data), best_of(rounds, lambda: drain(read_all(data))), numbers)
    told("json.loads alone", len(data), best_of(rounds, lambda: json.loads(data)))
    seconds = best_of(rounds, lambda: extract(document))
    print(f"  {'candidates of it':34}{'':13} {seconds * 1000:9.1f} ms  {len(extract(document))} candidates")


class Repeated(io.RawIOBase):
    """A file that holds one piece many times."""

    def __init__(self, first: bytes, piece: bytes, last: bytes, size: int) -> None:
        super().__init__()
        self.rest, self.piece, self.last = first, piece, last
        self.times = size // len(piece)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer and return how much was given."""
        view = memoryview(cast("bytearray", buffer))
        if not self.rest:
            self.times -= 1
            self.rest = self.piece if self.times >= 0 else self.last
            self.last = self.last if self.times >= 0 else b""
        given, self.rest = self.rest[: len(view)], self.rest[len(view) :]
        view[: len(given)] = given
        return len(given)


def memory(folder: Path, megabytes: int) -> None:
    data = gzip.decompress(next((folder / "pubmed_baseline").glob("*2019*")).read_bytes())
    start, end = data.index(b"<PubmedArticle>"), data.index(b"</PubmedArticle>") + 16
    study = next((folder / "ctgov_v2_json").glob("*NCT02552212.json")).read_bytes()
    size = megabytes * 1_000_000
    files = (
        ("PubMed XML", Repeated(b"<PubmedArticleSet>", data[start:end], b"</PubmedArticleSet>", size)),
        ("ClinicalTrials.gov page", Repeated(b'{"studies": [{}', b"," + study, b"]}", size)),
    )
    for name, file in files:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begin = time.process_time()
        count = sum(1 for _ in read_all(cast("BinaryIO", io.BufferedReader(file)), container="large"))
        seconds = time.process_time() - begin
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        peak = f"peak {after / 1024:.0f} MB (before {before / 1024:.0f})"
        print(f"{name} of {megabytes} MB: {count:,} records in {seconds:.0f} s, {peak}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer", metavar="PYTHON", help="an interpreter with pubmed_parser")
    parser.add_argument("--megabytes", type=int, default=500, help="size of the large file; 0 leaves it out")
    arguments = parser.parse_args()
    pubmed(arguments.folder, arguments.rounds, arguments.peer)
    jats(arguments.folder, arguments.rounds, arguments.peer)
    ctgov(arguments.folder, arguments.rounds)
    if arguments.megabytes:
        memory(arguments.folder, arguments.megabytes)


if __name__ == "__main__":
    main()
