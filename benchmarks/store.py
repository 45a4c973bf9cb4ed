"""How long the database takes with 10,000 results: build it, ask every question, search, walk back.

Run it with ``python benchmarks/store.py [results]``. It needs no network and writes to a temporary folder only.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from mscevidence.model import Candidate, Document, Study
from mscevidence.store import ask, build, questions, run_sql, search, views, walk_back

CONDITIONS = ("immune-thrombocytopenia", "lupus-nephritis", "multiple-sclerosis", "rheumatoid-arthritis")
OUTCOMES = ("response", "complete-response", "serious-adverse-event", "infection", "death")
ARMS = ("low", "high")
SENTENCE = "Of the treated patients {events}/{n} had a {outcome} within the follow-up of this trial. "
DECISION = {"by": "ab", "on": "2026-11-22", "from": "rule:fraction"}


def main(results: int) -> None:
    per_study = len(OUTCOMES) * len(ARMS)
    made = [study_and_document(number) for number in range(results // per_study)]
    studies = [study for study, _, _ in made]
    documents = [document for _, document, _ in made]
    proposed = [candidate for _, _, candidates in made for candidate in candidates]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evidence.db"
        counts = timed("build", lambda: build(path, studies=studies, documents=documents, candidates=proposed))
        size = path.stat().st_size / 1e6
        print(f"  {counts['studies']} studies, {counts['results']} results, {counts['spans']} spans, {size:.1f} MB")
        for name in views.load():
            timed(f"view {name}", partial(run_sql, path, f"SELECT * FROM {name}"))  # noqa: S608
        for name in questions.load():
            timed(f"question {name}", partial(ask, path, name))
        timed("question of one condition", lambda: ask(path, "response-rates", {"condition": "ITP"}))
        timed("search, frequent word", lambda: search(path, "patients"))
        timed("search, rare word", lambda: search(path, "trial17"))
        timed("walk back", lambda: walk_back(path, "study-7/low/response"))


def study_and_document(number: int) -> tuple[Study, Document, list[Candidate]]:
    sha = hashlib.sha256(str(number).encode()).hexdigest()
    text, results, candidates = f"Report of trial{number}. ", [], []
    for arm in ARMS:
        for place, outcome in enumerate(OUTCOMES):
            events, n = (number + place) % 20, 20
            sentence = SENTENCE.format(events=events, n=n, outcome=outcome)
            quote = f"{events}/{n}"
            start = len(text) + sentence.index(quote)
            text += sentence
            source = {"report": "r1", "quote": quote, "document": sha, "span": (start, start + len(quote))}
            results.append(
                {"outcome": outcome, "arm": arm, "events": events, "n": n, "source": source, "decision": DECISION}
            )
            candidates.append(candidate(sha, start, quote, events, n, outcome))
    study: dict[str, Any] = {
        "study": f"study-{number}",
        "title": f"Cells in trial {number}",
        "condition": CONDITIONS[number % len(CONDITIONS)],
        "design": "single-arm",
        "cell_product": {"source": "umbilical-cord", "donor": "allogeneic"},
        "reports": [{"id": "r1", "kind": "article", "year": 2020, "documents": [sha]}],
        "arms": [{"id": arm, "role": "experimental", "treated": 20} for arm in ARMS],
        "results": results,
    }
    document = Document(sha256=sha, format="text", reader="plain", text=text, title=f"Trial {number}")
    return Study.model_validate(study), document, candidates


def candidate(sha: str, start: int, quote: str, events: int, n: int, outcome: str) -> Candidate:
    span = (start, start + len(quote))
    values = [
        {"role": role, "text": str(number), "span": span, "number": number}
        for role, number in (("events", events), ("n", n))
    ]
    facts = {"id": f"fraction@{start}", "document": sha, "kind": "result", "rule": "fraction", "quote": quote}
    return Candidate.model_validate({**facts, "span": span, "outcome": outcome, "values": values})


def timed(what: str, act: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    answer = act()
    rows = f"{len(answer)} rows" if hasattr(answer, "__len__") else ""
    print(f"{what:36} {time.perf_counter() - start:8.3f} s  {rows}")
    return answer


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
