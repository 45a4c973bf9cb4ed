"""How long the living page takes: 60 studies, 20 analyses, every figure, every page; and how large it is.

Run it with ``python benchmarks/living_page.py [studies [analyses]]``. It writes to a temporary folder only.
"""

from __future__ import annotations

import itertools
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from mscevidence import identify, protocol
from mscevidence.model import Document, Study
from mscevidence.publish.contents import Evidence
from mscevidence.publish.edition import edition_before, write_edition

CONDITIONS = ("immune-thrombocytopenia", "lupus-nephritis", "multiple-sclerosis", "rheumatoid-arthritis")
OUTCOMES = ("response", "complete-response", "serious-adverse-event", "infection", "death", "any-adverse-event")
DECISION = {"by": "ab", "on": "2026-11-22", "from": "rule:fraction"}
SENTENCE = "Of the patients who were treated {events}/{n} had {outcome} within the follow-up. "
LIMIT = 30.0
"""Seconds that 60 studies and 20 analyses may take."""


def main(studies: int, analyses: int) -> None:
    dice = random.Random(60)  # noqa: S311 - no secret
    made = [study_and_document(number, dice) for number in range(studies)]
    evidence = Evidence(
        studies=tuple(study for study, _ in made),
        families=identify.link([study for study, _ in made]).families,
        documents=tuple(document for _, document in made),
    )
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "extracted").mkdir()
        (root / protocol.FILE_NAME).write_text(protocol_of(analyses), encoding="utf-8")
        review, site = protocol.load(root / protocol.FILE_NAME), root / "site"
        start, spent = time.perf_counter(), os.times()
        write_edition(review, evidence, site, database=False, formats=("svg",), before=edition_before(site))
        seconds, now = time.perf_counter() - start, os.times()
        cpu = sum(now[:4]) - sum(spent[:4])
        files = [path for path in site.rglob("*") if path.is_file()]
        kinds = Counter(path.suffix for path in files)
        size = sum(path.stat().st_size for path in files) / 1e6
        largest = max((path for path in files if path.suffix == ".html"), key=lambda path: path.stat().st_size)
        print(f"{studies} studies, {analyses} analyses: {seconds:.1f} s, {cpu:.1f} s of {os.cpu_count()} processors")
        counted = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        print(f"{len(files)} files, {size:.1f} MB: {counted}")
        print(f"largest page {largest.stat().st_size / 1e3:.0f} kB: {largest.relative_to(site)}")
        print("within the limit" if seconds <= LIMIT else f"over the limit of {LIMIT:.0f} s")


def study_and_document(number: int, dice: random.Random) -> tuple[Study, Document]:
    sha = f"{number:064x}"
    text, results = f"Report of trial {number}. ", []
    n = dice.randint(6, 60)
    for outcome in OUTCOMES:
        events = dice.randint(0, n) if outcome != "death" else 0
        sentence, quote = SENTENCE.format(events=events, n=n, outcome=outcome.replace("-", " ")), f"{events}/{n}"
        start = len(text) + sentence.index(quote)
        text += sentence
        source = {"report": "r1", "quote": quote, "document": sha, "span": (start, start + len(quote))}
        results.append(
            {"outcome": outcome, "arm": "all", "events": events, "n": n, "source": source, "decision": DECISION}
        )
    report = {"id": "r1", "kind": "article", "year": 2000 + number % 25, "first_author": f"Author{number} A"}
    study: dict[str, Any] = {
        "study": f"study-{number:03d}",
        "title": f"Synthetic trial {number}",
        "condition": CONDITIONS[number % len(CONDITIONS)],
        "design": "single-arm",
        "reports": [report | {"documents": [sha]}],
        "arms": [{"id": "all", "role": "experimental", "treated": n}],
        "results": results,
    }
    return Study.model_validate(study), Document(sha256=sha, format="text", reader="text", text=text)


def protocol_of(analyses: int) -> str:
    """Return a protocol: every outcome by condition, then outcomes in single conditions."""
    asked: list[tuple[str, str]] = [(outcome, 'by = "condition"') for outcome in OUTCOMES]
    asked += [(outcome, f'condition = "{one}"') for one, outcome in itertools.product(CONDITIONS, OUTCOMES)]
    tables = [
        f'[[analysis]]\nid = "a{number}"\noutcome = "{outcome}"\n{where}\n'
        for number, (outcome, where) in enumerate(asked[:analyses])
    ]
    return "\n".join(['[review]\ntitle = "Benchmark"\n', *tables])


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:3]]
    main(*numbers, *(60, 20)[len(numbers) :])
