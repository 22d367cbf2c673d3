"""The heading font: `python -m tests.fonts` tells whether static/fonts/ is what its source makes.

`--write` makes it again: the variable Fraunces of the npm package, with its optical size and
softness fixed, its weight kept variable, and only the characters that English and Spanish need.
Why this face and these values: docs/decisions/005-identity.md.
"""

from __future__ import annotations

import argparse
import io
import string
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "node_modules/@fontsource-variable/fraunces"
SOURCE = PACKAGE / "files/fraunces-latin-full-normal.woff2"
FONT = ROOT / "static/fonts/fraunces.woff2"
LICENCE = ROOT / "static/fonts/OFL.txt"

# Drawn for large sizes, corners fully soft, without the leaning letters; 400 to 700 heavy.
AXES = {"opsz": 72, "SOFT": 100, "WONK": 0, "wght": (400, 700)}
CHARACTERS = (
    string.ascii_letters
    + string.digits
    + "áéíóúüñÁÉÍÓÚÜÑ¿¡ªº"
    + "!\"#$%&'()*+,-./:;<=>?@[]_"
    + "–—‘’“”«»…·•×½ \u00a0"
)


def build() -> bytes:
    """The WOFF2 file; the same bytes each time."""
    font = TTFont(SOURCE, recalcTimestamp=False)
    font = instantiateVariableFont(font, AXES)
    options = subset.Options(
        layout_features=["kern", "liga", "ccmp", "locl", "mark"],
        name_IDs=[0, 1, 2, 13, 14],  # copyright, family, style, licence and its address
        hinting=False,
        recalc_timestamp=False,
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=CHARACTERS)
    subsetter.subset(font)
    font.flavor = "woff2"
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    wanted = {FONT: build(), LICENCE: (PACKAGE / "LICENSE").read_bytes()}
    if parser.parse_args().write:
        for path, content in wanted.items():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        return
    stale = [
        path.name
        for path, content in wanted.items()
        if not path.exists() or path.read_bytes() != content
    ]
    if stale:
        sys.exit(f"tests.fonts: stale, run make fonts: {' '.join(stale)}")


if __name__ == "__main__":
    main()
