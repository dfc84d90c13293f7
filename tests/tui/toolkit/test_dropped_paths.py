"""What terminals paste when files are dropped on them."""

import shlex
from collections.abc import Callable, Sequence
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.tui.toolkit.dropped_paths import dropped_paths, named_paths

HOME = "/home/ana"
LEASE = "/home/ana/my files/lease.pdf"
NOTES = "/home/ana/notes.md"
QUOTE = "/home/ana/it's Ana's.txt"
PICTURE = "/home/ana/Screenshot at 9.41\u202fAM.png"
KNOWN = {
    HOME,
    LEASE,
    NOTES,
    QUOTE,
    PICTURE,
    "/home/ana/my files",
    "/home/ana/férias/ação.odt",
    "/mnt/c/Users/Ana/My Files/x.pdf",
    "/mnt/d/y.txt",
    "/",
    "/etc",
    "notes.md",
    "my notes.md",
}


def dropped(text: str) -> tuple[str, ...]:
    return dropped_paths(text, KNOWN.__contains__, HOME)


@pytest.mark.parametrize(
    ("paste", "paths"),
    [
        (f"'{LEASE}' ", (LEASE,)),
        (f"'{LEASE}' '{NOTES}' ", (LEASE, NOTES)),
        ("'/home/ana/it'\\''s Ana'\\''s.txt' ", (QUOTE,)),
        ("/home/ana/my\\ files/lease.pdf ", (LEASE,)),
        ("/home/ana/my\\ files/lease.pdf /home/ana/notes.md ", (LEASE, NOTES)),
        (f'"{LEASE}"', (LEASE,)),
        (f"{LEASE}", (LEASE,)),
        (f"{LEASE} ", (LEASE,)),
        (f"{LEASE}\n{NOTES}", (LEASE, NOTES)),
        (f"{LEASE}\r{QUOTE}\r", (LEASE, QUOTE)),
        (f"{NOTES}\r\n{PICTURE}\r\n", (NOTES, PICTURE)),
        (PICTURE.replace(" ", "\\ "), (PICTURE,)),
        ("file:///home/ana/my%20files/lease.pdf", (LEASE,)),
        ("file://localhost/home/ana/notes.md\r\n", (NOTES,)),
        ("FILE://box/home/ana/f%C3%A9rias/a%C3%A7%C3%A3o.odt", ("/home/ana/férias/ação.odt",)),
        ("file:/home/ana/notes.md", (NOTES,)),
        ("file:///home/ana/it's%20Ana's.txt\nfile:///home/ana/notes.md\n", (QUOTE, NOTES)),
        ("~/notes.md", (NOTES,)),
        ("~/my\\ files/lease.pdf", (LEASE,)),
        ('"C:\\Users\\Ana\\My Files\\x.pdf"', ("/mnt/c/Users/Ana/My Files/x.pdf",)),
        ("C:\\Users\\Ana\\My Files\\x.pdf", ("/mnt/c/Users/Ana/My Files/x.pdf",)),
        (
            '"C:\\Users\\Ana\\My Files\\x.pdf" D:\\y.txt',
            ("/mnt/c/Users/Ana/My Files/x.pdf", "/mnt/d/y.txt"),
        ),
        ("file:///D:/y.txt", ("/mnt/d/y.txt",)),
        ("\\\\wsl.localhost\\Debian\\home\\ana\\notes.md", (NOTES,)),
        ("\\\\wsl$\\Ubuntu-24.04\\home\\ana\\my files\\lease.pdf", (LEASE,)),
        ("$'/home/ana/f\\303\\251rias/a\\u00e7\\xc3\\xa3o.odt'", ("/home/ana/férias/ação.odt",)),
        (f"{NOTES} {NOTES}", (NOTES,)),
    ],
)
def test_every_terminal_has_its_own_way(paste: str, paths: tuple[str, ...]) -> None:
    assert dropped(paste) == paths


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "~",
        "'/",
        "notes.md",
        "See /home/ana/notes.md",
        "/home/ana/notes.md is what I mean",
        "'/home/ana/notes.md' is what I mean",
        "/home/ana/missing.md",
        f"{NOTES} /home/ana/missing.md",
        "/add /etc",
        "'/home/ana/notes.md",
        "/home/ana/notes.md\\",
        "/etc\0",
        "https://example.org/etc",
        "file:///home/ana/missing.md",
        "C:\\missing.txt",
        "it's /etc",
    ],
)
def test_anything_else_is_text(text: str) -> None:
    assert dropped(text) == ()


