"""Checks of appraisals: the words of the tool, and the result that was judged."""

from __future__ import annotations

from collections.abc import Iterator

from mscevidence import vocabulary
from mscevidence.check.registry import finding
from mscevidence.model import Appraisal, Finding, Study, result_key
from mscevidence.vocabulary import AppraisalTool


def appraisal_findings(study: Study) -> Iterator[Finding]:
    """Yield where an appraisal uses words that its tool does not have, or judges a result that is not there."""
    tools = vocabulary.load("appraisal-tool")
    results = {result_key(study, index) for index in range(len(study.results))}
    for judged in study.appraisal:
        subject = f"{study.study}/appraisal/{judged.tool}"
        for sentence in _foreign_words(judged, tools[judged.tool]):
            yield finding("appraisal-words", sentence, subject)
        if judged.result is not None and judged.result not in results:
            yield finding("appraised-result-exists", f"{judged.result} is no result of the study", subject)


def _foreign_words(judged: Appraisal, tool: AppraisalTool) -> Iterator[str]:
    domains = [domain.id for domain in tool.domains]
    for name in dict.fromkeys((*judged.answers, *judged.support)):
        if name not in domains:
            yield f"{name} is no domain of the tool; its domains are {', '.join(domains)}"
    for name, level in judged.answers.items():
        if level not in tool.levels:
            yield f"{name}: {level} is no level of the tool; its levels are {', '.join(tool.levels)}"
    if judged.overall and judged.overall not in tool.overall:
        allowed = f"; they are {', '.join(tool.overall)}" if tool.overall else ": it has none"
        yield f"{judged.overall} is none of the overall levels of the tool{allowed}"
