"""PubMed XML: what each element of a record becomes, and that a broken record costs only itself."""

from __future__ import annotations

import gzip
import io

import pytest

from mscevidence.errors import DocumentError
from mscevidence.model import Document, Reject
from mscevidence.read import read_all

ARTICLE = """<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{pmid}</PMID>
<Article><Journal><ISSN IssnType="Print">1234-5678</ISSN><JournalIssue><Volume>12</Volume><Issue>3</Issue>
<PubDate>{date}</PubDate></JournalIssue><Title>Journal of Cells</Title></Journal>
<ArticleTitle>{title}</ArticleTitle><Pagination><MedlinePgn>45-52</MedlinePgn></Pagination>
<ELocationID EIdType="doi" ValidYN="Y">10.1000/ABC.1</ELocationID>
<Abstract>{abstract}<CopyrightInformation>Copyright A.</CopyrightInformation></Abstract>
<AuthorList>{authors}</AuthorList><Language>eng</Language>{bank}
<PublicationTypeList>{types}</PublicationTypeList>{vernacular}</Article>
{rest}</MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId>
<ArticleId IdType="pmc">PMC777</ArticleId></ArticleIdList>
<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.9/cited</ArticleId></ArticleIdList></Reference>
</ReferenceList></PubmedData></PubmedArticle>"""
DEFAULTS = {
    "pmid": "101",
    "date": "<Year>2021</Year><Month>Nov</Month><Day>5</Day>",
    "title": "Cells in ITP.",
    "abstract": "<AbstractText>We treated 8 of 18 patients.</AbstractText>",
    "authors": "<Author><LastName>Gu</LastName><ForeName>Jundong</ForeName></Author>",
    "types": "<PublicationType>Journal Article</PublicationType>",
    "bank": "",
    "vernacular": "",
    "rest": "",
}


def article(**parts: str) -> str:
    return ARTICLE.format(**{**DEFAULTS, **parts})


def file_of(*articles: str) -> bytes:
    return f'<?xml version="1.0"?>\n<PubmedArticleSet>\n{"".join(articles)}</PubmedArticleSet>'.encode()


def one(**parts: str) -> Document:
    (document,) = read_all(file_of(article(**parts)))
    assert isinstance(document, Document)
    return document


def test_a_record_becomes_text_and_fields() -> None:
    document = one()
    assert document.text == (
        "Cells in ITP.\ndoi: 10.1000/abc.1\nPMID: 101\nPMCID: PMC777\n\nWe treated 8 of 18 patients."
    )
    assert (document.format, document.source, document.kind, document.status) == (
        "pubmed",
        "pubmed",
        "article",
        "published",
    )
    assert (document.journal, document.volume, document.issue, document.pages) == (
        "Journal of Cells",
        "12",
        "3",
        "45-52",
    )
    assert (document.date, document.issns, document.languages) == ("2021-11-05", ("1234-5678",), ("eng",))
    assert [(each.kind, each.value) for each in document.identifiers] == [
        ("doi", "10.1000/abc.1"),
        ("pmid", "101"),
        ("pmcid", "PMC777"),
    ]
    assert all(document.text[slice(*each.span or (0, 0))] == each.value for each in document.identifiers)
    assert [section.name for section in document.sections] == ["Abstract"]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("in <i>vitro</i> only", "in vitro only"),
        ("2 × 10<sup>6</sup> cells/kg", "2 × 10^6 cells/kg"),
        ("2 × 10 <sup>6</sup> cells/kg", "2 × 10^6 cells/kg"),
        ("2 × 10⁶ cells/kg", "2 × 10^6 cells/kg"),
        ("Ca<sup>2+</sup> and CO<sub>2</sub>", "Ca^2+ and CO2"),
        ("P&lt;0.05 &amp; more", "P<0.05 & more"),
        ("with &lt;i&gt;escaped&lt;/i&gt; markup", "with escaped markup"),
        ("caf\N{LATIN SMALL LETTER E}\N{COMBINING ACUTE ACCENT} \N{NO-BREAK SPACE}x", "café x"),
        (
            '<mml:math xmlns:mml="m"><mml:msup><mml:mn>10</mml:mn><mml:mn>9</mml:mn></mml:msup></mml:math>/L',
            "10^9/L",
        ),
        ("<mml:math><mml:msup><mml:mn>10</mml:mn><mml:mtext>−3</mml:mtext></mml:msup></mml:math>", "10^-3"),
    ],
)
def test_markup_stays_as_text(markup: str, text: str) -> None:
    assert one(abstract=f"<AbstractText>{markup}</AbstractText>").text.endswith(f"\n\n{text}")
    assert one(title=markup).title == text


