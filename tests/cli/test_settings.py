"""`assistant settings`: every setting with its origin, and changes to the user's file."""

import json
from pathlib import Path

import pytest

from assistant.settings import Settings
from assistant.settings_reference import all_keys, describe
from tests.support.shell import Shell


def file_of(shell: Shell) -> Path:
    return shell.home / "settings.toml"


def test_settings_tells_file_value_default_and_meaning_of_each(shell: Shell) -> None:
    (shell.home / "settings.toml").write_text("[engine]\nthreads = 3\n")

    found = json.loads(shell("settings", "--json", ASSISTANT_SAMPLING__TEMPERATURE="0.1").out)

    assert found["file"] == str(shell.home / "settings.toml")
    assert found["exists"]
    by_key = {setting["key"]: setting for setting in found["settings"]}
    assert by_key["engine.threads"]["value"] == 3
    assert by_key["engine.threads"]["default"] == 0
    assert by_key["engine.threads"]["variable"] == "ASSISTANT_ENGINE__THREADS"
    assert "cores" in by_key["engine.threads"]["description"]
    assert by_key["sampling.temperature"]["value"] == 0.1


def test_settings_are_readable_by_people(shell: Shell) -> None:
    out = shell("settings").out

    assert f"{shell.home / 'settings.toml'} (does not exist yet)" in out
    assert "[engine]\ncontext_window = 0\n" in out
    assert "model = (not set)" in out


def test_every_setting_but_the_plainest_says_what_it_does() -> None:
    undocumented = [setting.key for setting in describe(Settings()) if not setting.description]

    assert set(undocumented) <= {"sampling.top_p", "sampling.min_p"}


def test_a_wrong_setting_is_one_line_that_names_it(shell: Shell) -> None:
    (shell.home / "settings.toml").write_text("[engine]\nthreads = 'many'\n")

    run = shell("ask", "Hello")

    assert run.status == 2
    assert "engine.threads" in run.err
    assert run.err.count("\n") == 1


def test_settings_of_single_models_are_told_with_what_they_replace(shell: Shell) -> None:
    file = shell.home / "settings.toml"
    file.write_text(
        '[engine]\nthreads = 3\n[model."Qwen 4B"]\nthreads = 1\n'
        '[model."Qwen 4B".sampling]\ntemperature = 0.6\n'
    )

    shown = shell("settings").out
    told = json.loads(shell("settings", "--json").out)["models"]

    assert '[model."Qwen 4B"]\nthreads = 1\n    Instead of 3, from ' in shown
    assert '[model."Qwen 4B".sampling]\ntemperature = 0.6\n    Instead of 0.3, from ' in shown
    assert [(one["model"], one["key"], one["value"], one["instead_of"]) for one in told] == [
        ("Qwen 4B", "threads", 1, 3),
        ("Qwen 4B", "temperature", 0.6, 0.3),
    ]
    assert {one["origin"] for one in told} == {str(file)}


def test_a_wrong_sampling_of_a_model_is_named(shell: Shell) -> None:
    (shell.home / "settings.toml").write_text('[model.small.sampling]\ntemperature = "hot"\n')

    run = shell("settings")

    assert run.status == 2
    assert "model.small.sampling.temperature" in run.err


def test_where_a_value_comes_from_is_told(shell: Shell) -> None:
    file_of(shell).write_text("[engine]\nthreads = 3\nbatch = 64\n")

    listed = shell.json("settings", "list")["settings"]
    origins = {one["key"]: one["origin"] for one in listed}
    covered = json.loads(
        shell("settings", "show", "engine.threads", "--json", ASSISTANT_ENGINE__THREADS="2").out
    )

    assert origins["engine.threads"] == str(file_of(shell))
    assert origins["engine.mmap"] == "default"
    assert (covered["value"], covered["origin"]) == (2, "ASSISTANT_ENGINE__THREADS")
    assert "From settings.toml. Default: 0" in shell("settings", "show", "engine.threads").out


def test_settings_are_found_by_words_of_what_they_do(shell: Shell) -> None:
    found = shell.json("settings", "list", "scanned", "tesseract")["settings"]

    assert {one["key"] for one in found} == {"library.ocr", "library.ocr_languages"}
    assert "No matching settings" in shell("settings", "list", "teapot").out


def test_what_is_set_holds_from_then_on_and_unset_gives_the_default_back(shell: Shell) -> None:
    assert shell("settings", "set", "engine.threads", "2").out == "engine.threads = 2\n"
    assert shell.json("settings", "show", "engine.threads")["value"] == 2
    assert file_of(shell).stat().st_mode & 0o777 == 0o600

    again = shell("settings", "set", "engine.threads", "3").out
    assert again == "engine.threads = 3 (it was 2)\n"
    assert "it was 3" in shell("settings", "unset", "engine.threads").out
    assert shell.json("settings", "show", "engine.threads")["origin"] == "default"
    assert "not set" in shell("settings", "unset", "engine.threads").out


