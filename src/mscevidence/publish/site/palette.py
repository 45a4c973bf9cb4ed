"""The colours of the site, light and dark: every pair that carries text keeps WCAG 2.2 AA contrast."""

from __future__ import annotations

LIGHT = {
    "ink": "#1b1f24",
    "soft": "#505861",
    "line": "#c3cad2",
    "edge": "#6b7480",
    "paper": "#ffffff",
    "tint": "#f2f5f8",
    "accent": "#0a5796",
    "hit": "#fff1a8",
    "hit-ink": "#1b1f24",
    "warn": "#9a3c00",
    "good": "#0072b2",
    "harm": "#b34700",
}
DARK = {
    "ink": "#e6edf3",
    "soft": "#a9b3be",
    "line": "#3d444d",
    "edge": "#8a94a0",
    "paper": "#14181d",
    "tint": "#1e252c",
    "accent": "#79bdff",
    "hit": "#4d4200",
    "hit-ink": "#ffffff",
    "warn": "#ffab70",
    "good": "#5cb8ee",
    "harm": "#ff9d5c",
}
TEXT_PAIRS = (
    ("ink", "paper"),
    ("ink", "tint"),
    ("soft", "paper"),
    ("soft", "tint"),
    ("accent", "paper"),
    ("accent", "tint"),
    ("hit-ink", "hit"),
    ("accent", "hit"),
    ("soft", "hit"),
    ("warn", "paper"),
    ("warn", "tint"),
    ("warn", "hit"),
)
"""Text and what it stands on: at least 4.5 to 1 (success criterion 1.4.3)."""

MARK_PAIRS = (("good", "paper"), ("harm", "paper"), ("edge", "paper"), ("accent", "paper"))
"""Marks, borders of controls and the focus ring: at least 3 to 1 (success criterion 1.4.11)."""


def as_css() -> str:
    """Return the palettes as custom properties; printing takes the light one."""
    light, dark = (" ".join(f"--{name}: {value};" for name, value in one.items()) for one in (LIGHT, DARK))
    return (
        f":root {{ color-scheme: light dark; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )
