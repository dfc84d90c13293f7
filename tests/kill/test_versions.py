"""Two versions of the program at once on one home: both answer, and nothing is lost."""

import json
import os
import shutil
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

import assistant
from assistant.library.embedding.sentence_transformers import starter_folder
from tests.support.checkout import CHECKOUT
from tests.support.integrity import assert_sound
from tests.support.processes import PATIENCE, end_workers, run

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(starter_folder() is None, reason="the starter embedder is not installed"),
]

QUESTION = ("ask", "--no-library", "--max-tokens", "2")


@pytest.fixture
def newer(tmp_path: Path) -> tuple[str, ...]:
    """The program as of the next version, which knows the same data."""
    package = tmp_path / "newer" / "assistant"
    shutil.copytree(Path(assistant.__file__).parent, package)
    shutil.copytree(CHECKOUT / "prompts", package.with_name("prompts"))
    init = package / "__init__.py"
    init.write_text(init.read_text().replace(assistant.__version__, "99.0.0"))
    start = f"import sys; sys.path.insert(0, {str(package.parent)!r})"
    return (sys.executable, "-P", "-c", f"{start}; from assistant.__main__ import main; main()")


def test_two_versions_at_once_on_one_home_lose_nothing(
    home: Path, tmp_path: Path, newer: tuple[str, ...]
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(12):
        (docs / f"{number}.txt").write_text(f"Lighthouse number {number} was built in 18{number}.")
    older = (sys.executable, "-P", "-m", "assistant")
    assert run("--version", program=newer).stdout.startswith(b"assistant 99.0.0")
    commands = [
        (program, arguments)
        for number in range(4)
        for program in (older, newer)
        for arguments in ((*QUESTION, f"Question {number}"), ("add", str(docs)), ("search", "1811"))
    ]

    for at in range(0, len(commands), 4):
        running = [
            Popen([*program, *arguments], stdout=PIPE, stderr=PIPE, env=os.environ)
            for program, arguments in commands[at : at + 4]
        ]
        for process in running:
            _, told = process.communicate(timeout=4 * PATIENCE)
            assert process.returncode in (0, 11), told.decode()

    for program in (older, newer):
        listed = json.loads(run("chats", "list", "--json", program=program).stdout)
        assert len(listed) == 8
        status = json.loads(run("library", "status", "--json", program=program).stdout)
        assert (status["files"], status["indexed"], status["waiting"]) == (12, 12, 0)
        assert run("library", "verify", program=program).returncode == 0
    assert_sound(home / "data" / "chats.db")
    end_workers(home)
