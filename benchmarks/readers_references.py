"""Print how fast exports of reference managers are read, and how many of their records, beside other parsers.

    python benchmarks/readers_references.py FOLDER [--peers PYTHON] [--records 10000] [--rounds 3]

FOLDER holds the folders ris, nbib_medline, bibtex and endnote_xml of real exports. PYTHON is an interpreter of an
environment with rispy, nbib and bibtexparser 2; without it only our figures are told. Times are of the processor, the
best of some rounds, over a file that repeats real records; they include what only ours does (one canonical text with
sections, identifiers, dates and kinds of report). Counts are over every real file of the folder, peers first given the
file as it is.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import tempfile
import time
import tracemalloc
from pathlib import Path

from mscevidence.errors import DocumentError
from mscevidence.model import Document
from mscevidence.read import read_all
from mscevidence.read.formats import record_format

LARGE = {
    "ris": "ris/ESHackathon__CiteSource__20221207_gambling-harms_pubmed_176.ris",
    "nbib": "nbib_medline/holub008__nbib__pubmed-balloongui-set.nbib",
    "bibtex": "bibtex/JabRef__jabref__jabref-authors.bib",
    "endnote-xml": "endnote_xml/IEBH__dedupe-sweep__tafenoquine.xml",
}
FOLDERS = {"ris": "ris", "nbib": "nbib_medline", "bibtex": "bibtex"}

PEERS = """
import json, logging, sys, time, warnings
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
import bibtexparser, nbib, rispy
parsers = {
    "ris": ("rispy", lambda text: len(rispy.loads(text))),
    "nbib": ("nbib", lambda text: len(nbib.read(text))),
    "bibtex": ("bibtexparser 2", lambda text: len(bibtexparser.parse_string(text).entries)),
}
name, rounds, *paths = sys.argv[1:]
peer, parse = parsers[name]
told = []
for path in paths:
    text = open(path, encoding="utf-8", errors="replace").read()
    best, count = float("inf"), None
    for _ in range(int(rounds)):
        start = time.process_time()
        try:
            count = parse(text)
        except Exception as error:
            count = type(error).__name__
        best = min(best, time.process_time() - start)
    told.append([count, best])
print(json.dumps([peer, told]))
"""


def repeated(data: bytes, name: str, records: int) -> bytes:
    """Return the bytes of a file of at least so many records, whole repetitions of the records of one."""
    count = sum(1 for _ in record_format(name).records(io.BufferedReader(io.BytesIO(data))))
    return data * -(-records // count)


def ours(data: bytes, name: str, rounds: int) -> tuple[int, float, float, int]:
    """Return the number of records, seconds to records, seconds to documents, and the most bytes held at once."""
    to_records = to_documents = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        count = sum(1 for _ in record_format(name).records(io.BufferedReader(io.BytesIO(data))))
        middle = time.process_time()
        documents = sum(1 for _ in read_all(io.BytesIO(data), format=name))
        end = time.process_time()
        if count != documents:
            raise SystemExit(f"{name}: {count} records but {documents} documents")
        to_records, to_documents = min(to_records, middle - start), min(to_documents, end - middle)
    tracemalloc.start()
    count = sum(1 for _ in record_format(name).records(io.BufferedReader(io.BytesIO(data))))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return count, to_records, to_documents, most


def theirs(python: str, name: str, paths: list[Path], rounds: int) -> tuple[str, list[tuple[int | str, float]]]:
    """Return the name of the peer, and the count (or the error) and the seconds for each file."""
    command = [python, "-c", PEERS, name, str(rounds), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    peer, told = json.loads(done.stdout)
    return peer, [(count, seconds) for count, seconds in told]


def speeds(folder: Path, peers: str | None, records: int, rounds: int) -> None:
    head = f"{'format':12}{'records':>8}{'MB':>7}{'to records':>12}{'documents':>11}"
    print(f"{head}{'documents/s':>13}{'held MB':>9}  peer")
    for name, path in LARGE.items():
        data = repeated((folder / path).read_bytes(), name, records)
        count, to_records, to_documents, most = ours(data, name, rounds)
        row = f"{name:12}{count:8}{len(data) / 1e6:7.1f}{to_records:10.2f} s{to_documents:9.2f} s"
        row += f"{count / to_documents:13.0f}{most / 1e6:9.1f}"
        if peers and name in FOLDERS:
            with tempfile.TemporaryDirectory() as scratch:
                large = Path(scratch) / "large"
                large.write_bytes(data)
                peer, ((found, seconds),) = theirs(peers, name, [large], rounds)
            row += f"  {peer}: {found} in {seconds:.2f} s"
        print(row)


def counts(folder: Path, peers: str) -> None:
    print("\nfiles of which a peer reads another number of records")
    for name, part in FOLDERS.items():
        paths = sorted((folder / part).iterdir())
        peer, told = theirs(peers, name, paths, 1)
        for path, (found, _) in zip(paths, told, strict=True):
            try:
                outcome = list(read_all(path.read_bytes(), name=path.name))
            except DocumentError as error:
                print(f"{path.name}: ours {error.message}")
                continue
            read = sum(isinstance(each, Document) for each in outcome)
            if found != len(outcome):
                print(f"{path.name}: ours {read} and {len(outcome) - read} rejects, {peer} {found}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", help="an interpreter with rispy, nbib and bibtexparser 2")
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    speeds(arguments.folder, arguments.peers, arguments.records, arguments.rounds)
    if arguments.peers:
        counts(arguments.folder, arguments.peers)


if __name__ == "__main__":
    main()
