"""Static files are collected when a source changed, and only then."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from amity_site import serving


@pytest.fixture
def folders(settings, tmp_path: Path) -> Path:
    """Source and target folders of one small stylesheet."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "site.css").write_text("a { color: red }")
    settings.VAR_DIR = tmp_path / "var"
    settings.STATIC_ROOT = tmp_path / "var" / "static"
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    serving.collect_static()
    return tmp_path


def test_unchanged_sources_are_not_collected_again(folders):
    collected = folders / "var" / "static" / "site.css"
    collected.unlink()
    serving.collect_static()
    assert not collected.exists()


def test_a_changed_source_is_collected(folders):
    source = folders / "source" / "site.css"
    source.write_text("a { color: blue }")
    serving.collect_static()
    assert (folders / "var" / "static" / "site.css").read_text() == source.read_text()


def test_a_source_of_the_same_size_with_a_new_time_is_collected(folders):
    source = folders / "source" / "site.css"
    source.write_text("a { color: tan }")
    os.utime(source, ns=(1, 1))
    serving.collect_static()
    assert (folders / "var" / "static" / "site.css").read_text() == source.read_text()


def test_a_lost_manifest_is_made_again(folders):
    manifest = folders / "var" / "static" / "staticfiles.json"
    manifest.unlink()
    serving.collect_static()
    assert manifest.exists()
