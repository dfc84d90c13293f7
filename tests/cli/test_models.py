"""`assistant models`: what there is on this machine."""

import json
import re
from pathlib import Path

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
    assert f"skipped: {file.parent / 'big.gguf.part'} was not downloaded completely" in run.out


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


def test_a_template_that_cannot_be_used_is_told(shell: Shell) -> None:
    write_model(small_model(shell), {"tokenizer.chat_template": "{{ functions[0].name }}"})
    problem = (
        "its template cannot be used: 'functions' is undefined; written as User: and Assistant:"
    )

    told = json.loads(shell("models", "show", "small", "--json").out)

    assert f"template      {problem}" in shell("models", "show", "small").out
    assert told["template_problem"] == problem


def test_a_file_in_any_folder_is_told_in_full(shell: Shell) -> None:
    elsewhere = small_model(shell).rename(shell.home / "elsewhere.gguf")

    shown = shell("models", "show", str(elsewhere))

    assert shown.status == 0
    assert str(elsewhere) in shown.out
    assert "licence       mit" in shown.out


def test_it_is_told_how_old_the_list_of_models_worth_fetching_is(shell: Shell) -> None:
    shell.terminal = True

    for arguments in (("models", "list"), ("models", "pull")):
        run = shell(*arguments)
        assert re.search(r"ownloads, a list of \d{4}-\d\d-\d\d, [\d,]+ \w+ old\.", run.err)
    for line in shell("models", "pull", "--json").out.splitlines():
        assert json.loads(line)["as_of"]
