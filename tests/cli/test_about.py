"""`assistant licenses` and `assistant --version`: what the program stands on."""

import json
import sqlite3
from pathlib import Path

from assistant import __version__
from tests.support.fake_models import ScriptedModels
from tests.support.shell import Shell


def test_everything_that_is_stood_on_is_listed_with_its_licence(home: Path) -> None:
    listed = json.loads(Shell(home, ScriptedModels())("licenses", "--json").out)

    named = {one["name"]: one for one in listed}
    assert {"assistant", "chromadb", "lxml", "textual", "llama_cpp_python"} <= named.keys()
    assert all(one["license"] and one["version"] for one in listed)
    assert "Redistribution" in "".join(named["lxml"]["texts"])


def test_the_texts_of_one_are_printed_and_an_unknown_one_is_refused(home: Path) -> None:
    shell = Shell(home, ScriptedModels())

    known, unknown = shell("licenses", "LXML"), shell("licenses", "no-such-thing")

    assert "Redistribution" in known.out
    assert (known.status, unknown.status) == (0, 3)
    assert "no-such-thing" in unknown.err


def test_the_version_names_the_parts_that_matter(home: Path) -> None:
    told = Shell(home, ScriptedModels())("--version").out.splitlines()

    assert told[0] == f"assistant {__version__}"
    assert [line.split()[0] for line in told[1:]] == ["llama.cpp", "Chroma", "embedder", "SQLite"]
    assert sqlite3.sqlite_version in told[4]
    assert all(any(character.isdigit() for character in line) for line in told)
