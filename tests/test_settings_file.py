"""Changes to settings.toml: comments, order and everything else of the user stays."""

import tomllib
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.errors import SettingsError
from assistant.settings_file import change_setting

WRITTEN = """\
# My settings, kept by hand.

[library]  # files first
ocr = true        # slow, but needed

# as quiet as it gets
[engine]
threads = 2       # the laptop gets hot
batch = 64

[model."Qwen 4B".sampling]
temperature = 0.6
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_value_is_replaced_where_it_stands(tmp_path: Path) -> None:
    file = write(tmp_path, WRITTEN)

    before = change_setting(file, ("engine", "threads"), 4)

    assert before == 2
    assert file.read_text() == WRITTEN.replace("threads = 2", "threads = 4")


def test_a_new_key_joins_its_section_and_a_new_section_comes_last(tmp_path: Path) -> None:
    file = write(tmp_path, WRITTEN)

    change_setting(file, ("engine", "mlock"), True)
    change_setting(file, ("screen", "theme"), "light")

    text = file.read_text()
    assert "batch = 64\nmlock = true\n" in text
    assert text.endswith('temperature = 0.6\n\n[screen]\ntheme = "light"\n')
    for line in WRITTEN.splitlines():
        assert line in text.splitlines()


def test_what_is_taken_out_leaves_its_comment(tmp_path: Path) -> None:
    file = write(tmp_path, WRITTEN)

    assert change_setting(file, ("engine", "threads"), None) == 2

    expected = WRITTEN.replace("threads = 2       # the laptop", "# the laptop")
    assert file.read_text() == expected


def test_a_section_in_which_nothing_is_left_goes_and_one_with_a_comment_stays(
    tmp_path: Path,
) -> None:
    file = write(tmp_path, "[chat]\ntitles = false\n\n[screen]\n# at night\ntheme = 'dark'\n")

    change_setting(file, ("chat", "titles"), None)
    change_setting(file, ("screen", "theme"), None)

    assert file.read_text().strip() == "[screen]\n# at night"


def test_setting_and_taking_back_gives_the_file_as_it_was(tmp_path: Path) -> None:
    file = write(tmp_path, WRITTEN)

    change_setting(file, ("screen", "theme"), "light")
    change_setting(file, ("screen", "theme"), None)

    assert file.read_text() == WRITTEN


@pytest.mark.parametrize(
    "text",
    [
        "engine.threads = 2\n",
        "engine = { threads = 2, batch = 64 }\n",
        "[engine]\n'threads' = 2\n",
        "[engine]\r\nthreads = 2\r\nbatch = 64\r\n",
        "[model.a]\nthreads = 1\n[engine]\nthreads = 2\n[model.b]\nthreads = 1\n",
        "[engine]\nthreads = 2",
    ],
)
def test_however_it_is_written_only_the_one_setting_changes(tmp_path: Path, text: str) -> None:
    file = write(tmp_path, text)
    given = tomllib.loads(file.read_bytes().decode())

    change_setting(file, ("engine", "threads"), 5)
    given["engine"]["threads"] = 5
    assert tomllib.loads(file.read_bytes().decode()) == given

    change_setting(file, ("engine", "threads"), None)
    found = tomllib.loads(file.read_bytes().decode())
    assert "threads" not in found.get("engine", {})
    assert found.get("model") == given.get("model")


@pytest.mark.parametrize("text", ["[engine\n", "engine = 3\n"])
def test_a_file_that_cannot_be_changed_stays_as_it_is(tmp_path: Path, text: str) -> None:
    file = write(tmp_path, text)

    with pytest.raises(SettingsError, match=r"settings\.toml"):
        change_setting(file, ("engine", "threads"), 5)

    assert file.read_text() == text


def test_a_link_stays_one_and_what_it_leads_to_is_changed(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.toml"
    kept.write_text("[engine]\nthreads = 1\n")
    file = tmp_path / "settings.toml"
    file.symlink_to(kept)

    change_setting(file, ("engine", "threads"), 2)

    assert file.is_symlink()
    assert kept.read_text() == "[engine]\nthreads = 2\n"


def test_the_file_is_the_users_alone_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "config" / "settings.toml"

    change_setting(file, ("screen", "theme"), "dark")

    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert list(file.parent.iterdir()) == [file]


def _set_ten(file: Path, section: str) -> None:
    for number in range(10):
        change_setting(file, (section, f"key{number}"), number)


def test_two_programs_lose_nothing_of_each_other(tmp_path: Path) -> None:
    file, context = tmp_path / "settings.toml", get_context("spawn")
    programs = [context.Process(target=_set_ten, args=(file, name)) for name in ("one", "two")]
    for program in programs:
        program.start()
    for program in programs:
        program.join()

    found = tomllib.loads(file.read_text())
    assert {name: len(keys) for name, keys in found.items()} == {"one": 10, "two": 10}


KEYS = st.sampled_from([("chat", "model"), ("engine", "threads"), ("model", "a.b", "threads")])
VALUES = st.one_of(st.none(), st.integers(-9, 9), st.booleans(), st.text(max_size=9))


@given(st.lists(st.tuples(KEYS, VALUES), max_size=8))
def test_whatever_is_set_is_what_stands_there(
    changes: list[tuple[tuple[str, ...], object]],
) -> None:
    with TemporaryDirectory() as folder:
        file = write(Path(folder), WRITTEN)
        holds: dict[tuple[str, ...], object] = {("engine", "threads"): 2}
        for key, value in changes:
            assert change_setting(file, key, value) == holds.get(key)
            holds[key] = value
        text = file.read_text(encoding="utf-8")
        assert all(line in text for line in WRITTEN.splitlines() if line.startswith("#"))
