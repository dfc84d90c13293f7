import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.library.file_access import printable_path
from assistant.library.files.walk import FileToRead, SkippedPath, WalkRules, walk


@pytest.fixture
def root() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp")).resolve()
    yield folder
    shutil.rmtree(folder)


def put(root: Path, *names: str, text: str = "words") -> None:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def taken(root: Path, rules: WalkRules | None = None) -> list[str]:
    prefix = len(os.fsencode(root)) + 1
    return [
        os.fsdecode(found.path[prefix:])
        for found in walk([str(root)], rules)
        if isinstance(found, FileToRead)
    ]


def skipped(root: Path, rules: WalkRules | None = None) -> dict[str, str]:
    prefix = len(os.fsencode(root)) + 1
    return {
        os.fsdecode(found.path[prefix:]): found.reason
        for found in walk([str(root)], rules)
        if isinstance(found, SkippedPath)
    }


def test_a_candidate_carries_what_tells_whether_the_file_changed(root: Path) -> None:
    put(root, "a.txt")
    status = (root / "a.txt").stat()
    (found,) = walk([os.fsencode(root)])
    assert found == FileToRead(
        path=os.fsencode(root / "a.txt"),
        size=5,
        mtime_ns=status.st_mtime_ns,
        inode=status.st_ino,
    )
    assert found.display_name == str(root / "a.txt")


def test_files_come_folder_by_folder_in_the_order_of_names(root: Path) -> None:
    put(root, "b/2.txt", "a/c/3.txt", "a/1.txt", "z.txt")
    assert taken(root) == ["z.txt", "a/1.txt", "a/c/3.txt", "b/2.txt"]


def test_a_deeper_ignore_file_takes_back_what_one_above_leaves_out(root: Path) -> None:
    put(root, "a.log", "in/b.log", "in/deep/c.log", "in/deep/d.txt")
    put(root, ".gitignore", text="*.log\n")
    put(root, "in/.gitignore", text="!b.log\n")
    assert taken(root) == ["in/b.log", "in/deep/d.txt"]
    assert skipped(root)["a.log"] == "ignored"


def test_an_ignored_folder_is_reported_once_and_not_entered(root: Path) -> None:
    put(root, "build/a.txt", "build/b.txt", "src/build/c.txt", "src/d.txt")
    put(root, ".gitignore", text="/build/\n")
    assert skipped(root) == {".gitignore": "hidden", "build": "ignored"}
    assert taken(root) == ["src/d.txt", "src/build/c.txt"]


def test_our_own_ignore_file_has_the_last_word(root: Path) -> None:
    put(root, "a.log", "private.txt")
    put(root, ".gitignore", text="*.log\n")
    put(root, ".assistantignore", text="!*.log\nprivate.txt\n")
    assert taken(root) == ["a.log"]


def test_hidden_files_are_taken_when_the_user_wants_them(root: Path) -> None:
    put(root, ".a.txt", ".b/c.txt", ".git/d.txt")
    put(root, ".gitignore", text="!*\n")
    assert taken(root) == []
    assert taken(root, WalkRules(hidden=True)) == [".a.txt", ".gitignore", ".b/c.txt"]


def test_folders_that_programs_make_are_left_out(root: Path) -> None:
    put(root, "node_modules/a.txt", "env/pyvenv.cfg", "env/lib/b.txt", "target/c.txt", "d.txt")
    put(root, "target/CACHEDIR.TAG", text="Signature: 8a477f597d28d172789f06886806bc55")
    assert taken(root) == ["d.txt"]
    assert skipped(root) == {"node_modules": "ignored", "env": "ignored", "target": "ignored"}


def test_a_root_is_taken_whatever_its_name(root: Path) -> None:
    put(root, ".hidden/node_modules/a.txt")
    assert taken(root / ".hidden" / "node_modules") == ["a.txt"]


