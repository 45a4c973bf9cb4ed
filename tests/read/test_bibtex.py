"""BibTeX: macros, accents, names, and braces that do not match."""

from __future__ import annotations

import pytest

from export_reading import document, documents, ids, outcome
from mscevidence.read.bibtex import parents as bibtex_parents
from mscevidence.read.tex import plain_text

ENTRY = r"""@String{jnl = "Stem Cells"}
@article{chen2023,
  author    = {Chen, Yunfei and {MESEMS Study Group and Friends} and H{\aa}kan Johansson and others},
  title     = {Umbilical cord {MSC} at $10^{6}$ cells/kg: a {\'e}tude},
  journal   = jnl # { Translational},
  year      = 2023,
  month     = nov,
  volume    = "12",
  number    = {3},
  pages     = {200--210},
  doi       = {10.1000/a\_b},
  pmid      = {31366609},
  issn      = {1066-5099},
  abstract  = {Background: Of 18 patients, 8 (44.4\%) responded, p $<$ 0.05.},
  keywords  = {ITP; cells},
  document_type = {Conference Abstract},
  source    = {Scopus},
  url       = {https://example.org/a\_b},
  caption   = {Duplicate},
}
"""


def test_every_field_has_its_place() -> None:
    read = document(ENTRY)
    assert (read.format, read.source, read.kind) == ("bibtex", "scopus", "conference-abstract")
    assert read.title == "Umbilical cord MSC at 10^6 cells/kg: a étude"
    assert "8 (44.4%) responded, p < 0.05." in read.text
    assert [author.name for author in read.authors] == [
        "Chen, Yunfei",
        "MESEMS Study Group and Friends",
        "Håkan Johansson",
    ]
    assert (read.journal, read.volume, read.issue, read.pages) == ("Stem Cells Translational", "12", "3", "200-210")
    assert (read.date, read.issns, read.keywords) == ("2023-11", ("1066-5099",), ("ITP", "cells"))
    assert ids(read) == {"doi": "10.1000/a_b", "pmid": "31366609"}
    assert read.url == "https://example.org/a_b"
    assert set(read.notes) == {"the source names further authors as others", "caption: Duplicate", "key: chen2023"}


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        pytest.param("@article{a, title={One}}\n@article{b, title={Two}}", ["One", "Two"], id="one line each"),
        pytest.param("@article{a, title={One}} @article{b, title={Two}}", ["One", "Two"], id="on the same line"),
        pytest.param("@article(a,\n title={One}\n)\n@article(b, title = {Two})", ["One", "Two"], id="parentheses"),
        pytest.param("@article{a, title={One}\n@article{b, title={Two}}", ["One", "Two"], id="a brace too few"),
        pytest.param("@comment{@article{x, title={No}}}\n@article{a, title={One}}", ["One"], id="commented out"),
        pytest.param("A word before.\n@article{a,\n title={One},\n}\nA word behind.\n", ["One"], id="text around"),
        pytest.param("@article{a, title={One}}\n@article{a, title={Two}}", ["One", "Two"], id="the same key"),
        pytest.param("@article{a,\n\n title = {One {and} half},\n year=2020\n}", ["One and half"], id="no last comma"),
        pytest.param('@article{a, title="One {"}quoted{"} word"}', ['One "quoted" word'], id="quotes"),
        pytest.param("@article{,\n title = {One}}", ["One"], id="no key"),
        pytest.param('@preamble{"x"}\n% a comment\n@misc{a, title={One}}', ["One"], id="preamble"),
        pytest.param("@article{a,\r\n title={One},\r\n}\r\n", ["One"], id="Windows"),
        pytest.param("\ufeff@article{a,\r title={One},\r}\r@article{b, title={Two}}\r", ["One", "Two"], id="Macintosh"),
    ],
)
def test_entries_are_found(text: str, titles: list[str]) -> None:
    assert [read.title for read in documents(text, "export.bib")] == titles


