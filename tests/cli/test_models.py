"""`assistant models`, `settings`: what there is and how it is set."""

import json
import re
from pathlib import Path

from assistant.cli.settings import describe
from assistant.settings import Settings
from tests.support.gguf_files import write_model
from tests.support.shell import Shell


def small_model(shell: Shell) -> Path:
    file = shell.home / "data" / "models" / "small.gguf"
    file.parent.mkdir(parents=True)
    write_model(file)
    return file


def test_models_lists_the_models_folder_and_marks_the_default(shell: Shell) -> None:
    file = small_model(shell)

    listed = json.loads(shell("models", "--json", ASSISTANT_CHAT__MODEL="small").out)
    shown = shell("models", "list", ASSISTANT_CHAT__MODEL="Small.gguf").out

    small = next(model for model in listed["models"] if model["name"] == "small")
    assert (small["default"], small["origin"]) == (True, "models folder")
    assert (small["size"], small["path"]) == (file.stat().st_size, str(file))
    assert (small["fit"], small["architecture"], small["licence"]) == ("runs", "llama", "mit")
    assert sum(model["default"] for model in listed["models"]) == 1
    assert "*  small" in shown


def test_a_damaged_model_is_named_and_left_out(shell: Shell) -> None:
    file = small_model(shell)
    (file.parent / "broken.gguf").write_bytes(file.read_bytes()[:200])
    (file.parent / "big.gguf.part").write_bytes(b"GGUF")

    run = shell("models", "list")

    assert f"skipped: {file.parent / 'broken.gguf'} is cut off" in run.out
    assert f"skipped: {file.parent / 'big.gguf.part'} was not fetched to its end" in run.out


def test_one_model_is_told_in_full(shell: Shell) -> None:
    file = small_model(shell)

    shown = shell("models", "show", "small")
    told = json.loads(shell("models", "show", "small", "--json").out)

    assert shown.status == 0
    assert "licence       mit" in shown.out
    assert told["trained_context"] == 512
    assert shell("models", "path", "small").out == f"{file}\n"
    assert shell("models", "path").out == f"{file.parent}\n"
    assert shell("models", "show", "nothing").status == 4


def test_the_sampling_that_a_file_recommends_is_told_as_the_files(shell: Shell) -> None:
    recommended = {"general.sampling.temp": 0.6, "general.sampling.top_k": 20}
    write_model(small_model(shell), recommended)

    shown = shell("models", "show", "small")
    told = json.loads(shell("models", "show", "small", "--json").out)

    assert "temperature 0.6, top_k 20 (recommended by the file)" in shown.out
    assert told["sampling"] == {"temperature": 0.6, "top_k": 20}


def test_a_file_in_any_folder_is_told_in_full(shell: Shell) -> None:
    elsewhere = small_model(shell).rename(shell.home / "elsewhere.gguf")

    shown = shell("models", "show", str(elsewhere))

    assert shown.status == 0
    assert str(elsewhere) in shown.out
    assert "licence       mit" in shown.out


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


def test_it_is_told_how_old_the_list_of_models_worth_fetching_is(shell: Shell) -> None:
    shell.terminal = True

    for arguments in (("models", "list"), ("models", "pull")):
        run = shell(*arguments)
        assert re.search(r"worth fetching, a list of \d{4}-\d\d-\d\d, [\d,]+ \w+ old\.", run.err)
    for line in shell("models", "pull", "--json").out.splitlines():
        assert json.loads(line)["as_of"]
