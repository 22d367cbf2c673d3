"""A broken content file stops the start."""

from __future__ import annotations

from tests.serving import assert_one_line, copy_project, free_port, manage


def test_a_broken_content_file_stops_the_start_in_one_line(tmp_path):
    folder = copy_project(tmp_path / "site")
    broken = min((folder / "programs" / "content").glob("*.yaml"))
    broken.write_text("- {unfinished: [")
    result = manage(folder, "serve", PORT=str(free_port()))
    assert_one_line(result, broken.name)