def test_a_text_that_is_no_path_at_all_asks_the_disk_nothing() -> None:
    asked: list[str] = []

    def exists(path: str) -> bool:
        asked.append(path)
        return False

    assert dropped_paths("x" * 2_000_000, exists) == ()
    assert dropped_paths("/x " * 500_000, exists) == ()
    assert dropped_paths("What is /etc for?", exists) == ()
    assert asked == []
    assert dropped_paths("/usr/bin/env python\n" * 10_000, exists) == ()
    assert len(asked) < 10


def test_a_command_takes_relative_paths_too() -> None:
    def named(text: str) -> tuple[str, ...]:
        return named_paths(text, KNOWN.__contains__, HOME)

    assert named("notes.md") == ("notes.md",)
    assert named("my notes.md") == ("my notes.md",)
    assert named("notes.md 'my notes.md' ~/notes.md") == ("notes.md", "my notes.md", NOTES)
    assert named("missing.md other.md") == ("missing.md", "other.md")
    assert named("~") == (HOME,)
    assert named("~/missing.md") == ("/home/ana/missing.md",)
    assert named("it's") == ("it's",)
    assert named(" ") == ()


def single_quoted(path: str) -> str:
    return "'" + path.replace("'", "'\\''") + "'"


def double_quoted(path: str) -> str:
    for mark in '\\"$`':
        path = path.replace(mark, "\\" + mark)
    return f'"{path}"'


def escaped(path: str) -> str:
    return "".join(mark if mark.isalnum() or mark == "/" else "\\" + mark for mark in path)


def as_address(path: str) -> str:
    return "file://" + quote(path.encode("utf-8", "surrogateescape"))


def ansi_quoted(path: str) -> str:
    data = path.encode("utf-8", "surrogateescape")
    return "$'" + "".join(f"\\{byte:03o}" for byte in data) + "'"


NAMES = st.text(
    st.characters(exclude_characters="\0/\r", exclude_categories=["Cs"])
    | st.sampled_from("\udc80\udcff '\"\\$`%~#@\u202e\u202f\x1b[a"),
    min_size=1,
    max_size=12,
).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(lambda names: "/" + "/".join(names))
LISTS = st.lists(PATHS, min_size=1, max_size=5, unique=True)


@pytest.mark.parametrize(
    "style", [single_quoted, double_quoted, as_address, ansi_quoted, shlex.quote]
)
@given(
    paths=LISTS, between=st.sampled_from([" ", "\n", "\r"]), end=st.sampled_from(["", " ", "\n"])
)
def test_quoted_paths_are_found_again(
    style: Callable[[str], str], paths: Sequence[str], between: str, end: str
) -> None:
    pasted = between.join(style(path) for path in paths) + end

    assert dropped_paths(pasted, set(paths).__contains__) == tuple(paths)


@given(paths=LISTS)
def test_escaped_paths_are_found_again(paths: Sequence[str]) -> None:
    paths = list(dict.fromkeys(path.replace("\n", "_") for path in paths))
    pasted = " ".join(escaped(path) for path in paths) + " "

    assert dropped_paths(pasted, set(paths).__contains__) == tuple(paths)


@given(paths=LISTS)
def test_bare_paths_on_lines_are_found_again(paths: Sequence[str]) -> None:
    paths = list(dict.fromkeys(path.replace("\n", "_") for path in paths))

    assert dropped_paths("\n".join(paths), set(paths).__contains__) == tuple(paths)


@given(st.text() | st.text(alphabet="/~'\"\\$ \n\rfile:%C0aé"))
def test_whatever_is_pasted_only_existing_paths_come_back(text: str) -> None:
    known = {"/a", "/C0", "/é"}

    assert set(dropped_paths(text, known.__contains__, "/")) <= known
    assert isinstance(named_paths(text, known.__contains__, "/"), tuple)
