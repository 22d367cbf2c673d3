"""`load_content` fills an empty site and, run again, never undoes what staff did."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from programs import content_file
from programs.management.commands.load_content import CONTENT
from programs.models import (
    Clinic,
    Component,
    Condition,
    EntryPath,
    LevelOfCare,
    LoadedRecord,
    Page,
    PageSection,
    Program,
    Question,
)

QUESTIONS = """
questions:
  - slug: first
    audience: client
    question: Is this the first question?
    answer: |
      Yes. It stands
      on top.
  - slug: second
    audience: family
    question: Is this the second question?
    answer:
"""

PROGRAM = """
levels_of_care:
  - slug: higher
    name: Higher
    summary: More of it.
  - slug: middle
    name: Middle
    summary: Some of it.
    asam_code: 2.1
    hours_min: 9
    hours_max: 19
conditions:
  - {slug: worry, name: Worry, summary: A worry., text: It goes.}
  - {slug: pain, name: Pain, summary: A pain., text: It goes.}
programs:
  - slug: middle-program
    name: Middle program
    level: middle
    summary: What it is.
    overview: It is this.
    goal: To get there.
    sessions_min: 3
    sessions_max: 5
    session_hours_min: 2
    session_hours_max: 2.5
    conditions: [worry, pain]
    entry_paths:
      - {slug: from-higher, title: From higher, text: Down., from_level: higher}
      - {slug: directly, title: Directly, text: Come.}
    components:
      - {slug: talking, title: Talking, text: You talk., what_happens: Talk.}
"""

PAGES = """
pages:
  - slug: privacy
    title: Privacy
    description: What is stored.
    heading: Your privacy
    sections:
      - {slug: cookies, title: Cookies, text: None.}
      - {slug: counsel, title: Counsel, note_for_staff: Counsel writes this., text: }
"""


def load(path: Path = CONTENT, **options: object) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("load_content", file=path, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def content(tmp_path):
    """A content file of one's own: call it with text to write it."""
    path = tmp_path / "content.yaml"

    def write(text: str) -> Path:
        path.write_text(text, encoding="utf-8")
        return path

    return write


def everything() -> dict[str, list[dict[str, object]]]:
    """Every row that a load could have touched."""
    models = [*content_file.MODELS, LoadedRecord]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


# An empty site


@pytest.mark.django_db
def test_an_empty_site_is_filled_and_the_summary_counts_what_was_created():
    records = len(content_file.read(CONTENT))

    assert load() == (f"Content: created {records}, updated 0, kept 0 edited, 0 deleted by staff\n")
    assert LoadedRecord.objects.count() == records
    assert Program.objects.get().conditions.count() == 3
    assert Clinic.objects.get().name == "Amity San Diego"


@pytest.mark.django_db
def test_everything_loaded_is_live_and_marked_as_not_yet_reviewed():
    load()

    for model in content_file.MODELS:
        if model is not Clinic:
            assert model.objects.live().count() == model.objects.count() > 0
            assert not model.objects.exclude(reviewed_by="", reviewed_on=None).exists()


@pytest.mark.django_db
def test_records_stand_in_the_order_of_the_file(content):
    load(content(PROGRAM + QUESTIONS))

    assert list(Question.objects.values_list("slug", "position")) == [("first", 1), ("second", 2)]
    assert [path.slug for path in EntryPath.objects.all()] == ["from-higher", "directly"]


@pytest.mark.django_db
def test_references_and_lists_of_references_are_resolved(content):
    load(content(PROGRAM))

    program = Program.objects.get()
    assert program.level.slug == "middle"
    assert [condition.slug for condition in program.conditions.all()] == ["worry", "pain"]
    assert EntryPath.objects.get(slug="from-higher").from_level.slug == "higher"
    assert EntryPath.objects.get(slug="directly").from_level is None


