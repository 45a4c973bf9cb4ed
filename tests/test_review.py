"""Decisions on candidates: what is written, that it is all or nothing, and that nothing decided is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mscevidence import check, extract, read, records, review
from mscevidence.errors import RecordError, UnknownTermError, WriteError
from mscevidence.model import Candidate, Document, EnrolmentPeriod, Study
from mscevidence.review.arms import arm_id, dose_of, find_arm, role_of
from mscevidence.review.drafts import short_name
from study_factory import arm, result, study

ABSTRACT = Path(__file__).parent.parent / "examples" / "synthetic-abstract.txt"
REPORT = "ash-2030-412"


@pytest.fixture(scope="module")
def document() -> Document:
    return read.read(ABSTRACT.read_bytes(), name=ABSTRACT.name)


@pytest.fixture(scope="module")
def candidates(document: Document) -> tuple[Candidate, ...]:
    return check.check_candidates(extract.extract(document), document)


@pytest.fixture
def draft(document: Document) -> Study:
    return review.draft_study(document, study_id="nct00000000", report_id=REPORT)


def decide(path: Path, document: Document, draft: Study, rulings: list[review.Ruling]) -> Study:
    review.decide(path, document, rulings, draft=draft, report=REPORT, by="AB", on="2030-12-31")
    return records.load_study(path)


def accept_all(candidates: tuple[Candidate, ...]) -> list[review.Ruling]:
    ordered = sorted(candidates, key=lambda one: one.kind == "part")
    return [review.Ruling(one, "accept") for one in ordered]


def test_the_draft_says_what_the_text_says(draft: Study) -> None:
    assert draft.condition == "immune-thrombocytopenia"
    assert (draft.design, draft.phase) == ("dose-escalation", "1")
    assert draft.registrations == ("NCT00000000",)
    assert draft.cell_product is not None
    assert draft.cell_product.source == "placenta"
    assert draft.reports[0].year == 2030
    assert draft.reports[0].first_author == "Example A"


@pytest.mark.parametrize(
    ("author", "short"),
    [("Yunfei Chen", "Chen Y"), ("Chen Y", "Chen Y"), ("Mary-Jane Q. Doe", "Doe MJQ"), ("Plato", "Plato")],
)
def test_names_of_authors_as_they_are_cited(author: str, short: str) -> None:
    assert short_name(author) == short


def test_accepting_everything_gives_the_whole_record(
    tmp_path: Path, document: Any, candidates: Any, draft: Any
) -> None:
    made = decide(tmp_path / "nct00000000.yaml", document, draft, accept_all(candidates))
    arms = {one.id: (one.enrolled, one.dose and one.dose.value, one.combines) for one in made.arms}
    assert arms == {
        "all": (15, None, ("dose-1.0", "dose-3.0")),
        "dose-1.0": (6, 1e6, ()),
        "dose-3.0": (9, 3e6, ()),
    }
    counts = {(one.outcome, one.arm): one.counts() for one in made.results}
    assert counts == {
        ("treatment-emergent-adverse-event", "all"): (9, 15),
        ("serious-adverse-event", "all"): (2, 15),
        ("response", "dose-1.0"): (2, 6),
        ("response", "dose-3.0"): (6, 9),
        ("response", "all"): (8, 15),
    }
    serious = next(one for one in made.results if one.outcome == "serious-adverse-event")
    assert [(part.term, part.events) for part in serious.parts] == [("pneumonia", 1), ("epistaxis", 1)]
    assert made.enrolment is not None
    assert (made.enrolment.start, made.enrolment.end) == ("2027-03", "2029-06")
    assert {one.quantity for one in made.criteria} == {"age", "platelet count"}
    assert len(made.verdicts) == len(candidates)


def test_every_number_of_the_record_walks_back(tmp_path: Path, document: Any, candidates: Any, draft: Any) -> None:
    made = decide(tmp_path / "nct00000000.yaml", document, draft, accept_all(candidates))
    for one in made.results:
        assert one.source.span is not None
        assert document.text[slice(*one.source.span)] == one.source.quote
        assert one.decision.origin.startswith("rule:")
    found = [*check.check_study(made), *check.check_provenance(made, {document.sha256: document})]
    assert [finding for finding in found if finding.severity == "error"] == []


def test_deciding_twice_changes_nothing(tmp_path: Path, document: Any, candidates: Any, draft: Any) -> None:
    path = tmp_path / "nct00000000.yaml"
    decide(path, document, draft, accept_all(candidates))
    first = path.read_bytes()
    decide(path, document, draft, accept_all(candidates))
    assert path.read_bytes() == first


def test_an_imported_result_is_confirmed_and_not_doubled(tmp_path: Path, document: Any, candidates: Any) -> None:
    known = study(
        "nct00000000",
        result("response", 8, 15, report=REPORT, quote="53.3%", definition="platelets of at least 30"),
        reports=[{"id": REPORT, "kind": "conference-abstract"}],
        arms=[arm("all")],
    )
    path = tmp_path / "nct00000000.yaml"
    records.write_study(known, path)
    overall = [one for one in candidates if one.kind == "result" and one.arm == "all" and one.outcome == "response"]
    made = decide(path, document, known, [review.Ruling(overall[0], "accept")])
    assert len(made.results) == 1
    assert made.results[0].source.document == document.sha256
    assert made.results[0].definition == "platelets of at least 30"


def test_the_population_that_was_read_is_written(tmp_path: Path, document: Any, candidates: Any, draft: Any) -> None:
    response = next(one for one in candidates if one.outcome == "response" and one.arm == "all")
    of_plan = response.model_copy(update={"population": "per-protocol"})
    made = decide(tmp_path / "nct00000000.yaml", document, draft, [review.Ruling(of_plan, "accept")])
    assert [(one.outcome, one.population) for one in made.results] == [("response", "per-protocol")]
    plain = decide(tmp_path / "plain.yaml", document, draft, [review.Ruling(response, "accept")])
    assert [(one.outcome, one.population) for one in plain.results] == [("response", None)]


def test_rejected_and_deferred_are_remembered(tmp_path: Path, document: Any, candidates: Any, draft: Any) -> None:
    path = tmp_path / "nct00000000.yaml"
    first, second = candidates[0], candidates[1]
    made = decide(
        path, document, draft, [review.Ruling(first, "reject", reason="not ours"), review.Ruling(second, "defer")]
    )
    assert made.criteria == ()
    items = {item.candidate.id: item.verdict for item in review.queue(document, candidates, made)}
    assert items[first.id] == "rejected"
    assert items[second.id] == "deferred"
    assert made.verdicts[0].reason == "not ours"
    again = decide(path, document, draft, [review.Ruling(second, "accept")])
    assert [one.verdict for one in again.verdicts] == ["rejected", "accepted"]


def test_a_number_that_is_rejected_later_is_taken_out_of_the_record(
    tmp_path: Path, document: Any, candidates: Any, draft: Any
) -> None:
    path = tmp_path / "nct00000000.yaml"
    before = decide(path, document, draft, accept_all(candidates))
    serious = next(one for one in candidates if one.outcome == "serious-adverse-event")
    pneumonia = next(one for one in candidates if one.kind == "part")
    age = next(one for one in candidates if one.quote.startswith("age 18"))
    done = review.decide(
        path,
        document,
        [review.Ruling(pneumonia, "reject"), review.Ruling(serious, "reject"), review.Ruling(age, "defer")],
        draft=draft,
        report=REPORT,
        by="CD",
        on="2031-01-01",
    )
    after = records.load_study(path)
    assert [one.outcome for one in before.results if one not in after.results] == ["serious-adverse-event"]
    assert [one.quantity for one in before.criteria if one not in after.criteria] == ["age"]
    assert done[0].did == "taken out of the record: the part pneumonia; rejected"
    assert done[1].did == "taken out of the record: serious-adverse-event 2/15 in all; rejected"
    assert {one.verdict for one in after.verdicts if one.by == "CD"} == {"rejected", "deferred"}


def test_a_size_that_is_rejected_later_stays_and_that_is_said(
    tmp_path: Path, document: Any, candidates: Any, draft: Any
) -> None:
    path = tmp_path / "nct00000000.yaml"
    decide(path, document, draft, accept_all(candidates))
    size = next(one for one in candidates if one.kind == "participants")
    done = review.decide(
        path, document, [review.Ruling(size, "reject")], draft=draft, report=REPORT, by="CD", on="2031-01-01"
    )
    assert "stays in the record" in done[0].did


def test_a_second_correction_replaces_the_first_acceptance(
    tmp_path: Path, document: Any, candidates: Any, draft: Any
) -> None:
    path = tmp_path / "nct00000000.yaml"
    whole = next(one for one in candidates if one.outcome == "response" and one.arm == "all")
    decide(path, document, draft, [review.Ruling(whole, "accept")])
    made = decide(path, document, draft, [review.Ruling(whole, "accept", corrections={"events": "9"})])
    assert [one.counts() for one in made.results] == [(9, 15)]


def test_a_correction_is_kept_with_what_was_read(tmp_path: Path, document: Any, candidates: Any, draft: Any) -> None:
    one = next(c for c in candidates if c.kind == "result" and c.outcome == "serious-adverse-event")
    ruling = review.Ruling(one, "accept", corrections={"events": "3", "outcome": "infection"})
    made = decide(tmp_path / "nct00000000.yaml", document, draft, [ruling])
    assert (made.results[0].outcome, made.results[0].events) == ("infection", 3)
    assert made.results[0].decision.corrected == "events=3, outcome=infection"
    assert made.results[0].source.quote == one.quote


@pytest.mark.parametrize(
    ("corrections", "error", "message"),
    [
        ({"event": "3"}, UnknownTermError, "unknown field of a result to correct 'event'"),
        ({"outcome": "respons"}, UnknownTermError, "unknown outcome 'respons'"),
        ({"events": "three"}, RecordError, "not a number"),
        ({"events": "2.5"}, RecordError, "not a whole number"),
        ({"events": "-1"}, RecordError, "at least 0"),
    ],
)
def test_wrong_corrections_write_nothing(
    tmp_path: Path, document: Any, candidates: Any, draft: Any, corrections: Any, error: Any, message: str
) -> None:
    one = next(c for c in candidates if c.kind == "result")
    with pytest.raises(error, match=message):
        decide(tmp_path / "nct00000000.yaml", document, draft, [review.Ruling(one, "accept", corrections=corrections)])
    path = tmp_path / "nct00000000.yaml"
    assert not path.exists() or records.load_study(path).results == ()


@pytest.mark.parametrize(
    ("kind", "corrections", "expected"),
    [
        ("criterion", {"minimum": "21", "maximum": "70"}, ["minimum: 21", "maximum: 70", "unit: year"]),
        ("dose", {"value": "2e6", "interval_days": "14"}, ["value: 2000000, unit: cells/kg", "interval_days: 14"]),
        ("participants", {"n": "16"}, ["enrolled: 16"]),
        ("enrolment-period", {"to": "2029-07"}, ["from: 2027-03, to: 2029-07"]),
        ("registration", {"value": "NCT00000001"}, ["NCT00000001]"]),
    ],
)
def test_every_kind_of_candidate_can_be_corrected(
    tmp_path: Path, document: Any, candidates: Any, draft: Any, kind: str, corrections: Any, expected: list[str]
) -> None:
    one = next(c for c in candidates if c.kind == kind)
    path = tmp_path / "nct00000000.yaml"
    made = decide(path, document, draft, [review.Ruling(one, "accept", corrections=corrections)])
    written = path.read_text(encoding="utf-8").replace("'", "")
    assert [words for words in expected if words not in written] == []
    words = ", ".join(f"{field}={value}" for field, value in corrections.items())
    assert made.verdicts[0].reason == f"corrected {words}"


def test_a_correction_that_a_kind_has_no_field_for_is_refused(
    tmp_path: Path, document: Any, candidates: Any, draft: Any
) -> None:
    one = next(c for c in candidates if c.kind == "registration")
    with pytest.raises(UnknownTermError, match="unknown field of a registration to correct 'n'"):
        decide(tmp_path / "nct00000000.yaml", document, draft, [review.Ruling(one, "accept", corrections={"n": "18"})])


def test_a_number_of_patients_that_contradicts_the_record_is_refused(
    tmp_path: Path, document: Any, candidates: Any, draft: Any
) -> None:
    path = tmp_path / "nct00000000.yaml"
    one = next(c for c in candidates if c.kind == "participants" and c.arm == "all")
    decide(path, document, draft, [review.Ruling(one, "accept")])
    with pytest.raises(RecordError, match="arm all has enrolled 15 in the record, the text says 16"):
        decide(path, document, draft, [review.Ruling(one, "accept", corrections={"n": "16"})])


def test_a_part_needs_its_whole(tmp_path: Path, document: Any, candidates: Any, draft: Any) -> None:
    part = next(c for c in candidates if c.kind == "part")
    with pytest.raises(RecordError, match="is not in the record") as caught:
        decide(tmp_path / "nct00000000.yaml", document, draft, [review.Ruling(part, "accept")])
    assert "accept fraction-percent@" in caught.value.hint


def test_a_full_disk_leaves_the_file_as_it_was(
    tmp_path: Path, document: Any, candidates: Any, draft: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nct00000000.yaml"
    decide(path, document, draft, [review.Ruling(candidates[0], "accept")])
    before = path.read_bytes()

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(WriteError, match="No space left on device") as caught:
        decide(path, document, draft, [review.Ruling(candidates[1], "accept")])
    assert "untouched" in caught.value.hint
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_person_s_comments_survive(tmp_path: Path, document: Any, candidates: Any, draft: Any) -> None:
    path = tmp_path / "nct00000000.yaml"
    records.write_study(draft, path)
    text = path.read_text(encoding="utf-8").replace("phase:", "# asked the authors\nphase:")
    path.write_text(text + "notes:\n  - kept  # why\n", encoding="utf-8")
    decide(path, document, draft, accept_all(candidates))
    after = path.read_text(encoding="utf-8")
    assert "# asked the authors\nphase:" in after
    assert "- kept  # why" in after
    # New lists stand where the order of keys wants them.
    assert after.index("\nresults:") < after.index("\nverdicts:") < after.index("\nnotes:")


def test_rulings_from_a_file(candidates: Any) -> None:
    text = f"- candidate: {candidates[0].id}\n  decision: reject\n  reason: no\n"
    (ruling,) = review.rulings_from(text, candidates, file="d.yaml")
    assert (ruling.action, ruling.reason) == ("reject", "no")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("a: 1\n", RecordError, "expected a list of decisions"),
        ("- 3\n", RecordError, "a decision needs candidate and decision"),
        ("- {candidate: nothing@1, decision: accept}\n", UnknownTermError, "unknown candidate 'nothing@1'"),
        ("- {candidate: criterion-age@701, decision: agree}\n", UnknownTermError, "unknown decision 'agree'"),
        ("- [\n", RecordError, "not valid YAML"),
    ],
)
def test_mistakes_in_a_decisions_file(candidates: Any, text: str, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        review.rulings_from(text, candidates, file="d.yaml")


def test_what_failed_a_check_or_is_ambiguous_waits_for_a_person(document: Any, candidates: Any) -> None:
    items = review.queue(document, candidates, None)
    assert all(item.may_be_accepted_unseen for item in items)
    doubtful = candidates[-1].model_copy(update={"certainty": "ambiguous"})
    nameless = candidates[-1].model_copy(update={"outcome": None})
    for one in (doubtful, nameless):
        assert not review.queue(document, [one], None)[0].may_be_accepted_unseen


def test_a_candidate_is_shown_in_its_sentence(document: Any, candidates: Any) -> None:
    one = next(item for item in review.queue(document, candidates, None) if "9/15" in item.candidate.quote)
    assert document.text[slice(*one.sentence)] == "TEAEs occurred in nine patients (9/15, 60.0%)."


ARMS = {
    "arms": [
        {"id": "dose-1.0", "name": "low", "dose": {"value": 1e6}},
        {"id": "dose-2.0", "dose": {"value": 2e6}},
        {"id": "expansion", "dose": {"value": 2e6}},
        {"id": "everyone", "combines": ["dose-1.0", "dose-2.0"]},
    ]
}


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("low", "dose-1.0"),
        ("1.0×10^6 cells/kg", "dose-1.0"),
        ("1 x 10^6 cells/kg", "dose-1.0"),
        ("2.0×10^6 cells/kg", "dose-2.0"),
        ("dose-expansion phase", "expansion"),
        ("all", "everyone"),
        (None, "everyone"),
        ("3.0×10^6 cells/kg", None),
        ("placebo group", None),
    ],
)
def test_which_arm_a_label_means(label: str | None, found: str | None) -> None:
    arm_found = find_arm(ARMS, label)
    assert (arm_found and arm_found["id"]) == found


@pytest.mark.parametrize(
    ("arm", "found"),
    [
        ({"id": "msc"}, "msc"),
        ({"id": "msc", "name": "mesenchymal cells", "dose": {"value": 1e6}}, "msc"),
        ({"id": "dose-3.0", "name": "3.0×10^6 cells/kg"}, None),
    ],
)
def test_the_only_arm_is_everybody_unless_it_is_one_of_several_doses(arm: dict[str, Any], found: str | None) -> None:
    arm_found = find_arm({"arms": [arm]}, "all")
    assert (arm_found and arm_found["id"]) == found


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("MSC group", "experimental"),
        ("2.0×10^6 cells/kg", "experimental"),
        ("group A", "experimental"),
        ("non-responders", "experimental"),
        ("cord MSCs plus conventional drugs", "experimental"),
        ("placebo group", "placebo"),
        ("saline", "placebo"),
        ("sham group", "sham"),
        ("standard of care", "standard-care"),
        ("control group", "control"),
        ("conventional drugs alone", "control"),
        ("without", "control"),
        ("patients without stem cells", "control"),
        ("not treated with MSC group", "control"),
        ("healthy volunteers", "healthy-control"),
    ],
)
def test_what_part_a_new_arm_plays(label: str, role: str) -> None:
    assert role_of(label) == role


@pytest.mark.parametrize(
    "known",
    [
        {"arms": [{"id": "placebo", "role": "placebo"}]},
        {"design": "randomised-controlled", "arms": [{"id": "msc", "role": "experimental"}]},
    ],
)
def test_the_only_arm_is_not_everybody_where_arms_are_compared(known: dict[str, Any]) -> None:
    assert find_arm(known, "all") is None


def test_patients_on_placebo_are_not_counted_among_those_who_got_the_cells(tmp_path: Path) -> None:
    document = read.read(
        b"Mesenchymal stromal cells in immune thrombocytopenia: a randomised trial\n\n"
        b"Methods: 40 patients were randomised to MSC (n=20) or placebo (n=20).\n\n"
        b"Results: Response occurred in 12/20 patients (60%) in the MSC group and 5/20 (25%) in the placebo group.\n",
        name="two-arms.txt",
    )
    found = check.check_candidates(extract.extract(document), document)
    draft = review.draft_study(document, study_id="two-arms", report_id=REPORT)
    made = decide(tmp_path / "two-arms.yaml", document, draft, accept_all(found))
    roles = {one.id: one.role for one in made.arms}
    assert (roles["msc"], roles["placebo"]) == ("experimental", "placebo")
    assert {(one.arm, one.counts()) for one in made.results} == {("msc", (12, 20)), ("placebo", (5, 20))}
    everybody = next(one for one in made.arms if one.id == "all")
    assert set(everybody.combines) == {"msc", "placebo"}


ONE_DOSE = "received umbilical cord mesenchymal stem cells at 1×10^6 cells/kg weekly"


@pytest.mark.parametrize(
    ("methods", "results", "arms"),
    [
        (f"22 patients {ONE_DOSE}.", "13 of 22 patients (59.1%) responded.", {"all": 1e6}),
        (
            f"40 patients were randomised to MSC (n=20) or placebo (n=20). The MSC group {ONE_DOSE}.",
            "A response occurred in 12/20 patients (60%) in the MSC group and 5/20 (25%) in the placebo group.",
            {"all": None, "msc": 1e6, "placebo": None},
        ),
        (
            f"22 patients {ONE_DOSE} or 2×10^6 cells/kg weekly.",
            "13 of 22 patients (59.1%) responded.",
            {"all": None, "dose-1.0": 1e6, "dose-2.0": 2e6},
        ),
        (
            f"In this dose-escalation trial 22 patients {ONE_DOSE}.",
            "13 of 22 patients (59.1%) responded.",
            {"all": None, "dose-1.0": 1e6},
        ),
    ],
    ids=["one", "against placebo", "two", "escalation"],
)
def test_the_only_dose_is_that_of_whoever_got_the_cells(
    tmp_path: Path, methods: str, results: str, arms: dict[str, float | None]
) -> None:
    text = f"Mesenchymal stem cells in immune thrombocytopenia\n\nMethods: {methods}\n\nResults: {results}\n"
    document = read.read(text.encode(), name="abstract.txt")
    found = check.check_candidates(extract.extract(document), document)
    sat = review.sit_down(document, found, records.Records((), {}), tmp_path)
    rulings = accept_all(tuple(item.candidate for item in sat.items))
    review.decide(sat.path, document, rulings, draft=sat.study, report=sat.report, by="AB", on="2030-12-31")
    made = records.load_study(sat.path)
    assert {one.id: one.dose.value if one.dose else None for one in made.arms} == arms


def test_ids_of_new_arms() -> None:
    assert arm_id("0.5×10^6 cells/kg") == "dose-0.5"
    assert arm_id("3×10^6 cells/kg") == "dose-3.0"
    assert arm_id("dose-escalation phase") == "escalation"
    assert arm_id("Group A") == "group-a"
    assert dose_of("2×10^7 cells") == (2e7, "cells")
    assert dose_of("high dose") is None


def test_a_document_without_a_known_condition_asks_for_it(document: Document) -> None:
    silent = document.model_copy(update={"title": "A trial", "text": "A trial in 3 patients."})
    with pytest.raises(RecordError, match="names no condition") as caught:
        review.draft_study(silent, study_id="x", report_id="r")
    assert "--condition" in caught.value.hint
    assert review.draft_study(silent, study_id="x", report_id="r", condition="lupus").condition == (
        "systemic-lupus-erythematosus"
    )


@pytest.mark.parametrize(("date", "year"), [("2030-12-08", 2030), ("0001-01-01", None), ("9999", None), ("?", None)])
def test_a_year_that_no_report_has_is_left_out(document: Document, date: str, year: int | None) -> None:
    dated = document.model_copy(update={"date": date})
    assert review.draft_study(dated, study_id="x", report_id="r").reports[0].year == year


def test_what_a_record_may_not_hold_is_said_with_its_place(document: Document) -> None:
    with pytest.raises(RecordError, match="R R: its id cannot be recorded: 'R R'") as caught:
        review.draft_study(document, study_id="x", report_id="R R")
    assert "template" in caught.value.hint


def test_what_is_known_of_the_enrolment_is_kept(tmp_path: Path, document: Any, candidates: Any, draft: Any) -> None:
    path = tmp_path / "nct00000000.yaml"
    records.write_study(draft.model_copy(update={"enrolment": EnrolmentPeriod(start="2026-01")}), path)
    one = next(candidate for candidate in candidates if candidate.kind == "enrolment-period")
    only_end = one.model_copy(update={"values": tuple(value for value in one.values if value.role == "to")})
    made = decide(path, document, draft, [review.Ruling(only_end, "accept")])
    assert made.enrolment is not None
    assert (made.enrolment.start, made.enrolment.end) == ("2026-01", "2029-06")