def test_a_picture_is_not_worth_opening_unless_the_user_names_it(root: Path) -> None:
    put(root, "a.PNG", "png")
    assert taken(root) == ["png"]
    (found,) = walk([str(root / "a.PNG")])
    assert isinstance(found, FileToRead)


def test_the_size_decides_before_anything_is_read(root: Path) -> None:
    put(root, "empty.txt", text="")
    put(root, "large.txt", text="x" * 11)
    put(root, "right.txt", text="x" * 10)
    rules = WalkRules(largest_file=10)
    assert taken(root, rules) == ["right.txt"]
    assert skipped(root, rules) == {"empty.txt": "empty", "large.txt": "too_large"}


def test_an_own_ignore_file_brings_back_what_is_hidden(root: Path) -> None:
    put(root, ".notes/a.txt", ".notes/.b.txt", ".other/c.txt", "in/.d.txt", ".e.txt")
    put(root, ".assistantignore", text="!.notes/\n!.d.txt\n")
    assert taken(root) == [".notes/a.txt", "in/.d.txt"]


def test_an_own_ignore_file_brings_back_types_and_folders_that_are_skipped(root: Path) -> None:
    put(root, "a.zip", "b.iso", "node_modules/left.txt", "cache/c.txt", "cache/CACHEDIR.TAG")
    put(root, ".assistantignore", text="!*.zip\n!node_modules\n!/cache/\n")
    assert taken(root) == ["a.zip", "cache/CACHEDIR.TAG", "cache/c.txt", "node_modules/left.txt"]
    assert skipped(root)["b.iso"] == "unsupported"


def test_git_s_ignore_file_does_not_bring_back_what_is_hidden(root: Path) -> None:
    put(root, ".github/a.md", "b.zip")
    put(root, ".gitignore", text="!.github/\n!*.zip\n")
    assert taken(root) == []


def test_a_later_or_deeper_line_has_the_last_word_on_what_is_brought_back(root: Path) -> None:
    put(root, ".a/x.txt", ".b/y.txt", "in/.c/z.txt")
    put(root, ".assistantignore", text="!.*/\n.b/\n")
    put(root, "in/.gitignore", text=".c/\n")
    assert taken(root) == [".a/x.txt"]


def test_nothing_brings_back_a_link_or_what_is_empty_or_large(root: Path) -> None:
    put(root, "large.txt", text="x" * 11)
    put(root, "empty.txt", text="")
    (root / "link").symlink_to("/etc/passwd")
    put(root, ".assistantignore", text="!*\n")
    rules = WalkRules(largest_file=10)
    assert taken(root, rules) == [".assistantignore"]


def test_links_are_not_followed(root: Path) -> None:
    put(root, "in/a.txt")
    (root / "in" / "round").symlink_to(root)
    (root / "outside").symlink_to("/etc")
    (root / "zero").symlink_to("/dev/zero")
    (root / "nowhere").symlink_to(root / "nothing")
    assert taken(root) == ["in/a.txt"]
    assert set(skipped(root).values()) == {"unsupported"}


def test_a_root_that_is_a_link_stands_for_its_target(root: Path) -> None:
    put(root, "real/a.txt")
    (root / "link").symlink_to(root / "real")
    assert [found.path for found in walk([str(root / "link")])] == [
        os.fsencode(root / "real/a.txt")
    ]


def test_pipes_and_sockets_are_not_opened(root: Path) -> None:
    os.mkfifo(root / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(root / "socket.txt"))
        assert skipped(root) == {"pipe.txt": "unsupported", "socket.txt": "unsupported"}


def test_an_ignore_file_that_is_a_pipe_does_not_block(root: Path) -> None:
    put(root, "a.txt")
    os.mkfifo(root / ".gitignore")
    assert taken(root) == ["a.txt"]


def test_roots_that_hold_each_other_give_each_file_once(root: Path) -> None:
    put(root, "a.txt", "in/b.txt")
    found = [os.fsdecode(f.path) for f in walk([str(root), str(root / "in"), str(root / "a.txt")])]
    assert sorted(found) == [str(root / "a.txt"), str(root / "in/b.txt")]


