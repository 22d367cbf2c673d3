"""Content Markdown becomes safe HTML."""

from __future__ import annotations

import pytest

from programs.markdown import render


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<img src=x onerror="alert(1)">',
        '<p style="color:red" onclick="x()">hello</p>',
        "![x](https://elsewhere.example/pixel.png)",
        "<iframe src='https://elsewhere.example'></iframe>",
    ],
)
def test_no_script_style_picture_or_frame_survives(text):
    html = render(text)
    for banned in ("<script", "<img", "<iframe", 'href="javascript:', 'href="data:', "<p style"):
        assert banned not in html


def test_ordinary_markdown_is_kept():
    html = render("One *two* **three**\n\n- four\n\n[five](https://example.org/) [six](sms:988)")
    for wanted in (
        "<em>two</em>",
        "<strong>three</strong>",
        "<li>four</li>",
        'href="https://example.org/"',
        'href="sms:988"',
    ):
        assert wanted in html


@pytest.mark.parametrize(("top", "expected"), [(2, "<h2>"), (3, "<h3>"), (4, "<h4>")])
def test_headings_begin_at_the_level_their_place_asks_for(top, expected):
    assert expected in render("# A heading", top)


def test_headings_never_pass_level_six():
    assert "<h6>" in render("###### Deep", 4)