def test_an_entry_with_braces_that_do_not_match_is_read_line_by_line() -> None:
    first, second = documents(
        "@article{a,\nAbstract = {While price-fixing},\nKeywords = {fixing, @type:Person}, @type:Person}, agency,\n"
        "Title = {When sharing fixes prices.},\nYear = {2018},\n}\n\n@article{b,\n title = {Two},\n}\n"
    )
    assert first.text == "When sharing fixes prices.\n\nWhile price-fixing"
    assert first.date == "2018"
    assert first.notes[0] == "the braces of the entry do not match: its fields were read line by line"
    assert (second.title, second.notes) == ("Two", ("key: b",))


def test_names_of_fields_in_capitals_and_a_field_given_twice() -> None:
    read = document("@Article{a, TITLE={One}, Year=2020, title={Two}}")
    assert (read.title, read.date) == ("One", "2020")
    assert "the field title stands 2 times: the first is read" in read.notes


def test_a_broken_entry_costs_only_itself() -> None:
    found, rejects = outcome(
        "@article{a, title={One}}\n@article{b, journal={{Two}\n@article{c, title={Three}}\n", "x.bib"
    )
    assert [read.title for read in found] == ["One", "Three"]
    assert [(reject.position, reject.reason) for reject in rejects] == [(2, "the braces of the entry do not match")]


def test_fields_without_an_entry_are_not_lost() -> None:
    found, rejects = outcome("article{a,\n title = {One},\n year = {2020},\n}\n@article{b, title={Two}}\n", "x.bib")
    assert [read.title for read in found] == ["Two"]
    assert rejects[0].reason == "fields that belong to no entry"


@pytest.mark.parametrize(
    ("key", "kind", "value"),
    [
        ("PMID:18888888", "pmid", "18888888"),
        ("WOS:000514379300001", "wos", "000514379300001"),
        ("PPR:PPR666", "accession", "PPR666"),
    ],
)
def test_keys_of_databases_are_identifiers(key: str, kind: str, value: str) -> None:
    assert ids(document(f"@misc{{{key}, title={{One}}}}"))[kind] == value


@pytest.mark.parametrize(
    ("entry", "date", "journal", "issue"),
    [
        ("@article{a, title={T}, date={2016-03-05}, journaltitle={J}, number={4}}", "2016-03-05", "J", "4"),
        ("@article{a, title={T}, year=2012, month=5, day=14, journal={J}}", "2012-05-14", "J", None),
        ("@article{a, title={T}, year={2021}, month={February}, journal={J}}", "2021-02", "J", None),
        ("@inproceedings{a, title={T}, year={2021}, booktitle={Proc}, number={4}}", "2021", "Proc", None),
    ],
)
def test_biblatex_and_bibtex_names(entry: str, date: str, journal: str, issue: str | None) -> None:
    read = document(entry)
    assert (read.date, read.journal, read.issue) == (date, journal, issue)


def test_subtitles_and_theses() -> None:
    read = document("@phdthesis{a, title={Edward {Hopper}}, subtitle={Life}, year={2010}}")
    assert (read.title, read.kind) == ("Edward Hopper: Life", "thesis")


@pytest.mark.parametrize(
    ("tex", "plain"),
    [
        (r"G{\"u}nter K\"oln {\'{e}} \'{\i} {\aa}", "Günter Köln é í å"),
        (r"{\ss} {\o} \v{c} {\c c} \c{s} \H{o}", "ß ø č ç ş ő"),
        (r"Mart{\'\i}nez O{\textquoteright}Connor", "Martínez O’Connor"),
        (r"10\textsuperscript{6} and $10^{-3}$ and 10$^5$", "10^6 and 10^-3 and 10^5"),
        (r"3\textsuperscript{rd} \textit{in vivo} {\em x}", "3rd in vivo x"),
        (r"$\alpha$ and $\beta$-cyclodextrin, $\leq$ 5", "α and β-cyclodextrin, ≤ 5"),
        (r"50\% of A \& B, \$5, \{x\}, a\_b", "50% of A & B, $5, {x}, a_b"),
        (r"one---two 1--2 a~b", "one—two 1–2 a b"),
        (r"\unknowncommand stays", r"\unknowncommand stays"),
    ],
)  # fmt: skip
def test_tex_becomes_text(tex: str, plain: str) -> None:
    assert " ".join(plain_text(tex).split()) == plain


