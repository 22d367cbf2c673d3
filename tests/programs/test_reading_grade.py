"""Every page reads at grade 8 or below, by the Flesch-Kincaid formula."""

from __future__ import annotations

import re

import pytest
import textstat
from bs4 import BeautifulSoup, Tag

from tests.pages import PUBLIC_PAGES, read

HIGHEST = 8
# What stands on a line of its own ends a sentence, with a full stop or without one.
LINES = (
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "dt", "dd", "td", "th", "caption", "summary"),
    *("div", "section", "article", "nav", "legend", "label", "button", "option", "figcaption"),
    *("blockquote", "address", "fieldset", "ul", "ol", "dl", "table", "tr", "br", "text", "title"),
)
ENDED = re.compile(r"[.!?][)\"'’”]*$")


def sentences(main: Tag) -> str:
    """The main part's words, one line an element that stands alone, each ended."""
    for line in main.find_all(LINES):
        line.insert_before("\n")
        line.insert_after("\n")
        line.insert(0, "\n")
    lines = (" ".join(line.split()) for line in main.get_text("").split("\n"))
    # A line without a letter or digit (an arrow, a dot between links) is no sentence.
    said = (line for line in lines if re.search(r"\w", line))
    return " ".join(line if ENDED.search(line) else f"{line.rstrip(':;,')}." for line in said)


def grade(main: Tag) -> float:
    return float(textstat.flesch_kincaid_grade(sentences(main)))


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_a_page_reads_at_grade_8_or_below(client, path):
    main = read(client, path).main
    assert grade(main) <= HIGHEST, sentences(main)


def test_a_heading_and_a_list_item_end_a_sentence():
    html = "<main><h2>Your week</h2><ul><li>Come</li><li>Talk to <b>us</b>!</li></ul></main>"
    main = BeautifulSoup(html, "html5lib").main
    assert sentences(main) == "Your week. Come. Talk to us!"


def test_long_words_in_long_sentences_are_above_grade_8():
    html = (
        "<main><p>Comprehensive multidisciplinary rehabilitation necessitates continuous "
        "participation in individualized therapeutic interventions.</p></main>"
    )
    assert grade(BeautifulSoup(html, "html5lib").main) > HIGHEST
