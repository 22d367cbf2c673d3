"""The search finds what people mean, says what it does not know, and keeps nothing."""

from __future__ import annotations

import datetime
import io
import logging
import time

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from amity_site.logs import PrivateFormatter
from programs import search, versioning
from programs.context_processors import Clinic
from programs.models import Condition, Page, Question
from programs.search import lay_words, meaning
from programs.search.documents import Document, read_all
from programs.search.index import Index
from programs.search.likely import closest, words_of
from programs.search.words import stems
from tests.pages import read, text_of
from tests.programs import rows
from tests.programs.test_page_queries import multiply_content


@pytest.fixture(autouse=True)
def _nothing_in_memory():
    search.forget()
    yield
    search.forget()


def find(query: str) -> search.Answer:
    return search.fresh().find(search.read(query))


def addresses(query: str) -> list[str]:
    return [hit.url for hit in find(query).hits]


_whole: list[Index] = []


@pytest.fixture
def whole(request) -> Index:
    """The index of the site's real content, built once in this process."""
    if not _whole:
        request.getfixturevalue("site")
        _whole.append(search.fresh())
    return _whole[0]


def small(*documents: tuple[str, str]) -> Index:
    """An index of (title, text) pairs, at /0/, /1/ and so on."""
    return Index([Document(f"/{n}/", title, "", text) for n, (title, text) in enumerate(documents)])


def ask(index: Index, query: str) -> search.Answer:
    return index.find(search.read(query))


GROUP = "/programs/intensive-outpatient/what-to-expect/group-therapy/"
FAMILY = "/programs/intensive-outpatient/what-to-expect/family-counseling/"
ALCOHOL = "/conditions/alcohol-and-drug-use-disorders/"
STOPPING = "/help-now/#stopping-suddenly"


class TestFinding:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("group therapy", GROUP),
            ("privacy", "/privacy/"),
            ("IOP", "/programs/intensive-outpatient/"),
            ("how many hours a week", "/questions/#how-many-hours"),
            ("stop drinking suddenly", STOPPING),
            ("call back", "/admissions/inquiry/"),
            ("after residential care", "/programs/intensive-outpatient/#after-residential-care"),
            ("will my family find out", "/questions/#will-anyone-find-out"),
            ("clinical assessment", "/admissions/#clinical-assessment"),
        ],
    )
    def test_the_page_about_it_comes_first(self, whole, query, expected):
        assert ask(whole, query).hits[0].url == expected

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("alchohol", ALCOHOL),
            ("detocks", "/programs/intensive-outpatient/#after-detoxification"),
            ("resadential", "/programs/intensive-outpatient/#after-residential-care"),
            ("famly", FAMILY),
            ("counciling", FAMILY),
            ("grup", GROUP),
            ("anxity", "/conditions/mental-health-disorders/"),
        ],
    )
    def test_a_typing_mistake_is_no_obstacle(self, whole, query, expected):
        answer = ask(whole, query)
        assert expected in [hit.url for hit in answer.hits][:3]
        assert answer.corrections[0][0] == query

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("drinking", ALCOHOL),
            ("heroin", ALCOHOL),
            ("addiction", ALCOHOL),
            ("rehab", "/programs/"),
            ("detox", "/questions/#just-finished-detox"),
            ("my husband", FAMILY),
            ("dual diagnosis", "/conditions/co-occurring-disorders/"),
            ("shrink", "/programs/intensive-outpatient/what-to-expect/individual-therapy/"),
            ("faq", "/questions/"),
        ],
    )
    def test_peoples_own_words_lead_to_the_sites(self, whole, query, expected):
        assert expected in [hit.url for hit in ask(whole, query).hits[:4]]

    @pytest.mark.parametrize("query", ["FAMILY", "families", "fámily", "Family's", "ｆａｍｉｌｙ"])
    def test_case_accents_and_endings_do_not_matter(self, whole, query):
        assert FAMILY in [hit.url for hit in ask(whole, query).hits[:3]]

    def test_every_result_leads_to_a_place_that_is_there(self, client, site):
        pages: dict[str, BeautifulSoup] = {}
        for document in read_all(timezone.now()):
            path, _, anchor = document.url.partition("#")
            if path not in pages:
                pages[path] = read(client, path)
            assert not anchor or pages[path].find(id=anchor), document.url

    def test_all_kinds_of_pages_can_be_found(self, site):
        found = {document.url for document in read_all(timezone.now())}
        pages = {page.get_absolute_url() for page in Page.objects.live() if page.has_address()}
        assert pages < found
        assert {GROUP, ALCOHOL, "/questions/#how-long", "/admissions/inquiry/"} < found
        assert "/programs/intensive-outpatient/is-it-right-for-me/" in found
        assert "/programs/intensive-outpatient/plan-your-week/" in found

    def test_a_question_without_an_answer_is_not_found(self, site):
        waiting = {question.question for question in Question.objects.unanswered()}
        assert not waiting & {document.title for document in read_all(timezone.now())}


