"""Parts of FHIR resources: references, concepts, statistics; codes of the guide and of terminology.hl7.org."""

from __future__ import annotations

import uuid

from mscevidence.model import INCIDENCES, Estimate, Pooled
from mscevidence.publish.export.cells import shown

Json = dict[str, object]
_OURS = uuid.uuid5(uuid.NAMESPACE_DNS, "mscevidence")
PROFILES = "http://hl7.org/fhir/uv/ebm/StructureDefinition/"
QUOTATION = f"{PROFILES}relates-to-with-quotation"
SEVCO = "https://fevir.net/sevco"
ATTRIBUTES = "http://terminology.hl7.org/CodeSystem/attribute-estimate-type"
SYNTHESES = "http://terminology.hl7.org/CodeSystem/synthesis-type"
CONTEXTS = "http://terminology.hl7.org/CodeSystem/usage-context-type"
UNITS = "http://unitsofmeasure.org"

STATISTICS = {"OR": ("STATO:0000182", "odds ratio")}
"""Statistic types with a code; the others are named in words."""
NAMES = {
    "RR": "risk ratio",
    "RD": "risk difference",
    **dict.fromkeys(INCIDENCES, "events per unit of time at risk"),
}


def text(value: object) -> str:
    """Return a text that FHIR takes: no control characters but line breaks and tabs."""
    return str(shown(str(value)))


def identity(kind: str, address: str) -> str:
    """Return the id of a resource: the same for the same address, whenever it is made."""
    return str(uuid.uuid5(_OURS, f"{kind}/{address}"))


def reference(kind: str, address: str, display: str) -> Json:
    """Return a reference to a resource of the bundle."""
    return {"reference": f"urn:uuid:{identity(kind, address)}", "type": kind, "display": text(display)}


def resource(kind: str, address: str, *, profiles: tuple[str, ...] = (), **fields: object) -> Json:
    """Return a resource with its id and the profiles it claims; fields that are None or empty are left out."""
    meta = {"meta": {"profile": [PROFILES + profile for profile in profiles]}} if profiles else {}
    kept = {name: value for name, value in fields.items() if value not in (None, [], {}, "")}
    return {"resourceType": kind, "id": identity(kind, address), **meta, **kept}


def entry(one: Json) -> Json:
    """Return a resource as an entry of a bundle."""
    return {"fullUrl": f"urn:uuid:{one['id']}", "resource": one}


def concept(system: str, code: str, display: str) -> Json:
    """Return a codeable concept with one coding."""
    return {"coding": [{"system": system, "code": code, "display": display}]}


def variable(role: str, observed: Json) -> Json:
    """Return a variable definition: population, exposure or outcome, as observed."""
    return {"variableRole": role, "observed": observed}


def percentage(value: float) -> Json:
    """Return a proportion as a quantity in per cent."""
    return {"value": round(100 * value, 10), "unit": "%", "system": UNITS, "code": "%"}


def percentage_type() -> Json:
    """Return the type of a statistic that is a percentage."""
    return concept(SEVCO, "STATO:0000639", "percentage")


def interval(lower: float | None, upper: float | None, *, level: float, of_rate: bool, name: str = "") -> list[Json]:
    """Return an interval as attribute estimates, none where it is not known; `name` is that of an uncoded kind."""
    if lower is None or upper is None:
        return []
    low, high = (percentage(each) if of_rate else {"value": each} for each in (lower, upper))
    kind = {"text": name} if name else concept(ATTRIBUTES, "C53324", "Confidence interval")
    return [{"type": kind, "level": level, "range": {"low": low, "high": high}}]


def count_statistic(events: int, n: int, attributes: list[Json]) -> Json:
    """Return events of n patients as a percentage."""
    statistic: Json = {
        "description": f"{events} of {n} patients",
        "statisticType": percentage_type(),
        "numberAffected": events,
        "sampleSize": {"numberOfStudies": 1, "numberOfParticipants": n, "numberAnalyzed": n, "knownDataCount": n},
        "attributeEstimate": attributes,
    }
    if n:
        statistic["quantity"] = percentage(events / n)
    return {name: value for name, value in statistic.items() if value != []}


def pooled_statistic(pooled: Pooled) -> Json:
    """Return the first estimate of an analysis with its interval, prediction interval and heterogeneity."""
    one, measure = pooled.overall.estimates[0], pooled.question.measure
    rate = not (pooled.question.comparative or pooled.question.incidence)
    statistic: Json = {
        "description": text(f"{one.label}{_over(pooled)}"),
        "statisticType": _type(measure, rate=rate),
        "numberAffected": one.events + (one.control_events or 0),
        "sampleSize": {
            "numberOfStudies": one.k,
            **({"numberOfParticipants": one.all_patients} if one.all_patients else {}),
        },
        "attributeEstimate": _attributes(one, pooled.level, rate=rate),
        "note": [{"text": text(note)} for note in one.notes],
    }
    if one.effect is not None:
        statistic["quantity"] = percentage(one.effect) if rate else {"value": one.effect}
    return {name: value for name, value in statistic.items() if value != []}


def _over(pooled: Pooled) -> str:
    """Return what the events of an incidence rate are counted over."""
    return f"; events per {pooled.question.time_unit} at risk" if pooled.question.incidence else ""


def _type(measure: str, *, rate: bool) -> Json:
    if rate:
        return percentage_type()
    return concept(SEVCO, *STATISTICS[measure]) if measure in STATISTICS else {"text": NAMES[measure]}


def _attributes(one: Estimate, level: float, *, rate: bool) -> list[Json]:
    coded = (("0000420", "I-squared", one.i2), ("0000421", "Tau squared", one.tau2))
    return [
        *interval(one.lower, one.upper, level=level, of_rate=rate),
        *interval(one.prediction_lower, one.prediction_upper, level=level, of_rate=rate, name="Prediction interval"),
        *(
            {"type": concept(ATTRIBUTES, code, name), "quantity": {"value": value}}
            for code, name, value in coded
            if value is not None
        ),
    ]
