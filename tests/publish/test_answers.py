"""The answers of an edition, by one process or several."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from mscevidence import synthesis
from mscevidence.errors import MscevidenceError, RecordError, SelectionError, UnknownTermError
from mscevidence.model import Question, Study
from mscevidence.protocol import Analysis
from mscevidence.publish import answers
from mscevidence.publish.contents import Done, Evidence
from study_factory import arm, result, study

STUDIES = (
    study("alpha", result("response", 8, 18), result("death", 1, 18)),
    study("beta", result("response", 3, 7)),
    study("gamma", result("response", 2, 4)),
)
ANALYSES = (
    Analysis(id="response", question=Question(outcome="response"), columns=("design", "dose")),
    Analysis(id="death", question=Question(outcome="death")),
    Analysis(id="nothing", question=Question(outcome="malignancy")),
)


def answered(folder: Path, analyses: tuple[Analysis, ...] = ANALYSES) -> tuple[Done, ...]:
    folder.mkdir()
    evidence = Evidence(studies=STUDIES, families=())
    return answers.answer_all(analyses, evidence, folder, formats=("svg",), progress=lambda _: None)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}


def test_an_analysis_leaves_its_figures_and_tables(tmp_path: Path) -> None:
    told: list[str] = []
    evidence = Evidence(studies=STUDIES, families=())
    done = answers.answer_all(ANALYSES, evidence, tmp_path, formats=("svg", "png"), progress=told.append)
    assert told == ["analysis response", "analysis death", "analysis nothing"]
    assert [one.pooled is None for one in done] == [False, False, True]
    assert done[2].why_not == "none of 3 studies reports malignancy"
    made = set(bytes_of(tmp_path))
    beside = {f"figures/response-{kind}.svg" for kind in ("funnel", "methods", "leave-one-out", "cumulative", "bayes")}
    tables = {f"tables/response{end}" for end in ("-studies.csv", "-estimates.csv", ".json", ".txt")}
    assert beside | tables | {"figures/response.svg", "figures/response.png", "figures/death.svg"} <= made
    # One study is drawn, and has nothing to be analysed again.
    assert not any(name.startswith("figures/death-") for name in made)
    pooled = done[0].pooled
    assert pooled is not None
    assert [series.id for series in pooled.series] == [
        "every-method",
        "leave-one-out",
        "cumulative",
        "bayes",
        "shrunken",
    ]


def judged(name: str, events: int, n: int, dose: float, *, condition: str = "immune-thrombocytopenia") -> Study:
    answers_ = {"inclusion": "yes"} if name == "alpha" else {}
    return study(
        name,
        result("response", events, n, arm="low", time_point={"value": 3, "unit": "month"}),
        result("response", events, n, arm="high", time_point={"value": 3, "unit": "month"}),
        condition=condition,
        arms=[
            arm("low", dose={"value": dose, "unit": "cells/kg"}),
            arm("high", dose={"value": 2 * dose, "unit": "cells/kg"}),
        ],
        appraisal=[{"tool": "jbi-case-series-2020", "by": "ab", "answers": answers_}] if answers_ else [],
    )


def test_figures_that_go_back_to_the_records_get_them(tmp_path: Path) -> None:
    studies = (
        judged("alpha", 3, 9, 1e6),
        judged("beta", 4, 8, 2e6),
        judged("gamma", 2, 9, 1e6, condition="multiple-sclerosis"),
    )
    asked = Analysis(
        id="r",
        question=Question(outcome="response", by="condition"),
        columns=("follow-up", "completeness", "rob", "phase"),
    )
    answers.answer_all((asked,), Evidence(studies, ()), tmp_path, formats=("svg",), progress=lambda _: None)
    made = bytes_of(tmp_path)
    assert {"figures/r-posterior.svg", "figures/r-dose-response.svg"} <= set(made)
    forest = made["figures/r.svg"].decode()
    # Follow-up and completeness stand there, discs as one study is judged; nobody gives a phase.
    assert forest.count(">3 months<") == 3
    assert ">Completeness<" in forest
    assert ">Phase<" not in forest
    assert "JBI" in forest


def test_discs_come_with_the_first_judgement_and_not_before(tmp_path: Path) -> None:
    done = answered(tmp_path / "none")
    assert done[0].pooled is not None
    assert answers.forest_columns(ANALYSES[0], done[0].pooled, STUDIES) == ["design"]
    first = STUDIES[0].model_copy(update={"appraisal": judged("alpha", 1, 2, 1.0).appraisal})
    assert answers.forest_columns(ANALYSES[0], done[0].pooled, (first, *STUDIES[1:])) == ["design", "rob"]


@pytest.mark.parametrize(("k", "drawn"), [(answers.ENOUGH - 1, True), (answers.ENOUGH, False)])
def test_a_disease_with_many_studies_has_nothing_to_borrow(k: int, drawn: bool, tmp_path: Path) -> None:
    studies = [study(f"s{number}", result("response", number, 12)) for number in range(k)]
    studies.append(study("other", result("response", 3, 9), condition="multiple-sclerosis"))
    asked = Analysis(id="r", question=Question(outcome="response", condition="immune-thrombocytopenia"))
    answers.answer_all((asked,), Evidence(tuple(studies), ()), tmp_path, formats=("svg",), progress=lambda _: None)
    assert ("figures/r-posterior.svg" in bytes_of(tmp_path)) is drawn


@pytest.mark.parametrize(("k", "borrows"), [(answers.ENOUGH - 1, True), (answers.ENOUGH, False)])
def test_by_disease_borrowing_is_drawn_where_one_has_few_studies(k: int, borrows: bool) -> None:
    many = [study(f"m{number}", result("response", number, 12)) for number in range(answers.ENOUGH)]
    few = [study(f"f{number}", result("response", number, 12), condition="multiple-sclerosis") for number in range(k)]
    pooled = synthesis.pool([*many, *few], (), Question(outcome="response", by="condition"))
    assert answers._borrows(pooled) is borrows


def test_several_processes_give_the_same_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = answered(tmp_path / "alone")
    monkeypatch.setattr(answers, "FEW", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    together = answered(tmp_path / "together")
    assert together == alone
    assert bytes_of(tmp_path / "together") == bytes_of(tmp_path / "alone")
    wrong = Analysis(id="wrong", question=Question(outcome="response"), columns=("dosage",))
    with pytest.raises(UnknownTermError, match="unknown column 'dosage'") as error:
        answered(tmp_path / "wrong", (wrong, wrong))
    assert "condition" in error.value.hint


@pytest.mark.parametrize(
    "error",
    [
        SelectionError("nothing", hint="look elsewhere"),
        UnknownTermError("dosage", kind="column", choices=["dose"]),
        RecordError("wrong", hint="mend it", file="a.yaml", line=3, key="k"),
    ],
)
def test_an_error_comes_whole_from_another_process(error: MscevidenceError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))


def test_answers_only_are_the_same_without_files() -> None:
    done = answers.answers_only(ANALYSES, STUDIES, ())
    assert [one.analysis.id for one in done] == ["response", "death", "nothing"]
    assert done[0].pooled is not None
    assert done[0].pooled.overall.estimates[0].patients == 29
    assert done[2].why_not == "none of 3 studies reports malignancy"
