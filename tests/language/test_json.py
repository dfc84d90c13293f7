"""What programs read: the same bytes in every language, with a catalog of every message."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages import Catalog

from assistant.cli.console import is_yes
from assistant.language import messages
from tests.language.conftest import load_tool, use_own

MARK = "¤"
"""Begins each translation."""

COMMANDS = (
    ["settings", "--json"],
    ["settings", "set", "engine.threads", "frog", "--json"],
    ["settings", "show", "engine.threeds", "--json"],
    ["settings", "show", "library.watch", "--json"],
    ["prompts", "--json"],
    ["network", "--json"],
    ["chats", "list", "--json"],
    ["chats", "show", "none", "--json"],
    ["ask", "--last", "--conversation", "x", "--json"],
)

RUN = """
import json, sys
from pathlib import Path
from assistant.language import messages

for function in (messages.use_language, messages.available_languages):
    function.__defaults__ = (Path(sys.argv[1]),)
commands = json.loads(sys.argv[2])
sys.argv[1:] = commands[0]
from assistant.__main__ import _choose_language
_choose_language()
from assistant.cli.entry import main
sys.exit(sum([main(each) for each in commands]))
"""


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog that is called Portuguese, in which every message begins with the mark."""
    catalog = Catalog(locale="pt_BR")
    for each in load_tool("extract").messages():
        one, many = MARK + each.text, MARK + each.plural
        id = (each.text, each.plural) if each.plural else each.text
        catalog.add(id, (one, many, many) if each.plural else one, context=each.context or None)
    folder = tmp_path_factory.mktemp("locales")
    use_own(catalog, folder)
    messages.use_language(messages.ENGLISH)
    (folder / "xx").rename(folder / "pt_BR")
    return folder


def run(locales: Path, home: Path, language: str, commands: object) -> tuple[str, str]:
    """Output of commands, one after the other, and what they say on standard error."""
    import json

    done = subprocess.run(
        [sys.executable, "-c", RUN, str(locales), json.dumps(commands)],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "ASSISTANT_HOME": str(home),
            "LANG": language,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.stdout, done.stderr


def test_json_is_the_same_in_every_language(marked: Path, tmp_path: Path) -> None:
    english = run(marked, tmp_path / "home", "C.UTF-8", COMMANDS)

    assert run(marked, tmp_path / "home", "pt_BR.UTF-8", COMMANDS) == english
    assert english[0].count('"error"') == 4
    assert MARK not in "".join(english)


def test_without_json_it_is_in_the_language(marked: Path, tmp_path: Path) -> None:
    plain = [[word for word in command if word != "--json"] for command in COMMANDS]

    out, err = run(marked, tmp_path / "home", "pt_BR.UTF-8", plain)

    assert "    ¤Allowed: ¤true or false." in out
    assert "¤No connection has been opened." in err + out
    assert "assistant: ¤There is no setting 'engine.threeds'. ¤Did you mean engine.threads" in err
    assert "¤engine.threads = frog is not valid. Allowed: ¤" in err
    assert "¤Use --last or --conversation, not both. ¤See `assistant ask --help`." in err


def test_a_yes_is_understood_in_english_and_in_the_language(
    own_language: Catalog, tmp_path: Path
) -> None:
    own_language.add("y yes", "o oui", context="answers that mean yes")
    use_own(own_language, tmp_path)

    assert [is_yes(each) for each in ("y", " Yes", "S", "Oui ", "n", "non", "")] == [
        *[True] * 4,
        *[False] * 3,
    ]
