"""Names that databases give to the columns and labels of their exports, and how their cells list several values."""

from __future__ import annotations

import re

from mscevidence.read.citation import clean
from mscevidence.read.reference import Reference
from mscevidence.read.reference_identifiers import doi_in
from mscevidence.read.source_lines import citation_parts

_NAMES = {
    "title": """title; article title; document title; study title; public title; publication title; primary
        title; ti; primarytitle; item title""",
    "other-title": """original title; original non-english title; title original; scientific title;
        translated title; official title; foreign title""",
    "abstract": "abstract; abstract note; ab; abstr; abstracts; notes abstract; summary; brief summary; abstract text",
    "author": """first authors; authorships author display name; authors; author; author names; author s;
        author full names; authors full names; au; all authors; creator; creators; author name""",
    "affiliation": """affiliations; institution; author addresses; addresses; authors with affiliations;
        author affiliations; affiliation; author address""",
    "journal": """alternate title3; pubtitle; primary location source display name; source title; journal;
        journal book; journal title; publication name; secondary title; journal name; publication; source
        publication""",
    "abbreviation": """alternate title2; abbreviated source title; journal abbreviation; journal iso
        abbreviation; iso abbreviation; abbreviated title""",
    "source-line": "source; citation; bibliographic source",
    "year": "published year; pub year; pubyear; year; publication year; py; year of publication; yr",
    "date": """pubdate; cover date; date registration3; publication date print; online date; date published;
        publication date; date of publication; date; first posted; date registration; pub date; issue date""",
    "volume": "biblio volume; volume; vol; vl; journal volume",
    "issue": "biblio issue; issue; iss; issue number; number; is; journal number; journal issue",
    "first-page": "biblio first page; page start; start page; first page; bp; page first; beginning page",
    "last-page": "biblio last page; page end; end page; last page; ep; page last; ending page",
    "pages": "pagination; biblio pages; pages; page; page range; page numbers; pg; pgs; pp",
    "article-number": "art no; article number; article no; article id; cochrane review id",
    "issn": "issn; issns; eissn; electronic issn; print issn; issn print; issn electronic; isxn; issn isbn",
    "isbn": "isbn; isbns; isbn s",
    "doi": "doi; doi number; digital object identifier; doi link; di; article doi; doi url; item doi",
    "pmid": "ids pmid; pmid; pubmed id; medline pmid; pubmedid; pubmed; pm id; medline id",
    "pmcid": "pmcid; pmc id; pmc; pubmed central id",
    "accession": """cochrane id; store id; publication id; accession number; eid; pui; ut unique wos id;
        lens id; embase accession id; unique id; ut; unique identifier; embase accession number; unique wos
        id; ext id""",
    "embase": "embase id",
    "cinahl": "cinahl id",
    "registration": """nct number; trialid; clinical trial numbers; clinical trial number; trial id; other
        ids; secondary id; secondary ids; main id; clinicaltrials number; trial registration number; trial
        registry number; nct id; study nct id; secondaryid; isrctn; isrctn number; actrn; drks id; ctri number; eudract
        number; umin id; jrct id; registry id; registration number; eu trial number; eu ct number; ct number""",
    "keyword": "author keywords; keywords; keyword; manual tags; automatic tags; de; tags; key words",
    "subject": """subject terms; ieee terms; mesh term; subjects; index keywords; emtree medical index
        terms; emtree drug index terms; emtree medical index terms major focus; emtree drug index terms
        major focus; mesh terms; mesh; subject headings; mesh headings; keywords plus; mesh subject
        headings; emtree heading; emtree terms; subject heading; emtree device index terms; emtree device
        index terms major focus""",
    "topic": "fields of study; subject area; wos categories; web of science categories",
    "language": """language; language of original document; language of article; languages; article
        language; language of summary; la; original language""",
    "type": """type of reference; doctype; publication category; publication type; document type; item type;
        reference type; pt; type; article type; publication types; type of publication; content
        type""",
    "url": """plink; permalink; plink url; dimensions url; url; link; study url; web address; external url;
        open url link; embase link; urls; full text link; document url; article url""",
    "database": "name of database; database; source database; database name; source register; db; data source",
    "publisher": "publisher; publisher name",
    "meeting": "conference name; conference title; conference; meeting; conference information; event name",
    "number": "abstract number; abstract no; poster number; meeting abstract",
    "session": "session; session title",
    "collective": "group authors; corporate author; book group authors; collective authors",
    "editor": "editors; editor; book editors",
    "note": "note; notes; label; caption; labels; decision; duplicate; included; asreview label; label included",
}
_CONTENT = """acronym; conditions; condition; interventions; intervention; outcome measures; primary outcome measures;
    primary outcome; secondary outcome measures; secondary outcomes; secondary outcome; other outcome measures;
    primary outcomes; study designs; study design; study type; phases; phase; enrollment; target size; age; sex;
    gender; inclusion gender; inclusion agemin; inclusion agemax; inclusion criteria; exclusion criteria;
    sponsor; sponsor collaborators; primary sponsor; collaborators; status; study status; recruitment status;
    study results; start date; primary completion date; completion date; locations; countries; date enrollement;
    date enrollment; results summary"""
