"""`assistant models`, `settings`: what there is and how it is set."""

import json

from assistant.cli.reference import describe
from assistant.settings import Settings
from tests.cli.conftest import Shell


def test_models_lists_the_models_folder_and_marks_the_default(shell: Shell) -> None:
    folder = shell.home / "data" / "models"
    folder.mkdir(parents=True)
    (folder / "small.gguf").write_bytes(b"GGUF" + bytes(2_000_000))

    listed = json.loads(shell("models", "--json", ASSISTANT_CHAT__MODEL="small").out)
    shown = shell("models", ASSISTANT_CHAT__MODEL="Small.gguf").out

    small = next(model for model in listed["models"] if model["name"] == "small")
    assert (small["default"], small["origin"], small["size"]) == (True, "models folder", 2_000_004)
    assert sum(model["default"] for model in listed["models"]) == 1
    assert "*  small" in shown
    assert "2 MB  models folder" in shown


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

    assert f"{shell.home / 'settings.toml'} (not there yet)" in out
    assert "[engine]\ncontext_window = 8192\n" in out
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