PARENT = (
    "@proceedings{Book1, title={Cells of 2019}, year=2019, publisher={Us}, doi={10.1000/whole}, author={An Editor}}"
)


@pytest.mark.parametrize("order", ["behind", "before"])
def test_an_entry_takes_what_it_lacks_from_the_one_it_refers_to(order: str) -> None:
    children = (
        "@inproceedings{a, title={A first study}, author={A, B}, crossref={book1}}"
        '@inproceedings{b, title={A second study}, year=2020, booktitle={Own}, crossref = "Book1"}'
    )
    found = documents(children + PARENT if order == "behind" else PARENT + children)
    if order == "before":
        found = [*found[1:], found[0]]
    first, second, book = found
    assert (first.title, first.journal, first.date, first.publisher) == ("A first study", "Cells of 2019", "2019", "Us")
    assert (second.journal, second.date, second.publisher) == ("Own", "2020", "Us")
    assert "taken from the entry book1 that it refers to: publisher, booktitle, year" in first.notes
    assert "taken from the entry Book1 that it refers to: publisher" in second.notes
    assert first.identifier("doi") is None
    assert [author.name for author in first.authors] == ["A, B"]
    assert book.title == "Cells of 2019"


def test_an_entry_that_is_not_there_is_told() -> None:
    found = documents("@inproceedings{a, title={A study}, crossref={gone}}@article{b, title={Another}}")
    assert [each.title for each in found] == ["A study", "Another"]
    assert "refers to the entry gone, which is not found: what that tells is missing" in found[0].notes


def test_entries_do_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bibtex_parents, "MAX_WAITING_BYTES", 300)
    others = "".join(f"@article{{k{number}, title={{Study {number}}}}}" for number in range(20))
    found = documents("@inproceedings{a, title={A study}, crossref={Book1}}" + others + PARENT)
    assert [each.title for each in found] == ["A study", *(f"Study {number}" for number in range(20)), "Cells of 2019"]
    assert any("Book1, which is not found" in note for note in found[0].notes)


def test_tabs_are_spaces() -> None:
    read = document(
        '@article{a,\nauthor="Fantini\t  , Damiano\t\nand Seiler\t, R\t",\ntitle="One",\nabstract="In\tthe"}'
    )
    assert ([author.name for author in read.authors], read.text) == (["Fantini, Damiano", "Seiler, R"], "One\n\nIn the")


def test_an_underscore_in_braces_is_one() -> None:
    read = document("@book{a,\ntitle={One},\ndoi = {10.1007/978-3-662-6{\\_}26},\nurl={http://x.org/6{\\_}26}\n}")
    assert (ids(read)["doi"], read.url) == ("10.1007/978-3-662-6_26", "http://x.org/6_26")


def test_comments_between_fields_are_left_out() -> None:
    text = "@online{a,\n  % before, the = fields\n  title = {100% of},\n  % between\n  date = {2024}\n  % after }\n}\n"
    read = document(text)
    assert (read.title, read.date, read.notes) == ("100% of", "2024", ("key: a",))


def test_carets_and_signs_of_mendeley() -> None:
    text = r"@article{a, title={One}, abstract={10{\^{}}6 cells/kg, {\textcopyright} 2020 A {\textless} B}}"
    assert document(text).text == "One\n\n10^6 cells/kg, © 2020 A < B"


def test_numbers_in_the_note_of_texmed() -> None:
    link = r"\href{https://dx.doi.org/10.1000/abc}{10.1000/abc}"
    note = rf"[PubMed Central:\href{{https://x/PMC11}}{{PMC11043336}}] [DOI:{link}] [PubMed:\href{{https://x}}{{38653983}}]"
    read = document(f'@Article{{pmid38653983,\n   Title="{{C}}ells",\n   Note={{{note}}}\n}}\n')
    assert ids(read) == {"pmid": "38653983", "pmcid": "PMC11043336", "doi": "10.1000/abc"}
    assert read.notes == ("note: [PubMed Central:PMC11043336] [DOI:10.1000/abc] [PubMed:38653983]",)
