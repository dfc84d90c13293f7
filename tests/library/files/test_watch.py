"""Files that change are noticed without anybody asking; real files, a real service, quick parts."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.checkout import CHECKOUT
from tests.support.library_service import QUICK, Served, put, serving
from tests.support.waiting import until


@pytest.fixture
def files(home: Path) -> Path:
    """A folder with a file in it."""
    folder = home / "files"
    put(folder / "a.txt", "apples and pears")
    return folder


@pytest.fixture
def served(home: Path, files: Path) -> Iterator[Served]:
    """A service that watches the folder."""
    with serving(home) as opened:
        opened.add(files)
        until(lambda: opened.texts() == ["apples and pears"])
        until_watched(opened, 1)
        yield opened


def until_watched(served: Served, roots: int) -> None:
    until(lambda: len(served.service.watching.state.roots) == roots)


def test_a_file_that_is_replaced_is_indexed_anew(served: Served, files: Path) -> None:
    put(files.parent / "fresh", "cherries instead").replace(files / "a.txt")

    until(lambda: served.texts() == ["cherries instead"])
    assert served.library.index.passages == served.ids()


def test_a_file_that_is_written_in_place_is_indexed_anew(served: Served, files: Path) -> None:
    with (files / "a.txt").open("a") as stream:
        stream.write(" and plums")

    until(lambda: served.texts() == ["apples and pears and plums"])


def test_a_deleted_file_disappears(served: Served, files: Path) -> None:
    (files / "a.txt").unlink()

    until(lambda: served.texts() == [])
    assert served.library.index.passages == set()


def test_a_moved_file_is_recognised(served: Served, files: Path) -> None:
    before, asked = served.ids(), len(served.library.here.asked)
    (files / "deep").mkdir()
    (files / "a.txt").rename(files / "deep" / "renamed.txt")

    until(lambda: served.paths() == [str(files / "deep" / "renamed.txt")])
    assert served.ids() == before
    assert len(served.library.here.asked) == asked


def test_files_in_new_folders_are_noticed_and_watched(served: Served, files: Path) -> None:
    deep = put(files / "one" / "two" / "three" / "b.txt", "bananas")
    until(lambda: "bananas" in served.texts())

    deep.write_text("blackberries")
    until(lambda: "blackberries" in served.texts())


def test_a_folder_that_is_made_again_is_watched_again(served: Served, files: Path) -> None:
    put(files / "in" / "b.txt", "bananas")
    until(lambda: "bananas" in served.texts())
    shutil.rmtree(files / "in")
    (files / "in").mkdir()
    put(files / "in" / "b.txt", "blackberries")
    until(lambda: "blackberries" in served.texts())

    put(files / "in" / "b.txt", "blueberries in the end")
    until(lambda: "blueberries in the end" in served.texts())


def test_a_new_line_in_an_ignore_file_takes_files_out_and_lets_them_in(
    served: Served, files: Path
) -> None:
    put(files / ".assistantignore", "a.txt\n")
    until(lambda: served.texts() == [])

    put(files / ".assistantignore", "!.secret.txt\n")
    until(lambda: served.texts() == ["apples and pears"])
    put(files / ".secret.txt", "brought back")
    until(lambda: "brought back" in served.texts())


def test_what_is_left_out_wakes_nobody(home: Path) -> None:
    noisy, other = home / "noisy", home / "other"
    put(noisy / "node_modules" / "b.txt", "bananas")
    put(noisy / "data.db-wal", "a journal")
    put(other / "a.txt", "apples")
    with serving(home) as served:
        served.add(other)
        root = served.add(noisy)
        until_watched(served, 2)
        until(lambda: root.id in served.looks, "what was not watched before is looked at again")
        served.looks.clear()

        for number in range(5):
            put(noisy / ".swap", f"hidden {number}")
            put(noisy / "data.db-wal", f"a journal {number}")
            put(noisy / "node_modules" / "b.txt", f"bananas {number}")
        put(other / "b.txt", "a change that matters")
        until(lambda: "a change that matters" in served.texts())

        assert root.id not in served.looks


def test_a_name_that_is_no_text_is_noticed(served: Served, files: Path) -> None:
    strange = os.fsencode(files) + b"/caf\xe9.txt"
    with open(strange, "wb") as stream:  # noqa: PTH123 -- a Path cannot hold these bytes
        stream.write(b"an accordion")
    until(lambda: "an accordion" in served.texts())

    put(files / "b.txt", "bananas")
    until(lambda: "bananas" in served.texts(), "it watches after that, too")


def test_a_file_that_was_added_by_itself_is_watched(served: Served, home: Path) -> None:
    alone = put(home / "elsewhere" / "alone.txt", "a single file")
    served.add(alone)
    until(lambda: "a single file" in served.texts())
    until_watched(served, 2)

    for text in ("replaced once", "replaced twice"):
        put(home / "fresh", text).replace(alone)
        until(lambda text=text: text in served.texts())
    assert not any("fresh" in path for path in served.paths())


def test_a_root_that_was_removed_is_not_watched_any_more(served: Served, files: Path) -> None:
    (root,) = served.service.watching.state.roots
    served.remove(files)
    until(lambda: not served.service.watching.state.roots)
    served.looks.clear()

    put(files / "b.txt", "bananas")
    other = files.parent / "other"
    put(other / "c.txt", "cherries")
    served.add(other)
    until_watched(served, 1)
    put(other / "d.txt", "dates")
    until(lambda: served.texts() == ["cherries", "dates"])

    assert root not in served.looks


def test_a_root_that_goes_away_keeps_its_passages_and_is_looked_at_when_it_is_back(
    served: Served, files: Path
) -> None:
    away = files.rename(files.with_name("away"))
    until(lambda: len(served.service.watching.state.missing) == 1)
    put(away / "b.txt", "bananas")
    until(lambda: served.jobs.running is None)
    assert served.texts() == ["apples and pears"]

    away.rename(files)
    until(lambda: "bananas" in served.texts())
    assert not served.service.watching.state.missing
    put(files / "c.txt", "cherries")
    until(lambda: "cherries" in served.texts(), "it is watched again")


def test_what_changed_while_nobody_looked_is_found_at_the_start(
    served: Served, files: Path, home: Path
) -> None:
    served.close()
    put(files / "b.txt", "bananas")
    (files / "a.txt").unlink()

    with serving(home) as again:
        until(lambda: again.texts() == ["bananas"])
        put(files / "c.txt", "cherries")
        until(lambda: again.texts() == ["bananas", "cherries"])


def test_a_library_that_does_not_watch_looks_when_it_is_asked(home: Path, files: Path) -> None:
    with serving(home, watch=False) as served:
        served.add(files)
        until(lambda: served.texts() == ["apples and pears"])
        put(files / "b.txt", "bananas")
        assert not served.service.watching.state.roots
        served.jobs.request_rescan()
        until(lambda: "bananas" in served.texts())


def test_what_cannot_be_watched_is_looked_at_now_and_then(home: Path, files: Path) -> None:
    with serving(home, QUICK._replace(every=0.3)) as served:
        strange = os.fsdecode(os.fsencode(home) + b"/fold\xe9r")
        os.mkdir(strange)  # noqa: PTH102
        put(Path(strange) / "b.txt", "bananas")
        served.add(Path(strange))
        until(lambda: served.texts() == ["bananas"])
        put(Path(strange) / "c.txt", "cherries")
        until(lambda: "cherries" in served.texts())
        assert not served.service.watching.state.roots


LIMITED = """
import sys
from pathlib import Path
from tests.support.library_service import QUICK, put, serving
from tests.support.waiting import until
home = Path(sys.argv[1])
for number in range(int(sys.argv[2])):
    put(home / "large" / str(number) / "a.txt", f"words of {number}")
