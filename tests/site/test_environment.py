"""A wrong environment variable stops any command with one line that names it."""

from __future__ import annotations

import os

import pytest

from tests.serving import assert_one_line, manage

WRONG = [
    ("SITE_URL", "example.org"),
    ("SITE_URL", "http://example.org"),
    ("SITE_URL", "ftp://example.org"),
    ("SITE_URL", "https://"),
    ("SITE_URL", "https://example.org/site"),
    ("SITE_URL", "https://example.org?x=1"),
    ("SITE_URL", "https://user@example.org"),
    ("SITE_URL", "https://example.org:port"),
    ("SITE_URL", "https://[::1"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "mysql://localhost/site"),
    ("DATABASE_URL", "postgresql://localhost"),
    ("DATABASE_URL", "postgresql://localhost:port/site"),
    ("DATABASE_URL", "sqlite:////dev/null/site.sqlite3"),
    ("DATABASE_URL", "sqlite:////"),
    ("DATABASE_URL", "sqlite://"),
    ("CACHE_URL", "memcached://localhost"),
    ("CACHE_URL", "redis://localhost:port/0"),
    ("CACHE_URL", "redis://localhost:6379/zero"),
    ("EMAIL_URL", "mail.example.org"),
    ("EMAIL_URL", "http://mail.example.org"),
    ("EMAIL_URL", "smtp://mail.example.org:port"),
    ("EMAIL_URL", "smtp://mail.example.org:99999"),
    ("EMAIL_URL", "smtp://"),
    ("EMAIL_URL", "smtp://mail.example.org/?tls=maybe"),
    ("EMAIL_URL", "smtp://mail.example.org/?tsl=True"),
    ("EMAIL_URL", "smtp://user:password@mail.example.org:587"),
    ("SITE_URL", "https://exa mple.org"),
    ("ALLOWED_HOSTS", "https://example.org"),
    ("ALLOWED_HOSTS", "example.org example.com"),
    ("INQUIRY_RATE", "sixty"),
    ("INQUIRY_RATE", "0/h"),
    ("INQUIRY_RATE", "60/w"),
    ("PROXY_COUNT", "-1"),
    ("PROXY_COUNT", "many"),
    ("DEBUG", "maybe"),
    ("DEMO", "perhaps"),
]


@pytest.mark.parametrize(("name", "value"), WRONG, ids=[f"{n}={v}" for n, v in WRONG])
def test_a_wrong_value_is_one_line_that_names_its_variable(checkout, name, value):
    result = manage(checkout, "check", **{name: value})
    assert_one_line(result, name)


RIGHT = [
    ("SITE_URL", "https://example.org/"),
    ("SITE_URL", "https://example.org:8443"),
    ("SITE_URL", "http://127.0.0.1:8000"),
    ("DATABASE_URL", "postgresql://user:pass@localhost:5432/site?pool=true"),
    ("CACHE_URL", "redis://localhost:6379/0"),
    ("EMAIL_URL", "smtp://user:password@mail.example.org:587/?tls=True"),
    ("ALLOWED_HOSTS", "example.org, www.example.org"),
    ("INQUIRY_RATE", "1000000/s"),
    ("INQUIRY_RATE", "100/d"),
    ("PROXY_COUNT", "2"),
    ("DEBUG", "true"),
]


@pytest.mark.parametrize(("name", "value"), RIGHT, ids=[f"{n}={v}" for n, v in RIGHT])
def test_a_right_value_is_accepted(checkout, name, value):
    result = manage(checkout, "diffsettings", **{name: value})
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""


def test_empty_variables_count_as_unset(checkout):
    names = {name for name, _value in WRONG} - {"DEBUG", "DEMO"}
    result = manage(checkout, "check", **dict.fromkeys(names, ""))
    assert result.returncode == 0, result.stderr


def test_a_database_folder_that_cannot_be_made_is_one_line(checkout):
    result = manage(checkout, "check", DATABASE_URL=f"sqlite:///{os.devnull}/x/site.sqlite3")
    assert_one_line(result, "DATABASE_URL", "cannot be made")


def test_debug_is_off_unless_asked_for(checkout):
    result = manage(checkout, "shell", "-v0", "-c", _PRINT.format("settings.DEBUG"))
    assert result.stdout.strip() == "False"


def test_with_nothing_set_every_command_uses_the_same_database_and_key(checkout, tmp_path):
    wanted = "settings.DATABASES['default']['NAME'], settings.SECRET_KEY"
    here = manage(checkout, "shell", "-v0", "-c", _PRINT.format(wanted))
    elsewhere = manage(checkout, "shell", "-v0", "-c", _PRINT.format(wanted), cwd=tmp_path)
    assert here.stdout == elsewhere.stdout
    assert str(checkout / "var" / "site.sqlite3") in here.stdout


def test_a_relative_sqlite_path_is_taken_from_the_projects_folder(checkout, tmp_path):
    result = manage(
        checkout,
        "shell",
        "-v0",
        "-c",
        _PRINT.format("settings.DATABASES['default']['NAME']"),
        cwd=tmp_path,
        DATABASE_URL="sqlite:///var/other/site.sqlite3",
    )
    assert result.stdout.strip() == str(checkout / "var" / "other" / "site.sqlite3")


def test_a_deployment_under_https_passes_djangos_own_checks(checkout):
    result = manage(
        checkout,
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        SITE_URL="https://example.org",
    )
    assert result.returncode == 0, result.stderr


_PRINT = "from django.conf import settings; print({})"
