"""The pages of the review room on which candidates are decided: the queue, and one document with its text."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import Any, get_args

from datasette.utils.asgi import Response

from mscevidence import review, vocabulary
from mscevidence.errors import MscevidenceError, RecordError, UnknownTermError
from mscevidence.publish.candidates import of_what, value_text
from mscevidence.review.decisions import Action
from mscevidence.review.extractors import second_files
from mscevidence.web.access import Visit, for_reviewers
from mscevidence.web.marked_text import stretches, worst
from mscevidence.web.room import PAGE, Room

ADDED = "added"
"""What an address says after a value was added."""


@for_reviewers
async def queue_page(visit: Visit) -> Response:
    """Return the queue: documents by study, with what waits in each."""
    number = max(1, int(visit.asked("page"))) if visit.asked("page").isascii() and visit.asked("page").isdigit() else 1
    return await visit.page("room-queue.html", await visit.work(_queue, visit.room, visit.reviewer, number))


def _queue(room: Room, reviewer: str, number: int) -> dict[str, Any]:
    documents, files = room.documents(), room.known()
    first = (number - 1) * PAGE
    seconds = second_files(room.project.extracted)
    by_study: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in documents[first : first + PAGE]:
        row: dict[str, Any] = {"sha256": document.sha256, "title": document.title or document.name or document.sha256}
        try:
            sat = room.sitting(document.sha256, known=files)
        except RecordError as error:
            by_study["(no study yet)"].append({**row, "why": error.message, "waiting": None, "all": 0})
            continue
        failed = sum(worst(item) == "error" for item in sat.waiting)
        row |= {"waiting": len(sat.waiting), "all": len(sat.items), "failed": failed, "report": sat.report}
        by_study[sat.path.stem].append(row)
    known = {study.study for study in files}
    studies = [
        {
            "id": name,
            "documents": rows,
            "known": name in known,
            "seconds": sorted(each for each in seconds.get(name, {}) if each != reviewer and name in known),
        }
        for name, rows in sorted(by_study.items())
    ]
    shown = [row for rows in by_study.values() for row in rows]
    sums = {name: sum(row.get(name) or 0 for row in shown) for name in ("waiting", "all", "failed")}
    conditions = [(term.id, term.label) for term in vocabulary.load("condition").values()]
    pages = -(-len(documents) // PAGE)
    facts = {"studies": studies, "others": sorted(known - set(by_study)), "conditions": conditions}
    return {**facts, **sums, "number": number, "pages": pages}


@for_reviewers
async def document_page(visit: Visit) -> Response:
    """Return one document with its candidates marked, and a form for each."""
    return await visit.page("room-document.html", await visit.work(_document, visit, {}))


def _document(visit: Visit, more: dict[str, Any]) -> dict[str, Any]:
    sat = _sitting(visit)
    items: list[dict[str, Any]] = [
        {
            "number": number,
            "one": item.candidate,
            "verdict": item.verdict,
            "state": item.verdict or "waiting",
            "value": value_text(item.candidate),
            "of": of_what(item.candidate),
            "checks": worst(item),
            "before": sat.document.text[item.sentence[0] : item.candidate.span[0]],
            "after": sat.document.text[item.candidate.span[1] : item.sentence[1]],
            "fields": review.FIELDS[item.candidate.kind],
        }
        for number, item in enumerate(sat.items)
    ]
    return {
        "sitting": sat,
        "items": items,
        "current": next((item["number"] for item in items if item["verdict"] in (None, "deferred")), None),
        "stretches": stretches(sat.document.text, sat.items),
        "outcomes": [(term.id, term.label) for term in vocabulary.load("outcome").values()],
        "arms": [arm.id for arm in sat.study.arms],
        "kinds": sorted({item["one"].kind for item in items}),
        "here": _here(visit),
        "blind": sat.blind,
        "done": _said_of(visit.asked("done"), items, len(sat.waiting)),
        **more,
    }


def _said_of(done: str, items: list[dict[str, Any]], waiting: int) -> str:
    """Return what was just done, in words; empty when nothing was."""
    if done == ADDED:
        return f"The value was added to the record. {waiting} wait."
    if not (done.isascii() and done.isdigit() and len(done) < 6 and int(done) < len(items)):
        return ""
    item = items[int(done)]
    about = " · ".join(part for part in (item["one"].kind, item["value"], item["of"]) if part)
    return f"{item['state'].capitalize()}: {about}. {waiting} wait."


def _sitting(visit: Visit) -> review.Sitting:
    second = visit.reviewer if visit.part("mode") == "blind" else None
    condition = visit.form.get("condition") or visit.asked("condition") or None
    return visit.room.sitting(visit.part("document"), second=second, condition=condition)


def _here(visit: Visit) -> str:
    return f"/{visit.part('mode')}/{visit.part('document')}"


@for_reviewers
async def decide_page(visit: Visit) -> Response:
    """Write one decision and go on to the next candidate."""
    return await _written(visit, _decide)


@for_reviewers
async def add_page(visit: Visit) -> Response:
    """Write a value whose words were selected."""
    return await _written(visit, _add)


async def _written(visit: Visit, write: Any) -> Response:
    if not visit.writes:
        return visit.redirect(_here(visit))
    try:
        done, place = await visit.work(write, visit)
    except MscevidenceError as error:
        if not isinstance(error, (RecordError, UnknownTermError)):
            raise
        told = {"error": error.message, "hint": error.hint, "filled": visit.form}
        return await visit.page("room-document.html", await visit.work(_document, visit, told), status=400)
    visit.room.changed()
    return visit.redirect(f"{_here(visit)}?done={done}#{place}")


def _decide(visit: Visit) -> tuple[str, str]:
    """Write a decision and return what was decided, and where the work goes on."""
    sat = _sitting(visit)
    wanted = visit.form.get("candidate", "")
    numbers = {item.candidate.id: number for number, item in enumerate(sat.items)}
    if wanted not in numbers:
        raise UnknownTermError(wanted, kind="candidate", choices=numbers)
    one = sat.items[numbers[wanted]].candidate
    asked = visit.form.get("action", "")
    fields = {name: visit.form.get(f"correct.{name}", "").strip() for name in review.FIELDS[one.kind]}
    corrections = {name: text for name, text in fields.items() if text} if asked == "correct" else {}
    if asked == "correct" and not corrections:
        raise RecordError("nothing is corrected", hint="fill in the field that is wrong, or accept")
    action = "accept" if asked == "correct" else asked
    if action not in get_args(Action):
        raise UnknownTermError(action, kind="decision", choices=(*get_args(Action), "correct"))
    reason = visit.form.get("reason", "").strip() or None
    _write(visit, sat, review.Ruling(one, action, reason=reason, corrections=corrections))  # type: ignore[arg-type]
    later = [item for item in sat.waiting if numbers[item.candidate.id] > numbers[wanted]] or [
        item for item in sat.waiting if item.candidate.id != wanted
    ]
    return str(numbers[wanted]), f"candidate-{numbers[later[0].candidate.id]}" if later else "done"


def _add(visit: Visit) -> tuple[str, str]:
    """Write a value whose words were selected and return that, and where the work goes on."""
    sat = _sitting(visit)
    names = {field.name for field in dataclasses.fields(review.Selection)} - {"start", "end", "quote"}
    places = [visit.form.get(name, "") for name in ("start", "end")]
    if not all(place.isascii() and place.isdigit() and len(place) < 10 for place in places):
        raise RecordError("nothing is selected", hint="select the words of the text that hold the number")
    chosen: dict[str, Any] = {name: visit.form.get(name, "").strip() for name in names}
    if chosen["kind"] not in ("result", "participants"):
        raise UnknownTermError(chosen["kind"], kind="kind of value", choices=("result", "participants"))
    # A form sends the ends of lines as two characters.
    quote = visit.form.get("quote", "").replace("\r\n", "\n")
    selection = review.Selection(start=int(places[0]), end=int(places[1]), quote=quote, **chosen)
    made = review.candidate_from(sat.document, selection, sat.study)
    _write(visit, sat, review.Ruling(made, "accept"))
    return ADDED, "added"


def _write(visit: Visit, sat: review.Sitting, ruling: review.Ruling) -> None:
    review.decide(
        sat.path,
        sat.document,
        [ruling],
        draft=sat.study,
        report=sat.report,
        by=visit.reviewer,
        on=visit.room.today(),
        expected=visit.form.get("version", ""),
    )
