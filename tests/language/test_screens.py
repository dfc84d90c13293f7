"""Screens in a language of the tests' own: every text is translated, and none is cut."""

import os
import subprocess
import sys

import pytest

from tests.support.checkout import CHECKOUT
from tests.support.pseudo_locale import english, outside, pseudo, untranslated
from tests.support.screen_language import PORTUGUESE, PSEUDO, VARIABLE

SCENES = sorted(
    str(file.relative_to(CHECKOUT))
    for file in (CHECKOUT / "tests" / "tui").rglob("test*snapshots.py")
)

SMALL = "80_by_24 or test_the_help"
"""Scenes on a small window, and those with the most words."""


def test_screens_on_a_small_window() -> None:
    assert play(PSEUDO, "-k", SMALL, *SCENES) == ""


@pytest.mark.slow
def test_all_screens() -> None:
    assert play(PSEUDO, *SCENES) == ""


def test_the_main_screens_in_portuguese() -> None:
    assert play(PORTUGUESE, "tests/language/portuguese") == ""


def play(language: str, *tests: str) -> str:
    """Run tests of the screen in a language. Returns: what was wrong."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", *tests],
        cwd=CHECKOUT,
        env={**os.environ, VARIABLE: language},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "passed" in done.stdout, done.stdout + done.stderr
    return "" if done.returncode == 0 else done.stdout


def test_a_text_is_longer_and_in_brackets() -> None:
    shown = pseudo(" {files:,} of `add` with Ctrl+N ")
    assert shown.startswith(" ⟦{files:,} óƒ `add`")
    assert shown.endswith("~⟧ ")
    assert "Ctrl+N" in shown
    assert len(shown) > 1.3 * len(" {files:,} of `add` with Ctrl+N ")
    assert english(pseudo("Show all keys")) == "Show all keys"


def test_what_stands_outside_is_found() -> None:
    assert outside("a⟦b⟦c⟧d⟧e") == "ae"
    assert untranslated("⟦ţéẋţ⟧ left") == "left"
    assert untranslated("⟦ţéẋţ of the user⟧ Enter /find in:title a.txt 12") == ""
