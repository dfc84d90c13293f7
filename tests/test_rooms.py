"""Every folder of the program is a room: it lists what it holds, and arrows point one way."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docs.generate import MAP_BEGINS, MAP_ENDS, documents, with_map
from tests.support.checkout import CHECKOUT
from tests.support.import_graph import circles, import_graph, siblings
from tests.support.rooms import (
    circles_of_files,
    circles_of_folders,
    more_than_lists,
    names_of_several,
    too_large,
    wrong_lists,
)

PACKAGE = CHECKOUT / "assistant"

Check = Callable[[Path], Iterator[str]]

ROOM = '"""What it is.\n\nOn several lines.\n\n{}\n"""\n'


def told(check: Check, package: Path = PACKAGE) -> str:
    """What is wrong, a line each; empty when nothing is."""
    return "\n".join(check(package))


def test_every_folder_lists_its_files_and_folders() -> None:
    assert told(wrong_lists) == ""


def test_a_folder_only_lists_and_re_exports_nothing() -> None:
    assert told(more_than_lists) == ""


def test_no_folder_and_no_file_is_too_large() -> None:
    assert told(too_large) == ""


def test_no_two_classes_have_the_same_name() -> None:
    assert told(names_of_several) == ""


def test_no_files_import_each_other() -> None:
    assert told(circles_of_files) == ""


def test_no_folders_import_each_other() -> None:
    assert told(circles_of_folders) == ""


def test_the_map_of_rooms_is_up_to_date() -> None:
    written = (CHECKOUT / "CONTRIBUTING.md").read_text("utf-8")

    assert written == documents()["CONTRIBUTING.md"], "run `make docs`"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package in order: a file at the top, one at the bottom, and two folders in between."""
    made = tmp_path / "assistant"
    version = '__version__ = "1"\n'
    write(made, "__init__", ROOM.format("app      begins\nhigh/    more\nlow/     less") + version)
    write(made, "app", "from assistant.high.first import First\n")
    write(made / "high", "__init__", ROOM.format("first    the first\nsecond   the second"))
    write(made / "high", "first", "from assistant.high.second import Second\nclass First: ...\n")
    write(made / "high", "second", "import assistant.low.third\nclass Second: ...\n")
    write(made / "low", "__init__", ROOM.format("third    the third"))
    write(made / "low", "third", "class Third: ...\nclass _Own: ...\n")
    (made / "data").mkdir()
    (made / "data" / "words.txt").write_text("no room\n")
    return made


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(text, encoding="utf-8")


CHECKS = [
    wrong_lists,
    more_than_lists,
    too_large,
    names_of_several,
    circles_of_files,
    circles_of_folders,
]


@pytest.mark.parametrize("check", CHECKS)
def test_nothing_is_said_of_what_is_in_order(package: Path, check: Check) -> None:
    assert told(check, package) == ""


def test_what_is_not_listed_and_what_is_not_there_is_named(package: Path) -> None:
    write(package / "low", "fourth", "")
    write(package / "deep", "fifth", "")
    (package / "high" / "second.py").unlink()

    assert told(wrong_lists, package).splitlines() == [
        "assistant/__init__.py does not list `deep/`: add a line `deep/  what it is`.",
        "assistant/high/__init__.py lists `second`, which is not there:"
        " remove the line or correct the name.",
        "assistant/low/__init__.py does not list `fourth`: add a line `fourth  what it is`.",
        "assistant/deep/__init__.py is missing:"
        " write what the folder is, and a line for each of its files.",
    ]


@pytest.mark.parametrize("more", ["from assistant.low.third import Third\n", "NUMBER = 1\n"])
def test_a_folder_that_does_more_than_list_is_named(package: Path, more: str) -> None:
    listing = (package / "low" / "__init__.py").read_text()
    write(package / "low", "__init__", listing + more)

    assert told(more_than_lists, package).startswith("assistant/low/__init__.py:7 does more")


def test_what_is_too_large_is_named_but_for_tables_of_data(package: Path) -> None:
    write(package / "low", "third", "\n" * 401)
    write(package, "command_table", "\n" * 401)
    for number in range(14):
        write(package / "high", f"file{number}", "")

    assert [line.partition(",")[0] for line in told(too_large, package).splitlines()] == [
        "assistant/high holds 16 files",
        "assistant/low/third.py has 401 lines",
    ]


def test_a_name_of_several_classes_is_named_with_their_places(package: Path) -> None:
    write(package / "high", "first", "class Third: ...\nclass _Own: ...\n")

    assert told(names_of_several, package) == (
        "Third names 2 classes: assistant/high/first.py:1, assistant/low/third.py:1;"
        " rename all but one."
    )


@pytest.mark.parametrize(
    "back",
    [
        "from assistant.high.first import First\n",
        "from assistant.high import first\n",
        "from .first import First\n",
        "from . import first\n",
        "import assistant.high.first\n",
        "def later():\n    from assistant.high.first import First\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import assistant.high.first\n",
    ],
)
def test_an_import_back_is_a_circle_however_it_is_written(package: Path, back: str) -> None:
    write(package / "high", "second", back)

    assert told(circles_of_files, package) == (
        "assistant.high.first → assistant.high.second → assistant.high.first:"
        " move what they share to a file that imports none of them."
    )


def test_folders_that_need_each_other_are_named_where_no_two_files_do(package: Path) -> None:
    write(package / "low", "fourth", "from assistant.high.first import First\n")

    assert told(circles_of_files, package) == ""
    assert told(circles_of_folders, package) == (
        "assistant.high → assistant.low → assistant.high:"
        " move what is needed from above to the lower of them."
    )


def test_a_folder_may_lie_between_the_files_beside_it(package: Path) -> None:
    write(package, "bottom", "")
    write(package / "low", "third", "from assistant.bottom import Something\n")

    assert told(circles_of_folders, package) == ""
    assert siblings(import_graph(package))["assistant"] == {
        "assistant.app": {"assistant.high"},
        "assistant.high": {"assistant.low"},
        "assistant.low": {"assistant.bottom"},
        "assistant.bottom": set(),
    }


def test_of_a_tangle_the_shortest_circle_is_shown() -> None:
    tangle = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"c"}, "e": {"a", "f"}, "f": set[str]()}

    assert circles(tangle) == [["c", "d"]]


def test_a_long_chain_is_no_circle_and_no_deep_recursion() -> None:
    chain = {str(number): {str(number + 1)} for number in range(5000)}

    assert circles({**chain, "5000": set()}) == []


def test_the_map_shows_the_rooms_in_the_order_in_which_they_are_listed(package: Path) -> None:
    before = f"# A guide\n\n{MAP_BEGINS}\nold\n{MAP_ENDS}\n\nMore.\n"
    listing = ROOM.format("low/     less\nhigh/    more\napp      begins")
    write(package, "__init__", listing)

    text = with_map(before, package.parent)

    assert text.splitlines()[2:-2] == [
        MAP_BEGINS,
        "",
        "| room | what it is | its files, in the order of the flow |",
        "| --- | --- | --- |",
        "| `assistant/` | What it is | `app` |",
        "| `assistant/low/` | What it is | `third` |",
        "| `assistant/high/` | What it is | `first` `second` |",
        "",
        MAP_ENDS,
    ]
    assert with_map(text, package.parent) == text


def test_a_document_without_a_place_for_the_map_is_an_error(package: Path) -> None:
    with pytest.raises(ValueError, match="no place"):
        with_map("# A guide\n", package.parent)
