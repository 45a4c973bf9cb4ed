"""The question of an analysis in words that a patient's doctor would use."""

from __future__ import annotations

from mscevidence import vocabulary
from mscevidence.effects.exposure import exposure_text
from mscevidence.model import Question

BY = {
    "condition": "disease",
    "cell-source": "source of the cells",
    "donor": "donor",
    "design": "design of the study",
    "phase": "phase of the trial",
}
COMPARED = {"OR": "odds ratio", "RR": "risk ratio", "RD": "risk difference"}


def question_in_words(question: Question) -> str:
    """Return the question as one or two sentences."""
    outcome = vocabulary.load("outcome")[question.outcome]
    who = "patients"
    if question.condition:
        who += f" with {vocabulary.load('condition')[question.condition].label}"
    cells = "mesenchymal stromal cells"
    if question.cell_source:
        cells += f" ({vocabulary.load('cell-source')[question.cell_source].label})"
    when = f", judged at about {question.at}" if question.at else ""
    if question.comparative:
        other = vocabulary.load("arm-role")[question.control].label if question.control else "a control arm"
        asked = (
            f"In {who} given {cells}, is “{outcome.label}” more or less frequent than with {other}{when} "
            f"({COMPARED[question.measure]})?"
        )
    elif question.incidence:
        over = exposure_text(question.time_unit)
        asked = f"In {who} given {cells}, how often was “{outcome.label}” counted over {over}{when}?"
    else:
        asked = f"Of {who} given {cells}, in what share was “{outcome.label}” counted{when}?"
    return " ".join([asked, *_conditions(question)])


def _conditions(question: Question) -> list[str]:
    said = []
    if question.by:
        said.append(f"Asked apart by {BY[question.by]}.")
    if question.design:
        said.append(f"Only studies of the design “{vocabulary.load('design')[question.design].label}”.")
    if question.derived == "exclude":
        said.append("Only counts that a source prints.")
    if question.narrative_zeros == "include":
        said.append("Zeros that a source states in words (“no patient had …”) are counted.")
    if question.allow_overlap:
        said.append(f"Studies that share patients are all counted: {', '.join(question.allow_overlap)}.")
    return said
