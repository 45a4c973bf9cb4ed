"""What changed between two states of the records: compared, told, and read out of git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mscevidence import protocol, records
from mscevidence.errors import SelectionError
from mscevidence.model import Question, Study
from mscevidence.protocol import Analysis, Protocol
from mscevidence.publish.answers import answers_only
from mscevidence.publish.site import Changes, Snapshot, compare, read_snapshot, take_snapshot
from mscevidence.publish.site.changes_text import changes_text
from mscevidence.publish.site.history import last_day, records_of
from mscevidence.publish.site.snapshot import value_text
from study_factory import DECISION, report, result, study

ANALYSES = (
    Analysis(id="response", question=Question(outcome="response")),
    Analysis(id="against", question=Question(outcome="response", measure="RR", method="mh")),
)


def snapshot(*studies: Study) -> Snapshot:
    return take_snapshot(studies, answers_only(ANALYSES, studies, ()))


def alpha(events: int = 8, *, status: str = "published", **decision: str) -> Study:
    found = result("response", events, 18) | {"decision": {**DECISION, **decision}}
    return study("alpha", found, reports=[report(first_author="Alpha A", status=status)])


BETA = study("beta", result("response", 3, 7))
GAMMA = study("gamma", result("response", 9, 10))


def changes(before: tuple[Study, ...], after: tuple[Study, ...]) -> Changes:
    return compare(snapshot(*before), snapshot(*after))


def test_nothing_changed() -> None:
    same = changes((alpha(), BETA), (alpha(), BETA))
    assert same.nothing
    assert "Nothing changed." in changes_text(same)


def test_a_trial_that_came_in_moves_the_pooled_rate() -> None:
    found = changes((alpha(), BETA), (alpha(), BETA, GAMMA))
    assert found.studies_in == (("gamma", "Gamma 2020", "Synthetic trial gamma"),)
    assert (found.studies_out, found.values, found.reports) == ((), (), ())
    shift = found.shifts[0]
    assert (shift.k_before, shift.k_after, shift.patients_before, shift.patients_after) == (2, 3, 25, 35)
    assert shift.studies_in == ("gamma",)
    old, new = (snapshot(*some).analyses[0].effect for some in ((alpha(), BETA), (alpha(), BETA, GAMMA)))
    assert old is not None
    assert new is not None
    assert shift.moved == f"+{100 * (new - old):.1f} points"
    told = changes_text(found)
    assert "1 study came in\n  gamma: Gamma 2020, Synthetic trial gamma\n0 studies went out" in told
    assert f"+{100 * (new - old):.1f} points" in told


def test_a_value_that_changed_is_told_with_its_reason() -> None:
    why = {"corrected": "7 in the abstract", "reason": "erratum of May"}
    found = changes((alpha(7), BETA), (alpha(8, **why), BETA))
    (value,) = found.values
    assert (value.before, value.after, value.why) == ("7/18", "8/18", "corrected: 7 in the abstract; erratum of May")
    assert "Alpha 2020: response, all, r1: 7/18 -> 8/18 (corrected: 7 in the abstract; erratum of May)" in changes_text(
        found
    )
    silent = changes((alpha(7), BETA), (alpha(8), BETA))
    assert "7/18 -> 8/18 (no reason recorded)" in changes_text(silent)


def test_a_result_put_before_another_does_not_rename_it() -> None:
    one = study(
        "alpha", result("response", 8, 18), result("response", 2, 18, report="r2"), reports=[report(), report("r2")]
    )
    two = one.model_copy(update={"results": (one.results[1], one.results[0])})
    assert changes((one,), (two,)).values == ()
    fewer = one.model_copy(update={"results": one.results[:1]})
    (gone,) = changes((one,), (fewer,)).values
    assert (gone.before, gone.after) == ("2/18", "")


def test_a_report_that_was_retracted_is_told() -> None:
    found = changes((alpha(), BETA), (alpha(status="retracted"), BETA))
    assert [(one.report, one.before, one.after) for one in found.reports] == [("r1", "published", "retracted")]
    # Its numbers may no longer be taken: the analysis loses the study though the study file keeps it.
    assert found.shifts[0].studies_out == ("alpha",)


def test_each_shift_says_what_it_may_come_from() -> None:
    found = changes((alpha(7), BETA), (alpha(8), GAMMA)).shifts[0]
    assert found.because == ("Gamma 2020 came in", "Beta 2020 went out", "Alpha 2020: 7/18 → 8/18")
    assert "Gamma 2020 came in; Beta 2020 went out; Alpha 2020: 7/18 -> 8/18" in changes_text(
        changes((alpha(7), BETA), (alpha(8), GAMMA))
    )
    # What changed in another outcome moves nothing here.
    more = alpha(8).model_copy(update={"results": (*alpha(8).results, *study("x", result("death", 1, 18)).results)})
    assert changes((alpha(8), BETA), (more, BETA)).shifts[0].because == ()


def test_a_changed_value_of_a_single_study_is_a_shift_though_nothing_is_pooled() -> None:
    found = changes((alpha(7),), (alpha(8),)).shifts[0]
    assert (found.before, found.after) == ("one study: shown, not pooled",) * 2
    assert not found.same


def test_an_analysis_that_is_new_or_no_longer_asked() -> None:
    before, after = snapshot(alpha(), BETA), snapshot(alpha(), BETA)
    fewer = before.model_copy(update={"analyses": before.analyses[:1]})
    asked, dropped = compare(fewer, after).shifts[-1], compare(after, fewer).shifts[-1]
    assert (asked.before, dropped.after) == ("not asked", "no longer asked")
    assert not asked.same


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (result("response", 8, 18), "8/18"),
        (result("response", 0, None), "0 of ?"),
        (result("response", None, 18, quote="no", percent=44.4), "44.4 % of 18"),
        (result("response", None, None, quote="no"), "no count"),
        (result("response", None, 9, quote="4.2 (1.1)", mean=4.2, sd=1.1), "mean 4.2 (SD 1.1), n = 9"),
        (result("response", 3, 9, person_time=12.5, person_time_unit="month"), "3 in 12.5 patient-months"),
        (result("response", None, 9, quote="?") | {"events": "not-reported"}, "not reported"),
    ],
)
def test_the_numbers_of_a_result_in_words(found: dict[str, object], said: str) -> None:
    assert value_text(study("alpha", found).results[0]) == said


@pytest.mark.parametrize(
    ("date", "day"),
    [("2024", "2024-12-31"), ("2024-02", "2024-02-29"), ("2026-05-07", "2026-05-07"), ("2026-11", "2026-11-30")],
)
def test_a_date_means_its_last_day(date: str, day: str) -> None:
    assert last_day(date) == day


@pytest.mark.parametrize("wrong", ["", "yesterday", "2026-00", "2026-13", "2026-02-29", "2026-05-00", "26-05-01"])
def test_what_is_no_date(wrong: str) -> None:
    with pytest.raises(SelectionError, match="is no date"):
        last_day(wrong)


def git(root: Path, *words: str, day: str = "2026-01-01") -> None:
    when = f"{day}T12:00:00Z"
    person = {f"GIT_{role}_{what}": "t@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    env = os.environ | person | {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True, env=env)


@pytest.fixture
def kept_in_git(tmp_path: Path) -> Protocol:
    """Return a review below the root of a repository, with commits on three days."""
    root = tmp_path / "papers" / "review"
    (root / "extracted").mkdir(parents=True)
    (root / protocol.FILE_NAME).write_text('[[analysis]]\nid = "response"\noutcome = "response"\n', encoding="utf-8")
    git(tmp_path, "init", "-q", "-b", "main")
    for day, some in (("2026-02-01", (alpha(7),)), ("2026-03-01", (alpha(8), BETA)), ("2026-04-01", (GAMMA,))):
        for one in some:
            path = root / "extracted" / f"{one.study}.yaml"
            path.unlink(missing_ok=True)
            records.write_study(one, path)
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "-m", "records", day=day)
    return protocol.load(root / protocol.FILE_NAME)


@pytest.mark.parametrize(
    ("date", "ids", "events"),
    [
        ("2026-02", ["alpha"], 7),
        ("2026-03-01", ["alpha", "beta"], 8),
        ("2026-03-31", ["alpha", "beta"], 8),
        ("2026", ["alpha", "beta", "gamma"], 8),
    ],
)
def test_the_records_of_a_day_come_out_of_git(kept_in_git: Protocol, date: str, ids: list[str], events: int) -> None:
    past = records_of(kept_in_git, date)
    assert [one.study for one in past.studies] == ids
    assert past.studies[0].results[0].events == events
    assert past.unreadable == ()


def test_the_records_of_a_commit(kept_in_git: Protocol) -> None:
    assert [one.study for one in records_of(kept_in_git, "main~2").studies] == ["alpha"]
    assert len(records_of(kept_in_git, records_of(kept_in_git, "2026").commit).studies) == 3
    for wrong in ("main~9", "--all", "nothing"):
        with pytest.raises(SelectionError, match="no date, no commit and no folder"):
            records_of(kept_in_git, wrong)


def test_a_file_that_this_version_cannot_read_is_named_and_the_rest_compared(kept_in_git: Protocol) -> None:
    (kept_in_git.extracted / "odd.yaml").write_text("study: odd\nshape: round\n", encoding="utf-8")
    git(kept_in_git.root, "add", "-A")
    git(kept_in_git.root, "commit", "-q", "-m", "odd", day="2026-05-01")
    past = records_of(kept_in_git, "2026-05")
    assert len(past.studies) == 3
    assert len(past.unreadable) == 1
    assert past.unreadable[0].startswith("odd.yaml:")
    now = snapshot(*past.studies)
    assert "could not be read: odd.yaml:" in changes_text(compare(now, now, unreadable=past.unreadable))


def test_days_before_the_first_commit_and_folders_without_git(kept_in_git: Protocol, tmp_path: Path) -> None:
    with pytest.raises(SelectionError, match="nothing was committed by 2026-01-31") as early:
        records_of(kept_in_git, "2026-01")
    assert "2026-02-01" in early.value.hint
    (kept_in_git.root / "extracted").rename(kept_in_git.root / "elsewhere")
    git(kept_in_git.root, "add", "-A")
    git(kept_in_git.root, "commit", "-q", "-m", "moved", day="2026-06-01")
    with pytest.raises(SelectionError, match="no extracted/ in git"):
        records_of(kept_in_git, "2026-06")


def test_a_folder_that_is_no_edition(tmp_path: Path) -> None:
    with pytest.raises(SelectionError, match="not a published edition"):
        read_snapshot(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "edition.json").write_text('{"day": 3}', encoding="utf-8")
    with pytest.raises(SelectionError, match="not a published edition"):
        read_snapshot(tmp_path)
