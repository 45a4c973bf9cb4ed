"""Forest plots and other figures of events over time at risk: the scale stands with every number."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from made_review import analysis, exported

from figure_reading import assert_apart, by_key, texts_in_place
from incidence_trials import incidence, timed, trials
from mscevidence import protocol
from mscevidence.errors import UnknownTermError
from mscevidence.model import Question
from mscevidence.publish.contents import Done, Evidence
from mscevidence.publish.edition import write_edition
from mscevidence.publish.export import fhir, metafor, revman
from mscevidence.publish.figures import draw_figure
from mscevidence.publish.forest import describe, draw_forest, save_forest
from mscevidence.publish.forest.axis import axis_for
from mscevidence.publish.forest.rows import Diamond, Row, Square
from mscevidence.publish.headline import headline
from mscevidence.publish.plot_page import texts_of
from mscevidence.publish.scale import scale_of
from mscevidence.publish.site.question import question_in_words
from mscevidence.publish.sof import summary_of_findings
from study_factory import result, study


def test_the_scale_stands_in_heading_axis_and_description() -> None:
    pooled = incidence(trials())
    said = list(by_key(draw_forest(pooled)).values())
    assert {"Person- years", "Events", "Per 100 person-years [95% CI]"} <= set(said)
    assert "Infection (events per 100 person-years)" in " ".join(said)
    assert "26.8 [12.3, 58.4]" in said
    assert "62.2" in said
    assert any("exact Poisson" in text for text in said)
    assert not any("% of patients" in text for text in said)
    assert "Alpha 2020: 3 events in 10.0 person-years, 30.0 [6.2, 87.7] per 100 person-years." in describe(pooled)


@pytest.mark.parametrize(("per", "said"), [(1000, "268 [123, 584]"), (10_000, "2,67")])
def test_rates_may_be_given_per_other_amounts_of_time(per: int, said: str) -> None:
    pooled = incidence(trials())
    texts = list(by_key(draw_forest(pooled, per=per)).values())
    assert f"Per {per:,} person-years [95% CI]" in texts
    assert any(text.startswith(said) for text in texts)
    assert f"per {per:,} person-years." in describe(pooled, per=per)


def test_an_unusual_amount_of_time_names_the_others() -> None:
    with pytest.raises(UnknownTermError, match="7"):
        draw_forest(incidence(trials()), per=7)


def test_infusions_are_whole_numbers_under_their_own_name() -> None:
    given = [timed("a", 14, 30.0, "infusion"), timed("b", 2, 12.0, "infusion")]
    said = list(by_key(draw_forest(incidence(given, time_unit="infusion"))).values())
    assert {"Infusions", "30", "12", "42", "Per 100 infusions [95% CI]"} <= set(said)


@pytest.mark.parametrize("style", ["plain", "revman", "jama", "bmj"])
def test_nothing_covers_anything(style: str) -> None:
    pooled = incidence(trials(), by="condition")
    assert_apart(texts_in_place(draw_forest(pooled, style=style, estimates="all")))


def test_the_axis_begins_at_0_and_ends_at_a_tick_right_of_every_estimate() -> None:
    rows = [
        Row("study", graphic=Square(0.45, 0.1, 9.0, None)),
        Row("summary", graphic=Diamond(0.3, 0.1, 0.6, "overall")),
    ]
    pooled = incidence(trials())
    axis = axis_for(rows, scale_of(pooled), pooled)
    places = [place for place, _ in axis.ticks]
    assert (axis.low, axis.high, axis.null) == (0, places[-1], None)
    assert axis.place(0.45) == pytest.approx(45)
    # The far end of the interval is cut, not the estimate: 9 times 100 would leave the squares in a corner.
    assert 60 <= axis.high <= 200
    steps = [after - before for before, after in pairwise(places)]
    assert steps == pytest.approx([steps[0]] * len(steps))
    assert axis.cut(axis.ends(0.1, 9.0)[1]) == axis.high


@pytest.mark.parametrize("kind", ["funnel", "baujat", "gosh", "methods", "leave-one-out", "cumulative"])
def test_every_figure_of_rates_names_time_at_risk(kind: str) -> None:
    figure = draw_figure(kind, incidence(trials()))
    said = " ".join(texts_of(figure))
    assert kind == "baujat" or "per 100 person-years" in said.lower()
    assert "% of patients" not in said
    boxes = texts_in_place(figure)
    assert sum(text.replace(".", "").replace(",", "").isdigit() for text, _ in boxes) >= 3


def test_the_headline_and_the_question_say_the_scale() -> None:
    pooled = incidence(trials())
    first, scale = pooled.overall.estimates[0], scale_of(pooled)
    assert headline(first, 0.95, scale) == "26.8 per 100 person-years (95% interval 12.3 to 58.4)"
    wide = first.model_copy(update={"lower": 0.001, "upper": 3.0})
    assert headline(wide, 0.95, scale).endswith("not informative")
    asked = question_in_words(Question(outcome="infection", measure="IRLN", time_unit="infusion"))
    assert asked == "In patients given mesenchymal stromal cells, how often was “infection” counted over infusions?"


ANALYSIS = analysis("rates", "infection", measure="IRLN", narrative_zeros="include")


def done() -> Done:
    return Done(ANALYSIS, incidence(trials()))


def table(files: Mapping[str, bytes], ending: str) -> list[dict[str, str]]:
    text = next(content for name, content in files.items() if name.endswith(ending)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_metafor_gets_events_and_time() -> None:
    files = metafor.files(exported(tuple(trials()), (ANALYSIS,)))
    first = next(row for row in table(files, "studies.csv") if row["study"] == "alpha")
    assert (first["xi"], float(first["ti"]), first["ni"], first["mi"]) == ("3", 10.0, "", "")
    assert {row["measure"] for row in table(files, "estimates.csv")} == {"IRLN"}
    assert b"ti = ti" in files["metafor/check.R"]


def test_revman_gets_the_log_of_the_rate() -> None:
    package = next(
        content for name, content in revman.files(exported(tuple(trials()), (ANALYSIS,))).items() if name[-3:] == "zip"
    )
    with zipfile.ZipFile(io.BytesIO(package)) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    first = next(row for row in table(files, "data-rows.csv") if row["Study"].startswith("Alpha"))
    assert float(first["GIV Mean"]) == pytest.approx(math.log(0.3))
    assert float(first["GIV SE"]) == pytest.approx(math.sqrt(1 / 3))
    assert "3 in 10 person-years" in first["Footnotes"]
    overall = table(files, "overall-estimates-and-settings.csv")[0]
    usual = done().pooled
    assert usual is not None
    assert float(overall["Mean"]) == pytest.approx(math.log(usual.overall.estimates[1].effect or 0))
    assert overall["Effect measure"] == "Log of the events per unit of time at risk"


def test_fhir_says_in_words_what_the_rate_is_over() -> None:
    counted = study("counted", result("response", 3, 9))
    files = fhir.files(exported((*trials(), counted), (ANALYSIS,)))
    said = b"".join(files.values()).decode()
    assert "events per person-year" in said
    assert "events per person-month" in said


def test_a_summary_of_findings_has_the_rate() -> None:
    drafted = summary_of_findings("Review", [done()], trials())
    assert drafted.missing == ()
    assert [(row.analysis, row.events) for row in drafted.rows] == [("rates", 17)]


def test_the_same_rates_give_the_same_bytes(tmp_path: Path) -> None:
    save_forest(incidence(trials()), tmp_path / "a.svg")
    save_forest(incidence(trials()), tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert "per 100 person-years" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_the_page_of_an_analysis_counts_over_time(tmp_path: Path) -> None:
    (tmp_path / "extracted").mkdir()
    (tmp_path / protocol.FILE_NAME).write_text(
        '[review]\ntitle = "T"\n[[analysis]]\nid = "rates"\noutcome = "infection"\nmeasure = "incidence-rate"\n'
        'narrative_zeros = "include"\n',
        encoding="utf-8",
    )
    review = protocol.load(tmp_path / protocol.FILE_NAME)
    write_edition(review, Evidence(tuple(trials()), ()), tmp_path / "site", database=False, formats=("svg",))
    page = BeautifulSoup((tmp_path / "site" / "analyses" / "rates.html").read_bytes(), "html.parser")
    said = " ".join(page.get_text(" ").split())
    assert "26.8 per 100 person-years (95% interval 12.3 to 58.4)" in said
    assert "Events / person-years" in said
    assert "3 / 10.0 person-years" in said
    assert "how often was “infection” counted over person-years?" in said
    # The front page is about shares of patients: a rate over time is only in its list of analyses.
    front = BeautifulSoup((tmp_path / "site" / "index.html").read_bytes(), "html.parser")
    assert front.select("article.disease") == []
    assert "26.8 per 100 person-years" in front.get_text()