def test_every_part_of_an_abstract_stays_with_its_label() -> None:
    parts = [("PURPOSE", "OBJECTIVE", "Why."), ("METHODS", "METHODS", "How."), ("KEY FINDINGS", "RESULTS", "8/18."),
             ("IMPLICATIONS", "CONCLUSIONS", "Good."),
             ("TRIAL REGISTRATION", "BACKGROUND", "NCT04014166.")]  # fmt: skip
    marked = "".join(f'<AbstractText Label="{a}" NlmCategory="{b}">{c}</AbstractText>' for a, b, c in parts)
    document = one(abstract=marked)
    assert document.text.endswith("PURPOSE: Why.\n\nMETHODS: How.\n\nKEY FINDINGS: 8/18.\n\nIMPLICATIONS: Good.\n\n"
                                  "TRIAL REGISTRATION: NCT04014166.")  # fmt: skip
    names = ["Objective", "Methods", "Results", "Conclusion", "Registration"]
    assert [section.name for section in document.sections] == names
    assert [document.text[slice(*s.span)] for s in document.sections] == [text for *_, text in parts]
    assert document.identifier("nct") == "NCT04014166"


def test_labels_in_running_text_make_sections() -> None:
    document = one(abstract="<AbstractText>METHODS: We gave cells. RESULTS: 8 of 18 responded.</AbstractText>")
    assert [section.name for section in document.sections] == ["Methods", "Results"]


def test_other_abstracts_are_kept_apart() -> None:
    other = '<OtherAbstract Type="Publisher" Language="fre"><AbstractText>Huit patients.</AbstractText></OtherAbstract>'
    document = one(rest=other)
    assert document.text.endswith("\n\nHuit patients.")
    assert document.sections[-1].name == "Other abstract"


def test_authors_keep_place_orcid_and_group() -> None:
    people = """<Author ValidYN="Y"><LastName>Gu</LastName><ForeName>Jun</ForeName><Suffix>Jr</Suffix>
    <Identifier Source="ORCID">https://orcid.org/0000-0002-1825-009x</Identifier>
    <AffiliationInfo><Affiliation>Tianjin.</Affiliation></AffiliationInfo>
    <AffiliationInfo><Affiliation>Höpital 10<sup>4</sup>.</Affiliation></AffiliationInfo></Author>
    <Author ValidYN="N"><LastName>Go</LastName></Author><Author><CollectiveName>ITP Group</CollectiveName></Author>
    <Author><LastName>Li</LastName><Initials>X</Initials></Author>"""
    jun, group, li = one(authors=people).authors
    assert (jun.name, jun.orcid, jun.affiliations) == (
        "Jun Gu Jr",
        "0000-0002-1825-009X",
        ("Tianjin.", "Höpital 10^4."),
    )
    assert (group.name, group.collective) == ("ITP Group", True)
    assert (li.name, li.collective, li.affiliations) == ("X Li", False, ())


@pytest.mark.parametrize(
    ("date", "iso", "words"),
    [
        ("<Year>2021</Year>", "2021", None),
        ("<Year>2021</Year><Month>3</Month>", "2021-03", None),
        ("<Year>2021</Year><Month>Mar</Month><Day>40</Day>", "2021-03", None),
        ("<Year>2021</Year><Season>Spring</Season>", "2021", "2021 Spring"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998-12", "1998 Dec-1999 Jan"),
        ("<MedlineDate>2000 Nov 2-8</MedlineDate>", "2000-11-02", "2000 Nov 2-8"),
        ("", None, None),
    ],
)
def test_dates_are_as_precise_as_told(date: str, iso: str | None, words: str | None) -> None:
    document = one(date=date)
    assert (document.date, document.date_text) == (iso, words)


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        (("Journal Article", "Review"), "review"),
        (("Letter", "Comment"), "editorial"),
        (("Letter",), "letter"),
        (("Published Erratum",), "erratum"),
        (("Retraction of Publication", "Editorial"), "retraction-notice"),
        (("Preprint", "Journal Article"), "preprint"),
        (("Meeting Abstract",), "conference-abstract"),
        (("Clinical Trial Protocol", "Journal Article"), "protocol"),
        (("Clinical Trial, Phase II", "Randomized Controlled Trial"), "article"),
    ],
)
def test_kinds_come_from_publication_types(types: tuple[str, ...], kind: str) -> None:
    document = one(types="".join(f"<PublicationType>{each}</PublicationType>" for each in types))
    assert (document.kind, document.publication_types) == (kind, types)


