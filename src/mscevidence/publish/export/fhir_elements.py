"""Parts of FHIR resources: addresses, references, concepts; code systems of the guide and of terminology.hl7.org."""

from __future__ import annotations

import uuid

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