class TestRanking:
    def test_a_title_weighs_more_than_a_text(self):
        index = small(("Other", "music music music"), ("Music", "something else"))
        assert [hit.url for hit in ask(index, "music").hits] == ["/1/", "/0/"]

    def test_more_of_the_words_weigh_more_than_one_of_them_often(self):
        index = small(("A", "music " * 30), ("B", "some music on a river boat"))
        assert ask(index, "music boat").hits[0].url == "/1/"

    def test_words_that_say_nothing_do_not_count(self):
        index = small(("What is the what", "is the is"), ("Music", "notes"))
        assert [hit.url for hit in ask(index, "what is the music").hits] == ["/1/"]

    def test_at_most_twenty_results_are_shown_and_all_are_counted(self):
        answer = ask(small(*[("Music", "notes")] * 50), "music")
        assert (len(answer.hits), answer.total) == (20, 50)

    def test_a_short_word_is_not_taken_for_another(self):
        assert not ask(small(("Bill", "Cat")), "kill rat").hits


class TestExcerpts:
    def test_the_words_found_are_marked(self):
        hit = ask(small(("Rivers", "They met at the river.")), "river").hits[0]
        assert hit.title == "<mark>Rivers</mark>"
        assert hit.excerpt == "They met at the <mark>river</mark>."

    def test_a_long_text_is_cut_around_them_at_a_sentences_beginning(self):
        text = "Nothing here. " * 40 + "“At last” the river comes. " + "Much more follows. " * 40
        found = ask(small(("T", text)), "river").hits[0].excerpt
        assert found.startswith("… “At last” the <mark>river</mark> comes.")
        assert found.endswith(" …")
        assert len(found.split()) < 50

    def test_what_a_text_holds_is_escaped(self):
        hit = ask(small(("<b>River</b> & bank", "a <script> by the river")), "river").hits[0]
        assert hit.title == "&lt;b&gt;<mark>River</mark>&lt;/b&gt; &amp; bank"
        assert "<script>" not in hit.excerpt

    def test_no_excerpt_shows_markdown(self, whole):
        for document in whole.documents:
            assert not {"**", "](", "#"} & set(document.text.split()), document.url


@pytest.mark.usefixtures("site")
class TestWhatOnlyTheClinicCanSay:
    @pytest.mark.parametrize(
        ("query", "topic"),
        [
            ("cost", "costs"),
            ("how much is it", "costs"),
            ("insurence", "insurance"),
            ("Medi-Cal", "insurance"),
            ("zoom", "video"),
            ("wheelchair", "wheelchair"),
        ],
    )
    def test_the_page_says_that_it_is_not_on_the_site_yet(self, client, query, topic):
        page = read(client, f"/search/?q={query}")
        notice = page.main.find(class_="notice")
        assert page.h1.get_text(strip=True).startswith("About")
        assert "not put this on the site yet" in notice.get_text()
        assert topic in notice.get_text()
        assert notice.find("a", href="/admissions/inquiry/")

    def test_a_text_that_names_a_price_in_passing_is_no_answer(self):
        assert not find("cost").hits

    def test_once_it_is_answered_the_answer_comes(self, client):
        Question.objects.filter(slug="cost").update(answer_en="It costs 5 dollars.")
        page = read(client, "/search/?q=price")
        assert not page.main.find(class_="notice")
        assert page.main.find("a", href="/questions/#cost")

    def test_every_topic_names_questions_that_the_site_knows(self):
        known = set(Question.objects.values_list("slug", flat=True))
        for topic in lay_words.TOPICS:
            assert topic.questions <= known, topic.label


