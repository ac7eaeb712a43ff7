"""What pages weigh: read from templates and built scripts, refused over a budget, and readable by old WebViews."""

import subprocess
from pathlib import Path

import pytest

from lms.tools import weights
from lms.tools.setup import ROOT, node_folder

pytestmark = pytest.mark.usefixtures("built_front_end")


def names(template: str) -> set[str]:
    return {path.name for path in weights.files_of(template)}


def test_every_kind_of_page_keeps_its_budget_with_room_for_its_words_and_its_still(capsys: pytest.CaptureFixture[str]):
    assert weights.main() == 0

    said = capsys.readouterr().out
    assert all(page in said for page in [*weights.BUDGETS, *weights.LATER])
    assert max(budget for _template, budget in weights.BUDGETS.values()) + 10_000 + 14_000 <= 60_000


def test_files_are_found_through_templates_scripts_and_styles():
    lesson, home = names("courses/lesson_page.html"), names("courses/home_page.html")

    assert {"site.css", "site.js", "icons.svg", "mark.svg", "player.js"} <= lesson
    assert any(name.startswith("source-") for name in lesson), "what a script imports at once"
    assert any(name.startswith("furrows-") for name in home), "what a sheet of styles loads"
    assert not any(name.startswith("hls.") for name in lesson), "what a script asks for later"
    assert "player.js" not in home


def test_a_page_over_its_budget_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setitem(weights.BUDGETS, "home", ("courses/home_page.html", 5_000))

    assert weights.main() == 1
    assert "Over budget: home." in capsys.readouterr().out


def test_without_a_built_front_end_the_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    monkeypatch.setattr(weights, "STATIC", (ROOT / "lms" / "static", tmp_path))

    assert weights.main() == 1
    assert "npm run build" in capsys.readouterr().out


def oldest(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(node_folder() / "node"), "lms/tools/oldest.mjs", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_every_built_script_is_readable_by_chromium_80_and_a_newer_word_is_named(tmp_path: Path):
    built = oldest()
    assert built.returncode == 0, built.stdout + built.stderr

    (tmp_path / "new.js").write_text("let words;\nwords ??= 'later';\n")
    newer = oldest(str(tmp_path))
    assert newer.returncode == 1
    assert "new.js: 2:0 ??= (85)" in newer.stdout
