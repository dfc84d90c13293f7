"""Two versions of the program at the same time on one home: both answer, and nothing is lost."""

import json
import os
import shutil
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

import assistant
from assistant.library.embedding.sentence_transformers import starter_folder
from tests.support.checkout import CHECKOUT
from tests.support.integrity import assert_sound
from tests.support.processes import PATIENCE, PROGRAM, end_workers, run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.model,
    pytest.mark.skipif(starter_folder() is None, reason="the starter embedder is not installed"),
]

QUESTION = ("ask", "--no-library", "--max-tokens", "2")


@pytest.fixture
def newer(tmp_path: Path) -> dict[str, str]:
    """The environment in which the program is of the next version, which knows the same data."""
    package = tmp_path / "newer" / "assistant"
    shutil.copytree(Path(assistant.__file__).parent, package)
    shutil.copytree(CHECKOUT / "prompts", package.with_name("prompts"))
    init = package / "__init__.py"
    init.write_text(init.read_text().replace(assistant.__version__, "99.0.0"))
    return {"PYTHONPATH": str(package.parent)}


def test_two_versions_at_the_same_time_on_one_home_lose_nothing(
    home: Path, tmp_path: Path, newer: dict[str, str]
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(12):
        (docs / f"{number}.txt").write_text(f"Lighthouse number {number} was built in 18{number}.")
    older = {"PYTHONPATH": str(CHECKOUT)}
    assert run("--version", environment=newer).stdout.startswith(b"assistant 99.0.0")
    assert not run("--version", environment=older).stdout.startswith(b"assistant 99.0.0")
    commands = [
        (version, arguments)
        for number in range(3)
        for arguments in ((*QUESTION, f"Question {number}"), ("add", str(docs)), ("search", "1811"))
        for version in (older, newer)
    ]

    for at in range(0, len(commands), 6):
        running = [
            Popen([*PROGRAM, *arguments], stdout=PIPE, stderr=PIPE, env={**os.environ, **version})
            for version, arguments in commands[at : at + 6]
        ]
        for process in running:
            _, told = process.communicate(timeout=4 * PATIENCE)
            assert process.returncode in (0, 11), told.decode()

    for version in (older, newer):
        listed = json.loads(run("chats", "list", "--json", environment=version).stdout)
        assert len(listed) == 6
        status = json.loads(run("library", "status", "--json", environment=version).stdout)
        assert (status["files"], status["indexed"], status["waiting"]) == (12, 12, 0)
        assert run("library", "verify", environment=version).returncode == 0
    assert_sound(home / "data" / "chats.db")
    end_workers(home)
