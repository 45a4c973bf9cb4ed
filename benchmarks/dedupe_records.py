"""A set of citations made from a seed, with duplicates as databases make them and look-alikes that are none."""

from __future__ import annotations

import hashlib
import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from mscevidence.model import Author, Document, Identifier


def _listed(text: str, mark: str = "|") -> tuple[str, ...]:
    return tuple(text.split(mark))


PRODUCTS = _listed(
    "umbilical cord mesenchymal stem cells|bone marrow mesenchymal stromal cells|adipose-derived stromal cells"
    "|Wharton's jelly stem cells|autologous haematopoietic stem cells|rituximab|low-dose interleukin-2|eltrombopag"
    "|romiplostim|high-dose dexamethasone|mycophenolate mofetil|belimumab|cyclophosphamide|decitabine|avatrombopag"
    "|tacrolimus|sirolimus|hydroxychloroquine|tocilizumab|vitamin D₃|all-trans retinoic acid|α-interferon"
)
DISEASES = _listed(
    "immune thrombocytopenia|systemic lupus erythematosus|lupus nephritis|multiple sclerosis|neuromyelitis optica"
    "|rheumatoid arthritis|Crohn's disease|ulcerative colitis|systemic sclerosis|graft-versus-host disease"
    "|type 1 diabetes"
    "|Sjögren’s syndrome|myasthenia gravis|psoriasis|aplastic anaemia|autoimmune hepatitis|Behçet disease"
    "|IgA nephropathy"
)
FRAMES = _listed(
    "{p} in the treatment of {d}: a randomised controlled trial|Efficacy and safety of {p} in patients with {d}"
    "|{p} for refractory {d}: {n}-year follow-up of a phase {r} trial|Effect of {p} on {t} in {d}"
    "|{p} and {t} in {d}: a systematic review and meta-analysis|Long-term outcome of {d} after {p} in {n} patients"
    "|{t} predicts response to {p} in {d}|Successful treatment of {d} with {p}: a report of {n} cases"
    "|Mechanisms of {p} in a mouse model of {d}: the role of {t}|{t} and {u} in children with {d} treated with {p}"
    "|{p} versus {q} as second-line therapy of {d} in {c}|Cost-effectiveness of {p} for {d} in {c}"
)
TOPICS = _listed(
    "regulatory T cells|platelet count|B-cell activating factor|quality of life|TNF-α production|Th17 differentiation"
    "|bleeding events|complement activation|gut microbiota|interleukin-6 levels|disease activity|infection risk"
    "|fatigue|pregnancy outcome|thrombopoietin levels|macrophage polarization|oxidative stress|steroid sparing"
    "|hospital admission|vaccination response|bone mineral density|cardiovascular events|renal function|depression"
)
COUNTRIES = [
    "China",
    "Italy",
    "Japan",
    "Germany",
    "Brazil",
    "Iran",
    "Spain",
    "France",
    "Sweden",
    "Egypt",
    "India",
    "Korea",
    "Canada",
    "Türkiye",
    "Poland",
    "Chile",
]
JOURNALS = (
    ("Blood", "Blood", "0006-4971"),
    ("British Journal of Haematology", "Br J Haematol", "0007-1048"),
    ("Journal of Clinical Immunology", "J Clin Immunol", "0271-9142"),
    ("The New England journal of medicine", "N Engl J Med", "0028-4793"),
    ("Stem cell research & therapy", "Stem Cell Res Ther", "1757-6512"),
    ("Annals of the rheumatic diseases", "Ann Rheum Dis", "0003-4967"),
    ("The Lancet. Haematology", "Lancet Haematol", "2352-3026"),
    ("Zhonghua xue ye xue za zhi = Zhonghua xueyexue zazhi", "Zhonghua Xue Ye Xue Za Zhi", "0253-2727"),
    ("Proceedings of the National Academy of Sciences of the United States of America", "PNAS", "0027-8424"),
    ("Cytotherapy", "Cytotherapy", "1465-3249"),
    ("Transplantation proceedings", "Transplant Proc", "0041-1345"),
    ("American Journal of Hematology", "Am. J. Hematol.", "0361-8609"),
    ("Journal of the American Medical Association", "JAMA", "0098-7484"),
    ("Multiple Sclerosis Journal", "Mult Scler J", "1352-4585"),
    ("Cell transplantation", "Cell Transplant", "0963-6897"),
    ("PLoS ONE", "PLoS One", "1932-6203"),
)
SURNAMES = _listed(
    "Chen Wang "
    "Müller García-Pérez O'Brien Li Zhang Rossi Tanaka Kim Öztürk Nguyen Smith Dubois Sørensen Yılmaz Kowalski Silva"
    " Hernández"
    " Ivanova Sun Liu Zhao Khan Singh Haddad Jönsson Bianchi López Novák van-der-Berg MacDonald Al-Sayed Schäfer",
    " ",
)
GIVEN = _listed(
    "Yunfei Maria Jürgen Li Ana Hiroshi Min-Ji José Emma Łukasz Ali Priya Wei Xia Chloé Lars Fatima Omar Olga Pedro",
    " ",
)