def test_a_root_that_is_not_there_is_a_line_of_the_report(root: Path) -> None:
    (found,) = walk([str(root / "nothing")])
    assert isinstance(found, SkippedPath)
    assert (found.reason, found.detail) == ("unreadable", "No such file or directory")
    (found,) = walk(["a\0b"])
    assert found.reason == "unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_a_line_of_the_report(root: Path) -> None:
    put(root, "closed/a.txt", "b.txt")
    (root / "closed").chmod(0)
    try:
        assert taken(root) == ["b.txt"]
        assert skipped(root) == {"closed": "unreadable"}
    finally:
        (root / "closed").chmod(0o700)


def test_strange_names_keep_their_bytes_and_are_shown_on_one_line(root: Path) -> None:
    names = [b"new\nline.txt", b"\xff\xfe.txt", "\u202egpj.txt".encode(), "Ação.txt".encode()]
    for name in names:
        (root / os.fsdecode(name)).write_text("words")
    found = {
        f.path.rpartition(b"/")[2]: f.display_name.rpartition("/")[2] for f in walk([str(root)])
    }
    assert found == {
        b"new\nline.txt": "new\\nline.txt",
        b"\xff\xfe.txt": "\\xff\\xfe.txt",
        "\u202egpj.txt".encode(): "\\u202egpj.txt",
        "Ação.txt".encode(): "Ação.txt",
    }


@given(st.binary())
def test_any_name_can_be_shown_on_one_line(name: bytes) -> None:
    assert printable_path(name).isprintable()


@pytest.mark.parametrize(
    "line", ["[", "!", "\\", "***", "a" * 10_000, "*a*a*a*a*a*a*a*", "/", "!/"]
)
def test_a_line_that_is_no_pattern_costs_only_itself(root: Path, line: str) -> None:
    put(root, "a" * 200, "b.log")
    put(root, ".gitignore", text=f"{line}\n*.log\n")
    assert "b.log" not in taken(root)


@pytest.mark.parametrize(
    "line",
    [
        "**a" * 8 + "b",
        "a/**/" * 9 + "b",
        "**/*a/" * 20 + "b",
        "*a" * 500 + "b",
        "[ab]*" * 200 + "c",
        "?*" * 300 + "c",
        "*.*.*.*.*.*.*.*.*.*.*.*.*.*.*",
        "*[!b]" * 100 + "*b",
    ],
)
def test_no_line_makes_a_walk_long(root: Path, line: str) -> None:
    """A matcher that tries one way after the other would not end in a lifetime."""
    deep = "/".join(["a"] * 36)
    put(root, f"{'a' * 200}.txt", f"{'.' * 100}a", "b.log", f"{deep}/c.txt")
    put(root, ".gitignore", text=f"{line}\n*.log\n")

    assert f"{deep}/c.txt" in taken(root)
    assert "b.log" not in taken(root)


def test_many_wildcards_are_obeyed(root: Path) -> None:
    put(root, "a" * 30, "a" * 7, "xaxaxaxaxaxaxax", "b/a/c/a/d", "b/c/d")
    put(root, ".gitignore", text="*a*a*a*a*a*a*a*a*\n**/a/**/a/**/d\n")

    assert set(taken(root)) == {"aaaaaaa", "b/c/d", "xaxaxaxaxaxaxax"}


def test_rules_that_are_too_large_together_are_obeyed_one_by_one(root: Path) -> None:
    lines = [f"{'[a-z]?' * 300}{number}*x*y" for number in range(300)]
    put(root, "a.txt", "b.log")
    put(root, ".gitignore", text="\n".join([*lines, "*.log"]))

    assert taken(root) == ["a.txt"]


