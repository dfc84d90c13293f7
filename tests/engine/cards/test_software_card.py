"""The engine's tests once more on a card: Mesa's driver for Vulkan that computes on the processor.

Runs where that driver is (Debian: `mesa-vulkan-drivers`) and the libraries of the packaged program
were built (`make package`).
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean

import pytest

from tests.support.card_answers import QUESTIONS
from tests.support.engine import starter_file
from tests.support.gguf_files import keep_layers

pytestmark = pytest.mark.slow

LAYERS = 2
"""Of the starter model that suites run with: its vocabulary, template and sizes are what they need,
and a software card computes all of its layers at a token a second."""

ROOT = Path(__file__).parents[3]
DRIVERS = Path("/usr/share/vulkan/icd.d")
FAILING_DRIVER = ROOT / "tests" / "support" / "failing_driver.c"
CACHE = Path(
    os.environ.get("ASSISTANT_BUILD_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "assistant-build"
)
SUITES = (
    "tests/contracts/test_chat_model.py",
    "tests/engine/cache",
    "tests/engine/cards/test_devices_in_turn.py",
    "tests/engine/generation",
    "tests/engine/llama/test_lora.py",
    "tests/engine/llama/test_window.py",
    "tests/engine/worker/test_context_growth.py",
    "tests/engine/worker/test_model_pool.py",
    "tests/engine/worker/test_stopping.py",
    "tests/engine/worker/test_several_front_ends.py",
)
GROWTH = "tests/engine/worker/test_context_growth.py::"
POOL = "tests/engine/worker/test_model_pool.py::"
GENERATION = "tests/engine/generation/"
LEFT_OUT = (
    # A model on a card takes little of the main memory that is short here.
    f"{GROWTH}test_where_memory_is_short_a_window_grows_as_far_as_there_is_room",
    f"{GROWTH}test_where_there_is_no_memory_nothing_is_lost",
    f"{GROWTH}test_a_model_begins_with_less_where_memory_is_short",
    f"{POOL}test_where_memory_is_short_the_older_one_leaves",
    f"{POOL}test_a_model_that_cannot_fit_costs_no_other_its_place",
    # Windows of two sizes are computed by other kernels, which round otherwise.
    f"{GROWTH}test_an_answer_is_the_same_as_in_a_window_that_was_always_large",
    # A software card computes longer than the two seconds that a stop may take.
    "tests/engine/worker/test_stopping.py::test_what_was_read_before_a_stop_is_not_read_again",
    # What these compare are the words of the whole model; see the test of near ties.
    f"{GENERATION}test_same_as_llama_cpp.py::test_greedy_answers_are_those_of_the_bare_library",
    f"{GENERATION}test_speculative.py::test_an_answer_that_repeats_an_earlier_one_ends_where_that_"
    "did",
    "tests/engine/llama/test_lora.py::test_the_starter_model_says_two_words_and_then_its_own_again",
)
"""Tests that do not hold there, and why."""

NEAR_TIE = 0.6
"""Nats between the best two tokens: another device rounds otherwise and may choose the second.

What separates the processor's best two is another on a card, by 0.11 nats in the middle of 151
places and 0.57 at most; and on the processor it is as far, by 0.57, from what it is with the same
weights in 32 bits. At 6 of the 7 places where the card did not choose the processor's token,
neither did these.
"""


@pytest.fixture
def card(tmp_path: Path) -> Mapping[str, str]:
    """Environment in which llama.cpp is the packaged one and computes on that driver."""
    drivers = sorted(DRIVERS.glob("lvp_icd*.json"))
    built = [
        folder / "lib"
        for kind in ("llama-[0-9]*", "llama-vulkan-*")
        for folder in sorted(CACHE.glob(kind))
        if (folder / "complete").exists()
    ]
    if not drivers or len(built) < 2:
        pytest.skip("needs mesa-vulkan-drivers and what `make package` builds")
    found = find_spec("llama_cpp")
    assert found is not None
    assert found.origin is not None
    package = tmp_path / "site" / "llama_cpp"
    shutil.copytree(Path(found.origin).parent, package, ignore=shutil.ignore_patterns("lib"))
    shutil.copytree(built[0], package / "lib")
    shutil.copytree(built[-1], package / "lib" / "cards")
    added = tmp_path / "added"
    added.mkdir()
    return {
        **os.environ,
        "PYTHONPATH": f"{package.parent}{os.pathsep}{ROOT}",
        "GGML_VK_VISIBLE_DEVICES": "0",
        "VK_DRIVER_FILES": str(drivers[0]),
        # Its own compiler takes most of the time otherwise.
        "GALLIVM_PERF": "no_opt",
        # Mesa 22.3 crashes in some of llama.cpp's fused kernels, for batches of few tokens.
        "GGML_VK_DISABLE_FUSION": "1",
        "ASSISTANT_TEST_CARDS": str(added),
    }


def run(environment: Mapping[str, str], *command: str) -> str:
    """Run Python; its output, which has to end well."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(done.stdout[-3000:])
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


