"""The models on this machine."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from assistant.core.errors import ModelMemoryError, ModelNotFoundError
from assistant.core.values.sampling import SamplingChanges
from assistant.engine.models import catalog
from assistant.engine.models.catalog import STARTER, LocalModels
from assistant.ipc.join import Joiner
from tests.support.engine import OPTIONS, engine_spec, local_models
from tests.support.gguf_files import write_model


def models_in(home: Path, default: str | None = None) -> LocalModels:
    return LocalModels(engine_spec(home), OPTIONS, home / "models", default)


@pytest.fixture
def folder(home: Path) -> Path:
    """A models folder with a few files."""
    folder = home / "models"
    folder.mkdir()
    for name, size in {
        "zeta.gguf": 10,
        "Alpha-Q4.GGUF": 20,
        "big-00001-of-00002.gguf": 30,
        "big-00002-of-00002.gguf": 40,
        "mmproj-alpha.gguf": 50,
        "notes.txt": 60,
    }.items():
        (folder / name).write_bytes(b"x" * size)
    return folder


@pytest.fixture
def no_starter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the starter package."""
    monkeypatch.setattr(catalog, "STARTER_PACKAGE", "a_package_that_is_not_there")


def test_the_starter_comes_first_then_the_folder(home: Path, folder: Path) -> None:
    found = models_in(home).models()
    assert [model.name for model in found] == [STARTER, "Alpha-Q4", "big", "zeta"]
    assert found[0].origin == "starter"
    assert found[0].size > 10**7
    assert found[1].origin == "models folder"


def test_a_model_in_parts_is_one_with_the_size_of_all(home: Path, folder: Path) -> None:
    (big,) = (model for model in models_in(home).models() if model.name.startswith("big"))
    assert big.size == 70
    assert big.path == str(folder / "big-00001-of-00002.gguf")


@pytest.mark.parametrize("name", ["zeta", "ZETA", "zeta.gguf"])
def test_a_model_is_opened_by_its_name(home: Path, folder: Path, name: str) -> None:
    assert models_in(home).open(name).name == "zeta"


def test_what_the_file_of_a_model_recommends_is_told_by_its_name(home: Path) -> None:
    write_model(home / "models" / "own.gguf", {"general.sampling.temp": 0.6})
    models = models_in(home, "own")

    assert models.recommended_sampling("own") == SamplingChanges(temperature=0.6)
    assert models.recommended_sampling(None).temperature == 0.6
    assert models.recommended_sampling(STARTER) == SamplingChanges()
    with pytest.raises(ModelNotFoundError):
        models.recommended_sampling("none")


def test_a_link_to_a_listed_model_is_opened_by_its_own_name(home: Path, folder: Path) -> None:
    (folder / "mine.gguf").symlink_to(folder / "zeta.gguf")
    listed = [model.name for model in models_in(home).models()]
    assert ("mine" in listed) != ("zeta" in listed)
    assert models_in(home).open("mine").name == "mine"
    assert models_in(home).open("zeta").name == "zeta"


def test_a_model_is_opened_by_its_path(
    home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = models_in(home)
    assert models.open(str(folder / "zeta.gguf")).name == "zeta"
    monkeypatch.chdir(home)
    assert models.open("models/zeta.gguf").name == "zeta"
    monkeypatch.chdir(folder)
    assert models.open("./zeta.gguf").name == "zeta"
    monkeypatch.setenv("HOME", str(home))
    assert models.open("~/models/zeta.gguf").name == "zeta"


def test_none_opens_the_default_and_without_one_the_starter(home: Path, folder: Path) -> None:
    assert models_in(home).open(None).name == STARTER
    assert models_in(home, default="zeta").open(None).name == "zeta"


@pytest.mark.usefixtures("no_starter")
def test_without_the_starter_the_first_of_the_folder_is_opened(home: Path, folder: Path) -> None:
    assert models_in(home).open(None).name == "Alpha-Q4"


@pytest.mark.usefixtures("no_starter")
def test_without_any_model_it_is_said_how_to_get_one(home: Path) -> None:
    with pytest.raises(ModelNotFoundError) as missing:
        local_models(home).open(None)
    assert missing.value.message == "There is no model on this machine."
    assert "pip install 'assistant[starter]'" in missing.value.hint
    assert str(home / "models") in missing.value.hint


@pytest.mark.parametrize(
    "name", ["nothing", "/nowhere/model.gguf", "zeta/", "", "a\x00b", "\ud800"]
)
def test_a_model_that_is_not_there_is_named_and_the_others_are_listed(
    home: Path, folder: Path, name: str
) -> None:
    if not name:
        assert models_in(home).open(name).name == STARTER
        return
    with pytest.raises(ModelNotFoundError) as missing:
        models_in(home).open(name)
    assert repr(name) in missing.value.message
    assert "zeta" in missing.value.hint


def test_a_models_folder_that_is_a_file_is_as_good_as_none(home: Path) -> None:
    (home / "models").write_text("")
    assert [model.origin for model in models_in(home).models()] == ["starter"]


class ShortOfMemory:
    """A joiner to an engine that has no memory for any model."""

    def __init__(self, home: Path) -> None:
        self.spec = engine_spec(home)

    def join(self, stop: Event) -> Iterator[None]:
        raise ModelMemoryError("There is not enough memory.", "Close other programs.")
        yield


@pytest.mark.usefixtures("no_starter")
def test_when_memory_is_short_a_smaller_model_that_is_here_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in (("tiny", 1_000), ("small", 2_000_000), ("large", 3_000_000)):
        file = home / "models" / f"{name}.gguf"
        file.parent.mkdir(exist_ok=True)
        with write_model(file).open("ab") as stream:
            stream.truncate(max(size, file.stat().st_size))
    monkeypatch.setattr(catalog, "Joiner", lambda *_: ShortOfMemory(home))
    models = models_in(home)
    told = {}
    for name in ("large", "small", "tiny"):
        with pytest.raises(ModelMemoryError) as caught:
            list(models.open(name).load(Event()))
        told[name] = caught.value.hint

    assert told["large"] == "Close other programs. A smaller one on this machine: small (2.0 MB)."
    assert "A smaller one on this machine: tiny (" in told["small"]
    assert told["tiny"] == "Close other programs. `assistant models pull` lists smaller models."


def test_an_engine_that_hung_and_a_version_that_is_waited_for_are_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joiners: list[Joiner] = []

    def joiner(*given: Any) -> Joiner:
        joiners.append(Joiner(*given))
        return joiners[-1]

    monkeypatch.setattr(catalog, "Joiner", joiner)
    told: list[str] = []
    models = models_in(home)
    models.on_notice(told.append)
    [made] = joiners

    made._replaced()
    made._waits("Version 2 of the program is in use.")

    assert told == [
        "The engine did not answer and was ended.",
        "Version 2 of the program is in use.",
    ]
