"""The plan of a trial as ClinicalTrials.gov holds it: text with sections, and the fields of its document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mscevidence.model import Author, Identifier, Notice
from mscevidence.read.identifiers import identifiers_in
from mscevidence.read.jats_tables import Writer
from mscevidence.read.json_records import items, member, words
from mscevidence.read.posted_tables import one_line, plain

_PHASES = {"EARLY_PHASE1": "Early phase 1", "PHASE1": "Phase 1", "PHASE2": "Phase 2", "PHASE3": "Phase 3"}
_PHASES |= {"PHASE4": "Phase 4", "NA": "Not applicable"}
_DATES = (
    ("Start", "startDateStruct"),
    ("Primary completion", "primaryCompletionDateStruct"),
    ("Completion", "completionDateStruct"),
)
_OUTCOMES = (
    ("Primary outcome", "primaryOutcomes"),
    ("Secondary outcome", "secondaryOutcomes"),
    ("Other outcome", "otherOutcomes"),
)


def modules_of(study: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the modules of the protocol section by name without their ``Module``."""
    section = study.get("protocolSection")
    found = section.items() if isinstance(section, dict) else ()
    return {name.removesuffix("Module"): value for name, value in found if isinstance(value, dict)}


def write_protocol(writer: Writer, modules: dict[str, dict[str, Any]]) -> tuple[Identifier, ...]:
    """Write the plan of a trial and return the numbers it is registered under, each with its place."""
    about = modules.get("identification", {})
    title = one_line(about.get("briefTitle")) or one_line(about.get("officialTitle"))
    if title:
        writer.add(title)
    identifiers = _write_numbers(writer, about)
    official = one_line(about.get("officialTitle"))
    if official and official != title:
        writer.add(f"Official title: {official}", "\n")
    _write_status(writer, modules)
    for section, text in _paragraphs(modules):
        writer.paragraph(text, section)
    return identifiers


def _write_numbers(writer: Writer, about: dict[str, Any]) -> tuple[Identifier, ...]:
    found: list[Identifier] = []
    nct = one_line(words(about.get("nctId")))
    if nct:
        end = writer.add(f"ClinicalTrials.gov: {nct}", "\n")[1]
        found.append(Identifier(kind="nct", value=nct.upper(), span=(end - len(nct), end)))
    others = [("sponsor-number", member(about, "orgStudyIdInfo"))]
    others += [("secondary-number", each) for each in items(about.get("secondaryIdInfos"))]
    others += [("nct", {"id": each, "type": "OBSOLETE"}) for each in items(about.get("nctIdAliases"))]
    for kind, info in others:
        value = one_line(words(member(info, "id")))
        if not value:
            continue
        name = one_line(words(member(info, "type"))).replace("_", " ").lower() or kind.replace("-", " ")
        known = identifiers_in(value)
        end = writer.add(f"{name[:1].upper()}{name[1:]}: {value}", "\n")[1]
        # what a sponsor numbers stands in the text, but is no registration that has a place of its own
        span = (end - len(value), end) if known or kind == "nct" else None
        found.append(
            Identifier(kind=known[0].kind if known else kind, value=known[0].value if known else value, span=span)
        )
    return tuple(found)


def _write_status(writer: Writer, modules: dict[str, dict[str, Any]]) -> None:
    status = modules.get("status", {})
    sponsor = one_line(member(modules, "sponsorCollaborators", "leadSponsor", "name"))
    others = [
        one_line(member(each, "name")) for each in items(member(modules, "sponsorCollaborators", "collaborators"))
    ]
    dates = [
        (name, one_line(words(member(status, field, "date"))), member(status, field, "type")) for name, field in _DATES
    ]
    shown = [f"{name} {date}{' (estimated)' if kind == 'ESTIMATED' else ''}" for name, date, kind in dates if date]
    lines = (
        ("Status", words(status.get("overallStatus")).replace("_", " ").lower()),
        ("Why stopped", one_line(status.get("whyStopped"))),
        ("Dates", ", ".join(shown)),
        ("Sponsor", "; ".join(filter(None, (sponsor, *others)))),
    )
    for name, line in lines:
        if line:
            writer.add(f"{name}: {line}", "\n")


