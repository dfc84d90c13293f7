"""Adapters among the files that were found: told apart, named, and opened by name or path."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event

import pytest

from assistant.bootstrap import model_catalog
from assistant.core.errors import AdapterNotFoundError, ModelNotFoundError, SettingsError
from assistant.core.values.models import ModelDetails, fitting, misfit
from assistant.core.values.sampling import AdapterUse
from assistant.engine.models.catalog import STARTER, LocalModels
from assistant.engine.models.discovery import in_folder
from assistant.engine.models.headers import FACTS_FORMAT
from assistant.engine.models.survey import ModelSurvey
from assistant.settings import load_settings
from assistant.system.paths import find_paths
from tests.support.adapter_files import letters, slight
from tests.support.engine import OPTIONS, SHORT, answer, engine_home, engine_spec, said
from tests.support.tiny_models import write_tiny_model

HEADERS = (
    sys.executable,
    "-c",
    "from assistant.engine.models.header_worker import main; main()",
)
QUESTION = [said("user", "Olá?")]


def use(name: str, scale: float = 1) -> AdapterUse:
    return AdapterUse(name=name, scale=scale)


def catalog(home: Path, usual: Mapping[str, Sequence[AdapterUse]] | None = None) -> LocalModels:
    return LocalModels(
        engine_spec(home),
        OPTIONS,
        home / "models",
        None,
        places=[lambda: in_folder(home / "more", "folder")],
        survey=ModelSurvey(HEADERS, home / "cache/models.json"),
        adapters=usual or {},
    )


def looked(models: LocalModels) -> dict[str, ModelDetails]:
    return {one.model.name: one for one in models.details(Event())}


@pytest.fixture
def folder(home: Path) -> Path:
    """A tiny model, and adapters for it and for others."""
    folder = home / "models"
    write_tiny_model(folder)
    letters(folder / "formal.gguf", {"q": 1, "z": -1}, {"general.base_model.0.name": "Tiny"})
    letters(folder / "other.gguf", {"q": 1}, {"general.architecture": "qwen2"})
    slight(folder / "polite.gguf")
    return folder


def test_adapters_are_told_from_models_once_they_were_looked_at(home: Path, folder: Path) -> None:
    models = catalog(home)
    before = {model.name for model in models.models()}

    found = looked(models)

    assert {"formal", "other", "polite"} < before
    assert [model.name for model in models.models()] == [STARTER, "tiny-llama"]
    assert {name for name, one in found.items() if one.fit == "adapter"} == {
        *("formal", "other", "polite")
    }
    formal = found["formal"]
    assert (formal.facts.kind, formal.facts.base, formal.is_usable) == ("adapter", "Tiny", False)
    assert formal.facts.parameters == 64 + 260
    assert "It was made for Tiny." in formal.reason


def test_an_adapter_fits_the_models_of_its_architecture_and_size_or_the_one_it_names(
    home: Path, folder: Path
) -> None:
    shutil.copy(folder / "tiny-llama.gguf", folder / "another.gguf")
    found = looked(catalog(home))

    def fits(name: str) -> list[str]:
        return [one.model.name for one in fitting(found[name], list(found.values()))]

    assert set(fits("formal")) == {"tiny-llama", "another"}
    assert fits("polite") == [STARTER]
    assert fits("other") == []
    words = letters(folder / "words.gguf", {"q": 1}, {"adapter.alora.invocation_tokens": [5, 6]})
    activated = looked(catalog(home))[words.stem]
    assert (activated.fit, activated.facts.kind) == ("not supported", "adapter")
    assert misfit(activated.facts, found["tiny-llama"].facts) == "of a type that is not supported"
    assert (
        misfit(found["other"].facts, found[STARTER].facts) == "made for qwen2; this model is llama"
    )
    assert "hidden size of 576" in misfit(found["polite"].facts, found["tiny-llama"].facts)


def test_an_adapter_is_opened_by_name_by_path_and_among_files_of_the_same_name(
    home: Path, folder: Path
) -> None:
    (home / "more").mkdir()
    shutil.copy(folder / "formal.gguf", home / "more/tiny-llama.gguf")
    models = catalog(home)
    looked(models)

    def file(name: str) -> list[str]:
        opened = models.open("tiny-llama", [use(name, 0.5)])
        assert opened.adapters == (use(name, 0.5),)
        (adapter,) = opened.target.adapters
        assert adapter.scale == 0.5
        return [opened.target.path.parent.name, adapter.path.parent.name, adapter.path.name]

    assert file("FORMAL.gguf") == ["models", "models", "formal.gguf"]
    assert file(str(folder / "formal.gguf")) == ["models", "models", "formal.gguf"]
    assert file("tiny-llama") == ["models", "more", "tiny-llama.gguf"]
    assert file("tiny-llama (folder)") == ["models", "more", "tiny-llama.gguf"]


def test_an_adapter_that_is_not_there_is_named_with_those_that_are(
    home: Path, folder: Path
) -> None:
    models = catalog(home, {"Tiny-Llama": [use("gone")]})

    with pytest.raises(AdapterNotFoundError) as unknown:
        models.open("tiny-llama", [use("formel")])
    assert unknown.value.message == "There is no adapter called 'formel'."
    assert str(folder) in unknown.value.hint

    looked(models)
    with pytest.raises(ModelNotFoundError, match="There are: formal, other, polite"):
        models.open("tiny-llama", [use("formel")])
    with pytest.raises(ModelNotFoundError, match=r"'gone'.*The settings of the model ask for it"):
        models.open("tiny-llama")
    assert models.open("tiny-llama", []).adapters == ()


def test_an_adapter_is_no_model_to_ask(home: Path, folder: Path) -> None:
    models = catalog(home)
    looked(models)

    with pytest.raises(ModelNotFoundError, match="formal is an adapter, not a model"):
        models.open("formal")
    assert models.reference("formal").path == str(folder / "formal.gguf")


def test_the_settings_say_what_a_model_is_run_with(home: Path) -> None:
    with engine_home() as home:
        paths = find_paths({"ASSISTANT_HOME": str(home)})
        write_tiny_model(paths.models)
        adapter = letters(home / "qz.gguf", {"q": 1, "z": -1})
        paths.settings_file.write_text(
            f'[model."Tiny-Llama".adapters]\n"{adapter}" = 0.8\n', encoding="utf-8"
        )
        settings = load_settings(paths.settings_file, {})
        models = model_catalog(settings, paths)

        opened = models.open("tiny-llama")

        assert opened.adapters == (use(str(adapter), 0.8),)
        assert models.open(None).adapters == ()
        assert settings.model["Tiny-Llama"].context_window is None


@pytest.mark.parametrize("scale", ["11", '"much"', "nan"])
def test_a_scale_of_the_settings_that_is_none_is_named(home: Path, scale: str) -> None:
    file = home / "settings.toml"
    file.write_text(f"[model.tiny.adapters]\nformal = {scale}\n")

    with pytest.raises(SettingsError, match=r"model\.tiny\.adapters\.formal"):
        load_settings(file, {})


def test_what_was_kept_of_headers_in_an_older_form_is_read_anew(home: Path, folder: Path) -> None:
    models = catalog(home)
    looked(models)
    kept = home / "cache/models.json"
    kept.write_text(kept.read_text().replace(f'"format": {FACTS_FORMAT}', '"format": 1'))

    assert "formal" in {model.name for model in models.models()}
    assert looked(models)["formal"].fit == "adapter"
    assert "formal" not in {model.name for model in models.models()}


def test_an_adapter_that_is_named_changes_the_answer(folder: Path, home: Path) -> None:
    with engine_home() as own:
        shutil.copytree(folder, own / "models")
        models = catalog(own)

        text, _ = answer(models.open("tiny-llama", [use("formal")]), QUESTION, SHORT)

        assert set(text) <= {"q", "z"}
