"""Names that databases give to the columns and labels of their exports, and how their cells list several values."""

from __future__ import annotations

import re

from mscevidence.read.citation import clean
from mscevidence.read.reference import Reference
from mscevidence.read.reference_identifiers import doi_in

_NAMES = {
    "title": """title; article title; document title; study title; public title; publication title; primary title;
        ti; primarytitle""",
    "other-title": """original title; original non-english title; title original; scientific title; translated title;
        official title; foreign title""",
    "abstract": "abstract; abstract note; ab; abstracts; notes abstract; summary; brief summary; abstract text",
    "author": """authors; author; author names; author s; author full names; authors full names; au; all authors;
        creator; creators; author name""",
    "affiliation": """affiliations; institution; author addresses; addresses; authors with affiliations; author
        affiliations; affiliation; author address""",
    "journal": """source title; journal; journal book; journal title; publication name; secondary title; journal
        name; publication; source publication""",
    "abbreviation": """abbreviated source title; journal abbreviation; journal iso abbreviation; iso abbreviation;
        abbreviated title""",
    "source-line": "source; citation; bibliographic source",
    "year": "year; publication year; py; year of publication; pub year; yr",
    "date": """date published; publication date; date of publication; date; first posted; date registration; create
        date; pub date; cover date; issue date""",
    "volume": "volume; vol; vl",
    "issue": "issue; issue number; number; is; journal number",
    "first-page": "page start; start page; first page; bp; page first; beginning page",
    "last-page": "page end; end page; last page; ep; page last; ending page",
    "pages": "pages; page; page range; page numbers",
    "article-number": "art no; article number; article no; article id",
    "issn": "issn; issns; eissn; electronic issn; print issn; issn print; issn electronic; isxn; issn isbn",
    "isbn": "isbn; isbns; isbn s",
    "doi": "doi; doi number; digital object identifier; doi link; di; article doi; doi url",
    "pmid": "pmid; pubmed id; medline pmid; pubmedid; pubmed; pm id; medline id",
    "pmcid": "pmcid; pmc id; pmc; pubmed central id",
    "accession": """accession number; eid; pui; ut unique wos id; lens id; embase accession id; unique id; ut; unique
        identifier; embase accession number; unique wos id""",
    "registration": """nct number; trialid; clinical trial numbers; clinical trial number; trial id; other ids;
        secondary id; secondary ids; main id; clinicaltrials number; trial registration number;
        trial registry number; nct
        id; study nct id; secondaryid""",
    "keyword": "author keywords; keywords; keyword; manual tags; automatic tags; de; tags; key words",
    "subject": """index keywords; emtree medical index terms; emtree drug index terms; emtree medical index terms
        major focus; emtree drug index terms major focus; mesh terms; mesh; subject headings; mesh headings;
        keywords plus;
        mesh subject headings; emtree heading; emtree terms; subject heading; emtree device index terms;
        emtree device index
        terms major focus""",
    "topic": "fields of study; subject area; wos categories; web of science categories",
    "language": """language; language of original document; language of article; languages; article language;
        language of summary; la; original language""",
    "type": """publication type; document type; item type; reference type; pt; type; article type; publication types;
        type of publication""",
    "url": """url; link; study url; web address; external url; open url link; embase link; urls; full text link;
        document url; article url""",
    "database": "database; source database; database name; source register; db; data source",
    "publisher": "publisher; publisher name",
    "meeting": "conference name; conference title; conference; meeting; conference information; event name",
    "number": "abstract number; abstract no; poster number",
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
    email addresses; reprint addresses; journal subset; nlm journal code; score; link to the ovid full text or
    citation; molecular sequence numbers; tradenames; manufacturers; funding texts; sponsors; conference date;
    conference location; conference code; access type; source type; funding orgs; funding text; highly cited
    status; hot paper status; last refreshed on; contact firstname; contact lastname; contact address; contact
    email; contact tel; contact affiliation; record number; key; date added; date modified; access date; file
    attachments; link attachments; short title; times cited all databases; last update submitted; last verified"""


def _listed(names: str) -> list[str]:
    return [" ".join(name.split()) for name in names.split(";")]


_BY_NAME = {name: field for field, names in _NAMES.items() for name in _listed(names)}
_BY_NAME |= dict.fromkeys(_listed(_CONTENT), "content") | dict.fromkeys(_listed(_LEFT), "left")

_LONGEST_CITATION = 1_000
_SOURCE_LINE = re.compile(
    r"""(?P<journal>[^(]+?)\s*\((?P<year>\d{4})\)\s*
    (?P<volume>[\w-]+(?:\s(?:Suppl(?:ement)?)[^:(]*)?)?(?::(?P<issue>[^(]*?))?\s*
    (?:\((?P<pages>[^)]*)\))?
    (?:\s*Article\ Number:\s*(?P<article>[^.\s]+))?\.?\s*
    (?:Date\ of\ Publication:\s*(?P<date>.*))?$""",
    re.VERBOSE,
)
_CITATION = re.compile(
    r"""(?P<journal>[^.]+(?:\.[^.\d]+)*)\.\s*(?P<date>(?:1[89]|20)\d\d[^;:.]*)
    (?:;\s*(?P<volume>[^(:;.]*)(?:\((?P<issue>[^)]*)\))?
    (?::\s*(?P<pages>[^.;]*))?)?(?:\..*)?$""",
    re.VERBOSE,
)


def plain_name(label: str) -> str:
    """Return a column name in small letters, without punctuation: ``Author(s) ID`` is ``author s id``."""
    return " ".join(re.findall(r"[a-z0-9]+", label.casefold()))


def field_of(label: str) -> str | None:
    """Return what a column or label holds, or None when the name is not known.

    It is a name of `reference.FIELDS`, ``content`` for what a registry says of a study, ``source-line`` for a citation
    in one line, or ``left`` for columns of which nothing is taken.
    """
    name = plain_name(label)
    return _BY_NAME.get(name) or _BY_NAME.get(name.removesuffix("s"))


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
    if name is None or name == "note":
        reference.add("note", f"{label.strip()}: {value}")
    elif name == "content":
        reference.add("abstract", f"{label.strip()}: {'; '.join(clean(each) for each in value.split('|'))}")
    elif name == "source-line":
        _add_citation(reference, value)
    elif name in _LISTS:
        for each in _split(name, value):
            reference.add(name, each)
    else:
        reference.add(name, value)


_LISTS = frozenset(re.findall(r"\S+", "author editor collective keyword subject topic type affiliation language url"))


def _split(name: str, value: str) -> list[str]:
    if "|" in value:
        return value.split("|")
    if name == "url":
        return value.split() if "http" in value else [value]
    if re.search(r";\s|;$", value) or (";" in value and name != "affiliation"):
        return re.split(r";\s*", value)
    if name in {"author", "editor"}:
        value = value.rstrip(".") if value.count(".") == 1 else value
        # Liu R., Adler D.G. are two authors; Liu, Roy is one.
        names = value.split(", ")
        return names if all(" " in name.strip() for name in names) else [value]
    if name in {"keyword", "subject"}:
        return _terms(value)
    return [value]


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
    """Add the parts of ``Blood (2023) 142:5 (1-9). Date of Publication: 2 Nov 2023`` or ``Blood. 2023;142(5):1``."""
    line = value[:_LONGEST_CITATION]
    found = _SOURCE_LINE.match(line) or _CITATION.match(line)
    if doi := doi_in(value):
        reference.add("doi", doi)
    if found is None:
        known = value.casefold() in {
            "scopus",
            "embase",
            "medline",
            "pubmed",
            "web of science",
            "pubmed central",
            "crossref",
        }
        reference.add("database" if known else "journal", value if known else value.rstrip(". "))
        return
    parts = found.groupdict()
    for name in ("year", "journal", "volume", "issue", "pages", "date"):
        if not reference.values.get(name):
            reference.add(name, (parts.get(name) or "").strip())
    reference.add("article-number", parts.get("article") or "")