put(home / "small" / "a.txt", "apples")
with serving(home, QUICK._replace(every=0.5)) as served:
    served.add(home / "small"); served.add(home / "large")
    until(lambda: len(served.texts()) == int(sys.argv[2]) + 1)
    put(home / "small" / "a.txt", "pears")
    until(lambda: "pears" in served.texts())
    put(home / "large" / "0" / "a.txt", "plums")
    until(lambda: "plums" in served.texts())
    until(lambda: len(served.service.watching.state.roots) == int(sys.argv[3]))
    print("as it should be")
"""


@pytest.mark.parametrize(
    ("limit", "folders", "watched"),
    [("max_inotify_watches=30", 50, "1"), ("max_inotify_instances=0", 3, "0")],
)
def test_beyond_the_system_s_limits_folders_are_looked_at_now_and_then(
    home: Path, limit: str, folders: int, watched: str
) -> None:
    unshare = shutil.which("unshare")
    name, number = limit.split("=")
    script = f'echo {number} > /proc/sys/user/{name} && exec "$0" "$@"'
    command = [unshare or "", "-Ur", "sh", "-c", script]
    if not unshare or subprocess.run([*command, "true"], capture_output=True).returncode:
        pytest.skip("limits cannot be set here")

    told = subprocess.run(
        [*command, sys.executable, "-c", LIMITED, str(home), str(folders), watched],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
    )

    assert told.stdout.strip() == "as it should be", told.stderr
