"""The audit of a review: form, terms, arithmetic and provenance of all study files at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from mscevidence import check, protocol, records
from mscevidence.documents import DocumentLibrary
from mscevidence.errors import RecordError
from mscevidence.model import Document, Finding, Study
from mscevidence.publish.wording import count
from mscevidence.records.reading import misnamed_files, study_files

SEVERITIES = ("error", "warning", "note")


@dataclasses.dataclass(frozen=True)
class Audit:
    """What the checks found in how many files, results and captured documents."""

    findings: tuple[Finding, ...]
    files: int
    results: int
    walked: int
    documents: int

    def page(self, *, notes: bool) -> str:
        """Return the findings, one line each, the worst first; without notes unless they are asked for."""
        shown = [one for one in self.findings if notes or one.severity != "note"]
        ordered = sorted(shown, key=lambda one: (SEVERITIES.index(one.severity), one.file, one.line))
        return "\n".join(_line(one) for one in ordered)

    def summary(self) -> str:
        """Return the counts in one sentence."""
        counts = {name: sum(one.severity == name for one in self.findings) for name in SEVERITIES}
        said = ", ".join(count(number, name) for name, number in counts.items())
        return (
            f"{count(self.files, 'study file')}, {count(self.results, 'result')}, {self.walked} walked back to their "
            f"characters in {count(self.documents, 'captured document')}: {said}"
        )

    def fails(self, *, strict: bool) -> bool:
        """Return whether something is wrong enough to leave with an error."""
        bad = {"error", "warning"} if strict else {"error"}
        return any(one.severity in bad for one in self.findings)


def audit(files: Sequence[Path]) -> Audit:
    """Return the audit of study files; of all files of the review when none is named.

    Raises:
        RecordError: there is no folder of study files.
    """
    project = protocol.find()
    if not files:
        if not project.extracted.is_dir():
            raise RecordError(f"there is no folder {project.extracted}", hint="run `mscevidence init`")
        files = study_files(project.extracted)
        misnamed = [_as_finding(problem) for problem in misnamed_files(project.extracted)]
    else:
        misnamed = []
    library = DocumentLibrary(project.captured)
    documents = {document.sha256: document for document in library}
    findings = [*misnamed, *library.verify()]
    results = walked = 0
    for path in files:
        study, problems = records.examine(path)
        findings.extend(_as_finding(problem) for problem in problems)
        if study is not None:
            results += len(study.results)
            walked += sum(result.source.document in documents for result in study.results)
            findings.extend(_in_file(one, path) for one in _checks_of(study, path, documents))
    return Audit(tuple(findings), len(files), results, walked, len(documents))


def _checks_of(study: Study, path: Path, documents: dict[str, Document]) -> list[Finding]:
    named = [] if path.name == f"{study.study}.yaml" else [_misnamed(study, path)]
    return [*named, *check.check_study(study), *check.check_provenance(study, documents)]


def _misnamed(study: Study, path: Path) -> Finding:
    sentence = f"The file {path.name} holds the study {study.study}; its name must be {study.study}.yaml."
    return Finding(check="file-name", severity="error", sentence=sentence, subject=study.study)


def _as_finding(problem: RecordError) -> Finding:
    sentence = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    sentence = sentence.removeprefix(f"{problem.file}:{problem.line}: ").removeprefix(f"{problem.file}: ")
    sentence = sentence.removeprefix(f"{problem.key}: ") if problem.key else sentence
    return Finding(
        check="study-file",
        severity="error",
        sentence=sentence,
        subject=problem.key,
        file=problem.file,
        line=problem.line,
    )


def _in_file(finding: Finding, path: Path) -> Finding:
    return finding if finding.file else finding.model_copy(update={"file": f"{path.parent.name}/{path.name}"})


def _line(one: Finding) -> str:
    place = f"{one.file}:{one.line}" if one.line else one.file
    subject = f" {one.subject}:" if one.subject else ""
    return f"{one.severity}  {place}  [{one.check}]{subject} {one.sentence}"
