"""The pages of a site: every template filled and written below one folder, without a date or a path of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mscevidence import __version__
from mscevidence.publish.contents import Done
from mscevidence.publish.figures import FIGURES, describe_figure
from mscevidence.publish.site.analysis_page import analysis_page
from mscevidence.publish.site.changes_page import changes_page
from mscevidence.publish.site.checklist import checklist_page
from mscevidence.publish.site.contents import Contents
from mscevidence.publish.site.front_page import front_page
from mscevidence.publish.site.linked_figure import linked_svg
from mscevidence.publish.site.methods_page import methods_page
from mscevidence.publish.site.palette import as_css
from mscevidence.publish.site.snapshot import FILE_NAME
from mscevidence.publish.site.studies_page import studies_page
from mscevidence.publish.site.study_page import study_page

if TYPE_CHECKING:
    from jinja2 import Environment

PARTS = (
    ("index.html", "Answers"),
    ("studies.html", "Studies"),
    ("methods.html", "Methods and terms"),
    ("changes.html", "What changed"),
    ("checklist.html", "Checklist"),
)
"""The pages that every page leads to."""

SHARED_FOLDERS = ("assets", "analyses", "studies", "data")


def write_pages(work: Path, contents: Contents) -> None:
    """Write all pages into a folder that already holds the figures and tables of its analyses.

    Raises:
        OSError: the folder cannot be written.
    """
    for name in SHARED_FOLDERS:
        (work / name).mkdir(exist_ok=True)
    _write(work / "assets" / "site.css", as_css() + _asset("site.css"))
    _write(work / "assets" / "site.js", _asset("site.js"))
    _write(work / "data" / FILE_NAME, contents.snapshot.model_dump_json(indent=1) + "\n")
    environment = _environment()
    frame = _frame(contents)
    for file, template, filled in _pages(work, contents):
        root = "../" if "/" in file else ""
        page = environment.get_template(template).render(frame | filled, root=root, here=file)
        _write(work / file, page)


def _pages(work: Path, contents: Contents) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the address, the template and the filling of every page."""
    yield "index.html", "front.html", front_page(contents)
    yield "studies.html", "studies.html", studies_page(contents)
    yield "methods.html", "methods.html", methods_page(contents)
    yield "changes.html", "changes.html", changes_page(contents)
    yield "checklist.html", "checklist.html", checklist_page(contents) | {"flow_svg": _flow(contents)}
    for done in contents.done:
        figures, captions = _figures(work, done)
        filled = analysis_page(done, contents, figures, captions)
        yield contents.addresses.analysis(done.analysis.id), "analysis.html", filled
    for study in contents.evidence.studies:
        yield contents.addresses.study(study.study), "study.html", study_page(study, contents)


def _figures(work: Path, done: Done) -> tuple[dict[str, bytes], dict[str, str]]:
    if done.pooled is None:
        return {}, {}
    files = {"forest": work / "figures" / f"{done.analysis.id}.svg"}
    files |= {kind: work / "figures" / f"{done.analysis.id}-{kind}.svg" for kind in FIGURES}
    figures = {kind: file.read_bytes() for kind, file in files.items() if file.exists()}
    return figures, {kind: describe_figure(kind, done.pooled) for kind in figures if kind in FIGURES}


def _flow(contents: Contents) -> str:
    if contents.evidence.flow is None:
        return ""
    from mscevidence.publish.figure import figure_bytes
    from mscevidence.publish.flow_diagram import describe_flow, draw_flow

    flow = contents.evidence.flow
    svg = figure_bytes(draw_flow(flow), "svg", title="PRISMA flow", description=describe_flow(flow))
    return linked_svg(svg, prefix="flow-", link=lambda _: None)


def _frame(contents: Contents) -> dict[str, Any]:
    """Return what the head and the foot of every page say."""
    return {
        "review": contents.protocol.title,
        "question": contents.protocol.question,
        "day": contents.snapshot.day,
        "version": __version__,
        "parts": PARTS,
        "addresses": contents.addresses,
        "database": "evidence.db" if "evidence.db" in contents.files else "",
    }


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("mscevidence.publish", "templates/site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["capital"] = lambda text: text[:1].upper() + text[1:]
    return environment


def _asset(name: str) -> str:
    return (resources.files("mscevidence.publish") / "templates" / "site" / name).read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