def test_of_an_ignore_file_without_end_the_beginning_is_obeyed(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(root, "a.txt", "b.log")
    put(root, ".gitignore", text="*.log\n" + "x\n" * 20_000)

    assert taken(root) == ["a.txt"]
    assert "Only the first 10000 lines are obeyed" in caplog.text


def test_names_and_lines_that_are_no_utf8_are_matched(root: Path) -> None:
    put(root, os.fsdecode(b"\xff one.txt"), os.fsdecode(b"two \xff.log"), "ação.log", "é.txt")
    (root / ".gitignore").write_bytes(b"*\xff.log\na\xc3\xa7*.log\n?.txt\n")

    assert taken(root) == [os.fsdecode(b"\xff one.txt")]


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")
@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("*.txt\n!keep.txt\n", "keep.txt\n!b.txt\n"),
        ("in/\n", "!a.txt\n"),
        ("/a.txt\nin/deep/*\n!in/deep/b.txt\n", "# nothing\n\n"),
        ("**/deep/\n", "!deep/\n"),
        ("in/**/a.txt\n\\#odd.txt\n", "a?txt\n[bc].txt  \n"),
        ("*\n!*/\n!*.txt\n", "!deep\ndeep/*.txt\n"),
        ("deep\n!in/deep\n", "/deep/keep.txt\n"),
    ],
)
def test_rules_mean_what_they_mean_to_git(root: Path, outer: str, inner: str) -> None:
    for folder in ("", "in/", "in/deep/", "other/deep/"):
        put(root, *(f"{folder}{name}" for name in ("a.txt", "b.txt", "keep.txt", "#odd.txt")))
    put(root, ".gitignore", text=outer)
    put(root, "in/.gitignore", text=inner)
    assert set(taken(root)) == taken_by_git(root)


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")
@pytest.mark.parametrize("seed", range(30))
def test_random_rules_mean_what_they_mean_to_git(root: Path, seed: int) -> None:
    chance = random.Random(seed)
    for folder in ("", "a/", "b/", "a/b/", "a/d/", "a/b/a/", "d/a/b/"):
        put(root, *(f"{folder}{name}" for name in ("x.txt", "c.txt", "ab", "e")))
    for folder in ("", "a/", "a/b/"):
        put(root, f"{folder}.gitignore", text="".join(_pattern(chance) for _ in range(3)))
    assert set(taken(root)) == taken_by_git(root)


def _pattern(chance: random.Random) -> str:
    parts = ["a", "b", "*", "**", "a*", "?", "[ab]", "[!a]", "c.txt", "*.txt", "d"]
    path = "/".join(chance.choices(parts, k=chance.choice([1, 1, 2, 2, 3])))
    before = chance.choice(["", "", "!"]) + chance.choice(["", "", "/"])
    return f"{before}{path}{chance.choice(['', '', '/'])}\n"


def taken_by_git(root: Path) -> set[str]:
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    listing = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
    ).stdout
    names = {os.fsdecode(name) for name in listing.split(b"\0") if name}
    return {name for name in names if not name.endswith(".gitignore")}


def test_a_large_tree_costs_less_than_three_bare_walks(root: Path) -> None:
    patterns = [f"*.ext{number}\n" for number in range(16)] + ["build/\n", "/private\n", "!keep\n"]
    put(root, ".gitignore", text="".join(patterns))
    for folder in range(40):
        (root / f"folder {folder}").mkdir()
        for number in range(250):
            (root / f"folder {folder}" / f"document number {number}.txt").write_text("x")
    ratios = []
    for _ in range(5):
        bare = _seconds(lambda: _bare_walk(str(root)))
        ours = _seconds(lambda: len(taken(root)))
        ratios.append(ours / bare)
    # The fastest of several: other programs run beside the test.
    assert min(ratios) < 4


def _bare_walk(top: str) -> int:
    files, pending = 0, [top]
    while pending:
        with os.scandir(pending.pop()) as listing:
            for entry in listing:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                else:
                    files += entry.stat(follow_symlinks=False).st_size > 0
    return files


def _seconds(work: object) -> float:
    assert callable(work)
    started = time.process_time()
    work()
    return time.process_time() - started