class TestCrisis:
    @pytest.mark.parametrize(
        "query",
        [
            "suicide",
            "suicde",
            "suicidal thoughts",
            "overdose",
            "overdoes",
            "kill myself",
            "I want to die",
            "i dont want to live anymore",
            "how to end my life",
            "quiero morir",
            "she won't wake up",
            "he is not breathing",
            "I am so tired and lonely and sad and alone with this and just want to die",
            "x " * 900 + "kill myself",
        ],
    )
    def test_a_call_for_help_is_heard(self, query):
        assert ask(small(("T", "text")), query).crisis

    @pytest.mark.parametrize("query", ["alcohol", "my son", "cost", "living at home", "trying"])
    def test_other_words_are_none(self, query):
        assert not ask(small(("T", "text")), query).crisis

    @pytest.mark.usefixtures("site")
    def test_the_crisis_lines_stand_first_and_once(self, client):
        page = read(client, "/search/?q=I+want+to+die")
        crisis = page.find_all(id="crisis")
        assert len(crisis) == 1
        assert crisis[0].find("a", href="tel:988")
        assert crisis[0].find_next("h1"), "before the heading of the results"

    @pytest.mark.usefixtures("site")
    def test_they_stand_at_the_end_of_any_other_search(self, client):
        page = read(client, "/search/?q=family")
        assert page.find(id="crisis").find_previous("h1")


NASTY = [
    "\0",
    "\ud800",
    "%00%ff",
    "مرحبا بالعالم",
    "\u202eevil",
    "e" + "\u0301" * 3000,
    "ﷺ" * 4000,
    "x" * 4000,
    "a " * 2000,
    "''\"; DROP TABLE--",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "((((",
    "’’''",
    "𝒇𝒂𝒎𝒊𝒍𝒚",
    "\r\nSet-Cookie: a=b",
    " ",
    "",
]


@pytest.mark.usefixtures("site")
class TestAnyInput:
    @pytest.mark.parametrize("query", NASTY)
    def test_is_answered(self, client, query):
        raw = query.encode("utf-8", "surrogatepass")
        response = client.get("/search/", QUERY_STRING="q=" + _quoted(raw))
        assert response.status_code == 200

    @pytest.mark.parametrize("string", ["q=%ff%fe", "q=%ED%A0%80", "q", "q=a&q=b", "q[]=1&q=x"])
    def test_a_broken_query_string_is_answered(self, client, string):
        assert client.get("/search/", QUERY_STRING=string).status_code == 200

    def test_what_was_typed_is_escaped(self, client):
        html = client.get("/search/", {"q": '"><img src=x onerror=alert(1)>'}).content.decode()
        assert "<img src=x" not in html

    def test_what_is_shown_back_is_one_bounded_line(self):
        shown = search.read("a\nb\u202e\0c " + "d" * 500).shown
        assert shown.startswith("a b c d")
        assert len(shown) <= 200

    def test_a_query_that_is_cut_says_so_in_no_word_of_its_own(self, client):
        page = read(client, f"/search/?q={'d' * 500}")
        assert len(page.find("input", {"name": "q"})["value"]) <= 200


def _quoted(raw: bytes) -> str:
    return "".join(f"%{byte:02x}" for byte in raw)


WHOLE = small(*[(f"Title {n} family", f"text of {n} on alcohol and family life") for n in range(9)])


@hypothesis_settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_text_breaks_the_search(query):
    answer = ask(WHOLE, query)
    search.read(query).shown.encode()  # no lone surrogates
    assert len(answer.hits) <= 20


@pytest.mark.usefixtures("site")
class TestThePage:
    def test_without_words_it_is_a_form_and_likely_pages(self, client):
        response = client.get("/search/")
        page = BeautifulSoup(response.content, "html5lib")
        form = page.main.find("form", role="search")
        assert (form["method"], form["action"]) == ("get", "/search/")
        field = form.find("input", {"name": "q"})
        assert field["type"] == "search"
        assert field["autocomplete"] == "off"
        assert page.find("label", {"for": field["id"]})
        assert page.main.find("a", href="/questions/")
        assert "no-store" not in response.headers.get("Cache-Control", "")
        assert page.find("meta", {"name": "robots"})["content"] == "index, follow"

    def test_the_title_and_the_heading_name_the_words_and_the_count(self, client):
        page = read(client, "/search/?q=group+therapy")
        assert page.title.get_text().startswith("Results for “group therapy”")
        count = len(page.main.select(".results > li"))
        assert page.h1.get_text(" ", strip=True) == f"{count} results for “group therapy”"

    def test_an_answer_is_kept_by_nobody(self, client):
        response = client.get("/search/", {"q": "family"})
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Robots-Tag"] == "noindex"
        robots = BeautifulSoup(response.content, "html5lib").find("meta", {"name": "robots"})
        assert robots["content"] == "noindex"
        assert not response.cookies

    @pytest.mark.parametrize("query", ["", "  "])
    def test_an_empty_search_is_the_form_again(self, client, query):
        page = read(client, f"/search/?q={query}")
        assert page.h1.get_text(strip=True) == "Search"

    def test_nothing_found_is_said_plainly_with_ways_on(self, client):
        page = read(client, "/search/?q=xyzzyq")
        assert "No results for" in page.h1.get_text()
        assert "Nothing on this site matches" in text_of(page)
        assert page.main.find("a", href="/programs/")
        assert page.main.find("a", href="/admissions/inquiry/")

    def test_a_correction_is_said(self, client):
        assert "so we looked for alcohol" in text_of(read(client, "/search/?q=alchohol"))

    def test_a_head_request_is_answered_and_a_post_is_not(self, client):
        assert client.head("/search/", {"q": "family"}).status_code == 200
        assert client.post("/search/", {"q": "family"}).status_code == 405