@pytest.mark.parametrize(
    ("key", "words", "written"),
    [
        ("engine.gpu_layers", ["-1"], "gpu_layers = -1"),
        ("sampling.temperature", ["0.7"], "temperature = 0.7"),
        ("sampling.thinking", ["low"], 'thinking = "low"'),
        ("sampling.thinking", ["200"], "thinking = 200"),
        ("library.ocr", ["yes"], "ocr = true"),
        ("models.folders", ["/a b", "/c"], 'folders = ["/a b", "/c"]'),
        ("models.folders", ['["/a", "/b"]'], 'folders = ["/a", "/b"]'),
        ("models.folders", ["/a:/b"], 'folders = ["/a", "/b"]'),
        ("chat.model", ["Qwen3 4B"], 'model = "Qwen3 4B"'),
        ("model.Qwen3-0.6B.threads", ["1"], '[model."Qwen3-0.6B"]\nthreads = 1'),
        ('model."a.b".sampling.seed', ["5"], '[model."a.b".sampling]\nseed = 5'),
        ("model.small.adapters.formal", ["0.5"], "[model.small.adapters]\nformal = 0.5"),
    ],
)
def test_a_value_is_written_as_what_it_is(
    shell: Shell, key: str, words: list[str], written: str
) -> None:
    assert shell("settings", "set", key, *words).status == 0
    assert written in file_of(shell).read_text()
    assert shell("settings").status == 0
    assert shell("settings", "unset", key).status == 0
    assert file_of(shell).read_text().strip() == ""


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("chat.modell", "chat.model"),
        ("theme", "screen.theme"),
        ("engine.thread", "engine.threads"),
        ("temperature", "sampling.temperature"),
        ("sampling.temprature", "sampling.temperature"),
        ("libary.ocr", "library.ocr"),
        ("LIBRARY.OCR", "library.ocr"),
        ("models.folder", "models.folders"),
        ("engine.context-window", "engine.context_window"),
        ("chat.prmpt", "chat.prompt"),
    ],
)
def test_a_key_that_is_not_there_is_refused_with_the_nearest(
    shell: Shell, typed: str, offered: str
) -> None:
    run = shell("settings", "set", typed, "1")

    assert run.status == 2
    assert repr(typed) in run.err
    assert offered in run.err
    assert not file_of(shell).exists()


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("screen.theme", "blue", "auto, dark or light"),
        ("engine.threads", "many", "a whole number from 0 to 512"),
        ("engine.threads", "-2", "a whole number from 0 to 512"),
        ("engine.context_window", "100", "0, or a whole number from 256"),
        ("engine.load_timeout", "0", "a number above 0"),
        ("sampling.top_p", "2", "a number above 0, at most 1"),
        ("sampling.seed", "-1", "a whole number from 0 to 4,294,967,294"),
        ("sampling.thinking", "much", "a whole number from 0, or off, auto, low, medium or high"),
        ("library.ocr", "perhaps", "true or false"),
        ("models.endpoint", "ftp://x", "an address that begins with https:// or http://"),
        ("model.small.adapters.formal", "11", "a number from -10 to 10"),
    ],
)
def test_a_value_that_will_not_do_is_refused_with_what_is_allowed(
    shell: Shell, key: str, value: str, allowed: str
) -> None:
    run = shell("settings", "set", key, value)

    assert run.status == 2
    assert f"{key} = {value} is not valid" in run.err
    assert allowed in run.err
    assert not file_of(shell).exists()


def test_every_setting_says_what_it_takes(shell: Shell) -> None:
    taken = {one.key: one.allowed for one in describe(Settings())}

    assert list(taken) == all_keys()
    assert not [key for key, words in taken.items() if not words]


def test_a_variable_that_goes_before_the_file_is_told(shell: Shell) -> None:
    run = shell("settings", "set", "screen.theme", "dark", ASSISTANT_SCREEN__THEME="light")

    assert run.status == 0
    assert "ASSISTANT_SCREEN__THEME is set in the environment and overrides" in run.err


def test_a_mistake_in_the_file_can_be_corrected_and_taken_out(shell: Shell) -> None:
    file_of(shell).write_text('[engine]\nthreads = "many"\nthread = 3 # for now\n')

    assert shell("settings").status == 2
    assert shell("settings", "set", "engine.threads", "4").status == 0
    assert shell("settings", "unset", "engine.thread").status == 0
    assert file_of(shell).read_text() == "[engine]\nthreads = 4\n# for now\n"
    assert shell("settings").status == 0
