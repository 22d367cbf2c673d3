"""The favicon set and the picture of link previews: `python -m tests.pictures` draws them again.

Their sources are the site's own: static/img/mark.svg, the coast scene, the tokens and the font.
Needs Chromium ($CHROMIUM, or Debian's). Its versions differ in single pixels, so nothing compares
bytes; tests/site/test_identity.py looks at sizes and weights.
"""

from __future__ import annotations

import base64
import os
import re
import struct
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "static/img"
SCENE = ROOT / "templates/components/scenes/coast.html"
MARK = IMAGES / "mark.svg"

PREVIEW = """<!doctype html><meta charset="utf-8"><style>{css}
@font-face {{
  font-family: Fraunces; font-weight: 400 700; src: url(data:font/woff2;base64,{font});
}}
body {{ margin: 0; }}
.hero {{ width: 1200px; height: 630px; }}
.hero .scene {{ position: absolute; left: auto; right: 0; bottom: 0; width: 730px; height: 425px; }}
.hero > div {{ position: absolute; left: 72px; top: 56px; }}
.hero svg.mark {{ width: 76px; height: 76px; display: block; }}
.hero h1 {{ font: 600 88px/1 Fraunces; margin: 28px 0 20px; max-width: none; }}
.hero p {{ font: 500 32px/1.3 Fraunces; color: var(--ink-soft); }}
</style>
<div class="hero">{scene}
<div>{mark}<h1>Amity<br>San Diego</h1><p>Intensive Outpatient Program</p></div></div>"""
GROUND = '<rect x="-20" y="-20" width="80" height="80" fill="#0e4a48"/>'


def icon(tab: Page, size: int, *, corners: bool, scale: float = 1.0) -> bytes:
    """The mark as PNG. Without corners the ground fills the square, for systems that cut it."""
    mark = MARK.read_text()
    if not corners:
        mark = mark.replace('rx="11"', "")
        mark = mark.replace('viewBox="0 0 40 40"', f'viewBox="{_window(scale)}"')
        mark = re.sub(r"<rect[^>]*>", GROUND, mark)
    mark = mark.replace(' width="40" height="40">', f' width="{size}" height="{size}">', 1)
    tab.set_viewport_size({"width": size, "height": size})
    tab.set_content(f"<!doctype html><style>body{{margin:0}}svg{{display:block}}</style>{mark}")
    return tab.screenshot(omit_background=True)


def _window(scale: float) -> str:
    side = 40 / scale
    edge = 20 - side / 2
    return f"{edge:g} {edge:g} {side:g} {side:g}"


def ico(png: bytes, size: int) -> bytes:
    """An .ico file that holds one PNG."""
    entry = struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(png), 22)
    return struct.pack("<HHH", 0, 1, 1) + entry + png


def preview(tab: Page) -> bytes:
    font = base64.b64encode((ROOT / "static/fonts/fraunces.woff2").read_bytes()).decode()
    tab.set_viewport_size({"width": 1200, "height": 630})
    tab.set_content(
        PREVIEW.format(
            css=(ROOT / "static/css/site.css").read_text("utf-8-sig"),
            font=font,
            scene=SCENE.read_text(),
            mark=(ROOT / "templates/components/mark.html").read_text(),
        )
    )
    tab.evaluate("document.fonts.ready.then(() => true)")
    return tab.screenshot()


def main() -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        tab = chromium.new_page(color_scheme="light")
        IMAGES.joinpath("favicon.svg").write_bytes(MARK.read_bytes())
        IMAGES.joinpath("favicon.ico").write_bytes(ico(icon(tab, 32, corners=True), 32))
        for name, size, scale in (
            ("apple-touch-icon", 180, 0.86),
            ("icon-192", 192, 0.72),
            ("icon-512", 512, 0.72),
        ):
            picture = icon(tab, size, corners=False, scale=scale)
            IMAGES.joinpath(f"{name}.png").write_bytes(picture)
        IMAGES.joinpath("og.png").write_bytes(preview(tab))
        chromium.close()


if __name__ == "__main__":
    main()
