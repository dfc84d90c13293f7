"""The add-on for graphics cards: the program finds it where it is unpacked, or tells why not."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.checkout import CHECKOUT
from tests.support.fake_card import NAME, make_card, needs_compiler
from tests.support.processes import end_workers, run

pytestmark = needs_compiler

ADDON = CHECKOUT / "packaging" / "llama" / "addon.sh"
Program = Callable[..., tuple[str, str]]
MISSING = "cudart-that-nobody-has"


def add(home: Path, folder: Path, *, without: str = "") -> None:
    """Pack a library as the recipe does, and unpack it as the documents say."""
    lib = folder / "built" / "lib"
    lib.mkdir(parents=True)
    make_card(lib, "cuda", without=without)
    archive = folder / "addon.tar.xz"
    subprocess.run(["sh", str(ADDON), str(lib.parent), str(archive)], check=True)
    cards = home / "data" / "cards"
    cards.mkdir(parents=True)
    subprocess.run(["tar", "-xf", str(archive), "-C", str(cards)], check=True)


@pytest.fixture
def program(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """Runs a command on a machine with a driver: what it prints, and its errors."""
    monkeypatch.setenv("VK_DRIVER_FILES", str(ADDON))

    def told(*arguments: str, **environment: str) -> tuple[str, str]:
        done = run(*arguments, environment=environment)
        return done.stdout.decode(), done.stderr.decode()

    yield told
    end_workers(home)


def test_it_is_found_where_it_is_unpacked(home: Path, tmp_path: Path, program: Program) -> None:
    add(home, tmp_path)

    assert f"{NAME} (Vulkan0), 7.5 GB of 8.6 GB free" in program("doctor", "--quick")[0]


def test_a_library_that_it_needs_and_does_not_find_is_told(
    home: Path, tmp_path: Path, program: Program
) -> None:
    add(home, tmp_path, without=MISSING)

    told = " ".join(program("doctor", "--quick")[0].split())
    assert "none that can be used; the CPU is used; libggml-cuda.so cannot be loaded" in told
    assert f"(lib{MISSING}.so: cannot open shared object file: No such file or directory)" in told


@pytest.mark.model
def test_the_processor_answers_without_it(home: Path, tmp_path: Path, program: Program) -> None:
    add(home, tmp_path, without=MISSING)

    text, errors = program("ask", "Tell me a story.", "--max-tokens", "12", "--seed", "1")
    assert len(text.split()) > 5
    assert "card" not in errors


@pytest.mark.model
def test_a_card_that_fails_in_an_answer_is_told_and_the_answer_goes_on(
    home: Path, tmp_path: Path, program: Program
) -> None:
    add(home, tmp_path)

    question = ("ask", "Tell me a story.", "--max-tokens", "24", "--seed", "1")
    text, errors = program(*question, FAKE_CARD="abort 9")
    assert errors.count(f"{NAME} failed: the answer continues on the processor.") == 1
    assert len(text.split()) > 10