@pytest.mark.parametrize(
    ("link", "source", "kind", "status"),
    [
        ("RetractionIn", "Blood. 2022;1:2. doi: 10.1/r", "retracted-by", "retracted"),
        ("RetractionOf", "Blood. 2020;1:2", "retraction-of", "published"),
        ("ErratumIn", "Blood. 2022;1:3", "corrected-by", "corrected"),
        ("ErratumFor", "Blood. 2020;1:3", "erratum-for", "published"),
        ("ExpressionOfConcernIn", "Blood. 2022;1:4", "expression-of-concern-by", "expression-of-concern"),
        ("CommentIn", "Blood. 2022;1:5", "commented-by", "published"),
        ("UpdateOf", "medRxiv. 2020 Jul 28:", "has-preprint", "published"),
        ("UpdateOf", "Cochrane Database Syst Rev. 2010", "update-of", "published"),
        ("SummaryForPatientsIn", "Ann Intern Med. 2022", "other", "published"),
    ],
)
def test_links_become_notices(link: str, source: str, kind: str, status: str) -> None:
    cited = '<CommentsCorrections RefType="Cites"><RefSource>X</RefSource></CommentsCorrections>'
    this = f'<CommentsCorrections RefType="{link}"><RefSource>{source}</RefSource><PMID>55</PMID></CommentsCorrections>'
    document = one(rest=f"<CommentsCorrectionsList>{cited}{this}{cited}</CommentsCorrectionsList>")
    (notice,) = document.notices
    assert (notice.kind, document.status) == (kind, status)
    assert source in notice.text
    assert ("pmid", "55") in {(each.kind, each.value) for each in notice.identifiers}


def test_a_retracted_article_is_known_by_its_type_or_title() -> None:
    assert one(types="<PublicationType>Retracted Publication</PublicationType>").status == "retracted"
    assert one(title="RETRACTED: Cells in ITP").status == "retracted"
    assert one(title="Retracted stitches in surgery").status == "published"


def test_headings_keywords_registrations_and_titles() -> None:
    rest = """<MeshHeadingList><MeshHeading><DescriptorName>Humans</DescriptorName></MeshHeading><MeshHeading>
    <DescriptorName>Thrombocytopenia</DescriptorName><QualifierName>therapy</QualifierName></MeshHeading><MeshHeading>
    <DescriptorName>\n\tStem\n\tCells\n\t</DescriptorName><QualifierName>\n\tcytology\n</QualifierName></MeshHeading>
    </MeshHeadingList>
    <KeywordList><Keyword>ITP</Keyword><Keyword>MSC &amp; co</Keyword></KeywordList><OtherID>NIHMS1</OtherID>
    <CoiStatement>None.</CoiStatement>"""
    bank = """<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList>
    <AccessionNumber>NCT04014166</AccessionNumber></AccessionNumberList></DataBank><DataBank><DataBankName>GENBANK
    </DataBankName><AccessionNumberList><AccessionNumber>AF1</AccessionNumber></AccessionNumberList></DataBank></DataBankList>"""
    document = one(rest=rest, bank=bank, vernacular="<VernacularTitle>Zellen bei ITP.</VernacularTitle>")
    assert document.subjects == ("Humans", "Thrombocytopenia/therapy", "Stem Cells/cytology")
    assert document.keywords == ("ITP", "MSC & co")
    assert document.other_titles == ("Zellen bei ITP.",)
    assert document.disclosures == "None."
    found = {each.kind: each for each in document.identifiers}
    assert (found["nct"].value, found["manuscript"].value, found["genbank"].value) == ("NCT04014166", "NIHMS1", "AF1")
    assert "ClinicalTrials.gov: NCT04014166" in document.text
    assert document.text[slice(*found["nct"].span or (0, 0))] == "NCT04014166"


def test_a_title_that_is_not_available_gives_way_to_the_vernacular_one() -> None:
    document = one(title="[Not Available].", vernacular="<VernacularTitle>Zellen.</VernacularTitle>")
    assert (document.title, document.other_titles) == ("Zellen.", ())


def test_references_are_no_identifiers_and_no_notices() -> None:
    assert "10.9/cited" not in {each.value for each in one().identifiers}
    cited = "<CommentsCorrections RefType='Cites'><RefSource>X</RefSource></CommentsCorrections>"
    assert one(rest=f"<CommentsCorrectionsList>{cited}</CommentsCorrectionsList>").notices == ()


