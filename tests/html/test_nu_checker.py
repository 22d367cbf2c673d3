"""The Nu checker, the standard's own judge, finds nothing in any document, picture or style.

Needs Java and `node_modules` (make test-all sees to both). One Java process reads everything.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from django.test import Client

from tests.html.documents import documents
from tests.serving import ROOT

CHECKER = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
PICTURES = sorted((ROOT / "static").rglob("*.svg"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))

# In CSS's own drafts and in Chromium; the checker's list of properties is older. Under @supports.
TOO_NEW = "CSS: “animation-timeline”: Property “animation-timeline” doesn't exist."

Findings = dict[str, list[str]]


def check(folder: Path) -> Findings:
    """What the checker says of the files in `folder`, by file name; only files with findings."""
    result = subprocess.run(
        [
            *(os.environ.get("JAVA", "java"), "-jar", str(CHECKER)),
            *("--format", "json", "--exit-zero-always", "--stdout"),
            *("--skip-non-html", "--also-check-css", "--also-check-svg", str(folder)),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found: Findings = defaultdict(list)
    for message in json.loads(result.stdout)["messages"]:
        if message["message"] == TOO_NEW:
            continue
        line, extract = message.get("lastLine", "?"), message.get("extract", "").strip()
        said = f"line {line}: {message['message']}\n    {extract[:200]}"
        found[Path(message["url"]).name].append(said)
    return found


@pytest.fixture
def folder(tmp_path: Path, site) -> Path:
    for name, html in documents(Client()).items():
        (tmp_path / f"{name}.html").write_bytes(html)
    for source in (*PICTURES, *STYLES):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    return tmp_path


def test_every_document_picture_and_style_is_without_a_finding(folder):
    found = check(folder)
    assert not found, "\n".join(
        f"{name}\n  " + "\n  ".join(messages) for name, messages in sorted(found.items())
    )


def test_the_checker_sees_a_mistake_in_each_kind_of_file(tmp_path):
    (tmp_path / "page.html").write_text(
        "<!doctype html><html lang=en><title>A page</title><p>Words <b>and more<p>words</html>"
    )
    (tmp_path / "picture.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><circel r="2"/></svg>'
    )
    (tmp_path / "style.css").write_text("p { colour: red }")
    assert set(check(tmp_path)) == {"page.html", "picture.svg", "style.css"}
