"""A FHIR bundle after the implementation guide Evidence Based Medicine on FHIR. Experimental: the guide is a ballot.

hl7.fhir.uv.ebm 1.0.0-ballot3 on FHIR 6.0.0-ballot: an Evidence for every result of a study, of patients or over time at
risk (SingleStudyEvidence; of an arm with cells also InterventionOnlyEvidence), that quotes its sentence, an Evidence
for every analysis (EvidenceSynthesisEvidence), and what they speak of: Group, EvidenceVariable, Citation, List.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from mscevidence import vocabulary
from mscevidence.effects.exposure import COUNTED, time_at_risk
from mscevidence.errors import SelectionError
from mscevidence.model import Arm, Pooled, Result, Study, result_key, time_point_text
from mscevidence.publish.export import Exported, Files
from mscevidence.publish.export.citations import Citation, citations
from mscevidence.publish.export.fhir_elements import (
    CONTEXTS,
    QUOTATION,
    SYNTHESES,
    Json,
    concept,
    entry,
    reference,
    resource,
    text,
    variable,
)
from mscevidence.publish.export.fhir_statistics import (
    count_statistic,
    events_statistic,
    incidence,
    interval,
    mean_statistic,
    percent_statistic,
    percentage,
    pooled_statistic,
    rate_statistic,
)

if TYPE_CHECKING:
    from mscevidence.stats import Interval

EXPERIMENTAL = "experimental: Evidence Based Medicine on FHIR 1.0.0-ballot3 is a ballot, and no validator has seen this"
LEVEL = 0.95
"""The level of the exact interval of a single count."""
SUM = " + "
"""What stands between the addresses of results that were added up."""


def files(exported: Exported) -> Files:
    """Return bundle.json.

    Raises:
        SelectionError: no study has a result.
    """
    results = list(_results(exported))
    if not results:
        raise SelectionError("no study has a result to export", hint="`mscevidence review` accepts results")
    cited = citations(exported.evidence)
    addresses = {(study.study, one.report.id): _report_address(one) for one in cited for study in one.studies}
    pooled = [(one.analysis.id, one.pooled) for one in exported.analyses if one.pooled is not None]
    resources = [
        *(_citation(one) for one in cited),
        *_outcomes(exported),
        *(_arm_group(study, arm) for study in exported.evidence.studies for arm in study.arms),
        *(_evidence(study, index, result, addresses) for study, index, result in results),
        *(one for name, found in pooled for one in _synthesis(name, found)),
    ]
    bundle = {
        "resourceType": "Bundle",
        "meta": {"tag": [{"display": EXPERIMENTAL}]},
        "type": "collection",
        "entry": [entry(one) for one in resources],
    }
    return {"fhir/bundle.json": (json.dumps(bundle, ensure_ascii=False, indent=2) + "\n").encode()}


def _results(exported: Exported) -> Iterator[tuple[Study, int, Result]]:
    for study in exported.evidence.studies:
        for index, result in enumerate(study.results):
            yield study, index, result


def _of_patients(result: Result) -> tuple[int, int] | None:
    """Return events and patients; None where they are not told, or where treatments were counted instead."""
    return None if result.population in COUNTED.values() else result.counts()


def _over_time(result: Result) -> tuple[int, float, str] | None:
    """Return the events of a result, its time at risk and the unit of that; None where one of them is not told."""
    given = next((unit for unit, population in COUNTED.items() if population == result.population), None)
    unit = given or result.person_time_unit
    time = None if unit is None else time_at_risk(result, unit)
    if unit is None or time is None or not isinstance(result.events, int):
        return None
    return result.events, time, unit


def _report_address(citation: Citation) -> str:
    return f"{citation.report.id}@{citation.studies[0].study}"


def _citation(one: Citation) -> Json:
    report = one.report
    identifiers = [("https://doi.org", report.doi), ("https://pubmed.ncbi.nlm.nih.gov", report.pmid)]
    return resource(
        "Citation",
        _report_address(one),
        status="active",
        experimental=True,
        title=text(one.title),
        identifier=[{"system": system, "value": text(value)} for system, value in identifiers if value],
        citedArtifact={
            "title": [{"text": text(one.title)}],
            **({"webLocation": [{"url": text(report.url)}]} if report.url else {}),
        },
        note=[{"text": f"{report.kind}, {report.status}"}],
    )


def _outcomes(exported: Exported) -> Iterator[Json]:
    named = {result.outcome for study in exported.evidence.studies for result in study.results}
    named |= {one.pooled.outcome for one in exported.analyses if one.pooled}
    for name in sorted(named):
        term = vocabulary.load("outcome")[name]
        yield resource(
            "EvidenceVariable",
            name,
            status="active",
            experimental=True,
            title=text(term.label),
            description=text(term.definition),
        )


def _outcome(name: str) -> Json:
    return variable("outcome", reference("EvidenceVariable", name, vocabulary.load("outcome")[name].label))


def _arm_address(study: Study, arm_id: str) -> str:
    return f"{study.study}/{arm_id}"


def _arm_group(study: Study, arm: Arm) -> Json:
    condition = vocabulary.load("condition")[study.condition].label
    role = vocabulary.load("arm-role")[arm.role].label
    return resource(
        "Group",
        _arm_address(study, arm.id),
        profiles=("exposure-group",),
        membership="conceptual",
        code={"text": "Exposure Group"},
        title=text(f"{study.title}: {arm.name or arm.id}"),
        description=text(f"{condition}; {role}"),
        quantity=arm.treated if isinstance(arm.treated, int) else None,
    )


def _evidence(study: Study, index: int, result: Result, reports: Mapping[tuple[str, str], str]) -> Json:
    arm = study.arm(result.arm)
    cells = arm is not None and vocabulary.load("arm-role")[arm.role].receives_cells
    outcome = vocabulary.load("outcome")[result.outcome].label
    when = time_point_text(result.time_point)
    report = reports.get((study.study, result.source.report))
    told = result.source.report
    return resource(
        "Evidence",
        result_key(study, index),
        profiles=("intervention-only-evidence" if cells else "non-comparative-evidence", "single-study-evidence"),
        status="active",
        experimental=True,
        title=text(f"{study.title}: {outcome}{f' at {when}' if when else ''}"),
        useContext=[_program("intervention-only-evidence")] if cells else None,
        relatesTo=[
            {
                "extension": [{"url": QUOTATION, "valueMarkdown": text(result.source.quote)}],
                "type": "derived-from",
                **({"targetReference": reference("Citation", report, told)} if report else {"targetMarkdown": told}),
            }
        ],
        synthesisType=concept(SYNTHESES, "NotApplicable", "Not Applicable"),
        variableDefinition=[
            variable("population", reference("Group", _arm_address(study, result.arm), result.arm)),
            _outcome(result.outcome),
        ],
        statistic=list(_statistics(result)),
        note=[{"text": text(note)} for note in _notes(result)],
    )


def _program(name: str) -> Json:
    code = {"system": CONTEXTS, "code": "program", "display": "Program"}
    return {"code": code, "valueCodeableConcept": {"text": name}}


def _statistics(result: Result) -> Iterator[Json]:
    """Yield the share of patients, the rate over time at risk and the mean that a result has, else what it does say."""
    from mscevidence import stats

    counts, over_time = _of_patients(result), _over_time(result)
    if counts is not None:
        events, n = counts
        exact = stats.study_intervals(events, n, method="CP", level=LEVEL) if n > 0 and events <= n else None
        yield count_statistic(events, n, _limits(exact, percentage))
    if over_time is not None:
        events, time, unit = over_time
        exact = stats.rate_intervals(events, time, level=LEVEL)
        yield rate_statistic(events, time, unit, _limits(exact, lambda value: incidence(value, unit)))
    if result.mean is not None:
        yield mean_statistic(result.mean, result.sd, result.n if isinstance(result.n, int) else None)
    if counts is None and over_time is None and result.percent is not None:
        yield percent_statistic(result.percent)
    elif counts is None and over_time is None and isinstance(result.events, int):
        yield events_statistic(result.events)


def _limits(exact: Interval | None, quantity: Callable[[float], Json]) -> list[Json]:
    if exact is None:
        return []
    lower, upper = (float(limit.ravel()[0]) for limit in (exact.lower, exact.upper))
    return interval(lower, upper, level=LEVEL, quantity=quantity)


def _notes(result: Result) -> Iterator[str]:
    if result.definition:
        yield f"defined as: {result.definition}"
    if result.derived:
        yield f"derived: {result.derived.steps}"
    if result.narrative_zero:
        yield f"zero stated in words: {result.narrative_zero.scope}"
    if result.decision.corrected:
        yield f"corrected from {result.decision.corrected}: {result.decision.reason or 'no reason given'}"


def _synthesis(name: str, pooled: Pooled) -> Iterator[Json]:
    """Yield the evidence of an analysis, the group of studies it stands on, and the list of what they contribute."""
    results = [key for row in pooled.overall.rows for key in row.result.split(SUM)]
    results += [key for row in pooled.overall.rows if row.control for key in row.control.result.split(SUM)]
    yield resource(
        "List",
        name,
        status="current",
        mode="snapshot",
        title=text(f"Evidence in: {pooled.title}"),
        entry=[{"item": reference("Evidence", key, key)} for key in results],
    )
    yield resource(
        "Group",
        f"analysis/{name}",
        profiles=("metaanalysis-study-group",),
        membership="conceptual",
        code={"text": "Evidence"},
        title=text(pooled.title),
        characteristic=[
            {
                "code": {"text": "Member of"},
                "valueReference": reference("List", name, pooled.title),
                "exclude": False,
            }
        ],
    )
    one_arm = ("non-comparative-evidence",) if not pooled.question.comparative else ()
    yield resource(
        "Evidence",
        f"analysis/{name}",
        profiles=(*one_arm, "evidence-synthesis-evidence"),
        status="active",
        experimental=True,
        title=text(pooled.title),
        synthesisType=concept(SYNTHESES, "std-MA", "summary data meta-analysis"),
        variableDefinition=[
            variable("population", reference("Group", f"analysis/{name}", pooled.title)),
            _outcome(pooled.outcome),
        ],
        statistic=[pooled_statistic(pooled)],
        note=[{"text": text(warning)} for warning in pooled.warnings],
    )
