"""Small facts sheets and linkage files for tests: synthetic trials, no real patient data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from mscevidence.factsheets.linkage import Linkage


def outcome(concept: str, events: int | None, n: int | None, **more: Any) -> dict[str, Any]:
    return {
        "arm": more.pop("arm", "MSC"),
        "concept": concept,
        "definition_short": more.pop("definition", concept.replace("_", " ")),
        "time_point": more.pop("time", None),
        "events": events,
        "n": n,
        "quote": more.pop("quote", f"{events}/{n}"),
        "events_visible": more.pop("visible", True),
        "n_visible": True,
        "derived": more.pop("derived", False),
        **more,
    }


def arm(name: str = "MSC", size: int | None = 10, **more: Any) -> dict[str, Any]:
    sizes = {"n_enrolled": size, "n_treated": size, "n_evaluable": size}
    return {"name": name, "role": "experimental", "dose_value": None, "dose_unit": None, "n_doses": None} | sizes | more


def sheet(slug: str, *outcomes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "slug": slug,
        "title_short": f"Synthetic sheet {slug}",
        "first_author": "Tester A",
        "year": 2020,
        "journal": "J Synth",
        "source_url": f"https://example.org/{slug}",
        "design": "single-arm",
        "condition": "psoriasis",
        "cell_source": "umbilical cord",
        "allogeneic_or_autologous": "allogeneic",
        "arms": [arm()],
        "outcomes": list(outcomes),
        "unverified_fields": [],
        **more,
    }


def write(folder: Path, *sheets: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for each in sheets:
        (folder / f"{each['slug']}.yaml").write_text(yaml.safe_dump(each, sort_keys=False), encoding="utf-8")
    return folder


def linkage(**tables: Any) -> Linkage:
    return Linkage.model_validate({"decided": {"by": "test", "on": "2026-01-02"}, **tables})


def linked(study: str = "one", report: str = "r-one", **more: Any) -> dict[str, Any]:
    return {"study": study, "report": report, "kind": "article", "reason": "the only report of it", **more}


TITLED = {"one": {"title": "Study one"}, "two": {"title": "Study two"}}