def test_an_address_that_is_not_valid_is_left_out() -> None:
    wrong = '<ELocationID EIdType="doi" ValidYN="N">10.1000/wrong</ELocationID>'
    assert one(bank=wrong).identifier("doi") == "10.1000/abc.1"
    assert "10.1000/wrong" not in {each.value for each in one(bank=wrong).identifiers}


def test_old_files_pages_and_packed_files_are_read_alike() -> None:
    citation = article().partition("<PubmedData>")[0].removeprefix("<PubmedArticle>")
    old = f"<MedlineCitationSet>{citation}{citation}</MedlineCitationSet>".encode()
    shown = f"<pre>{file_of(article()).decode().replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</pre>"
    for data, count in ((old, 2), (shown.encode(), 1), (gzip.compress(file_of(article(), article())), 2)):
        found = list(read_all(data))
        assert [each.title if isinstance(each, Document) else each for each in found] == ["Cells in ITP."] * count
    assert list(read_all(file_of(article()).replace(b'"1.0"?', b'"1.0" encoding="utf-16"?').decode().encode("utf-16")))


@pytest.mark.parametrize(
    ("encoding", "declared"), [("utf-8", ""), ("iso-8859-1", ' encoding="ISO-8859-1"'), ("cp1252", "")]
)
def test_encodings_are_read_as_declared_or_told(encoding: str, declared: str) -> None:
    data = f'<?xml version="1.0"{declared}?><PubmedArticleSet>{article(title="Höhe")}</PubmedArticleSet>'.encode(
        encoding
    )
    (document,) = read_all(data)
    assert isinstance(document, Document)
    assert document.title == "Höhe"
    assert bool(document.notes) == (encoding == "cp1252")


def test_characters_that_html_names_are_read() -> None:
    assert one(title="&alpha;-GVHD &ge; 2").title == "α-GVHD ≥ 2"


def test_a_deleted_record_is_told() -> None:
    deleted = "<DeleteCitation><PMID>1</PMID><PMID>2</PMID></DeleteCitation>"
    _, reject = read_all(file_of(article(), deleted))
    assert isinstance(reject, Reject)
    assert (reject.position, reject.reason) == (2, "PubMed deleted PMID 1, 2")


BROKEN = [
    ("<PubmedArticle><MedlineCitation><PMID>9</PMID><Article>", "not closed before the next one begins"),
    ("<PubmedArticle><MedlineCitation><PMID>9</PMID><Article></MedlineCitation></PubmedArticle>", "not well-formed"),
    ("<PubmedArticle><a>\0</a></PubmedArticle>", "not well-formed"),
    ("<PubmedArticle>&lol9;</PubmedArticle>", "lol9"),
    ("<PubmedArticle>" + "<a>" * 400 + "</a>" * 400 + "</PubmedArticle>", "(?i)depth|not well-formed"),
    ("<PubmedArticle><PubmedData/></PubmedArticle>", "without <MedlineCitation>"),
    ("<PubmedArticle><MedlineCitation><PMID>9</PMID></MedlineCitation></PubmedArticle>", "without title.*pmid 9"),
]


@pytest.mark.parametrize(("broken", "reason"), BROKEN)
def test_a_broken_record_costs_only_itself(broken: str, reason: str) -> None:
    first, reject, last = read_all(file_of(article(pmid="1"), broken, article(pmid="2")))
    assert isinstance(first, Document)
    assert isinstance(reject, Reject)
    assert isinstance(last, Document)
    assert (first.identifier("pmid"), last.identifier("pmid")) == ("1", "2")
    assert reject.position == 2
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(reject.reason)


@pytest.mark.parametrize(
    "broken",
    [
        "<PubmedArticle><MedlineCitation><!-- </MedlineCitation></PubmedArticle>",
        "<PubmedArticle><MedlineCitation><![CDATA[ </MedlineCitation></PubmedArticle>",
        "<PubmedArticle><MedlineCitation></Nonsense></PubmedArticle>",
        "<PubmedArticle><MedlineCitation>&nonsense;</Wrong></PubmedArticle>",
    ],
)
def test_a_record_that_reaches_into_the_next_costs_only_itself_wherever_it_stands(broken: str) -> None:
    whole = [article(pmid=str(number)) for number in range(1000, 1070)]
    for place in (0, 31, 32, 69):
        found = list(read_all(file_of(*whole[:place], broken, *whole[place:])))
        assert [each.position for each in found if isinstance(each, Reject)] == [place + 1]
        documents = [each for each in found if isinstance(each, Document)]
        assert [each.identifier("pmid") for each in documents] == [str(number) for number in range(1000, 1070)]


