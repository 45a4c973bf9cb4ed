"""Print how many texts of a folder are read, extracted and labelled per second, on one core.

    python benchmarks/extraction_speed.py FOLDER [--rounds 3] [--articles ARTICLES]

FOLDER holds plain texts, ARTICLES full articles in JATS, of which the milliseconds each are told. Time is that of the
processor. The best of some rounds is told; each round starts with what was remembered thrown away.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from mscevidence.errors import MscevidenceError
from mscevidence.extract import arms, extract, outcomes
from mscevidence.extract.grammar import count_rules, cues, numerals, sentences
from mscevidence.extract.quantities import quantities_in
from mscevidence.read import read

REMEMBERED = (
    numerals.numerals_in,
    count_rules.counts_at,
    sentences.sentences_of,
    arms.arms_in,
    outcomes.outcomes_in,
    cues.cue_places,
    cues.words_of,
    cues.in_small_letters,
)
Thing = TypeVar("Thing")


def per_second(work: Callable[[Thing], object], things: list[Thing], rounds: int) -> float:
    """Return the best number of things per second over some rounds."""
    best = float("inf")
    for _ in range(rounds):
        for function in REMEMBERED:
            function.cache_clear()
        start = time.process_time()
        for thing in things:
            work(thing)
        best = min(best, time.process_time() - start)
    return len(things) / best


def article_times(folder: Path, rounds: int) -> list[tuple[float, str]]:
    """Return the milliseconds that the extraction of each article takes, the slowest first."""
    found: list[tuple[float, str]] = []
    for path in sorted(folder.iterdir()):
        try:
            document = read(path.read_bytes(), name=path.name)
        except MscevidenceError as error:
            print(f"not read: {path.name}: {error.message}")
            continue
        if document.format == "jats":
            found.append((1000 / per_second(extract, [document], rounds), path.name))
    return sorted(found, reverse=True)


def report(lines: Iterable[tuple[str, float]]) -> None:
    for name, speed in lines:
        print(f"{name:12}{speed:8.0f} per second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--articles", type=Path)
    arguments = parser.parse_args()
    if arguments.articles:
        times = article_times(arguments.articles, arguments.rounds)
        median = times[len(times) // 2][0]
        print(f"{len(times)} articles: median {median:.0f} ms, slowest {times[0][0]:.0f} ms ({times[0][1]})")
    raw = [path.read_bytes() for path in sorted(arguments.folder.glob("*.txt"))]
    documents = [read(content) for content in raw]
    texts = [document.text for document in documents]
    report(
        [
            ("read", per_second(read, raw, arguments.rounds)),
            ("extract", per_second(extract, documents, arguments.rounds)),
            ("quantities", per_second(quantities_in, texts, arguments.rounds)),
        ]
    )


if __name__ == "__main__":
    main()
