"""`assistant ask --adapter` and the adapters in `assistant models`."""

import json
from pathlib import Path

import pytest

from assistant.core.errors import AdapterError
from assistant.core.values.sampling import AdapterUse
from tests.support.adapter_files import letters
from tests.support.fake_models import ScriptedModels
from tests.support.shell import Shell
from tests.support.tiny_models import write_tiny_model


def use(name: str, scale: float = 1) -> AdapterUse:
    return AdapterUse(name=name, scale=scale)


def answered(models: ScriptedModels) -> list[AdapterUse] | None:
    """What the last answer was written with."""
    last = models.adapters[-1]
    return None if last is None else list(last)


def test_an_adapter_is_asked_for_by_name_and_scale(shell: Shell, models: ScriptedModels) -> None:
    run = shell("ask", "--adapter", "formal=0.8", "--adapter", "a=b", "Hello", "--json")

    wanted = [use("formal", 0.8), use("a=b")]
    assert run.status == 0
    assert answered(models) == wanted
    assert json.loads(run.out)["adapters"] == [one.model_dump() for one in wanted]
    assert shell.store().conversations()[0].adapters == tuple(wanted)


def test_a_conversation_keeps_its_adapters_until_others_are_asked_for(
    shell: Shell, models: ScriptedModels
) -> None:
    shell("ask", "--adapter", "formal", "Hello")
    shell("ask", "--last", "And?")
    assert answered(models) == [use("formal")]

    shell("ask", "--last", "--adapter", "None", "And now?")
    assert answered(models) == []
    shell("ask", "--last", "And then?")
    assert answered(models) == []
    assert shell.store().conversations()[0].adapters == ()


def test_without_the_option_the_settings_decide(shell: Shell, models: ScriptedModels) -> None:
    shell("ask", "Hello")

    assert answered(models) is None
    assert shell.store().conversations()[0].adapters is None


def test_a_path_is_kept_as_one_that_means_the_same_elsewhere(
    shell: Shell, models: ScriptedModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = letters(shell.home / "formal.gguf", {"q": 1})
    monkeypatch.chdir(shell.home)

    shell("ask", "--adapter", "formal.gguf=-1e0", "Hello")

    assert answered(models) == [use(str(file), -1)]


def test_a_preview_is_made_with_the_adapters_and_keeps_nothing(
    shell: Shell, models: ScriptedModels
) -> None:
    shown = json.loads(shell("ask", "--dry-run", "--json", "--adapter", "formal", "Hello").out)

    assert shown["adapters"] == [{"name": "formal", "scale": 1.0}]
    assert shell.store().conversations() == []


@pytest.mark.parametrize("given", [["formal=11"], ["formal=nan"], ["formal", "--adapter", "none"]])
def test_what_cannot_be_meant_is_an_error_of_the_command_line(
    shell: Shell, models: ScriptedModels, given: list[str]
) -> None:
    run = shell("ask", "--adapter", *given, "Hello")

    assert run.status == 2
    assert "--adapter" in run.err
    assert models.opened == []


def test_models_lists_adapters_with_the_models_they_fit(shell: Shell) -> None:
    folder = shell.home / "data/models"
    write_tiny_model(folder)
    letters(folder / "formal.gguf", {"q": 1}, {"general.base_model.0.name": "Tiny"})
    letters(folder / "polite.gguf", {"q": 1}, {"general.architecture": "qwen2"})

    shown = shell("models").out
    listed = {one["name"]: one for one in json.loads(shell("models", "--json").out)["models"]}
    told = shell("models", "show", "formal").out

    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "adapter size architecture fits from" in lines
    assert "formal 2 KB llama tiny-llama models folder" in lines
    assert "polite 2 KB qwen2 no model on this machine models folder" in lines
    assert (listed["formal"]["kind"], listed["formal"]["fit"]) == ("adapter", "adapter")
    assert (listed["formal"]["fits"], listed["polite"]["fits"]) == (["tiny-llama"], [])
    assert (listed["formal"]["base"], listed["formal"]["default"]) == ("Tiny", False)
    assert "fits" not in listed["tiny-llama"]
    assert "made for      Tiny" in told
    assert Path(listed["formal"]["path"]) == folder / "formal.gguf"


def test_an_adapter_that_was_not_asked_for_now_is_said_to_be_left_out(
    shell: Shell, models: ScriptedModels
) -> None:
    shell("ask", "--adapter", "formal", "Hello")
    models.default.load_error = AdapterError("The adapter formal does not fit.", "Choose another.")

    asked = shell("ask", "--adapter", "formal", "Hello")
    kept = shell("ask", "--conversation", shell.store().conversations()[-1].id, "And?")

    assert (asked.status, kept.status) == (4, 4)
    assert "Use --adapter none to run without it." not in asked.err
    assert "Use --adapter none to run without it." in kept.err
