"""The design tokens as data: static/css/_tokens.scss read, and the contrast of two colours.

For the style page and the tests, so that both speak of the values that the site is built from.
"""

from __future__ import annotations

import re
from functools import cache

from django.conf import settings

SCHEMES = ("light", "dark")
# (text, ground): what is read on what. WCAG's enhanced contrast, 7:1.
TEXT_PAIRS = [
    *(
        (text, ground)
        for ground in ("ground", "ground-deep", "surface")
        for text in ("ink", "ink-soft", "link", "pine", "pine-deep", "coral-ink")
    ),
    ("ink", "alarm-ground"),
    ("coral-ink", "alarm-ground"),
    ("on-pine", "pine"),
    ("on-pine", "pine-deep"),
    ("on-panel", "panel"),
    ("on-panel-soft", "panel"),
]
# (mark, ground): edges and marks that carry a meaning, 3:1.
MARK_PAIRS = [
    *(
        (mark, ground)
        for ground in ("ground", "ground-deep", "surface")
        for mark in ("coral", "line-strong", "focus")
    ),
]


@cache
def colours(scheme: str) -> dict[str, str]:
    """Token name without dashes in front → `#rrggbb`, in the scheme `light` or `dark`."""
    source = (settings.BASE_DIR / "static/css/_tokens.scss").read_text()
    light, dark = source.split("@media (prefers-color-scheme: dark)")
    dark = dark.split("@media")[0]
    found = _declared(light)
    return found if scheme == "light" else {**found, **_declared(dark)}


def _declared(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text))


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two `#rrggbb` colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
