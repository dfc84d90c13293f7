"""What a front end must never import: asked of a fresh interpreter."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "chromadb",
    "llama_cpp",
    "numpy",
    "onnxruntime",
    "sentence_transformers",
    "torch",
    "transformers",
}


def modules_after(code: str) -> set[str]:
    """Top-level packages that a fresh interpreter has imported after running `code`."""
    listing = "import json, sys; print(json.dumps([m.split('.')[0] for m in sys.modules]))"
    ask = f"{code}\n{listing}"
    done = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, timeout=60, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, list)
    return set(found)


@pytest.mark.parametrize(
    "code",
    [
        "import assistant.__main__",
        "import assistant.cli",
        "import assistant.bootstrap",
        "import assistant.doctor.run",
        "import assistant.tui.app",
    ],
)
def test_no_front_end_imports_what_belongs_to_a_worker(code: str) -> None:
    assert modules_after(code) & HEAVY == set()


def test_the_guard_would_see_a_heavy_import() -> None:
    assert "numpy" in modules_after("import numpy") & HEAVY


@pytest.mark.parametrize(
    "module", ["assistant.cli.entry", "assistant.bootstrap", "assistant.doctor.run"]
)
def test_commands_do_not_import_the_screen(module: str) -> None:
    assert modules_after(f"import {module}") & {"textual", "rich", "yaml"} == set()


def test_help_is_answered_without_opening_anything() -> None:
    code = "from assistant.cli.entry import main; assert main(['ask', '--help']) == 0"

    assert modules_after(code) & {"sqlite3", "textual", "psutil", "yaml"} == set()
