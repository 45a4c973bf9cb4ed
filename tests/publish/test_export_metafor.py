"""Events and sizes for metafor: columns, hostile texts, and R's own answer where R is here."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from made_review import HOSTILE, analysis, exported, single_arm, studies, whole_review

from mscevidence.errors import SelectionError
from mscevidence.publish.export import Files, export
from study_factory import result, study


def rows(files: Files, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8"), newline="")))


def test_one_arm_has_events_others_and_patients() -> None:
    files = export("metafor", whole_review())
    delta = next(row for row in rows(files, "metafor/studies.csv") if row["study"] == "delta")
    assert {name: delta[name] for name in ("analysis", "xi", "mi", "ni", "event", "n", "ai")} == {
        "analysis": "response", "xi": "12", "mi": "18", "ni": "30", "event": "12", "n": "30", "ai": "",
    }  # fmt: skip
    assert delta["quote"] == "12 of 30"


def test_two_arms_are_a_table_of_four_cells() -> None:
    files = export("metafor", whole_review())
    two = next(row for row in rows(files, "metafor/studies.csv") if (row["analysis"], row["study"]) == ("odds", "two"))
    cells = [two[name] for name in ("ai", "bi", "n1i", "ci", "di", "n2i", "xi")]
    assert cells == ["0", "12", "12", "2", "9", "11", ""]
    assert (two["quote"], two["control_quote"]) == ("0 of 12", "2 of 11")


def test_every_estimate_names_how_it_was_made() -> None:
    made = rows(export("metafor", whole_review()), "metafor/estimates.csv")
    assert {(row["analysis"], row["group"]) for row in made} >= {("odds-by-condition", "lupus-nephritis")}
    named = {(row["analysis"], row["measure"], row["method"], row["test"]) for row in made if row["group"] == "overall"}
    assert named >= {("response", "PLO", "glmm", "t"), ("response", "PLO", "reml", "knha"), ("odds", "OR", "mh", "z")}
    assert all(float(row["lower"]) <= float(row["effect"]) <= float(row["upper"]) for row in made)


def test_the_same_review_gives_the_same_bytes() -> None:
    assert export("metafor", whole_review()) == export("metafor", whole_review())


def test_one_study_is_exported_without_an_estimate() -> None:
    files = export("metafor", exported((single_arm("alone", 2, 9),), (analysis("response"),)))
    assert [row["xi"] for row in rows(files, "metafor/studies.csv")] == ["2"]
    assert {(row["status"], row["effect"]) for row in rows(files, "metafor/estimates.csv")} == {("single", "")}


@pytest.mark.parametrize(
    ("given", "analyses", "said"),
    [
        ((single_arm("a", 1, 2),), (analysis("d", "death"),), "d: none of 1 studies reports death"),
        ((single_arm("a", 1, 2),), (), "no [[analysis]]"),
    ],
)
def test_nothing_pooled_is_said(given: tuple[object, ...], analyses: tuple[object, ...], said: str) -> None:
    with pytest.raises(SelectionError) as caught:
        export("metafor", exported(given, analyses))  # type: ignore[arg-type]
    assert said in caught.value.message


def test_hostile_texts_stay_in_their_cell_and_run_nowhere() -> None:
    one = study("alone", result("response", 2, 9, quote=HOSTILE), label="@label")
    row = rows(export("metafor", exported((one,), (analysis("response"),))), "metafor/studies.csv")[0]
    assert row["slab"] == "'@label"
    assert row["quote"] == "'" + HOSTILE.replace("\x00", "␀")


@cache
def rscript() -> str | None:
    program = shutil.which("Rscript")
    if program is None:
        return None
    asked = [program, "-e", 'stopifnot(requireNamespace("metafor"), requireNamespace("lme4"))']
    return program if subprocess.run(asked, capture_output=True, check=False).returncode == 0 else None


def check_in_r(files: Files, folder: Path) -> subprocess.CompletedProcess[str]:
    program = rscript()
    if program is None:
        pytest.skip("R with metafor and lme4 is not installed")
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return subprocess.run(
        [program, "check.R"], cwd=folder / "metafor", capture_output=True, text=True, check=False, timeout=300
    )


def test_metafor_finds_the_same_estimates(tmp_path: Path) -> None:
    files = export("metafor", whole_review())
    wanted = [row for row in rows(files, "metafor/estimates.csv") if row["status"] == "estimated"]
    done = check_in_r(files, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    fitted = [line for line in lines if " agrees " in line]
    # The exact conditional model needs one more R package, which may not be here.
    unfitted = [line for line in lines if "not fitted" in line and "BiasedUrn" not in line]
    assert unfitted == [
        f"{len(wanted)} estimates, {len(wanted) - len(fitted)} not fitted by metafor, 0 differ by more than 0.001"
    ]
    assert len(fitted) >= 15


def test_metafor_finds_an_estimate_that_is_one_per_cent_off(tmp_path: Path) -> None:
    risks = (analysis("risks", "death", measure="RR", method="mh"),)
    files = dict(export("metafor", exported(studies(), risks)))
    made = rows(files, "metafor/estimates.csv")
    wrong = made[0]["effect"]
    files["metafor/estimates.csv"] = files["metafor/estimates.csv"].replace(
        wrong.encode(), str(1.01 * float(wrong)).encode(), 1
    )
    done = check_in_r(files, tmp_path)
    assert done.returncode == 1
    assert "DIFFERS" in done.stdout