def _paragraphs(modules: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield section and text of every paragraph of the plan."""
    conditions = ", ".join(one_line(each) for each in items(member(modules, "conditions", "conditions")))
    yield "Conditions", f"Conditions: {conditions}" if conditions else ""
    yield "Objective", plain(member(modules, "description", "briefSummary"))
    yield "Background", plain(member(modules, "description", "detailedDescription"))
    yield from (("Methods", line) for line in _design(modules.get("design", {})))
    yield from (("Methods", line) for line in _arms(modules.get("armsInterventions", {})))
    for name, field in _OUTCOMES:
        for each in items(member(modules, "outcomes", field)):
            frame = plain(member(each, "timeFrame"))
            said = [
                one_line(member(each, "measure")),
                f"Time frame: {frame}" if frame else "",
                plain(member(each, "description")),
            ]
            yield "Outcomes", f"{name}: {'. '.join(filter(None, said))}"
    yield from (("Patients", line) for line in _eligibility(modules.get("eligibility", {})))
    yield "Locations", _locations(modules.get("contactsLocations", {}))


def _design(design: dict[str, Any]) -> Iterator[str]:
    info = member(design, "designInfo")
    phases = ", ".join(_PHASES.get(words(each), words(each)) for each in items(design.get("phases")))
    names = ("allocation", "interventionModel", "observationalModel", "timePerspective", "primaryPurpose")
    said = [words(member(info, name)).replace("_", " ").lower() for name in names]
    said.append(words(member(info, "maskingInfo", "masking")).replace("_", " ").lower())
    kind = words(design.get("studyType")).replace("_", " ").capitalize()
    yield ", ".join(filter(None, (kind, phases, *said)))
    count, type_ = words(member(design, "enrollmentInfo", "count")), words(member(design, "enrollmentInfo", "type"))
    if count:
        yield f"Enrolment: {count} participants ({type_.lower() or 'not told whether planned'})"


def _arms(module: dict[str, Any]) -> Iterator[str]:
    for each in items(module.get("armGroups")):
        kind = words(member(each, "type")).replace("_", " ").lower()
        said = (one_line(member(each, "label")), f"({kind})" if kind else "")
        text = plain(member(each, "description"))
        yield f"Arm: {' '.join(filter(None, said))}{f': {text}' if text else ''}"
    for each in items(module.get("interventions")):
        kind = words(member(each, "type")).replace("_", " ").lower()
        others = ", ".join(one_line(name) for name in items(member(each, "otherNames")))
        name = f"{one_line(member(each, 'name'))}{f' (also {others})' if others else ''}"
        text = plain(member(each, "description"))
        yield f"Intervention ({kind or 'unnamed kind'}): {name}{f': {text}' if text else ''}"


def _eligibility(module: dict[str, Any]) -> Iterator[str]:
    yield plain(module.get("eligibilityCriteria"))
    ages = [one_line(module.get(name)) for name in ("minimumAge", "maximumAge")]
    sex = words(module.get("sex")).lower()
    said = [
        f"Ages: {ages[0] or 'no minimum'} to {ages[1] or 'no maximum'}" if any(ages) else "",
        f"Sex: {sex}" if sex else "",
    ]
    yield "; ".join(filter(None, said))


def _locations(module: dict[str, Any]) -> str:
    names = ("facility", "city", "state", "country")
    places = (
        ", ".join(filter(None, (one_line(member(each, n)) for n in names))) for each in items(module.get("locations"))
    )
    found = [place for place in places if place]
    return f"Locations: {'; '.join(found)}" if found else ""


def protocol_fields(modules: dict[str, dict[str, Any]], study: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the document of a trial that its plan tells."""
    about, status = modules.get("identification", {}), modules.get("status", {})
    titles = [one_line(about.get(name)) for name in ("briefTitle", "officialTitle", "acronym")]
    title = titles[0] or titles[1]
    results = words(member(status, "resultsFirstPostDateStruct", "date")) if "resultsSection" in study else ""
    date = (
        results
        or words(member(status, "studyFirstPostDateStruct", "date"))
        or words(status.get("studyFirstSubmitDate"))
    )
    nct = one_line(words(about.get("nctId")))
    return {
        "title": title,
        "other_titles": tuple(each for each in titles[1:] if each and each != title),
        "number": nct or None,
        "date": date or None,
        "journal": "ClinicalTrials.gov",
        "url": f"https://clinicaltrials.gov/study/{nct}" if nct else None,
        "authors": tuple(_officials(modules.get("contactsLocations", {}))),
        "publisher": one_line(member(modules, "sponsorCollaborators", "leadSponsor", "name")) or None,
        "topics": tuple(one_line(each) for each in items(member(modules, "conditions", "conditions"))),
        "keywords": tuple(one_line(each) for each in items(member(modules, "conditions", "keywords"))),
        "subjects": tuple(_headings(study)),
        "publication_types": tuple(
            filter(None, [words(member(modules, "design", "studyType")).replace("_", " ").lower()])
        ),
        "notices": tuple(_notices(modules.get("references", {}))),
    }


def _officials(module: dict[str, Any]) -> Iterator[Author]:
    for each in items(module.get("overallOfficials")):
        name, place = one_line(member(each, "name")), one_line(member(each, "affiliation"))
        if name:
            yield Author(name=name, affiliations=(place,) if place else ())


def _headings(study: dict[str, Any]) -> Iterator[str]:
    for name in ("conditionBrowseModule", "interventionBrowseModule"):
        for each in items(member(study, "derivedSection", name, "meshes")):
            if one_line(member(each, "term")):
                yield one_line(member(each, "term"))


def _notices(module: dict[str, Any]) -> Iterator[Notice]:
    """Yield the publications that the trial names; ``result`` and ``derived`` ones are its own reports."""
    for each in items(module.get("references")):
        pmid, citation = words(member(each, "pmid")), one_line(member(each, "citation"))
        kind = words(member(each, "type")).lower() or "reference"
        own = (Identifier(kind="pmid", value=pmid),) if pmid else ()
        named = (Identifier(kind=found.kind, value=found.value) for found in identifiers_in(citation))
        if own or citation:
            yield Notice(kind="other", text=f"{kind}: {citation}", identifiers=tuple(dict.fromkeys((*own, *named))))
