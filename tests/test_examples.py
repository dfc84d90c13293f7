"""The examples of the README and the guide run as they stand there."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from assistant.library.embedding.sentence_transformers import starter_folder
from tests.support.checkout import CHECKOUT
from tests.support.processes import PROGRAM, end_workers

LEASE = """# Lease

## Rent

The monthly rent is 780 euros, payable on the third working day of the month.
The rent may be raised for the first time twelve months after the move.

## Deposit

The deposit is three monthly rents. It is returned within six months.

## Pets

Cats are allowed. Dogs are not allowed without written consent.
"""

SECONDS = 600
"""Until an example that hangs fails."""

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(starter_folder() is None, reason="the starter embedder is not installed"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Environment of a user with a folder of files, a repository and the program in the PATH."""
    root = tmp_path_factory.mktemp("examples")
    home, programs = root / "home", root / "bin"
    (home / "housing").mkdir(parents=True)
    (home / "housing" / "lease.md").write_text(LEASE, "utf-8")
    programs.mkdir()
    starter = programs / "assistant"
    starter.write_text(f'#!/bin/sh\nexec {" ".join(PROGRAM)} "$@"\n', "utf-8")
    starter.chmod(0o755)
    environment = {
        **os.environ,
        "HOME": str(home),
        "PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "ASSISTANT_HOME": str(home / "data"),
        "PYTHONPATH": str(CHECKOUT),
    }
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "Keep the lease")):
        subprocess.run(
            ["git", "-c", "user.name=u", "-c", "user.email=u@example.org", *command],
            cwd=home / "housing",
            env=environment,
            check=True,
        )
    yield environment
    end_workers(home / "data")


def examples(document: str) -> list[str]:
    """Lines of the `console` blocks of a document, without what is said behind them."""
    text = (CHECKOUT / document).read_text("utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("document", ["README.md", "docs/guide.md", "docs/models.md"])
def test_every_example_runs_as_it_stands(document: str, place: Mapping[str, str]) -> None:
    found = examples(document)
    assert found

    for line in found:
        done = subprocess.run(
            ["sh", "-c", line],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=f"{place['HOME']}/housing",
            env=place,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stderr.decode()}"
        assert done.stdout.strip(), line


def test_an_answer_from_the_files_shows_where_it_stands(place: Mapping[str, str]) -> None:
    """What the README promises of its first question to a folder, also with a weak model."""
    for line in ("assistant add ~/housing", 'assistant ask "When may the rent be raised?"'):
        done = subprocess.run(
            ["sh", "-c", line], capture_output=True, env=place, timeout=SECONDS, check=True
        )

    answer = done.stdout.decode()
    assert "twelve months" in answer
    assert "lease.md" in answer
