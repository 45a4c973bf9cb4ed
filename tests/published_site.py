"""A small published site for tests: synthetic trials, one of them hostile."""

from __future__ import annotations

from pathlib import Path

from mscevidence import identify, protocol
from mscevidence.model import Document, Study
from mscevidence.publish import edition
from mscevidence.publish.contents import Evidence
from study_factory import DECISION, arm, report, result, study

PROTOCOL = """
[review]
title = "Cells <b>& more</b>"
question = "Do they work?"

[[analysis]]
id = "response"
outcome = "response"
condition = "immune-thrombocytopenia"
columns = ["dose"]

[[analysis]]
id = "harm"
outcome = "serious-adverse-event"
by = "condition"

[[analysis]]
id = "nothing"
outcome = "malignancy"
"""
TEXT = (
    "Methods were plain. In the end eight of 18 patients (8/18) responded within a month of the last infusion.\nMore."
)
QUOTE = "eight of 18 patients (8/18)"
SCRIPT = "<script>alert(1)</script>"
IMAGE = "<img src=x onerror=alert(1)>"
RIGHT_TO_LEFT = "\u202eevil\u202c עברית"
LONG = "Averyverylongwordwithoutanyspace" * 12

DOCUMENT = Document(sha256="a" * 64, format="text", reader="text", text=TEXT)


def hostile_study() -> Study:
    """Return a study in which every text of a source tries something."""
    reports = [
        report("r1", title=f'"{SCRIPT}', url="javascript:alert(1)", journal=IMAGE, note=LONG),
        report("r2", url='https://example.org/"onmouseover="alert(1)', status="retracted", first_author=RIGHT_TO_LEFT),
    ]
    return study(
        "evil",
        result("response", 1, 5, quote=f"{SCRIPT} 1/5 \"' {RIGHT_TO_LEFT}", definition=IMAGE, note=LONG),
        result("serious-adverse-event", 2, 5, report="r2", quote=f"'{IMAGE} 2/5", term=SCRIPT),
        label=f"{SCRIPT} E",
        title=f"{IMAGE} {LONG}",
        condition_detail=f"</main>{SCRIPT}",
        reports=reports,
        arms=[arm(name=f"'\"><svg onload=alert(1)> {RIGHT_TO_LEFT}")],
        notes=[SCRIPT, RIGHT_TO_LEFT],
    )


def studies() -> tuple[Study, ...]:
    """Return the studies of the site."""
    quoted = result("response", 8, 18, quote=QUOTE)
    quoted["source"] |= {"document": DOCUMENT.sha256, "span": [TEXT.index(QUOTE), TEXT.index(QUOTE) + len(QUOTE)]}
    corrected = {**DECISION, "corrected": "3/8 was printed", "reason": "one patient never treated"}
    return (
        study("alpha", quoted, result("serious-adverse-event", 4, 18), registrations=["NCT00000001"]),
        study("beta", result("response", 3, 7) | {"decision": corrected}, reports=[report(status="cancelled")]),
        study(
            "gamma",
            result("response", 2, 4, arm="low"),
            result("response", 3, 5, arm="high"),
            result("serious-adverse-event", 1, 9),
            arms=[arm("low"), arm("high"), arm(combines=["low", "high"])],
        ),
        study("lupus", result("serious-adverse-event", 0, 12), condition="systemic-lupus-erythematosus"),
        hostile_study(),
    )


def evidence_of(found: tuple[Study, ...]) -> Evidence:
    """Return the evidence that some studies make, with the one captured document."""
    return Evidence(studies=found, families=identify.link(found).families, documents=(DOCUMENT,))


def publish_into(folder: Path, root: Path, *, found: tuple[Study, ...] | None = None) -> edition.Edition:
    """Publish the site into a folder; the protocol lies in `root`."""
    (root / "extracted").mkdir(parents=True, exist_ok=True)
    (root / protocol.FILE_NAME).write_text(PROTOCOL, encoding="utf-8")
    review = protocol.load(root / protocol.FILE_NAME)
    made = evidence_of(studies() if found is None else found)
    before = edition.edition_before(folder)
    return edition.write_edition(review, made, folder, database=False, formats=("svg",), before=before)
