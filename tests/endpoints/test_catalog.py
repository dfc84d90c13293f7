"""One list of the models of this machine and of servers."""

from pathlib import Path
from threading import Event

import pytest

from assistant.core.errors import AdapterError, ModelNotFoundError
from assistant.core.values.sampling import AdapterUse
from assistant.endpoints.catalog import AllModels
from assistant.settings import EndpointSettings
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.model_servers import openai_like, serving
from tests.support.remote_models import directory

AWAY = EndpointSettings(url="https://api.example.com")


def everything(
    folder: Path, default: str | None = None, **endpoints: EndpointSettings
) -> AllModels:
    local = ScriptedModels(ScriptedModel(name="local"))
    return AllModels(local, directory(folder, **endpoints).servers, default)


def test_models_of_servers_are_listed_once_they_were_seen(tmp_path: Path) -> None:
    with serving(openai_like("yes")) as server:
        models = everything(tmp_path, near=EndpointSettings(url=server.url))
        assert [each.name for each in models.models()] == ["local"]
        fits = {each.model.name: each.fit for each in models.details(Event())}
        assert fits == {"local": "runs", "near/tiny": "elsewhere"}

    assert [each.name for each in models.models()] == ["local", "near/tiny"]


def test_a_server_that_may_get_nothing_is_not_asked_for_its_models(tmp_path: Path) -> None:
    listed = list(everything(tmp_path, far=AWAY).details(Event()))

    assert [(each.model.name, each.fit) for each in listed] == [
        ("local", "runs"),
        ("far/", "no answer"),
    ]
    assert "before you say so" in listed[1].reason


def test_a_model_is_named_by_its_server_and_may_have_slashes_itself(tmp_path: Path) -> None:
    models = everything(tmp_path, far=AWAY)

    assert models.open("FAR/owner/model:free").name == "far/owner/model:free"
    assert models.open("far/x").host == "api.example.com"
    assert models.open("local").host == ""
    assert models.reference("far/x").origin == "endpoint"


def test_a_server_alone_is_its_only_model(tmp_path: Path) -> None:
    with serving(openai_like("yes")) as server:
        models = everything(tmp_path, near=EndpointSettings(url=server.url))
        with pytest.raises(ModelNotFoundError, match="near/MODEL"):
            models.open("near")
        list(models.details(Event()))
        assert models.open("near").name == "near/tiny"


def test_the_default_may_be_a_servers_and_titles_stay_here_all_the_same(tmp_path: Path) -> None:
    models = everything(tmp_path, "far/x", far=AWAY)

    assert models.open(None).name == models.models()[0].name == "far/x"
    assert models.open_for_background(None).name == "local"
    assert models.open_for_background("far/y").host == ""
    models.use_default(None)
    assert models.open(None).name == "local"
    models.use_default("far/z")
    assert models.open(None).name == "far/z"


def test_titles_go_to_a_server_where_the_settings_say_so(tmp_path: Path) -> None:
    local = ScriptedModels(ScriptedModel(name="local"))
    models = AllModels(local, directory(tmp_path, far=AWAY).servers, None, "far/small")

    assert models.open_for_background("far/x").name == "far/small"
    assert models.open_for_background("local").name == "local"


def test_adapters_are_for_models_of_this_machine(tmp_path: Path) -> None:
    with pytest.raises(AdapterError):
        everything(tmp_path, far=AWAY).open("far/x", [AdapterUse(name="formal")])
