"""The identity: colours that can be read, a font that holds every letter, light pictures."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from fontTools.ttLib import TTFont

from amity_site.tokens import MARK_PAIRS, SCHEMES, TEXT_PAIRS, colours, contrast

STATIC = Path(settings.BASE_DIR) / "static"
SCENES = sorted((Path(settings.BASE_DIR) / "templates/components/scenes").glob("*.html"))
FONT = STATIC / "fonts/fraunces.woff2"
SPANISH = "áéíóúüñÁÉÍÓÚÜÑ¿¡ªº«»"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#123456", "#123456", 1)],
)
def test_contrast_is_what_wcag_says(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_at_least_7_to_1_on_its_ground(text, ground, scheme):
    tokens = colours(scheme)
    assert contrast(tokens[text], tokens[ground]) >= 7


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("mark", "ground"), MARK_PAIRS)
def test_marks_and_edges_are_at_least_3_to_1(mark, ground, scheme):
    tokens = colours(scheme)
    assert contrast(tokens[mark], tokens[ground]) >= 3


def test_dark_changes_values_and_adds_no_token():
    assert colours("dark").keys() == colours("light").keys()
    assert colours("dark")["ground"] != colours("light")["ground"]


class TestFont:
    def test_weighs_25_kilobytes_at_most(self):
        assert FONT.stat().st_size <= 25_000

    def test_keeps_its_weights_and_no_other_axis(self):
        axes = {axis.axisTag: (axis.minValue, axis.maxValue) for axis in TTFont(FONT)["fvar"].axes}
        assert axes == {"wght": (400, 700)}

    def test_has_the_letters_of_spanish(self):
        assert [letter for letter in SPANISH if ord(letter) not in TTFont(FONT).getBestCmap()] == []

    def test_has_every_character_of_the_content(self):
        files = (Path(settings.BASE_DIR) / "programs/content").glob("*.yaml")
        # access.yaml holds the language-help lines, in scripts that the system's own faces write.
        texts = [file.read_text() for file in files if file.name != "access.yaml"]
        used = set("".join(texts)) - {"\n"}
        held = {chr(code) for code in TTFont(FONT).getBestCmap()}
        # Signs of the files' own syntax are not read by visitors.
        assert used - held - set("|~^`{}\\") == set()

    def test_has_its_licence_beside_it(self):
        assert "SIL Open Font License" in (FONT.parent / "OFL.txt").read_text()

    def test_is_found_by_the_style_sheet_and_swaps_nothing_late(self):
        face = re.search(
            r"@font-face\{font-family:Fraunces;.*?\}", (STATIC / "css/site.css").read_text()
        )
        assert face
        assert 'url("../fonts/fraunces.woff2")' in face[0]
        assert "font-display:optional" in face[0]


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
class TestScenes:
    def test_weigh_4_kilobytes_at_most(self, path):
        assert path.stat().st_size <= 4_000

    def test_are_decoration_and_nothing_else(self, path):
        svg = BeautifulSoup(path.read_text(), "html.parser").svg
        assert svg["aria-hidden"] == "true"
        assert svg["focusable"] == "false"
        assert svg.find(["title", "text", "a", "script", "style"]) is None

    def test_are_coloured_by_tokens_alone(self, path):
        # A colour or an id of their own would break the dark scheme, or a page with two scenes.
        assert not re.search(r'\b(fill|stroke|style|id)="', path.read_text())
        classes = set(re.findall(r"\bs-[a-z][\w-]*", path.read_text()))
        styles = (STATIC / "css/site.css").read_text()
        assert [name for name in classes if f".{name}" not in styles] == []


def test_the_family_of_scenes_is_whole():
    assert {path.stem for path in SCENES} >= {"coast", "path", "circle", "table", "letter"}


def png_size(path: Path) -> tuple[int, int]:
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", head[16:24])


@pytest.mark.parametrize(
    ("name", "size", "weight"),
    [
        ("apple-touch-icon.png", (180, 180), 10_000),
        ("icon-192.png", (192, 192), 10_000),
        ("icon-512.png", (512, 512), 20_000),
        ("og.png", (1200, 630), 60_000),
    ],
)
def test_pictures_have_their_size_and_are_light(name, size, weight):
    assert png_size(STATIC / "img" / name) == size
    assert (STATIC / "img" / name).stat().st_size <= weight


def test_the_old_icon_holds_32_pixels():
    data = (STATIC / "img/favicon.ico").read_bytes()
    assert struct.unpack("<HHHBB", data[:8]) == (0, 1, 1, 32, 32)
    assert data[22:30] == b"\x89PNG\r\n\x1a\n"


def test_the_svg_icon_is_the_mark():
    assert (STATIC / "img/favicon.svg").read_bytes() == (STATIC / "img/mark.svg").read_bytes()


def test_the_script_is_tiny():
    assert (STATIC / "js/site.js").stat().st_size <= 2_560
