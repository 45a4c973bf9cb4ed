"""What the review room writes: values from selected words, forms, appraisals, agreed records; and what it refuses."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from mscevidence import check, extract, read, records, review, vocabulary
from mscevidence.errors import EditConflictError, MscevidenceError, RecordError, UnknownTermError
from mscevidence.model import Candidate, Document, Study
from mscevidence.review.manual_entry import Filled, enter
from mscevidence.screening.agreement import cohen_kappa
from study_factory import arm, report, result, study

ABSTRACT = Path(__file__).parent.parent / "examples" / "synthetic-abstract.txt"
REPORT = "ash-2030-412"
ON = "2030-12-31"


@pytest.fixture(scope="module")
def document() -> Document:
    return read.read(ABSTRACT.read_bytes(), name=ABSTRACT.name)


@pytest.fixture(scope="module")
def candidates(document: Document) -> tuple[Candidate, ...]:
    return check.check_candidates(extract.extract(document), document)


@pytest.fixture
def draft(document: Document) -> Study:
    return review.draft_study(document, study_id="nct00000000", report_id=REPORT)


def select(document: Document, words: str, **more: str) -> review.Selection:
    start = document.text.index(words)
    fields: dict[str, Any] = {"start": start, "end": start + len(words), "quote": words, **more}
    return review.Selection(**fields)


# Values from selected words


def test_selected_words_become_a_result_with_their_place(tmp_path: Path, document: Any, draft: Any) -> None:
    words = "overall response rate was 53.3% (8/15)"
    made = review.candidate_from(document, select(document, words, events="8", n="15", outcome="ORR"), draft)
    path = tmp_path / "nct00000000.yaml"
    review.decide(path, document, [review.Ruling(made, "accept")], draft=draft, report=REPORT, by="ab", on=ON)
    (written,) = records.load_study(path).results
    assert (written.outcome, written.counts(), written.decision.origin) == ("response", (8, 15), "person")
    assert written.source.span is not None
    assert document.text[slice(*written.source.span)] == written.source.quote == words
    assert written.source.section == "Results"


def test_n_may_be_the_size_of_the_arm(document: Document, draft: Study) -> None:
    sized = draft.model_copy(update={"arms": study("x", arms=[arm(enrolled=15)]).arms})
    made = review.candidate_from(
        document, select(document, "TEAEs occurred in nine patients", events="9", outcome="teae"), sized
    )
    assert made.number("n") == 15


@pytest.mark.parametrize(
    ("words", "fields", "said"),
    [
        ("53.3% (8/15)", {"events": "9", "n": "15", "outcome": "response"}, "events 9 cannot be read"),
        ("53.3% (8/15)", {"events": "8", "n": "16", "outcome": "response"}, "n 16 cannot be read"),
        ("53.3% (8/15)", {"events": "15", "n": "8", "outcome": "response"}, "15"),
        ("nine patients", {"events": "9", "outcome": "teae"}, "n is missing"),
        ("53.3% (8/15)", {"events": "8.0", "n": "15", "outcome": "response"}, "not a whole number"),
        ("53.3% (8/15)", {"events": "-8", "n": "15", "outcome": "response"}, "not a whole number"),
        ("53.3% (8/15)", {"events": "8", "n": "15", "outcome": "happiness"}, "unknown outcome"),
        ("\n\nResults: ", {"events": "8", "n": "15", "outcome": "response"}, "cannot be read"),
    ],
)
def test_what_the_words_do_not_show_is_refused(
    document: Any, draft: Any, words: str, fields: dict[str, str], said: str
) -> None:
    with pytest.raises(MscevidenceError, match=said):
        review.candidate_from(document, select(document, words, **fields), draft)


@pytest.mark.parametrize(
    ("start", "end", "quote"), [(0, 4, "nope"), (-4, 4, "4"), (5, 5, ""), (0, 10**9, "x"), (9, 5, "abcd")]
)
def test_a_place_that_does_not_hold_the_quote_is_refused(
    document: Any, draft: Any, start: int, end: int, quote: str
) -> None:
    chosen = review.Selection(start=start, end=end, quote=quote, events="8", n="15", outcome="response")
    with pytest.raises(RecordError, match="selected"):
        review.candidate_from(document, chosen, draft)


def test_words_that_stand_elsewhere_are_refused(document: Document, draft: Study) -> None:
    there = select(document, "33.3% (2/6)", events="8", n="15", outcome="response")
    moved = dataclasses.replace(there, quote="53.3% (8/15)")
    with pytest.raises(RecordError, match="not the text at that place"):
        review.candidate_from(document, moved, draft)


def test_a_quote_is_the_few_words_around_the_number(document: Document, draft: Study) -> None:
    long = review.Selection(start=0, end=401, quote=document.text[:401], events="8", n="15", outcome="response")
    with pytest.raises(RecordError, match="401 characters"):
        review.candidate_from(document, long, draft)


# Conflicts


def test_a_file_that_changed_meanwhile_is_not_overwritten(
    tmp_path: Path, document: Any, candidates: Any, draft: Any
) -> None:
    path = tmp_path / "nct00000000.yaml"
    seen = review.version_of(path)
    first, second, *_ = (one for one in candidates if one.kind == "result" and one.outcome == "response")
    review.decide(path, document, [review.Ruling(first, "accept")], draft=draft, report=REPORT, by="ab", on=ON)
    before = path.read_bytes()
    with pytest.raises(EditConflictError, match="was changed since you opened it"):
        review.decide(
            path, document, [review.Ruling(second, "accept")], draft=draft, report=REPORT, by="cd", on=ON, expected=seen
        )
    assert path.read_bytes() == before
    seen = review.version_of(path)
    review.decide(
        path, document, [review.Ruling(second, "accept")], draft=draft, report=REPORT, by="cd", on=ON, expected=seen
    )
    assert len(records.load_study(path).results) == 2


def test_a_first_decision_that_fails_leaves_no_file(tmp_path: Path, document: Any, candidates: Any, draft: Any) -> None:
    path = tmp_path / "nct00000000.yaml"
    part = next(one for one in candidates if one.kind == "part")
    with pytest.raises(RecordError, match="is not in the record"):
        review.decide(path, document, [review.Ruling(part, "accept")], draft=draft, report=REPORT, by="ab", on=ON)
    assert list(tmp_path.iterdir()) == []


# A second extractor


def test_a_second_extractor_sees_none_of_the_first(tmp_path: Path, document: Any, candidates: Any, draft: Any) -> None:
    path = tmp_path / "nct00000000.yaml"
    rulings = [review.Ruling(one, "accept") for one in candidates if one.kind != "part"]
    review.decide(path, document, rulings, draft=draft, report=REPORT, by="ab", on=ON)
    known = records.load_all(tmp_path)
    mine = review.sit_down(document, candidates, known, tmp_path)
    blind = review.sit_down(document, candidates, known, tmp_path, second="GH")
    assert len(mine.waiting) < len(candidates)
    assert len(blind.waiting) == len(candidates)
    assert blind.study.results == ()
    assert blind.path == tmp_path / "nct00000000.gh.yaml"
    review.decide(blind.path, document, rulings[:1], draft=blind.study, report=REPORT, by="gh", on=ON)
    assert records.load_all(tmp_path).studies == known.studies, "the second file is no part of the records"
    assert review.second_files(tmp_path) == {"nct00000000": {"gh": blind.path}}


@pytest.mark.parametrize("name", ["../x", "a/b", "", "a.b", "é", "a" * 21, "a\n"])
def test_initials_that_cannot_name_a_file_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordError, match="cannot name a reviewer"):
        review.second_file(tmp_path, "itp", name)


@pytest.mark.parametrize("name", ["../x", "a/b", "", "a.b", "/etc/passwd"])
def test_a_study_that_cannot_name_a_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordError, match="cannot name a study"):
        review.second_file(tmp_path, name, "fe")


def two_records() -> tuple[Study, Study]:
    first = study(
        "itp-one",
        result("response", 8, 18),
        result("infection", 1, 18),
        result("serious-adverse-event", 2, 18),
        arms=[arm(treated=18)],
    )
    second = study(
        "itp-one",
        result("response", 9, 18, quote="9 of 18"),
        result("infection", 1, 18),
        result("fever", 3, 18),
        arms=[arm(treated=17)],
    )
    return first, second


def test_differences_name_place_and_both_values() -> None:
    found = {one.place: (one.first, one.second) for one in review.differences(*two_records())}
    assert found == {
        "arm all treated": ("18", "17"),
        "result all/response events": ("8", "9"),
        "result all/serious-adverse-event": ("2 of 18", ""),
        "result all/fever": ("", "3 of 18"),
    }
    assert review.differences(two_records()[0], two_records()[0]) == ()


def test_agreement_is_counted_per_field_where_both_have_the_entry() -> None:
    pairs = review.agreed_pairs(*two_records())
    assert sorted(pairs["result events"]) == [("1", "1"), ("8", "9")]
    assert pairs["result n"] == (("18", "18"), ("18", "18"))
    assert "result percent" not in pairs, "nobody filled it in"
    kappa, _ = cohen_kappa(pairs["result events"])
    assert kappa == pytest.approx(1 / 3), "agreement 1/2, by chance 1/4"


def settle(*pairs: tuple[str, str], reason: str = "table 2 says so") -> dict[str, review.Settlement]:
    return {place: review.Settlement(place, taken, reason) for place, taken in pairs}  # type: ignore[arg-type]


def test_adjudication_writes_the_agreed_record_and_keeps_the_reasons(tmp_path: Path) -> None:
    first, second = two_records()
    path = tmp_path / "itp-one.yaml"
    records.write_study(first, path, comment="mine")
    left = review.adjudicate(
        path,
        second,
        settle(
            ("result all/response events", "second"),
            ("result all/fever", "second"),
            ("result all/serious-adverse-event", "first"),
        ),
        extractors=("fe", "gh"),
        by="jk",
        on=ON,
    )
    assert [one.place for one in left] == ["arm all treated"], "what was settled is not asked again"
    made = records.load_study(path)
    counts = {one.outcome: (one.counts(), one.source.quote) for one in made.results}
    assert counts["response"] == ((9, 18), "9 of 18")
    assert counts["fever"] == ((3, 18), "3/18")
    assert counts["serious-adverse-event"] == ((2, 18), "2/18")
    told = {one.place: one for one in made.adjudications}
    assert len(told) == 3
    kept = told["result all/response events"]
    assert (kept.first, kept.second, kept.taken, kept.extractors) == ("8", "9", "second", ("fe", "gh"))
    assert (kept.reason, kept.by, kept.on) == ("table 2 says so", "jk", ON)
    decision = next(one.decision for one in made.results if one.outcome == "response")
    assert (decision.by, decision.origin, decision.corrected) == ("jk", "adjudication", "events: 8 -> 9")
    assert "# mine" in path.read_text(), "comments survive"


def test_taking_nothing_from_the_second_removes_an_entry_and_an_arm(tmp_path: Path) -> None:
    first, second = two_records()
    first = first.model_copy(update={"arms": (*first.arms, study("x", arms=[arm("low")]).arms[0])})
    path = tmp_path / "itp-one.yaml"
    records.write_study(first, path)
    chosen = settle(
        ("arm low", "second"), ("result all/serious-adverse-event", "second"), ("arm all treated", "second")
    )
    review.adjudicate(path, second, chosen, extractors=("fe", "gh"), by="jk", on=ON)
    made = records.load_study(path)
    assert [(one.id, one.treated) for one in made.arms] == [("all", 17)]
    assert "serious-adverse-event" not in {one.outcome for one in made.results}


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (settle(("result all/response events", "second"), reason="  "), "reason is missing"),
        (settle(("result all/response n", "second")), "unknown difference"),
        (settle(("result all/response events", "third")), "unknown side"),
    ],
)
def test_a_settlement_that_says_too_little_is_refused(tmp_path: Path, chosen: Any, said: str) -> None:
    first, second = two_records()
    path = tmp_path / "itp-one.yaml"
    records.write_study(first, path)
    before = path.read_bytes()
    with pytest.raises(MscevidenceError, match=said):
        review.adjudicate(path, second, chosen, extractors=("fe", "gh"), by="jk", on=ON)
    assert path.read_bytes() == before


def test_an_arm_that_results_need_is_not_removed(tmp_path: Path) -> None:
    first, second = two_records()
    second = second.model_copy(update={"arms": (), "results": ()})
    path = tmp_path / "itp-one.yaml"
    records.write_study(first, path)
    with pytest.raises(RecordError, match="has results in the record"):
        review.adjudicate(path, second, settle(("arm all", "second")), extractors=("fe", "gh"), by="jk", on=ON)


# Appraisal

TOOLS = ("jbi-case-series-2020", "minors-2003", "nhlbi-before-after-2014", "rob-2-2019", "robins-i-2016")


@pytest.mark.parametrize("name", TOOLS)
def test_a_judgement_with_each_tool_is_kept_and_replaced(tmp_path: Path, name: str) -> None:
    path = tmp_path / "itp-one.yaml"
    records.write_study(two_records()[0], path)
    tool = vocabulary.term("appraisal-tool", name)
    judged = review.Assessment(
        tool=name,
        answers={domain.id: tool.levels[0] for domain in tool.domains},
        support={domain.id: "8/18" for domain in tool.domains},
        overall=tool.overall[-1] if tool.overall else "",
        result="itp-one/all/response" if tool.unit == "result" else "",
    )
    for _ in range(2):
        made = review.appraise(path, judged, documents=(), by="fe", on=ON)
    (one,) = made.appraisal
    assert (one.tool, one.by, one.on) == (tool.id, "fe", ON)
    assert list(one.answers) == [domain.id for domain in tool.domains]
    assert {(found.report, found.quote) for found in one.support.values()} == {("r1", "8/18")}
    assert one.result == ("itp-one/all/response" if tool.unit == "result" else None)
    assert one.overall == (tool.overall[-1] if tool.overall else None)
    review.appraise(path, judged, documents=(), by="gh", on=ON)
    assert [one.by for one in records.load_study(path).appraisal] == ["fe", "gh"]


def jbi(**changes: Any) -> review.Assessment:
    tool = vocabulary.load("appraisal-tool")["jbi-case-series-2020"]
    domains = [domain.id for domain in tool.domains]
    fields = {"tool": tool.id, "answers": dict.fromkeys(domains, "unclear"), "support": {}, **changes}
    return review.Assessment(**fields)


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        (jbi(answers={"demographics": "yes"}), "not yet judged: Clear inclusion criteria"),
        (jbi(answers={**jbi().answers, "demographics": "perhaps"}), "unknown level"),
        (jbi(answers={**jbi().answers, "beauty": "yes"}), "unknown domain"),
        (jbi(answers={**jbi().answers, "demographics": "yes"}), "yes has no quote"),
        (jbi(support={"demographics": "words that nobody wrote"}), "in no captured document"),
        (jbi(tool="jbi-of-nobody"), "unknown appraisal-tool"),
        (jbi(overall="good"), "unknown overall"),
    ],
)
def test_a_judgement_that_cannot_stand_is_refused(tmp_path: Path, document: Any, judged: Any, said: str) -> None:
    path = tmp_path / "itp-one.yaml"
    records.write_study(two_records()[0], path)
    before = path.read_bytes()
    with pytest.raises(MscevidenceError, match=said):
        review.appraise(path, judged, documents=(document,), by="fe", on=ON)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("typed", "report", "there"),
    [
        ("This abstract is invented", "", REPORT),
        ("this  Abstract\nIS invented", "", REPORT),
        ("This abstract is invented", REPORT, REPORT),
        ("words of the article", "article", "article"),
    ],
)
def test_the_words_behind_a_judgement_get_their_place(
    tmp_path: Path, document: Document, draft: Study, typed: str, report: str, there: str
) -> None:
    path = tmp_path / "nct00000000.yaml"
    second = {"id": "article", "kind": "article"}
    both = {**draft.model_dump(by_alias=True, exclude_none=True), "reports": [*draft.model_dump()["reports"], second]}
    records.write_study(Study.model_validate(both), path)
    wanted = jbi(answers={**jbi().answers, "demographics": "yes"}, support={"demographics": typed}, report=report)
    made = review.appraise(path, wanted, documents=(document,), by="fe", on=ON)
    found = made.appraisal[0].support["demographics"]
    assert found.report == there
    if there == REPORT:
        assert found.span is not None
        assert document.text[slice(*found.span)] == found.quote == "This abstract is invented"
        assert (found.document, found.section) == (document.sha256, "Background")
    else:
        assert (found.document, found.span, found.quote) == (None, None, typed)


@pytest.mark.parametrize(("report", "said"), [("", "which report"), ("nowhere", "unknown report")])
def test_words_need_a_report(tmp_path: Path, report: str, said: str) -> None:
    path = tmp_path / "itp-one.yaml"
    reports = [{"id": name, "kind": "article"} for name in ("r1", "r2")]
    records.write_study(study("itp-one", result("response", 8, 18), reports=reports), path)
    wanted = jbi(answers={**jbi().answers, "demographics": "yes"}, support={"demographics": "x"}, report=report)
    with pytest.raises(MscevidenceError, match=said):
        review.appraise(path, wanted, documents=(), by="fe", on=ON)


def test_a_tool_that_judges_results_needs_a_result_of_the_study(tmp_path: Path) -> None:
    path = tmp_path / "itp-one.yaml"
    records.write_study(two_records()[0], path)
    tool = vocabulary.load("appraisal-tool")["rob-2-2019"]
    answers = {domain.id: "low" for domain in tool.domains}
    judged = review.Assessment(tool.id, answers, dict.fromkeys(answers, "x"), "low", "itp-two/all/response")
    with pytest.raises(UnknownTermError, match="result of itp-one"):
        review.appraise(path, judged, documents=(), by="fe", on=ON)


# Forms

SOURCE = {"report": "r1", "quote": "8/18"}


def entered(path: Path, part: Any, values: dict[str, Any], index: int | None = None, **more: Any) -> Any:
    return enter(path, Filled(part, values, index), documents=more.pop("documents", ()), by="fe", on=ON, **more)


def test_a_study_is_begun_and_filled_in_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "itp-one.yaml"
    begun = {
        "study": "itp-one",
        "title": "Cells",
        "condition": "immune-thrombocytopenia",
        "design": "single-arm",
        "reports": [report()],
    }
    assert entered(path, "study", begun, expected="new") == ()
    assert entered(path, "arms", arm(treated=18, name=None)) == ()
    assert entered(path, "results", {"outcome": "response", "arm": "all", "events": 8, "n": 18, "source": SOURCE}) == ()
    assert entered(path, "arms", {"treated": 19, "name": "everybody"}, 0) == ()
    assert entered(path, "study", {"phase": "1", "label": None}) == ()
    made = records.load_study(path)
    assert (made.phase, made.arms[0].treated, made.arms[0].name) == ("1", 19, "everybody")
    assert made.results[0].counts() == (8, 18)
    assert made.results[0].decision.model_dump() == {
        "by": "fe", "on": ON, "origin": "person", "corrected": None, "reason": None
    }  # fmt: skip


def test_the_quote_of_a_result_gets_its_place(tmp_path: Path, document: Document) -> None:
    path = tmp_path / "itp-one.yaml"
    records.write_study(study("itp-one", reports=[report(documents=[document.sha256])], arms=[arm(treated=15)]), path)
    values = {"outcome": "response", "arm": "all", "events": 8, "n": 15, "source": {"report": "r1", "quote": "(8/15)"}}
    (wrong,) = entered(path, "results", {**values, "source": {"report": "r1", "quote": "8/99"}}, documents=(document,))
    assert wrong.key == "source.quote"
    assert entered(path, "results", values, documents=(document,)) == ()
    (made,) = records.load_study(path).results
    assert made.source.span is not None
    assert document.text[slice(*made.source.span)] == "(8/15)"
    assert made.source.section == "Results"


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"outcome": "happiness"}, {"outcome"}),
        ({"events": "eight"}, {"events"}),
        ({"events": -1, "percent": 300}, {"events", "percent"}),
        ({"events": 19}, {"events"}),
        ({"arm": "nobody"}, {"arm"}),
        ({"source": {"report": "r1"}}, {"source.quote"}),
        ({"events": 7}, {"events"}),
    ],
)
def test_what_is_wrong_stands_beside_its_field(tmp_path: Path, changes: dict[str, Any], keys: set[str]) -> None:
    path = tmp_path / "itp-one.yaml"
    records.write_study(study("itp-one", arms=[arm(treated=18)]), path)
    before = path.read_bytes()
    values = {"outcome": "response", "arm": "all", "events": 8, "n": 18, "source": SOURCE, **changes}
    assert {one.key for one in entered(path, "results", values)} >= keys
    assert path.read_bytes() == before


def test_a_form_for_a_file_that_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "itp-one.yaml"
    records.write_study(study("itp-one"), path)
    seen = review.version_of(path)
    assert entered(path, "study", {"phase": "1"}, expected=seen) == ()
    with pytest.raises(EditConflictError):
        entered(path, "study", {"phase": "2"}, expected=seen)
    assert records.load_study(path).phase == "1"
