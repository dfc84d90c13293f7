"""The wheel that is built from a clean clone contains what it needs."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.checkout import CHECKOUT


def run(command: Sequence[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (CHECKOUT / ".git").exists():
        pytest.skip("not a git checkout")
    folder = tmp_path_factory.mktemp("wheel")
    run(["git", "clone", "--quiet", f"file://{CHECKOUT}", "clone"], folder)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", ".", "clone"]
    run(build, folder)
    [built] = folder.glob("*.whl")
    return built


def test_it_holds_the_program_its_prompts_and_its_licence_and_nothing_else(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()

    assert "assistant/__main__.py" in names
    assert "assistant/_prompts/general.md" in names
    assert "assistant/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith(".tcss") for name in names)
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"assistant"}
    assert not any("__pycache__" in name or name.endswith(".gguf") for name in names)


def test_unpacked_elsewhere_it_runs_with_its_own_prompts(
    wheel: Path, home: Path, tmp_path: Path
) -> None:
    unpacked = tmp_path / "with space é"
    ZipFile(wheel).extractall(unpacked)
    command = [sys.executable, "-P", "-m", "assistant", "prompts", "--json"]

    listed = json.loads(run(command, tmp_path, PYTHONPATH=str(unpacked)))

    assert "general" in json.dumps(listed)
