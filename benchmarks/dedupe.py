"""How well and how fast records of searches that are one report are found, on labelled sets and on a made one.

``python benchmarks/dedupe.py [--records 100000] [--peer PYTHON]`` prints, for each set, precision and recall of pairs
and of duplicates removed, what is left for a person, and the time. The labelled sets are those of
``MSCEVIDENCE_DOCUMENTS`` (default ``../shared/documents``); a set that is absent is left out and said. ``PYTHON`` is
the interpreter of an environment with bib-dedupe or asreview, which are run on the same records of the smaller sets.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from dedupe_records import made_documents
from mscevidence.identify import find_duplicates
from mscevidence.model import Document
from mscevidence.read import read_all

DOCUMENTS = Path(os.environ.get("MSCEVIDENCE_DOCUMENTS", Path(__file__).resolve().parents[2] / "shared" / "documents"))

LARGEST_FOR_PEERS = 2_000
"""bib-dedupe takes more than nine minutes for 10,000 of the made records."""

Groups = list[tuple[int, ...]]


@dataclass(frozen=True)
class Labelled:
    """Documents and what people said of them.

    Attributes:
        name: of the set.
        documents: in the order of the file.
        reports: for each document the report it is, or None where nobody said.
        repeated: for each document whether it is one of several of its report, or None where nobody said.
    """

    name: str
    documents: Sequence[Document]
    reports: Sequence[object | None]
    repeated: Sequence[bool | None]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000, help="size of the made set")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--peer", action="append", default=[], metavar="PYTHON")
    asked = parser.parse_args()
    sizes = (1_000, 10_000, asked.records)
    sets = [*labelled_sets(), *(made_set(size, asked.seed + place) for place, size in enumerate(sizes))]
    for one in sets:
        measure(one)
        for python in asked.peer if len(one.documents) <= LARGEST_FOR_PEERS else ():
            compare(one, python)
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def measure(one: Labelled) -> None:
    start = time.process_time()
    found = find_duplicates(one.documents)
    seconds = time.process_time() - start
    groups = [tuple(member.place for member in group.members) for group in found.groups]
    waiting = f"{len(found.proposals)} proposals, {len(found.apart)} kept apart"
    print(f"{one.name}: {len(one.documents)} records, {found.removed} duplicates, {waiting}, {seconds:.1f} s")
    show(one, groups)
    causes = Counter(cause(one, pair) for pair in wrong_pairs(one, groups))
    for words, count in causes.most_common(5):
        print(f"    joined wrongly {count} x: {words}")


def show(one: Labelled, groups: Groups) -> None:
    if any(one.reports):
        print(f"  pairs:   {rates(*pair_counts(one, groups))}")
    if any(label is not None for label in one.repeated):
        print(f"  records: {rates(*record_counts(one, groups))}")


def rates(right: int, wrong: int, missed: int) -> str:
    precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
    return f"precision {precision:.4f}, recall {recall:.4f} ({right} right, {wrong} wrong, {missed} missed)"


def pair_counts(one: Labelled, groups: Groups) -> tuple[int, int, int]:
    """Return pairs rightly joined, wrongly joined and missed, among the documents whose report is known."""
    known = Counter(report for report in one.reports if report is not None)
    true = sum(count * (count - 1) // 2 for count in known.values())
    joined = [pair for group in groups for pair in combinations(group, 2) if both_known(one, pair)]
    right = sum(one.reports[left] == one.reports[other] for left, other in joined)
    return right, len(joined) - right, true - right


def both_known(one: Labelled, pair: tuple[int, int]) -> bool:
    return one.reports[pair[0]] is not None and one.reports[pair[1]] is not None


def wrong_pairs(one: Labelled, groups: Groups) -> Iterable[tuple[int, int]]:
    for group in groups:
        for left, right in combinations(group, 2):
            if both_known(one, (left, right)) and one.reports[left] != one.reports[right]:
                yield left, right


def cause(one: Labelled, pair: tuple[int, int]) -> str:
    left, right = (one.documents[place] for place in pair)
    differing = [
        name for name in ("title", "journal", "date", "volume", "pages") if getattr(left, name) != getattr(right, name)
    ]
    return f"other {', '.join(differing)}" if differing else "nothing differs"


def record_counts(one: Labelled, groups: Groups) -> tuple[int, int, int]:
    """Return documents rightly and wrongly found to be one of several of a report, and those missed."""
    several = {place for group in groups if len(group) > 1 for place in group}
    labels = [(place in several, label) for place, label in enumerate(one.repeated) if label is not None]
    counts = Counter(labels)
    return counts[True, True], counts[True, False], counts[False, True]


def labelled_sets() -> Iterable[Labelled]:
    for name, path, label in (
        ("tafenoquine (IEBH/dedupe-sweep)", "endnote_xml/IEBH__dedupe-sweep__tafenoquine.xml", by_caption),
        ("ris_export (camaradesuk/ASySD)", "ris/camaradesuk__ASySD__ris_export.txt", by_number),
        ("records.bib (CoLRev)", "bibtex/CoLRev-Environment__colrev__records.bib", by_key),
    ):
        file = DOCUMENTS / path
        if not file.exists():
            print(f"{name}: not here ({path})")
            continue
        read = [one for one in read_all(file.read_bytes(), name=file.name) if isinstance(one, Document)]
        yield label(name, read)


def by_caption(name: str, documents: Sequence[Document]) -> Labelled:
    """Every record of a report that is there more than once has the caption ``Duplicate``."""
    repeated = ["caption: Duplicate" in one.notes for one in documents]
    return Labelled(name, documents, [None] * len(documents), repeated)


def by_number(name: str, documents: Sequence[Document]) -> Labelled:
    """Some records have the number of their report in the field C1; those without are not labelled."""
    numbers = [next((note for note in one.notes if note.startswith("C1: 5")), None) for one in documents]
    return Labelled(name, documents, numbers, [None] * len(documents))


def by_key(name: str, documents: Sequence[Document]) -> Labelled:
    """The keys of two reports that are there twice end in ``a``; read by us."""
    keys = [next((note for note in one.notes if note.startswith("key: ")), "") for one in documents]
    twice = {"key: Staehr2010a", "key: PresterWagnerSchryen2018a"}
    return Labelled(name, documents, [key[:-1] if key in twice else key for key in keys], [None] * len(keys))


def made_set(count: int, seed: int) -> Labelled:
    made = made_documents(count, seed=seed)
    reports = [report for report, _ in made]
    several = Counter(reports)
    return Labelled(
        f"made, seed {seed}", [one for _, one in made], reports, [several[report] > 1 for report in reports]
    )


def compare(one: Labelled, python: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.json"
        path.write_text(json.dumps([flat(document) for document in one.documents]), encoding="utf-8")
        for name, report in (("bib-dedupe", show), ("asreview", show_removed)):
            command = [python, str(Path(__file__).with_name("dedupe_peers.py")), name, str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"  {name} did not run: {done.stderr.strip().splitlines()[-1][:150]}", file=sys.stderr)
                continue
            answer = json.loads(done.stdout.splitlines()[-1])
            groups = [tuple(group) for group in answer["groups"]]
            print(f"  {name}: {answer['seconds']:.1f} s")
            report(one, groups)


def show_removed(one: Labelled, groups: Groups) -> None:
    """Show how many of the records that a program removes are one of several; it does not say of which report."""
    removed = groups[0] if groups else ()
    labels = [one.repeated[place] for place in removed if one.repeated[place] is not None]
    if labels:
        print(f"  removed {len(removed)}, of which {sum(map(bool, labels))} are one of several")


def flat(document: Document) -> dict[str, Any]:
    abstract = document.text[len(document.title) :].strip()
    return {
        "ENTRYTYPE": "article",
        "title": document.title,
        "author": " and ".join(author.name for author in document.authors),
        "year": (document.date or "")[:4],
        "journal": document.journal or "",
        "volume": document.volume or "",
        "number": document.issue or "",
        "pages": document.pages or "",
        "doi": document.identifier("doi") or "",
        "abstract": abstract,
        "search_set": "",
    }


Label = Callable[[str, Sequence[Document]], Labelled]

if __name__ == "__main__":
    main()