_LEFT = """rank; cited by; times cited wos core; citing works count; references; cited references; gender of; open
    access; export date; search query; authors id; author s id; author ids; page count; number of pages;
    correspondence address; copyright; funding details; funding; source urls; first author; nihms id; is open
    access; open access license; open access colour; citing patents count; chemicals; microsoft academic id;
    source country; last update posted; results first posted; study documents; funded bys; funder type; cited
    reference count; publication stage; coden; editors address; copyright notice; references count; chemicals
    cas; original abstract; drug tradenames; drug manufacturer; device tradenames; device manufacturer; open
    access designations; 180 day usage count; since 2013 usage count; date of export; researcher ids; orcids;
    email addresses; reprint addresses; times cited; recent citations; rcr; fcr; source linkout; cites; cites url;
    gs rank; query date; ecc; cites per year; cites per author; author count; related url; corresponding authors;
    article citation count; patent citation count; reference count; license; date added to xplore; document identifier;
    internal number; other records; prospective registration; bridging flag truefalse; bridged type;
    retrospective flag; entry date; create date; journal subset; nlm journal code; score; link to the ovid full text or
    citation; molecular sequence numbers; tradenames; manufacturers; funding texts; sponsors; conference date;
    conference location; conference code; access type; source type; book series title; funding orgs; funding text;
    highly cited status; hot paper status; last refreshed on; contact firstname; contact lastname; contact address;
    contact email; contact tel; contact affiliation; record number; key; date added; date modified; access date; file
    attachments; link attachments; short title; times cited all databases; last update submitted; last verified"""


def _listed(names: str) -> list[str]:
    return [" ".join(name.split()) for name in names.split(";")]


_BY_NAME = {name: field for field, names in _NAMES.items() for name in _listed(names)}
_BY_NAME |= dict.fromkeys(_listed(_CONTENT), "content") | dict.fromkeys(_listed(_LEFT), "left")

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def plain_name(label: str) -> str:
    """Return a column name in small letters, without punctuation: ``Author(s) ID`` is ``author s id``."""
    return " ".join(re.findall(r"[a-z0-9]+", label.casefold()))


def field_of(label: str) -> str | None:
    """Return what a column or label holds, or None when the name is not known.

    It is a name of `reference.FIELDS`, ``content`` for what a registry says of a study, ``source-line`` for a citation
    in one line, or ``left`` for columns of which nothing is taken.
    """
    for name in dict.fromkeys((plain_name(label), plain_name(_CAMEL.sub(" ", label)))):
        if found := _BY_NAME.get(name) or _BY_NAME.get(name.removesuffix("s")):
            return found
    return None


