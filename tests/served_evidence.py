"""One study with three results for tests of the server, with a title that means harm."""

from __future__ import annotations

from mscevidence.model import Document, Study

SCRIPT = "<script>alert('x')</script>"
TEXT = f"Before {SCRIPT} came 8/18 patients with a response & more."
SHA = "c3" * 32


def evidence() -> tuple[Study, Document]:
    decision = {"by": "ab", "on": "2026-11-22", "from": "person"}
    start = TEXT.index("8/18")
    source = {"report": "r1", "quote": "8/18", "document": SHA, "span": [start, start + 4]}
    study = Study.model_validate(
        {
            "study": "itp-one",
            "title": f"Cells {SCRIPT}",
            "condition": "immune-thrombocytopenia",
            "design": "single-arm",
            "reports": [
                {"id": "r1", "kind": "article", "url": "javascript:alert(1)", "first_author": "Chen Y", "year": 2024}
            ],
            "arms": [{"id": "all", "role": "experimental", "treated": 18}],
            "results": [
                {"outcome": "response", "arm": "all", "events": 8, "n": 18, "source": source, "decision": decision},
                {
                    "outcome": "response",
                    "arm": "all",
                    "events": 9,
                    "n": 18,
                    "time_point": {"text": "end of study (6-12 mo.)"},
                    "source": {"report": "r1", "quote": "later"},
                    "decision": decision,
                },
                {
                    "outcome": "serious-adverse-event",
                    "arm": "all",
                    "events": 0,
                    "n": 18,
                    "source": {"report": "r1", "quote": "none"},
                    "decision": decision,
                },
            ],
        }
    )
    return study, Document(sha256=SHA, format="text", reader="plain", text=TEXT, title="A document", name="one.txt")