@dataclass(frozen=True)
class Made:
    """One made citation; `report` is the number of the report it is about."""

    report: int
    title: str
    authors: tuple[tuple[str, str], ...]
    year: int
    journal: tuple[str, str, str]
    volume: int
    issue: int
    first: int
    last: int
    doi: str
    pmid: str
    types: tuple[str, ...] = ("Journal Article",)
    shown: dict[str, str] = field(default_factory=dict)


def made_documents(count: int, *, duplicates: float = 0.3, seed: int = 7) -> list[tuple[int, Document]]:
    """Return report number and document of `count` citations, of which a share are duplicates, in random order."""
    chance = random.Random(seed)  # noqa: S311
    originals = list(_originals(count - round(count * duplicates), chance))
    copies = [replace(chance.choice(originals)) for _ in range(round(count * duplicates))]
    everything = [(one.report, _document(one, chance, copy=False)) for one in originals]
    everything += [(one.report, _document(_altered(one, chance), chance, copy=True)) for one in copies]
    chance.shuffle(everything)
    return everything


def _originals(count: int, chance: random.Random) -> Iterator[Made]:
    report = 0
    while report < count:
        first = _original(report, chance)
        yield first
        report += 1
        if chance.random() < 0.12 and report < count:
            yield _look_alike(replace(first, report=report), chance)
            report += 1


def _original(report: int, chance: random.Random) -> Made:
    frame = chance.choice(FRAMES)
    title = frame.format(
        p=chance.choice(PRODUCTS), q=chance.choice(PRODUCTS), d=chance.choice(DISEASES), t=chance.choice(TOPICS),
        u=chance.choice(TOPICS), c=chance.choice(COUNTRIES), n=chance.randint(2, 90),
        r=chance.choice(("I", "II", "1/2", "3")),
    )  # fmt: skip
    authors = tuple((chance.choice(SURNAMES), chance.choice(GIVEN)) for _ in range(chance.randint(1, 14)))
    first = chance.randint(2, 4000)
    journal = chance.choice(JOURNALS)
    return Made(
        report=report,
        title=title[0].upper() + title[1:],
        authors=authors,
        year=chance.randint(1985, 2025),
        journal=journal,
        volume=chance.randint(1, 140),
        issue=chance.randint(1, 12),
        first=first,
        last=first + chance.randint(1, 14),
        doi=f"10.{1000 + len(journal[0])}/{journal[2][:4]}.{report:07d}",
        pmid=str(1_000_000 + report),
    )


def _look_alike(one: Made, chance: random.Random) -> Made:
    """Return a report that is easily taken for another one and is not."""
    moved = replace(
        one,
        volume=one.volume + 1,
        first=one.first + 300,
        last=one.last + 300,
        doi=f"{one.doi[:-7]}{one.report:07d}",
        pmid=str(1_000_000 + one.report),
    )
    elsewhere = next(journal for journal in JOURNALS if journal != one.journal)
    return chance.choice(
        (
            replace(moved, journal=elsewhere, types=("Meeting Abstract",), pmid=""),
            replace(moved, types=("Meeting Abstract",), pmid="", year=one.year - 1),
            replace(moved, title=f"{one.title} II"),
            replace(moved, title=f"Erratum: {one.title}", types=("Published Erratum",)),
            replace(moved, title=f"Reply to: {one.title}", authors=one.authors[::-1], types=("Letter",)),
            replace(moved, year=one.year + 4),
            replace(moved, title=one.title.replace(" in ", " without ", 1), volume=one.volume, first=one.first + 9),
            replace(moved, journal=("medRxiv", "medRxiv", ""), types=("Preprint",), volume=0, first=0, pmid=""),
        )
    )


def _altered(one: Made, chance: random.Random) -> Made:
    changes = [change for change, share in CHANGES if chance.random() < share]
    for change in changes:
        one = change(one, chance)
    return one