@pytest.mark.usefixtures("site")
class TestCost:
    def queries(self, client) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/search/", {"q": "family"}).status_code == 200
        return len(captured)

    def test_a_search_costs_three_queries_with_the_frames_two(self, client):
        self.queries(client)
        assert self.queries(client) <= 3

    def test_building_costs_the_same_with_ten_times_the_records(self, django_assert_num_queries):
        with django_assert_num_queries(12):
            search.fresh()
        multiply_content(10)
        with django_assert_num_queries(12):
            search.fresh()

    def test_a_search_is_quick_with_ten_times_the_records(self):
        multiply_content(10)
        index = search.fresh()
        queries = ["alchohol", "how many hours a week for my famly", "xyzzyq plugh", "therapy"]
        started = time.process_time()
        for query in queries:
            index.find(search.read(query))
        # 20 ms each is the budget on a quiet machine; this one may be busy.
        assert (time.process_time() - started) / len(queries) < 0.1


@pytest.mark.usefixtures("site")
class TestFreshness:
    def test_an_edit_is_found_at_once(self):
        assert not find("harmonica").hits
        rows.condition(slug="music", name="Harmonica", text="Notes.").save()
        assert addresses("harmonica") == ["/conditions/music/"]

    def test_what_is_taken_off_is_gone_at_once(self):
        assert ALCOHOL in addresses("alcohol")
        Condition.objects.filter(slug="alcohol-and-drug-use-disorders").update(live_from=None)
        assert ALCOHOL not in addresses("alcohol")

    def test_a_record_whose_time_comes_is_found_then(self, monkeypatch):
        soon = timezone.now() + datetime.timedelta(minutes=5)
        rows.condition(slug="music", name="Harmonica", text="Notes.", live_from=soon).save()
        assert not find("harmonica").hits
        monkeypatch.setattr(timezone, "now", lambda: soon + datetime.timedelta(seconds=1))
        assert addresses("harmonica") == ["/conditions/music/"]

    def test_while_nothing_changes_the_same_index_answers(self):
        assert search.fresh() is search.fresh()

    def test_parts_of_a_program_that_is_not_live_are_not_found(self, iop_is_away):
        assert not [url for url in addresses("therapy") if url.startswith("/programs/intensive")]

    @pytest.fixture
    def iop_is_away(self):
        from programs.models import Program  # noqa: PLC0415

        Program.objects.update(live_from=None)


def _down(*_args, **_kwargs):
    raise OperationalError("gone")


@pytest.mark.usefixtures("site")
class TestWithoutTheDatabase:
    def test_the_index_in_memory_still_answers(self, client, monkeypatch):
        client.get("/search/", {"q": "family"})
        monkeypatch.setattr(versioning, "current", _down)
        monkeypatch.setattr(Clinic, "current", _down)
        response = client.get("/search/", {"q": "family"})
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        page = BeautifulSoup(response.content, "html5lib")
        assert page.main.find("a", href=FAMILY)
        assert page.find(id="crisis").find("a", href="tel:988")

    def test_without_one_the_page_says_that_the_site_cannot_answer(self, client, monkeypatch):
        monkeypatch.setattr(versioning, "current", _down)
        assert client.get("/search/", {"q": "family"}).status_code == 503


WORD = "zebrafinch"