@pytest.mark.parametrize("suite", SUITES)
def test_what_holds_on_the_processor_holds_on_a_card(
    suite: str, card: Mapping[str, str], tmp_path: Path
) -> None:
    starter = starter_file()
    keep_layers(starter, tmp_path / "site" / starter.parent.name / starter.name, LAYERS)
    (tmp_path / "site" / starter.parent.name / "__init__.py").touch()
    left_out = [part for each in LEFT_OUT for part in ("--deselect", each)]
    run(card, "-m", "pytest", "-q", "-n", "0", "-m", "not slow", *left_out, suite)


def test_answers_part_only_where_two_words_are_all_but_equal(card: Mapping[str, str]) -> None:
    printed = run(card, "-m", "tests.support.card_answers").splitlines()
    equal = [line for line in printed if line.startswith("equal")]
    parted = [float(line.split()[1]) for line in printed if line.startswith("parted")]
    assert len(equal) + len(parted) == len(QUESTIONS)
    assert max(parted, default=0) < NEAR_TIE


def test_a_card_is_no_farther_from_the_exact_weights_than_the_processor(
    card: Mapping[str, str],
) -> None:
    printed = run(card, "-m", "tests.support.card_logits").splitlines()
    (line,) = (line for line in printed if line.startswith("[{"))
    places = json.loads(line)
    assert len(places) > 40
    assert fmean(place["card"] for place in places) < fmean(place["processor"] for place in places)
    assert max((place["gap"] for place in places if place["parts"]), default=0) < NEAR_TIE


BROKEN = {
    "missing": ("", "none that can be used"),
    "ends": ("abort();", "the graphics driver crashed when it was tried"),
    "hangs": ("sleep(3600);", "the graphics driver did not answer within 30 seconds"),
}
"""What a driver does when it is loaded, and what `doctor` tells of it."""


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_driver_is_told_and_the_processor_answers(
    kind: str, card: Mapping[str, str], tmp_path: Path, home: Path
) -> None:
    does, told = BROKEN[kind]
    library, driver = tmp_path / f"{kind}.so", tmp_path / f"{kind}.json"
    if does:
        code = (
            "#include <stdlib.h>\n#include <unistd.h>\n"
            f"__attribute__((constructor)) static void begin(void) {{ {does} }}\n"
        )
        compile_ = ["cc", "-shared", "-fPIC", "-x", "c", "-o", str(library), "-"]
        subprocess.run(compile_, input=code, text=True, check=True)
    icd = {"library_path": str(library), "api_version": "1.3.0"}
    driver.write_text(json.dumps({"file_format_version": "1.0.0", "ICD": icd}))
    environment = {**card, "VK_DRIVER_FILES": str(driver), "ASSISTANT_HOME": str(home)}

    listed = run(environment, "-m", "assistant", "models")
    assert ("The graphics card is not used: " in listed) == bool(does)
    assert told in run(environment, "-m", "assistant", "doctor", "--quick")
    answered = run(environment, "-m", "assistant", "ask", "Hello", "--max-tokens", "4", "--json")
    assert '"problem": null' in answered
    assert "0 layers on a graphics card" in (home / "logs" / "engine.log").read_text()


FAILING = {
    "ends": "abort();",
    "exits": "exit(1);",
    "resets": "return DEVICE_LOST;",
    "hangs": "for (;;) sleep(60);",
}
"""What a driver does in the middle of an answer."""


@pytest.mark.parametrize("kind", FAILING)
def test_an_answer_goes_on_without_a_driver_that_fails(
    kind: str, card: Mapping[str, str], tmp_path: Path, home: Path
) -> None:
    sign = tmp_path / "fails from now on"
    driver = failing_driver(Path(card["VK_DRIVER_FILES"]), FAILING[kind], tmp_path)
    environment = {
        **card,
        "VK_DRIVER_FILES": str(driver),
        "FAILING_DRIVER": str(sign),
        "ASSISTANT_HOME": str(home),
    }
    question = ("ask", "Tell me a story.", "--max-tokens", "24", "--seed", "1")
    with subprocess.Popen(
        [sys.executable, "-m", "assistant", *question],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as asked:
        assert asked.stdout is not None
        assert asked.stderr is not None
        before = os.read(asked.stdout.fileno(), 100)
        sign.touch()
        text, told = (before + asked.stdout.read()).decode(), asked.stderr.read().decode()
    assert asked.returncode == 0, told
    assert " failed: the answer continues on the processor." in told
    assert len(text.split()) > 10

    # While that engine lives the card is left alone.
    assert "failed and is left alone until the engine has ended" in run(
        environment, "-m", "assistant", "doctor", "--quick"
    )
    run(environment, "-m", "assistant", "ask", "Hello", "--max-tokens", "4")
    log = (home / "logs" / "engine.log").read_text()
    assert [line.split(", ")[-1] for line in log.splitlines() if "loaded /" in line] == [
        "31 layers on a graphics card",
        "0 layers on a graphics card",
    ]


def failing_driver(driver: Path, does: str, folder: Path) -> Path:
    """What the loader of Vulkan reads of a driver that hands on to another one until it fails."""
    described = json.loads(driver.read_text())
    library = folder / "failing.so"
    compile_ = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library)]
    defined = [f'-DDRIVER="{described["ICD"]["library_path"]}"', f"-DWHAT_IT_DOES={does}"]
    subprocess.run([*compile_, *defined, str(FAILING_DRIVER), "-ldl"], check=True)
    described["ICD"]["library_path"] = str(library)
    made = folder / "failing.json"
    made.write_text(json.dumps(described))
    return made