def add_value(reference: Reference, name: str | None, label: str, value: str) -> None:
    """Add the value of a column or label to a reference, split where the column lists several.

    Args:
        reference: what is filled.
        name: as `field_of` returned it; the value of an unknown column becomes a note.
        label: the name of the column in the source.
        value: the cell.
    """
    value = value.strip()
    if not value or name == "left" or value in {"NA", "N/A", "nan", "None", "null"}:
        return
    if plain_name(label) == "extra":
        for kind, number in _EXTRA.findall(value):
            reference.add(kind.casefold(), number)
    if name is None or name == "note":
        reference.add("note", f"{label.strip()}: {value}")
    elif name == "content":
        reference.add("abstract", f"{label.strip()}: {'; '.join(clean(each) for each in value.split('|'))}")
    elif name == "source-line":
        _add_citation(reference, value)
    elif name in {"embase", "cinahl"}:
        reference.add("accession", f"{name.upper()} {value}")
    elif name in _LISTS:
        for each in _split(name, value):
            reference.add(name, each)
    else:
        reference.add(name, value)


_EXTRA = re.compile(r"(?im)^\s*(PMID|PMCID|DOI):\s*(\S+)")
"""Zotero keeps in Extra what it has no field for, each on a line."""

_LISTS = frozenset(
    re.findall(r"\S+", "accession author editor collective keyword subject topic type affiliation language url")
)
_QUOTED = re.compile(r"(['\"])(.*?)\1(?=,\s|$)")
_GLUED_NAMES = re.compile(
    r"(?<=[a-zà-ÿ])(?<!\bMc)(?<!\bMac)(?<!\b[DL][aeiu])(?<!\bVan)(?<!\bVon)(?<!\bFitz)"
    r"(?=[A-ZÀ-Þ][a-zà-ÿ]+(?:-[A-Z][a-z]+)? )"
)
_DATABASES = frozenset(
    {"scopus", "embase", "medline", "pubmed", "web of science", "pubmed central", "crossref", "cinahl", "psycinfo"}
)
_EUROPE_PMC = frozenset({"med", "pmc", "ppr", "agr", "cba", "ctx", "eth", "hir", "pat", "nbk"})
"""How Europe PMC calls the collections that its records come from."""


def _split(name: str, value: str) -> list[str]:
    if "|" in value or re.fullmatch(r"\[['\"].*['\"]\]", value):
        # Programs write a list as ['Marx, Karl', "O'Neill, A"].
        return value.split("|") if "|" in value else [each[1] for each in _QUOTED.findall(value[1:-1])]
    if name == "url":
        return value.split() if "http" in value else [value]
    if re.search(r";\s|;$", value) or (";" in value and name != "affiliation"):
        return re.split(r";\s*", value)
    if name in {"author", "editor"}:
        return _people(value)
    if name in {"keyword", "subject"}:
        return _terms(value)
    return [value]


def _people(value: str) -> list[str]:
    joined = value.split(" and ")
    if len(joined) > 1 and all("," in each for each in joined):
        # Rayyan writes Zhang, Lei and Xu, Yu as BibTeX does.
        return joined
    if not re.search(r"[,.;]|\b(?:of|for|the|and)\b", value):
        # SpringerLink sets nothing between two names: Andy SmithTom Weber.
        names = _GLUED_NAMES.split(value)
        return names if all(" " in name for name in names) else [value]
    value = value.rstrip(".") if value.count(".") == 1 else value
    # Liu R., Adler D.G. are two authors; Liu, Roy is one.
    names = value.split(", ")
    return names if all(" " in name.strip() for name in names) else [value]


def _terms(value: str) -> list[str]:
    """Return the terms between commas; a comma in parentheses is part of a term: ``cell (therapy, toxicity)``."""
    terms: list[list[str]] = []
    depth = 0
    for piece in value.split(", "):
        if depth > 0:
            terms[-1].append(piece)
        else:
            terms.append([piece])
        depth = max(0, depth + piece.count("(") - piece.count(")"))
    return [", ".join(term) for term in terms] if depth == 0 else value.split(", ")


def _add_citation(reference: Reference, value: str) -> None:
    """Add what a citation in one line says that no field has said."""
    parts = citation_parts(value)
    if doi := doi_in(value):
        reference.add("doi", doi)
    if parts is None:
        word = value.casefold()
        known = "Europe PMC" if word in _EUROPE_PMC else value if word in _DATABASES else ""
        reference.add("database" if known else "journal", known or value.rstrip(". "))
        return
    for name, part in parts.items():
        if not reference.values.get(name):
            reference.add(name, part)
