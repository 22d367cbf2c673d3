"""Rotating INQUIRY_KEYS: every data key wrapped anew, no text touched, nothing lost half-way."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from admissions.models import Inquiry
from admissions.protection import keys, rotation
from amity_site import keyfiles
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db
OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture
def some(settings):
    """Seven inquiries under the old key, with a new one put before it."""
    settings.INQUIRY_KEYS = [OLD]
    made = [InquiryFactory(name=f"Person {n}") for n in range(7)]
    settings.INQUIRY_KEYS = [NEW, OLD]
    return made


def run(*options: str) -> str:
    out = io.StringIO()
    call_command("rotate_inquiry_keys", *options, stdout=out, stderr=out)
    return out.getvalue()


def names() -> list[str]:
    return [inquiry.name for inquiry in Inquiry.objects.order_by("pk")]


def test_afterwards_the_old_key_is_not_needed(some, settings, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 3)
    assert "7 inquiries are now wrapped" in run()
    settings.INQUIRY_KEYS = [NEW]
    assert names() == [f"Person {n}" for n in range(7)]


def test_no_text_and_no_version_changes(some):
    before = list(Inquiry.objects.values_list("pk", "version", "name", "phone"))
    run()
    assert list(Inquiry.objects.values_list("pk", "version", "name", "phone")) == before


def test_stopped_half_way_everything_reads_and_the_next_run_goes_on(some, settings, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 3)
    steps = []

    def stop(done: int) -> None:
        steps.append(done)
        if len(steps) == 2:
            raise OperationalError("gone")

    with pytest.raises(OperationalError):
        rotation.rotate(progress=stop)
    assert rotation.left() == 1
    assert names() == [f"Person {n}" for n in range(7)]
    assert "1 inquiries are now wrapped" in run()
    assert rotation.left() == 0


def test_an_inquiry_that_no_key_opens_is_named_and_left_alone(some):
    lost = some[3]
    Inquiry.objects.filter(pk=lost.pk).update(data_key=b"broken")
    with pytest.raises(CommandError, match=f"could not be opened.*{lost.reference}"):
        run()
    assert bytes(Inquiry.objects.get(pk=lost.pk).data_key) == b"broken"
    assert rotation.counts() == {keys.key_id(NEW): 6, keys.key_id(OLD): 1}


def test_run_again_it_finds_nothing_to_do(some):
    run()
    assert "0 inquiries" in run()


def test_the_status_counts_by_key_and_names_a_missing_one(some, settings):
    assert f"{keys.key_id(OLD)}  wraps 7 inquiries" in run("--status")
    settings.INQUIRY_KEYS = [NEW]
    assert f"{keys.key_id(OLD)}  wraps 7 inquiries, and is NOT in INQUIRY_KEYS" in run("--status")


def test_a_printed_key_is_a_new_one_each_time():
    first, second = run("--print-new-key").strip(), run("--print-new-key").strip()
    assert len(first) == len(second) == 43
    assert first != second


def test_a_key_added_to_the_file_comes_first_and_the_others_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(keyfiles, "FOLDER", tmp_path)
    monkeypatch.delenv("INQUIRY_KEYS", raising=False)
    (tmp_path / "inquiry_keys").write_text("old-key")
    run("--add-key")
    fresh, old = (tmp_path / "inquiry_keys").read_text().split(",")
    assert (len(fresh), old) == (43, "old-key")
    assert (tmp_path / "inquiry_keys").stat().st_mode & 0o777 == 0o600


def test_keys_from_the_environment_are_not_written_to_a_file(monkeypatch):
    monkeypatch.setenv("INQUIRY_KEYS", "x" * 43)
    with pytest.raises(CommandError, match="set in the environment"):
        run("--add-key")
