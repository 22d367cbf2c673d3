"""The form in lynx, a browser that knows text alone: mistakes are mended, and it is sent."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterable
from pathlib import Path

from admissions.models import Inquiry
from tests.pages import FORM

ENTER, DOWN = "^J", "Down Arrow"


def typed(text: str) -> list[str]:
    return ["<space>" if letter == " " else letter for letter in text]


def find(text: str) -> list[str]:
    """The cursor goes to the first field or button at or after `text`."""
    return ["/", *typed(text), ENTER]


def press(button: str) -> list[str]:
    return [*find(button), ENTER]


def browse(address: str, keys: Iterable[str], folder: Path) -> None:
    """Run lynx on a terminal of its own, with these keys pressed and then quit."""
    script = folder / "keys"
    script.write_text("".join(f"key {key}\n" for key in [*keys, "Q", "y"]))
    _ours, theirs = pty.openpty()
    command = ["lynx", "-accept_all_cookies", f"-cmd_script={script}", address]
    subprocess.run(
        command,
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "TERM": "xterm", "HOME": str(folder), "LANG": "C.UTF-8"},
        timeout=60,
        check=True,
    )


# The first choice of each question is marked in lynx from the start: "Me", a call, voicemail.
NAME_AND_PHONE = [
    *find("So we know who to speak"),
    *typed("Rosa"),
    *([DOWN] * 4),
    *typed("6195550134"),
]
# Out of the text fields, in which "/" is a letter.
ON = [DOWN, DOWN]


def test_an_inquiry_is_sent_from_a_text_browser(live_server, site, tmp_path):
    keys = [*NAME_AND_PHONE, *ON, *press("Check my"), *press("Send my")]
    browse(live_server.url + FORM, keys, tmp_path)
    inquiry = Inquiry.objects.get()
    assert (inquiry.name, inquiry.phone.as_e164) == ("Rosa", "+16195550134")


def test_mistakes_are_mended_in_a_text_browser(live_server, site, tmp_path):
    mended = [*NAME_AND_PHONE, *ON]
    keys = [*press("Check my"), *mended, *press("Check my"), *press("Send my")]
    browse(live_server.url + FORM, keys, tmp_path)
    assert Inquiry.objects.get().name == "Rosa"