def _shows(name: str, value: Callable[[Made], str]) -> Callable[[Made, random.Random], Made]:
    def change(one: Made, _: random.Random) -> Made:
        return replace(one, shown={**one.shown, name: value(one)})

    return change


def _case(one: Made, chance: random.Random) -> Made:
    return replace(one, title=chance.choice((one.title.upper(), one.title.title(), one.title.lower())))


def _typo(one: Made, chance: random.Random) -> Made:
    place = chance.randrange(4, max(5, len(one.title) - 1))
    return replace(one, title=one.title[:place] + one.title[place + 1 :])


def _cut(one: Made, _: random.Random) -> Made:
    return replace(one, title=one.title[: max(45, len(one.title) * 2 // 3)])


def _spelling(one: Made, _: random.Random) -> Made:
    title = one.title.replace("aemia", "emia").replace("haemato", "hemato").replace("randomised", "randomized")
    return replace(one, title=title.replace("α", "alpha").replace("₃", "3"))


def _punctuation(one: Made, _: random.Random) -> Made:
    return replace(one, title=one.title.replace(":", " -").replace("-", " ").replace("'", "’") + ".")


def _accents(one: Made, _: random.Random) -> Made:
    return replace(one, title=_plain(one.title), authors=tuple((_plain(a), _plain(b)) for a, b in one.authors))


def _plain(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if letter.isascii()) or text


CHANGES: tuple[tuple[Callable[[Made, random.Random], Made], float], ...] = (
    (
        lambda one, chance: replace(
            one, title=chance.choice((one.title.upper(), one.title.title(), one.title.lower()))
        ),
        0.3,
    ),
    (_punctuation, 0.25),
    (_accents, 0.3),
    (_spelling, 0.3),
    (_typo, 0.08),
    (_cut, 0.04),
    (lambda one, _: replace(one, title=f"[{one.title}]"), 0.03),
    (lambda one, _: replace(one, doi=""), 0.45),
    (lambda one, _: replace(one, pmid=""), 0.75),
    (lambda one, _: replace(one, types=()), 0.6),
    (_shows("journal", lambda one: one.journal[1]), 0.5),
    (_shows("pages", lambda one: f"{one.first}-{one.last}"), 0.4),
    (_shows("pages", lambda one: f"{one.first}‐{one.last}"), 0.15),
    (_shows("pages", lambda _: ""), 0.08),
    (_shows("pages", lambda one: str(one.first)), 0.08),
    (_shows("volume", lambda _: ""), 0.05),
    (_shows("issue", lambda _: ""), 0.3),
    (_shows("issn", lambda _: ""), 0.4),
    (_shows("authors", lambda _: "initials"), 0.4),
    (_shows("authors", lambda _: "natural"), 0.1),
    (lambda one, _: replace(one, authors=one.authors[:3]), 0.15),
    (lambda one, chance: replace(one, year=one.year + chance.choice((-1, 1))), 0.05),
    (_shows("ahead", lambda _: "yes"), 0.04),
)


def _document(one: Made, chance: random.Random, *, copy: bool) -> Document:
    shown = one.shown
    ahead = "ahead" in shown
    name = {"initials": "{0} {2}", "natural": "{1} {0}"}.get(shown.get("authors", ""), "{0}, {1}")
    last = str(one.last)
    # PubMed shortens the last page: 123-9.
    short = last[-1] if last[:-1] == str(one.first)[:-1] else last
    pages = shown.get("pages", f"{one.first}-{short}") if one.first else ""
    given = (("doi", one.doi), ("pmid", one.pmid))
    text = f"{one.title}\n\n" + ("" if copy and chance.random() < 0.3 else "A made abstract. " * 20)
    place = repr((one, copy, chance.random())).encode()
    return Document(
        sha256=hashlib.sha256(place).hexdigest(),
        format="made",
        reader="made/1",
        text=text,
        title=one.title,
        authors=tuple(
            Author(name=name.format(family, given_name, given_name[0])) for family, given_name in one.authors
        ),
        date=str(one.year),
        journal=shown.get("journal", one.journal[0]),
        volume=None if ahead or not one.volume else shown.get("volume", str(one.volume)) or None,
        issue=None if ahead else shown.get("issue", str(one.issue)) or None,
        pages=None if ahead else pages or None,
        issns=(one.journal[2],) if one.journal[2] and "issn" not in shown else (),
        identifiers=tuple(Identifier(kind=kind, value=value) for kind, value in given if value),
        publication_types=one.types,
        container="made",
        source="pubmed" if one.pmid else "embase",
    )
