"""The command line as a person meets it: output, talk, exit codes, and every mistake with its way out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_group
from typer.testing import CliRunner, Result

from mscevidence import records
from mscevidence.commands import HOMES, build_app
from study_factory import arm, report, result, study

ABSTRACT = Path(__file__).parent.parent.parent / "examples" / "synthetic-abstract.txt"


COMMANDS = (
    "init terms search update ingest screen flow review check template schema link build query find serve pool forest "
    "reproduce publish diff import lookup describe"
)


@pytest.fixture
def review_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mscevidence.toml").write_text(
        '[review]\ntitle = "Test review"\n\n[[analysis]]\nid = "response"\noutcome = "response"\n\n'
        '[[analysis]]\nid = "nothing"\noutcome = "malignancy"\n',
        encoding="utf-8",
    )
    folder = tmp_path / "extracted"
    for name, x, n in (("alpha", 8, 18), ("beta", 3, 7), ("gamma", 4, 4)):
        records.write_study(study(name, result("response", x, n)), folder / f"{name}.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, text: str | None = None) -> Result:
    return CliRunner().invoke(build_app(), list(words), input=text)


def test_help_lists_every_command_and_needs_no_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown = run("--help").stdout
    for name in COMMANDS.split():
        assert f"  {name}" in shown


def test_commands_are_where_the_table_says() -> None:
    for home in dict.fromkeys(HOMES.values()):
        app = typer.Typer()
        import_module(f"mscevidence.commands.{home}").register(app)
        assert list(get_group(app).commands) == [name for name in HOMES if HOMES[name] == home]


def test_a_command_is_read_when_it_is_asked_for() -> None:
    code = (
        "import sys; from mscevidence.commands import HOMES, build_app; build_app()(['terms'], standalone_mode=False);"
        "print({home for home in HOMES.values() if f'mscevidence.commands.{home}' in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "{'workspace'}"


def test_a_mistyped_command_is_told_the_nearest_of_all() -> None:
    wrong = run("forst")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "No such command 'forst'. Did you mean 'forest'?" in wrong.stderr


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from mscevidence.commands import build_app; build_app()(['--help'], standalone_mode=False);"
        "heavy = {'numpy', 'pandas', 'scipy', 'matplotlib', 'pydantic', 'networkx', 'lxml', 'bs4', 'sqlite_utils',"
        " 'ruamel', 'yaml', 'datasette', 'jinja2', 'openpyxl', 'requests', 'urllib3'};"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "program", [["-m", "mscevidence"], [str(ABSTRACT.parent.parent / "cli.py")]], ids=["-m", "cli.py"]
)
def test_module_and_launcher_are_the_command(program: list[str]) -> None:
    done = subprocess.run([sys.executable, *program, "pool", "--measure"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--measure" in done.stderr


def test_pool_prints_the_page_and_its_reasons(review_folder: Path) -> None:
    shown = run("pool", "response", "--explain")
    assert shown.exit_code == 0
    assert "Alpha 2020" in shown.stdout
    assert "[21.5, 69.2]" in shown.stdout
    assert 'Alpha 2020: 8/18 from r1, "8/18" (alpha/all/response)' in shown.stdout


def test_pool_as_data(review_folder: Path) -> None:
    data = json.loads(run("pool", "response", "--json", "--method", "reml").stdout)
    assert [row["events"] for row in data["overall"]["rows"]] == [8, 3, 4]
    assert data["overall"]["estimates"][0]["method"] == "reml"
    lines = run("pool", "response", "--csv").stdout.splitlines()
    assert lines[0].startswith("study,label,group,events,n,rate,lower,upper")
    assert len(lines) == 4


def test_forest_writes_the_figure(review_folder: Path) -> None:
    done = run("forest", "response", "-o", "f.svg", "--title", "Mine")
    assert done.exit_code == 0
    assert "wrote f.svg (3 studies)" in done.stderr
    assert "Mine" in (review_folder / "f.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["pool", "respons"], "unknown outcome 'respons'", "response"),
        (["pool", "response", "--condition", "lupsu"], "unknown condition 'lupsu'", "systemic-lupus-erythematosus"),
        (["pool", "response", "--by", "sponsor"], "unknown by 'sponsor'", "condition"),
        (["pool", "response", "--method", "gllm"], "unknown method 'gllm'", "glmm"),
        (["pool", "response", "--level", "95"], "level", "0.95"),
        (["pool", "response", "--level", "0"], "level: Input should be greater than 0", "0.95"),
        (["pool", "response", "--condition", ""], "unknown condition ''", ""),
        (["pool", "response", "--time-unit", "week"], "not events per week", "--measure IRLN"),
        (["pool", "response", "--at", "soon"], "unknown time point 'soon'", "6 months"),
        (["pool", "response", "--allow-overlap", "x"], "unknown overlap family 'x'", "all"),
        (["pool", "death"], "none of 3 studies reports death", "query"),
        (["pool", "response", "--condition", "psoriasis"], "no study in psoriasis", "query studies"),
        (["forest", "response", "-o", "f.bmp"], "unknown figure format 'bmp'", "svg"),
        (["forest", "response", "-o", "f.svg", "--columns", "doze"], "unknown column 'doze'", ""),
        (["review", "nothing", "--by", "AB"], "no captured document answers to 'nothing'", "ingest"),
        (["ingest", "nowhere.txt"], "nowhere.txt", "path"),
        (["query", "select * from studdies"], "no table 'studdies'", "build"),
        (["terms", "conditoin"], "unknown vocabulary 'conditoin'", "condition"),
        (["terms", "outcome", "respnse"], "unknown outcome 'respnse'", "response"),
        (["init"], "already there", "another folder"),
        (["reproduce", "-o", "extracted"], "not an edition: alpha.yaml", "another folder"),
    ],
)
def test_mistakes_leave_with_one_and_a_hint(review_folder: Path, words: Any, message: str, hint: str) -> None:
    done = run(*words)
    assert done.exit_code == 1
    if words[0] != "query":
        assert message in done.stderr
        assert hint in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith(("error: ", "0 documents"))


@pytest.mark.parametrize("words", [["pool"], ["pool", "response", "--conditon", "ITP"], ["frobnicate"]])
def test_wrong_usage_leaves_with_two(review_folder: Path, words: list[str]) -> None:
    assert run(*words).exit_code == 2


def test_outside_of_a_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("pool", "response")
    assert done.exit_code == 1
    assert "mscevidence init" in done.stderr
    assert run("init", "new", "--title", "Mine").exit_code == 0
    assert (tmp_path / "new" / "extracted").is_dir()


def test_a_broken_study_file_is_named_by_line_before_anything_is_pooled(review_folder: Path) -> None:
    path = review_folder / "extracted" / "alpha.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("outcome: response", "outcome: respons"), encoding="utf-8")
    line = path.read_text(encoding="utf-8").splitlines().index("  - outcome: respons") + 1
    done = run("pool", "response")
    assert done.exit_code == 1
    assert f"extracted/alpha.yaml:{line}: results.1.outcome: 'respons' is not a known outcome" in done.stderr
    assert "response" in done.stderr
    listed = run("check")
    assert listed.exit_code == 1
    assert f"extracted/alpha.yaml:{line}" in listed.stdout


def test_check_counts_and_finds(review_folder: Path) -> None:
    assert run("check").exit_code == 0
    bad = study("delta", result("response", 9, 4), arms=[arm()], reports=[report()])
    records.write_study(bad, review_folder / "extracted" / "delta.yaml")
    done = run("check")
    assert done.exit_code == 1
    assert "9" in done.stdout
    assert "4 study files, 4 results" in done.stderr
    listed = run("check", "--list").stdout
    assert re.search(r"(?m)^events-within-n +error +Not more patients have an event than there are patients\.$", listed)


def test_check_names_the_file_that_would_not_be_read_and_says_each_place_once(review_folder: Path) -> None:
    folder = review_folder / "extracted"
    (folder / "alpha.yaml").rename(folder / "alpha.YML")
    text = (folder / "beta.yaml").read_text(encoding="utf-8")
    (folder / "beta.yaml").write_text(text.replace("events: ", "evnts: "), encoding="utf-8")
    done = run("check")
    assert done.exit_code == 1
    assert "extracted/alpha.YML  [study-file] study files end in .yaml (rename the file to alpha.yaml)" in done.stdout
    assert "[study-file] results.1.evnts: there is no key 'evnts' here" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_answer_that_does_not_fit_on_the_disk_is_an_error_and_no_traceback(review_folder: Path) -> None:
    code = "from mscevidence.commands import main; main()"
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-c", code, "schema"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error: the answer could not be written out: No space left on device\n")


def test_ingest_review_pool_from_an_abstract(review_folder: Path) -> None:
    first = run("ingest", str(ABSTRACT))
    assert first.exit_code == 0
    assert "13.3%" in first.stdout
    before = {path: path.read_bytes() for path in (review_folder / "captured").rglob("*") if path.is_file()}
    again = run("ingest", str(ABSTRACT))
    assert "already captured" in again.stderr
    assert again.stdout == first.stdout
    assert before == {path: path.read_bytes() for path in (review_folder / "captured").rglob("*") if path.is_file()}
    reviewed = run("review", "NCT00000000", "--by", "AB", "--on", "2030-12-31", "--accept", "all")
    assert reviewed.exit_code == 0
    assert "0 waiting" in reviewed.stderr
    assert "Example 2030" in run("pool", "response").stdout
    assert run("check").exit_code == 0


def test_ingest_from_standard_input_gives_the_same(review_folder: Path) -> None:
    from_file = run("ingest", str(ABSTRACT), "--json")
    from_input = run("ingest", "-", "--json", text=ABSTRACT.read_text(encoding="utf-8"))
    assert json.loads(from_input.stdout)[0]["candidates"] == json.loads(from_file.stdout)[0]["candidates"]


def test_one_unreadable_file_does_not_lose_the_others(review_folder: Path) -> None:
    (review_folder / "empty.txt").write_bytes(b"")
    (review_folder / "binary.txt").write_bytes(b"%PDF-1.7\x00\x01")
    done = run("ingest", "empty.txt", str(ABSTRACT), "binary.txt")
    assert done.exit_code == 1
    assert "13.3%" in done.stdout
    assert "1 document read" in done.stderr
    assert "empty.txt" in done.stderr
    assert "binary.txt" in done.stderr


def test_an_abstract_without_counts_is_captured_and_said(review_folder: Path) -> None:
    done = run("ingest", "-", text="A trial of cells in lupus\n\nNothing was counted here.\n")
    assert done.exit_code == 0
    assert "no count was found" in done.stderr


def test_the_dialogue_decides_and_remembers(review_folder: Path) -> None:
    run("ingest", str(ABSTRACT))
    words = ["review", "NCT00000000", "--by", "AB", "--on", "2030-12-31"]
    shown = run(*words, text="a\nx\nr not needed\nd\nq\n")
    assert shown.exit_code == 0
    assert "»age 18 to 75 years«" in shown.stdout
    assert "'x' is not a choice" in shown.stderr
    assert "3 decided" in shown.stderr
    listed = run(*words, "--list").stdout
    assert [state for state in ("accepted", "rejected", "deferred") if state in listed] == [
        "accepted",
        "rejected",
        "deferred",
    ]
    # What was deferred comes back first; the end of input in the middle of a dialogue keeps what was decided.
    assert run(*words, text="a\n").exit_code == 0
    said = records.load_study(review_folder / "extracted" / "nct00000000.yaml").verdicts
    assert [one.verdict for one in said] == ["accepted", "rejected", "accepted"]


def test_a_correction_in_the_dialogue(review_folder: Path) -> None:
    run("ingest", str(ABSTRACT))
    words = ["review", "NCT00000000", "--by", "AB", "--on", "2030-12-31"]
    shown = run(*words, text="s\n" * 9 + "c events=ten\nc events=8 outcome=SAE\nq\n")
    assert "'ten' is not a number" in shown.stderr
    made = records.load_study(review_folder / "extracted" / "nct00000000.yaml")
    assert [(one.outcome, one.events) for one in made.results] == [("serious-adverse-event", 8)]


def test_a_correction_that_was_not_understood_writes_nothing(review_folder: Path) -> None:
    run("ingest", str(ABSTRACT))
    words = ["review", "NCT00000000", "--by", "AB", "--on", "2030-12-31"]
    shown = run(*words, text="s\n" * 9 + "c events 8 n=18\nc\nfoo\nq\n")
    assert "'events' is not field=value" in shown.stderr
    assert "percent=... outcome=... arm=..." in shown.stderr
    assert "'foo' is not field=value" in shown.stderr
    assert "0 decided, 16 waiting" in shown.stderr
    assert not (review_folder / "extracted" / "nct00000000.yaml").exists()


def test_the_sentence_is_shown_as_it_is_written_and_what_is_put_off_waits(review_folder: Path) -> None:
    run("ingest", str(ABSTRACT))
    words = ["review", "NCT00000000", "--by", "AB", "--on", "2030-12-31"]
    shown = run(*words, text="d\na\nq\n")
    assert "»platelet count < 30 x 10^9/L« were eligible" in shown.stdout
    assert "(ClinicalTrials.gov »NCT00000000«)." in run(*words, text="s\n" * 5).stdout
    assert "2 decided, 15 waiting" in shown.stderr


def test_decisions_from_a_file_and_unknown_rules(review_folder: Path) -> None:
    run("ingest", str(ABSTRACT))
    words = ["review", "NCT00000000", "--by", "AB", "--on", "2030-12-31"]
    (review_folder / "d.yaml").write_text("- {candidate: criterion-age@701, decision: reject}\n", encoding="utf-8")
    assert run(*words, "--from", "d.yaml").exit_code == 0
    wrong = run(*words, "--accept", "fraction-percnt")
    assert wrong.exit_code == 1
    assert "fraction-percent" in wrong.stderr


def test_reproduce_gives_the_same_bytes_and_names_what_is_empty(review_folder: Path) -> None:
    done = run("reproduce")
    assert done.exit_code == 0
    assert "none of 3 studies reports malignancy" in done.stdout
    first = {path.name: path.read_bytes() for path in (review_folder / "output").rglob("*") if path.is_file()}
    assert {"index.html", "evidence.db", "manifest.json", "response.svg", "response-studies.csv"} <= set(first)
    assert run("reproduce").exit_code == 0
    assert first == {path.name: path.read_bytes() for path in (review_folder / "output").rglob("*") if path.is_file()}
    manifest = json.loads(first["manifest.json"])
    assert set(manifest["inputs"]) == {
        "mscevidence.toml",
        *(f"extracted/{one}.yaml" for one in ("alpha", "beta", "gamma")),
    }


def test_publish_writes_a_site_without_the_database(review_folder: Path) -> None:
    done = run("publish", "site")
    assert done.exit_code == 0
    assert "wrote 10 pages" in done.stderr
    made = {path.relative_to(review_folder / "site").as_posix() for path in (review_folder / "site").rglob("*.*")}
    assert {"index.html", "manifest.json", "analyses/response.html", "studies/alpha.html"} <= made
    assert not [name for name in made if name.endswith((".db", ".png", ".pdf"))]
    wrong = run("publish", "extracted")
    assert (wrong.exit_code, "not an edition" in wrong.stderr) == (1, True)


def test_diff_of_two_published_folders(review_folder: Path) -> None:
    run("publish", "old")
    records.write_study(study("delta", result("response", 5, 5)), review_folder / "extracted" / "delta.yaml")
    run("publish", "new")
    told = run("diff", "old", "new")
    assert told.exit_code == 0
    assert "1 study came in" in told.stdout
    assert "delta: Delta 2020, Synthetic trial delta" in told.stdout
    assert "3 -> 4" in told.stdout
    assert "29 -> 34" in told.stdout
    assert json.loads(run("diff", "old", "new", "--json").stdout)["shifts"][0]["k_after"] == 4
    assert "Nothing changed." in run("diff", "new", "new").stdout


@pytest.mark.parametrize(
    ("words", "said", "way_out"),
    [
        (["diff", "2026-13", "2026-05"], "'2026-13' is no date, no commit and no folder", "2026-05-31"),
        (["diff", "2026-02-30", "2026-05"], "that month has 28 days", "2026-05-31"),
        (["diff", "2026-05", "2026-06"], "is not in a git repository", "mscevidence diff FOLDER FOLDER"),
        (["diff", "extracted", "2026-06"], "not a published edition", "publish it again"),
        (["publish", "site", "--database", "evidence.db"], "is the database of the review", "public.db"),
        (["publish", "site", "--since", "yesterday"], "'yesterday' is no date", "2026-05-31"),
    ],
)
def test_what_cannot_be_compared_is_an_error_with_a_way_out(
    review_folder: Path, words: list[str], said: str, way_out: str
) -> None:
    done = run(*words)
    assert done.exit_code == 1
    assert said in done.stderr
    assert way_out in done.stderr
    assert not (review_folder / "site").exists()


def test_a_full_disk_leaves_the_earlier_edition(review_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("reproduce")
    before = (review_folder / "output" / "index.html").read_bytes()

    def no_space(*_: Any, **__: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", no_space)
    done = run("reproduce")
    assert done.exit_code == 1
    assert "No space left on device" in done.stderr
    assert (review_folder / "output" / "index.html").read_bytes() == before
    assert sorted(one.name for one in review_folder.iterdir()) == ["extracted", "mscevidence.toml", "output"]


def test_terms_show_definition_and_source() -> None:
    shown = run("terms", "outcome", "complete-response").stdout
    assert "immune-thrombocytopenia" in shown
    assert "Rodeghiero" in shown
    assert "condition" in run("terms").stdout


def test_schema_and_template(review_folder: Path) -> None:
    assert json.loads(run("schema").stdout)["title"] == "Study"
    assert run("template", "two-arm", "--study", "delta", "-o", "extracted/delta.yaml").exit_code == 0
    assert run("check").exit_code == 0
    wrong = run("template", "two-armed")
    assert wrong.exit_code == 1
    assert "two-arm" in wrong.stderr


def test_a_terminal_that_cannot_show_greek_stops_nothing(review_folder: Path) -> None:
    program = [str(Path(sys.executable).parent / "mscevidence"), "pool", "response"]
    done = subprocess.run(program, capture_output=True, check=False, env={"PYTHONIOENCODING": "cp1252", "PATH": "/bin"})
    assert done.returncode == 0
    assert b"Heterogeneity: ?\xb2" in done.stdout


def test_more_than_all_patients_is_flagged_and_not_accepted_unseen(review_folder: Path) -> None:
    results = "12 patients were treated. A response occurred in 10 patients (120%)."
    text = f"Cells in immune thrombocytopenia (NCT00000001)\n\nResults: {results}\n"
    shown = run("ingest", "-", text=text)
    assert "percent-within-100" in shown.stdout
    run("review", "NCT00000001", "--by", "AB", "--on", "2030-12-31", "--accept", "all")
    made = records.load_study(review_folder / "extracted" / "nct00000001.yaml")
    assert all(one.percent is None or one.percent <= 100 for one in made.results)


def test_an_interval_over_nearly_everything_is_headed_not_informative(review_folder: Path) -> None:
    for name, x, n in (("alpha", 0, 2), ("beta", 2, 2), ("gamma", 1, 2)):
        records.write_study(study(name, result("response", x, n)), review_folder / "extracted" / f"{name}.yaml")
    assert ": not informative" in run("reproduce").stdout


def test_a_review_without_studies_says_how_to_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init").exit_code == 0
    asked = run("pool", "response")
    assert asked.exit_code == 1
    assert "there is no study yet: no study file in" in asked.stderr
    assert "`mscevidence ingest` proposes values from reports, `mscevidence review` makes them records" in asked.stderr