@pytest.fixture
def log(settings):
    """All that the site's own formatter would write, from DEBUG upwards."""
    assert settings.DEBUG is False
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(PrivateFormatter("{asctime} {levelname} {name}: {message}", style="{"))
    loggers = [logging.getLogger(name) for name in ("", "django", "django.request")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield written
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


@pytest.mark.usefixtures("site")
class TestNothingIsLogged:
    @pytest.mark.parametrize("path", ["/search/", "/", "/no/such/page/"])
    def test_the_words_searched_for_are_in_no_log(self, client, log, path):
        client.get(path, {"q": WORD})
        assert WORD not in log.getvalue()

    @pytest.mark.parametrize("error", [ValueError, OperationalError, ImproperlyConfigured])
    def test_not_even_when_the_search_breaks(self, client, log, monkeypatch, error):
        def broken(_self, query):
            raise error(f"cannot search for {query.shown}")

        monkeypatch.setattr(Index, "find", broken)
        client.raise_request_exception = False
        response = client.get("/search/", {"q": WORD})
        assert response.status_code in {500, 503}
        assert "rror" in log.getvalue(), "that it broke is logged"
        assert WORD not in log.getvalue()
        assert WORD not in response.content.decode()

    def test_nothing_of_a_query_stays_in_memory_or_in_sql(self, client):
        with CaptureQueriesContext(connection) as captured:
            client.get("/search/", {"q": WORD})
        assert not [query for query in captured if WORD in query["sql"]]
        assert WORD not in search.kept()._stems


class TestNotFound:
    @pytest.mark.parametrize(
        ("path", "words"),
        [
            ("/conditions/alcohol-use/", "alcohol use"),
            ("/about_us.html", "about us"),
            ("/x/<script>alert(1)/", "script alert 1"),
            ("/" + "long-" * 40, "long long long long long long long long"),
            ("/\0/%%/", ""),
            ("/familia/niños", "niños"),
        ],
    )
    def test_the_last_part_of_an_address_gives_the_words(self, path, words):
        assert words_of(path) == words

    def test_the_page_searches_for_them(self, client, db):
        page = read(client, "/conditions/alcohol-use/", 404)
        field = page.main.find("form", role="search").find("input", {"name": "q"})
        assert field["value"] == "alcohol use"

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/admision/", "/admissions/"),
            ("/right/", "/rights/"),
            ("/priviacy/", "/privacy/"),
            ("/conditions/nothing-like-it/", "/conditions/"),
        ],
    )
    def test_near_addresses_are_offered_before_anybody_has_searched(self, path, expected):
        # No django_db mark: any query fails this test.
        assert expected in [link.url for link in closest(path)]

    @pytest.mark.usefixtures("site")
    def test_the_index_in_memory_offers_more_without_a_query(
        self, client, django_assert_num_queries
    ):
        search.fresh()
        with django_assert_num_queries(0):
            links = [link.url for link in closest("/programs/grup-terapy/")]
        assert links[0] == GROUP
        assert read(client, "/programs/iop/grup-terapy/", 404).main.find("a", href=GROUP)

    @pytest.mark.usefixtures("site")
    def test_an_address_that_breaks_off_offers_the_page_that_begins_so(self):
        search.fresh()
        links = [link.url for link in closest("/programs/intensive/")]
        assert links[0] == "/programs/intensive-outpatient/"

    @pytest.mark.usefixtures("site")
    def test_it_offers_no_page_that_was_just_not_found(self):
        search.fresh()
        assert ALCOHOL not in [link.url for link in closest(ALCOHOL)]

    def test_the_whole_page_needs_no_database(self, rf):
        from amity_site import errors  # noqa: PLC0415

        response = errors.not_found(rf.get("/admisions/"))
        page = BeautifulSoup(response.content, "html5lib")
        assert page.main.find("a", href="/admissions/")
        assert page.main.find("a", href="/")
        assert page.find(id="crisis").find("a", href="tel:988")

    @pytest.mark.parametrize("path", ["/" + "a" * 5000, "/%00/", "/%ff%fe/", "/" + "a/" * 900])
    def test_any_address_is_answered(self, client, db, path):
        assert client.get(path).status_code == 404


class TestTheTables:
    def test_every_entry_has_words(self):
        assert all(key for key in meaning.ENTRIES)
        assert all(entry.says or entry.topics for entry in meaning.ENTRIES.values())
        assert frozenset() not in meaning._CRISIS

    def test_the_sites_side_of_each_row_is_in_words_that_the_site_uses(self, whole):
        postings = whole._postings
        for typed, says in lay_words.LAY_WORDS:
            assert any(word in postings for word in stems(says)), typed
