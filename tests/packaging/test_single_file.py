"""The single file unpacks itself once, wherever it may, and starts from there."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.support.checkout import CHECKOUT

SINGLE = CHECKOUT / "packaging" / "pyinstaller" / "single.sh"
PROGRAM = '#!/bin/sh\necho "$0: $*"\n'


def single(folder: Path, program: str = PROGRAM) -> Path:
    """A single file whose program is a shell script."""
    source = folder / "source" / "assistant"
    source.mkdir(parents=True, exist_ok=True)
    (source / "assistant").write_text(program)
    (source / "assistant").chmod(0o755)
    with tarfile.open(folder / "it.tar", "w") as archive:
        archive.add(source, "assistant")
    made = subprocess.run(
        ["sh", str(SINGLE), str(folder / "it.tar"), "1.2"], capture_output=True, check=True
    )
    file = folder / "é run"
    file.write_bytes(made.stdout)
    file.chmod(0o755)
    return file


def run(file: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    usual = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        [str(file), *arguments],
        env={**usual, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_unpacks_once_and_hands_the_arguments_on(tmp_path: Path) -> None:
    file = single(tmp_path)
    place = tmp_path / "it is here"

    first = run(file, "ask", "a  b", ASSISTANT_UNPACKED=str(place))
    [unpacked] = place.glob("1.2-*/assistant/assistant")
    unpacked.write_text("#!/bin/sh\necho still here\n")
    second = run(file, ASSISTANT_UNPACKED=str(place))

    assert (first.stdout, first.stderr) == (f"{unpacked}: ask a  b\n", "")
    assert second.stdout == "still here\n"
    assert [each.name for each in place.iterdir()] == [unpacked.parents[1].name]


def test_it_belongs_to_its_user_alone(tmp_path: Path) -> None:
    place = tmp_path / "mine"

    run(single(tmp_path), ASSISTANT_UNPACKED=str(place))

    assert not place.stat().st_mode & 0o077


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"XDG_CACHE_HOME": "cache", "HOME": "home"}, "cache/assistant/program"),
        ({"HOME": "home"}, "home/.cache/assistant/program"),
        ({"HOME": "nowhere", "ASSISTANT_HOME": "own"}, "own/cache/program"),
    ],
)
def test_it_unpacks_into_the_user_s_cache(
    tmp_path: Path, environment: dict[str, str], place: str
) -> None:
    (tmp_path / "home").mkdir()
    absolute = {name: str(tmp_path / value) for name, value in environment.items()}

    done = run(single(tmp_path), **absolute)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path / place))


def test_a_user_without_a_home_is_told_what_to_set(tmp_path: Path) -> None:
    done = run(single(tmp_path), HOME=str(tmp_path / "nowhere"))

    assert done.returncode == 7
    assert "ASSISTANT_UNPACKED" in done.stderr


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = run(single(tmp_path), ASSISTANT_UNPACKED=str(tmp_path / "file"))

    assert done.returncode == 7
    assert str(tmp_path / "file") in done.stderr


def test_a_download_that_was_cut_off_leaves_nothing_behind(tmp_path: Path) -> None:
    # What cannot be compressed: some of it is in the part that is missing.
    file = single(tmp_path, PROGRAM + "exit\n" + os.urandom(50_000).hex())
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    place = tmp_path / "place"

    done = run(file, ASSISTANT_UNPACKED=str(place))

    assert done.returncode == 7
    assert list(place.iterdir()) == []


def test_a_damaged_download_is_not_run(tmp_path: Path) -> None:
    file = single(tmp_path, PROGRAM + "exit\n" + os.urandom(50_000).hex())
    content = bytearray(file.read_bytes())
    content[-20_000] ^= 1
    file.write_bytes(content)

    done = run(file, ASSISTANT_UNPACKED=str(tmp_path / "place"))

    assert done.returncode == 7
    assert "downloaded" in done.stderr
    assert done.stdout == ""


def test_another_version_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    place = tmp_path / "place"
    run(single(tmp_path), ASSISTANT_UNPACKED=str(place))
    changed = single(tmp_path, "#!/bin/sh\necho changed\n")

    done = run(changed, ASSISTANT_UNPACKED=str(place))

    assert done.stdout == "changed\n"
    assert len(list(place.iterdir())) == 1


def test_two_first_starts_at_once_leave_one_copy(tmp_path: Path) -> None:
    file = single(tmp_path, PROGRAM + "exit\n" + os.urandom(500_000).hex())
    place = tmp_path / "place"
    environment = {"PATH": os.environ["PATH"], "ASSISTANT_UNPACKED": str(place)}
    starts = [
        subprocess.Popen([str(file)], env=environment, stdout=subprocess.PIPE) for _ in range(4)
    ]

    assert [start.communicate()[0] != b"" for start in starts] == [True] * 4
    [unpacked] = place.iterdir()
    assert [each.name for each in unpacked.iterdir()] == ["assistant"]


def test_what_a_killed_start_left_is_cleaned_up(tmp_path: Path) -> None:
    left = tmp_path / "place" / ".unpacking.4999999"
    left.mkdir(parents=True)

    assert len(unpack(single(tmp_path), left.parent)) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it looks into /proc")
def test_an_earlier_version_stays_while_it_runs(tmp_path: Path) -> None:
    place = tmp_path / "place"
    [earlier] = unpack(single(tmp_path), place)
    program = earlier / "assistant" / "assistant"
    shutil.copy(Path("/bin/sleep").resolve(), program)
    with subprocess.Popen([str(program), "60"]) as running:
        during = unpack(single(tmp_path, "#!/bin/sh\n: 2\n"), place)
        running.kill()
    after = unpack(single(tmp_path, "#!/bin/sh\n: 3\n"), place)

    assert earlier in during
    assert len(during) == 2
    assert earlier not in after
    assert len(after) == 1


def unpack(file: Path, place: Path) -> list[Path]:
    """Run a single file; all that is unpacked then."""
    assert run(file, ASSISTANT_UNPACKED=str(place)).returncode == 0
    return list(place.iterdir())
