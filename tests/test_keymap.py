"""Which keys run which command: the user's, those for what is around, those of the table."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.command_table import COMMANDS
from assistant.core.errors import SettingsError
from assistant.keymap import (
    DEFAULT_KEYMAP,
    PRESETS,
    key_name,
    make_keymap,
    parse_key,
    parse_keys,
    surroundings,
)
from assistant.settings import load_settings


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("ctrl+n", "ctrl+n"),
        ("Ctrl+N", "ctrl+n"),
        ("Control-n", "ctrl+n"),
        ("alt-M", "alt+m"),
        ("Option+m", "alt+m"),
        ("shift+alt+s", "alt+shift+s"),
        ("F11", "f11"),
        ("ctrl+\\", "ctrl+backslash"),
        ("ctrl+Home", "ctrl+home"),
        ("+", "plus"),
        ("-", "minus"),
        ("k", "k"),
        ("Del", "delete"),
        (" alt + left ", "alt+left"),
    ],
)
def test_a_key_is_understood_however_it_is_written(typed: str, key: str) -> None:
    assert parse_key(typed) == key


@pytest.mark.parametrize(
    "typed",
    ["ctrl+nn", "hyper+n", "f99", "", "ctrl+", "ctrl+c", "Ctrl+S", "ctrl+i", "alt+b", "alt+/",
     "ctrl+1", "ctrl+ç", "alt+1"],
)  # fmt: skip
def test_what_is_no_key_or_needed_for_typing_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"not a key|typing|send"):
        parse_key(typed)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_key_of_the_table_is_one_and_is_read_as_it_is_shown(command: object) -> None:
    for key in (*DEFAULT_KEYMAP.keys[command.name], *DEFAULT_KEYMAP.message_keys[command.name]):  # type: ignore[attr-defined]
        if key not in ("ctrl+shift+e",):
            assert parse_key(key) == key
        shown = key_name(key).replace("←", "left").replace("→", "right")
        assert parse_key(shown) == key


def test_ctrl_s_is_for_editors_alone() -> None:
    for name in ("auto", *PRESETS):
        keymap = make_keymap({"preset": name}, {}, "linux")
        assert "ctrl+s" not in {key for keys in keymap.keys.values() for key in keys}


@pytest.mark.parametrize("name", PRESETS)
def test_no_preset_gives_a_key_to_two_commands_and_none_loses_one(name: str) -> None:
    keymap = make_keymap({"preset": name}, {}, "linux")
    keys = [key for keys in keymap.keys.values() for key in keys]

    assert len(keys) == len(set(keys))
    assert keymap.clashes == ()
    for command, usual in DEFAULT_KEYMAP.keys.items():
        assert set(usual) <= set(keymap.keys[command])


@pytest.mark.parametrize(
    ("environment", "platform", "found"),
    [
        ({}, "linux", []),
        ({"TMUX": "/tmp/tmux-0/default,1,0"}, "linux", ["tmux"]),
        ({"ZELLIJ": "0"}, "linux", ["zellij"]),
        ({"TERM_PROGRAM": "vscode"}, "linux", ["vscode"]),
        ({}, "darwin", ["no-alt"]),
        ({"TERM_PROGRAM": "Apple_Terminal"}, "linux", ["no-alt"]),
        ({"LC_TERMINAL": "iTerm2", "TMUX": "x"}, "linux", ["tmux", "no-alt"]),
    ],
)
def test_what_the_program_runs_in_is_found(
    environment: dict[str, str], platform: str, found: list[str]
) -> None:
    assert surroundings(environment, platform) == found


def test_a_key_that_cannot_be_relied_on_is_not_shown_and_works_all_the_same() -> None:
    mac = make_keymap({}, {}, "darwin")
    tmux = make_keymap({}, {"TMUX": "x"}, "linux")
    zellij = make_keymap({"preset": "zellij"}, {}, "linux")

    assert (mac.shown("model"), mac.shown("new")) == ("/model", "Ctrl+N")
    assert mac.keys["model"] == ("alt+m",)
    assert tmux.shown("conversations") == "Ctrl+\\"
    assert "ctrl+b" in tmux.keys["conversations"]
    assert (zellij.shown("palette"), zellij.shown("theme")) == ("Alt+Shift+C", "/theme")
    assert ("theme", "ctrl+t", "zellij") in list(zellij.taken())


def test_the_users_keys_take_the_place_of_others_and_may_be_several() -> None:
    given = {"new": ["F11", "alt+shift+n"], "save_prompt": "ctrl+underscore", "fork": "ctrl+l,x"}
    keymap = make_keymap(given, {}, "linux")

    assert keymap.keys["new"] == ("f11", "alt+shift+n")
    assert keymap.keys["save-prompt"] == ("ctrl+underscore",)
    assert (keymap.keys["fork"], keymap.message_keys["fork"]) == (("ctrl+l",), ("x",))
    assert keymap.shown("new") == "F11"
    assert keymap.clashes == ()


def test_a_command_may_have_no_key_at_all() -> None:
    keymap = make_keymap({"theme": [], "regenerate": ""}, {}, "linux")

    assert (keymap.keys["theme"], keymap.shown("theme")) == ((), "/theme")
    assert keymap.message_keys["regenerate"] == ()


def test_a_key_that_two_commands_want_is_the_first_ones_and_that_is_told() -> None:
    keymap = make_keymap({"new": "ctrl+r", "theme": "ctrl+r", "fork": "c"}, {}, "linux")

    assert keymap.keys["new"] == ("ctrl+r",)
    assert keymap.keys["regenerate"] == keymap.keys["theme"] == ()
    assert set(keymap.clashes) == {
        "Ctrl+R is for /new, so /theme has no key",
        "Ctrl+R is for /new, so /regenerate has r",
        "c is for /fork, so /continue has Ctrl+G",
    }


def test_what_is_not_valid_is_left_out_here_and_refused_by_the_settings(tmp_path: Path) -> None:
    keymap = make_keymap({"new": "hyper+x", "nothing": "f11", "preset": 3}, {}, "linux")
    file = tmp_path / "settings.toml"
    file.write_text("[keys]\nnew = ['f11', 'Ctrl+N']\nsave_prompt = 'alt+h'\n")

    assert keymap.keys == DEFAULT_KEYMAP.keys
    keys = load_settings(file, {"ASSISTANT_KEYS__FORK": "ctrl+l, f"}).keys
    assert (keys.of("new"), keys.of("fork")) == (("f11", "ctrl+n"), ("ctrl+l", "f"))
    assert keys.of("copy") == ("ctrl+y", "y")
    for mistake in ("new = 'hyper+x'", "newer_one = 'f11'", "new = 3"):
        file.write_text(f"[keys]\n{mistake}\n")
        with pytest.raises(SettingsError, match=rf"`keys\.{mistake.split()[0]}`"):
            load_settings(file, {})


@given(st.text(max_size=12))
def test_whatever_is_typed_is_a_key_or_a_sentence(typed: str) -> None:
    with suppress(ValueError):
        for key in parse_keys(typed):
            assert parse_key(key) == key