@pytest.mark.django_db
def test_plain_names_fill_the_english_column_and_es_the_spanish_one(content):
    text = QUESTIONS.replace(
        "    audience: client", "    question_es: ¿Es la primera?\n    audience: client"
    )

    with translation.override("es"):
        load(content(text))

    first, second = Question.objects.values("question_en", "question_es", "answer_en")
    assert first["question_en"] == "Is this the first question?"
    assert first["question_es"] == "¿Es la primera?"
    assert first["answer_en"] == "Yes. It stands\non top."
    assert not second["question_es"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT question FROM programs_question WHERE slug = 'first'")
        assert cursor.fetchone() == ("Is this the first question?",)


@pytest.mark.django_db
def test_numbers_and_codes_need_no_quotes(content):
    load(
        content(
            "crisis_lines:\n  - {slug: now, name: Now, phone: 911, when_to_use: Now.}\n" + PROGRAM
        )
    )

    assert LevelOfCare.objects.get(slug="middle").asam_code == "2.1"
    assert str(Program.objects.get().session_hours_max) == "2.5"


@pytest.mark.django_db
def test_a_folder_is_read_file_by_file_in_the_order_of_names(tmp_path):
    (tmp_path / "b.yaml").write_text(QUESTIONS)
    (tmp_path / "a.yaml").write_text(QUESTIONS.replace("first", "zero").replace("second", "one"))
    (tmp_path / "notes.txt").write_text("not content")

    load(tmp_path)

    assert [row.slug for row in Question.objects.all()] == ["zero", "one", "first", "second"]


# Run again


@pytest.mark.django_db
def test_a_second_load_changes_nothing():
    load()
    before = everything()

    assert "created 0, updated 0, kept 0 edited, 0 deleted" in load()
    assert everything() == before


@pytest.mark.django_db
def test_a_second_load_only_reads_each_table_once_however_many_records_there_are():
    load()
    with CaptureQueriesContext(connection) as few:
        load()
    Question.objects.bulk_create(
        Question(slug=f"own-{number}", audience="client", question="Own?") for number in range(500)
    )
    with CaptureQueriesContext(connection) as many:
        load()

    # What was loaded before, and the conditions of the program and of its components.
    reads = len(content_file.MODELS) + 3
    assert sum(query["sql"].startswith("SELECT") for query in few) == reads
    assert len(many) == len(few) <= reads + 3  # a savepoint, its release, and PostgreSQL's lock
    assert not [q for q in few if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


@pytest.mark.django_db
def test_an_unedited_record_follows_the_file(content):
    load(content(QUESTIONS))

    out = load(content(QUESTIONS.replace("on top.", "at the top.")))

    assert "created 0, updated 1" in out
    assert Question.objects.get(slug="first").answer == "Yes. It stands\nat the top."
    assert "updated 0" in load(content(QUESTIONS.replace("on top.", "at the top.")))


@pytest.mark.django_db
def test_a_text_taken_out_of_the_file_goes_blank(content):
    load(content(PAGES))

    load(content(PAGES.replace(", text: None.", "")))

    assert not PageSection.objects.get(slug="cookies").text


@pytest.mark.django_db
def test_a_changed_list_of_references_is_followed(content):
    load(content(PROGRAM))

    out = load(content(PROGRAM.replace("conditions: [worry, pain]", "conditions: [pain]")))

    assert "updated 1" in out
    assert [condition.slug for condition in Program.objects.get().conditions.all()] == ["pain"]


@pytest.mark.django_db
def test_a_new_record_is_added_in_its_place(content):
    load(content(QUESTIONS))
    new = "questions:\n  - {slug: top, audience: client, question: 'A new one?'}"

    assert "created 1, updated 0, kept 0 edited" in load(
        content(QUESTIONS.replace("questions:", new))
    )
    assert [row.slug for row in Question.objects.all()] == ["top", "first", "second"]


@pytest.mark.django_db
def test_a_record_taken_out_of_the_file_stays_on_the_site(content):
    load(content(QUESTIONS + PAGES))

    load(content(PAGES))

    assert Question.objects.count() == 2


# What staff did stays


EDITS = {
    "its text": {"answer": "Ask Maria."},
    "its review": {"reviewed_by": "A. Clinician", "reviewed_on": timezone.localdate()},
    "unpublished": {"live_from": None},
    "an end": {"live_until": timezone.now() + timedelta(days=400)},
    "a later start": {"live_from": timezone.now() + timedelta(days=3)},
    "its Spanish": {"answer_es": "Sí."},
}


@pytest.mark.django_db
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_record_that_staff_edited_stays_as_it_is(content, edit):
    load(content(QUESTIONS))
    record = Question.objects.get(slug="first")
    for name, value in edit.items():
        setattr(record, name, value)
    record.save()
    before = Question.objects.filter(slug="first").values().get()

    out = load(content(QUESTIONS.replace("on top.", "at the top.")))

    assert "updated 0, kept 1 edited" in out
    assert Question.objects.filter(slug="first").values().get() == before


@pytest.mark.django_db
def test_the_order_that_staff_chose_stays_and_texts_still_follow_the_file(content):
    load(content(QUESTIONS))
    Question.objects.filter(slug="first").update(position=9)

    out = load(content(QUESTIONS.replace("on top.", "at the top.")))

    assert "updated 1, kept 0 edited" in out
    assert [row.slug for row in Question.objects.all()] == ["second", "first"]
    assert Question.objects.get(slug="first").answer.endswith("at the top.")


@pytest.mark.django_db
def test_a_new_record_goes_behind_the_one_before_it_wherever_staff_put_that(content):
    load(content(QUESTIONS))
    Question.objects.filter(slug="first").update(position=3)
    Question.objects.create(slug="own", audience="client", question="Ours?", position=4)
    new = "  - {slug: new, audience: client, question: 'New?'}\n  - slug: second"

    load(content(QUESTIONS.replace("  - slug: second", new)))

    assert [row.slug for row in Question.objects.all()] == ["second", "first", "new", "own"]


@pytest.mark.django_db
def test_a_program_whose_conditions_staff_changed_stays_as_it_is(content):
    load(content(PROGRAM))
    Program.objects.get().conditions.remove(Condition.objects.get(slug="pain"))

    out = load(content(PROGRAM.replace("It is this.", "It is that.")))

    assert "updated 0, kept 1 edited" in out
    assert Program.objects.get().overview == "It is this."
    assert Program.objects.get().conditions.count() == 1


@pytest.mark.django_db
def test_what_staff_entered_about_the_clinic_stays():
    load()
    Clinic.objects.update(city="San Diego", call_back_minutes=60)

    assert "kept 1 edited" in load()
    assert Clinic.objects.get().call_back_minutes == 60


@pytest.mark.django_db
def test_saving_a_record_unchanged_in_a_browser_is_no_edit(content):
    load(content(QUESTIONS))
    record = Question.objects.get(slug="first")
    record.answer = record.answer.replace("\n", "\r\n")  # as a browser sends a text area
    record.answer_es = ""
    record.live_from = record.live_from.replace(microsecond=0)  # as the admin's widget does
    record.save()

    assert "updated 1, kept 0 edited" in load(content(QUESTIONS.replace("on top.", "at the top.")))


@pytest.mark.django_db
def test_a_record_that_staff_deleted_does_not_come_back(content):
    load(content(QUESTIONS))
    Question.objects.get(slug="first").delete()

    out = load(content(QUESTIONS.replace("on top.", "at the top.")))

    assert "created 0, updated 0, kept 0 edited, 1 deleted by staff" in out
    assert not Question.objects.filter(slug="first").exists()


@pytest.mark.django_db
def test_a_record_that_staff_renamed_does_not_come_back_under_its_old_name(content):
    load(content(QUESTIONS))
    Question.objects.filter(slug="first").update(slug="renamed")

    assert "created 0" in load(content(QUESTIONS))
    assert set(Question.objects.values_list("slug", flat=True)) == {"renamed", "second"}


@pytest.mark.django_db
def test_nothing_is_added_below_a_record_that_staff_deleted(content):
    load(content(PAGES))
    Page.objects.get().delete()
    new = "sections:\n      - {slug: new, title: New, text: New.}"

    assert "created 0, updated 0, kept 0 edited, 4 deleted" in load(
        content(PAGES.replace("sections:", new))
    )
    assert not PageSection.objects.exists()


@pytest.mark.django_db
def test_a_new_record_does_without_an_optional_reference_that_staff_deleted(content):
    load(content(PROGRAM))
    LevelOfCare.objects.get(slug="higher").delete()
    new = "entry_paths:\n      - {slug: new, title: New, text: New., from_level: higher}"

    assert "created 1" in load(content(PROGRAM.replace("entry_paths:", new)))
    assert EntryPath.objects.get(slug="new").from_level is None


@pytest.mark.django_db
def test_a_new_record_that_needs_a_deleted_one_stays_away_with_its_parts(content):
    load(content(PROGRAM))
    Program.objects.get().delete()
    LevelOfCare.objects.get(slug="middle").delete()
    renamed = PROGRAM.replace("middle-program", "new-program")

    assert "created 0, updated 0, kept 0 edited, 5 deleted by staff" in load(content(renamed))
    assert not Program.objects.exists()


@pytest.mark.django_db
def test_a_record_that_staff_made_themselves_is_left_with_everything_below_it(content):
    Page.objects.create(slug="privacy", title="Ours", description="Ours.", heading="Ours")

    out = load(content(PAGES))

    assert "created 0, updated 0, kept 0 edited, 0 deleted by staff, 3 made by staff" in out
    assert Page.objects.get().title == "Ours"
    assert not PageSection.objects.exists()
    assert not LoadedRecord.objects.exists()


@pytest.mark.django_db
def test_a_verbose_load_names_what_it_left_alone(content):
    load(content(QUESTIONS))
    Question.objects.filter(slug="first").update(answer_en="Ask Maria.")
    Question.objects.get(slug="second").delete()

    out = load(content(QUESTIONS), verbosity=2)

    assert "kept as edited: question/first\n" in out
    assert "deleted by staff: question/second\n" in out
    assert load(content(QUESTIONS), verbosity=0) == ""


# A broken file

MISTAKES = {
    "broken YAML": (
        QUESTIONS.replace("audience: family", "audience: [family"),
        ["content.yaml, line 1", "this is not YAML"],
    ),
    "a colon in a text": (
        QUESTIONS.replace("Is this the second", "Then: is this: the second"),
        ["content.yaml, line 11", "needs quotes"],
    ),
    "an empty file": ("# nothing yet\n", ["content.yaml: must hold lists named clinic,"]),
    "a list at the top": ("- one\n", ["content.yaml: must hold lists named clinic,"]),
    "two documents": (QUESTIONS + "---\n" + PAGES, ["content.yaml, line 13", "not YAML"]),
    "an unknown list": (
        QUESTIONS.replace("questions:", "question:"),
        ["content.yaml, line 2: there is no list “question”; did you mean “questions”?"],
    ),
    "a list that is none": ("questions: none\n", ["line 1: “questions” must be a list"]),
    "a record that is none": ("questions: [none]\n", ["line 1: every record of “questions”"]),
    "a name used twice in a record": (
        QUESTIONS.replace("    answer:\n", "    answer:\n    answer: No.\n"),
        ["content.yaml, line 13: “answer” stands here twice"],
    ),
    "a repeated text": (
        QUESTIONS.replace("audience: client", "audience: &a client").replace(
            "audience: family", "audience: *a"
        ),
        ["content.yaml, line 4", "write the text out"],
    ),
    "an unknown field": (
        QUESTIONS.replace("answer:\n", "anwser:\n"),
        ["line 12: question “second”, anwser: there is no such field; did you mean “answer”?"],
    ),
    "a field of staff's": (
        QUESTIONS.replace("answer:\n", "reviewed_by: me\n"),
        ["question “second”, reviewed_by: is set in the admin, not in this file"],
    ),
    "a missing field": (
        QUESTIONS.replace("    audience: family\n", ""),
        ["line 9: question “second”, audience: is missing"],
    ),
    "a missing short name": (
        QUESTIONS.replace("slug: second", "answer_es: Sí."),
        ["line 9: question, slug: is missing"],
    ),
    "an empty field": (
        QUESTIONS.replace("audience: family", "audience:"),
        ["line 10: question “second”, audience: is empty"],
    ),
    "a list for a text": (
        QUESTIONS.replace("audience: family", "audience: [family]"),
        ["question “second”, audience: must be text, not a list"],
    ),
    "a text for a list": (
        PROGRAM.replace("[worry, pain]", "worry"),
        ["program “middle-program”, conditions: must be a list of short names"],
    ),
    "a text too long": (
        PAGES.replace("What is stored.", "word " * 40),
        ["page “privacy”, description: Ensure this value has at most 160 characters"],
    ),
    "an unknown choice": (
        QUESTIONS.replace("family", "friends"),
        ["question “second”, audience: Value 'friends' is not a valid choice."],
    ),
    "no number": (
        PROGRAM.replace("sessions_min: 3", "sessions_min: three"),
        ["program “middle-program”, sessions_min: “three” value must be an integer."],
    ),
    "a number out of range": (
        PROGRAM.replace("sessions_max: 5", "sessions_max: 50"),
        ["program “middle-program”, sessions_max: Ensure this value is less than"],
    ),
    "numbers in the wrong order": (
        PROGRAM.replace("sessions_min: 3", "sessions_min: 6"),
        ["program “middle-program”: The fewest sessions cannot exceed the most."],
    ),
    "a short name that is none": (
        QUESTIONS.replace("slug: second", "slug: the second"),
        ["question “the second”, slug: Enter a valid “slug”"],
    ),
    "a short name used twice": (
        QUESTIONS.replace("slug: second", "slug: first"),
        ["line 9: question “first”, slug: is also that of", "line 3: question “first”"],
    ),
    "a part's short name used twice": (
        PAGES.replace("slug: counsel", "slug: cookies"),
        ["section “cookies”, slug: is also that of"],
    ),
    "a reference to nothing": (
        PROGRAM.replace("level: middle\n", "level: midle\n"),
        ["program “middle-program”", "level: there is no record “midle”"],
    ),
    "a list with a reference to nothing": (
        PROGRAM.replace("[worry, pain]", "[worry, pian]"),
        ["program “middle-program”", "conditions: there is no record “pian”"],
    ),
    "lists without end": ("questions: " + "[" * 5000, ["content.yaml"]),
    "a control character": (QUESTIONS.replace("top", "t\x00p"), ["content.yaml: this is not YAML"]),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_clear_line_and_nothing_is_written(content, text, said):
    before = everything()

    with pytest.raises(CommandError) as error:
        load(content(text))

    message = str(error.value)
    assert "\n" not in message
    for part in said:
        assert part in message
    assert everything() == before


@pytest.mark.django_db
def test_a_mistake_in_the_last_file_leaves_a_filled_site_as_it_was(tmp_path):
    load()
    Question.objects.filter(slug="cost").update(answer_en="Ask us.")
    before = everything()
    for file in CONTENT.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text().replace("Amity", "Unity"))
    (tmp_path / "zzz.yaml").write_text(PROGRAM.replace("sessions_min: 3", "sessions_min: 6"))

    with pytest.raises(CommandError, match=r"zzz\.yaml.*The fewest sessions"):
        load(tmp_path)

    assert everything() == before


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "cannot be read"),
        (lambda path: path.mkdir(), "the folder holds no .yaml file"),
        (lambda path: path.write_bytes(b"questions: \xff\xfe"), "is not UTF-8 text"),
    ],
    ids=["missing", "empty folder", "another encoding"],
)
def test_a_path_that_cannot_be_used_is_one_clear_line(tmp_path, make, said):
    path = tmp_path / "content.yaml"
    make(path)

    with pytest.raises(CommandError, match=said):
        load(path)


def run_command(*arguments: str, database: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "load_content", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": f"sqlite:///{database}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_on_the_command_line_a_mistake_is_an_exit_status_and_no_traceback(tmp_path, content):
    broken = content(QUESTIONS.replace("slug: second", "slug: first"))

    result = run_command("--file", str(broken), database=tmp_path / "site.sqlite3")

    assert result.returncode != 0
    assert "question “first”, slug" in result.stderr
    assert "Traceback" not in result.stdout + result.stderr


def test_a_database_without_tables_is_one_clear_line(tmp_path):
    result = run_command(database=tmp_path / "site.sqlite3")

    assert result.returncode != 0
    assert "run migrate first" in result.stderr
    assert "Traceback" not in result.stdout + result.stderr


@pytest.mark.django_db
def test_a_component_keeps_the_address_of_its_program(content):
    load(content(PROGRAM))

    assert (
        Component.objects.get()
        .get_absolute_url()
        .endswith("/middle-program/what-to-expect/talking/")
    )