@pytest.mark.parametrize("hidden", ["<!-- <ChemicalList> <ReferenceList> -->", "<?x <!-- ?>"])
def test_lists_that_are_not_read_are_not_looked_for_in_comments(hidden: str) -> None:
    lists = "<ChemicalList><Chemical/></ChemicalList><KeywordList><Keyword>cells</Keyword></KeywordList>"
    data = file_of(
        article().replace("</MedlineCitation>", f"{hidden}{lists}<!-- </ReferenceList> --></MedlineCitation>")
    )
    (document,) = read_all(data)
    assert isinstance(document, Document)
    assert document.keywords == ("cells",)


@pytest.mark.parametrize("hidden", ["<!-- </PubmedArticle> -->", "<![CDATA[</PubmedArticle>]]>"])
def test_a_record_does_not_end_in_a_comment(hidden: str) -> None:
    whole = article(pmid="1").replace("<PubmedArticle>", f"<PubmedArticle>{hidden}")
    assert [
        each.identifier("pmid") for each in read_all(file_of(whole, article(pmid="2"))) if isinstance(each, Document)
    ] == [
        "1",
        "2",
    ]


def test_a_file_cut_short_tells_which_record_is_lost() -> None:
    first, reject = read_all(file_of(article(), article())[:-400])
    assert isinstance(first, Document)
    assert isinstance(reject, Reject)
    assert "cut short" in reject.reason


def test_an_entity_bomb_in_the_document_type_is_never_looked_at() -> None:
    entities = "".join(f'<!ENTITY l{i + 1} "{f"&l{i};" * 10}">' for i in range(9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY l0 "lol">{entities}]>'
    (reject, document) = read_all((bomb + file_of(article(title="&l9;"), article()).decode()[22:]).encode())
    assert isinstance(reject, Reject)
    assert isinstance(document, Document)


def test_the_message_of_ncbi_is_the_error() -> None:
    answer = b'<?xml version="1.0"?><eFetchResult><ERROR>Empty result - nothing todo</ERROR></eFetchResult>'
    with pytest.raises(DocumentError, match="Empty result - nothing todo"):
        list(read_all(answer))


@pytest.mark.parametrize(
    "data", [b"a text that shows <PubmedArticle> to its readers", b"PK\x03\x04 <PubmedArticleSet>"]
)
def test_what_only_speaks_of_records_is_no_pubmed_file(data: bytes) -> None:
    with pytest.raises(DocumentError, match="no record of PubMed"):
        list(read_all(data, format="pubmed"))


def test_an_empty_set_holds_nothing() -> None:
    assert not list(read_all(file_of()))


def test_a_book_is_read_by_its_chapter_and_title() -> None:
    book = """<PubmedBookArticle><BookDocument><PMID>3</PMID>
    <ArticleIdList><ArticleId IdType="bookaccession">NBK1</ArticleId></ArticleIdList>
    <Book><Publisher><PublisherName>RCP</PublisherName></Publisher>
    <BookTitle>Guideline</BookTitle>
    <PubDate><Year>2009</Year><Month>02</Month></PubDate><Isbn>9781860163593</Isbn>
    <AuthorList Type="editors"><Author><LastName>Ed</LastName></Author></AuthorList>
    <AuthorList Type="authors"><Author><CollectiveName>Centre</CollectiveName></Author></AuthorList></Book>
    <ArticleTitle>Chapter</ArticleTitle><Abstract><AbstractText>What to do.</AbstractText></Abstract>
    <PublicationType>Practice Guideline</PublicationType></BookDocument></PubmedBookArticle>"""
    (document,) = read_all(f"<PubmedArticleSet>{book}</PubmedArticleSet>".encode())
    assert isinstance(document, Document)
    assert (document.title, document.journal, document.kind) == ("Chapter", "Guideline", "review")
    assert (document.publisher, document.date) == ("RCP", "2009-02")
    assert [each.name for each in document.authors] == ["Centre"]
    assert {"nbk": "NBK1", "isbn": "9781860163593", "pmid": "3"}.items() <= {
        each.kind: each.value for each in document.identifiers
    }.items()
    assert document.text.endswith("\n\nWhat to do.")


def test_records_come_before_the_file_ends() -> None:
    class Endless(io.RawIOBase):
        """A file that must not be read to its end."""

        def __init__(self) -> None:
            self.given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
            piece = (b"<PubmedArticleSet>" if not self.given else b"") + article().encode()
            piece = piece[: len(view)]
            view[: len(piece)] = piece
            self.given += 1
            assert self.given < 2000
            return len(piece)

    first = next(iter(read_all(io.BufferedReader(Endless()), container="x")))
    assert isinstance(first, Document)
