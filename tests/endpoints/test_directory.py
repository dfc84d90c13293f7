"""Endpoints of the settings: added, allowed, tested, removed; keys that stand nowhere else."""

import json
import tomllib
from pathlib import Path
from threading import Event

import pytest

from assistant.core.errors import ConsentError, EndpointError, NotFoundError, SettingsError
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.sampling import Sampling
from assistant.endpoints.chat_model import RemoteChatModel
from assistant.endpoints.consent import Consents
from assistant.endpoints.directory import EndpointDirectory
from assistant.endpoints.keys import Keys
from assistant.endpoints.wire.address import EndpointAddress, is_loopback
from assistant.settings import EndpointSettings, load_settings
from tests.support.engine import said
from tests.support.fake_models import ScriptedModel
from tests.support.llama_server import llama_server
from tests.support.model_servers import ModelServer, openai_like, serving
from tests.support.remote_models import directory

AWAY = "https://api.example.com/v1"


@pytest.fixture
def found(tmp_path: Path) -> EndpointDirectory:
    return directory(tmp_path)


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.endpoints.keys.find_spec", lambda _: None)


def test_an_endpoint_is_added_to_the_settings_and_there_at_once(
    found: EndpointDirectory, tmp_path: Path
) -> None:
    (tmp_path / "settings.toml").write_text("# mine\n[chat]\ntitles = false\n")
    found.add("far", AWAY, key_variable="FAR_KEY")

    assert [each.name for each in found.listed()] == ["far"]
    text = (tmp_path / "settings.toml").read_text()
    assert text.startswith("# mine\n[chat]\ntitles = false\n")
    assert tomllib.loads(text)["endpoints"] == {"far": {"url": AWAY, "key_variable": "FAR_KEY"}}
    settings = load_settings(tmp_path / "settings.toml", {})
    assert settings.endpoints["far"] == EndpointSettings(url=AWAY, key_variable="FAR_KEY")


def test_an_endpoint_is_changed_and_removed_and_the_rest_stays(
    found: EndpointDirectory, tmp_path: Path
) -> None:
    found.add("near", "http://127.0.0.1:8080")
    found.add("far", AWAY, key_variable="FAR_KEY")
    found.add("far", "https://other.example.org", key_file="/k")
    (tmp_path / "endpoints.json").write_text(json.dumps({"far": 1}))
    settings = load_settings(tmp_path / "settings.toml", {}).endpoints["far"]
    assert settings == EndpointSettings(url="https://other.example.org", key_file="/k")

    found.remove("far")

    assert list(load_settings(tmp_path / "settings.toml", {}).endpoints) == ["near"]
    with pytest.raises(NotFoundError):
        found.remove("far")


@pytest.mark.parametrize(
    "url", ["api.example.com", "ftp://example.com", "https://user:key@example.com", "https://", ""]
)
def test_what_is_no_address_or_holds_a_key_is_refused(
    found: EndpointDirectory, tmp_path: Path, url: str
) -> None:
    with pytest.raises(SettingsError):
        found.add("far", url)
    assert not (tmp_path / "settings.toml").exists()


@pytest.mark.parametrize("name", ["", "a/b", "a b", "-a", "x" * 41, "é"])
def test_what_is_no_name_is_refused(found: EndpointDirectory, name: str) -> None:
    with pytest.raises(SettingsError):
        found.add(name, AWAY)


# What may be sent


def test_nothing_goes_to_another_machine_before_a_yes(
    found: EndpointDirectory, tmp_path: Path
) -> None:
    found.add("far", "http://192.0.2.1:9")
    model = RemoteChatModel(found.servers()["far"], "m")
    asked = [said("user", "a secret")]

    for ask in (
        lambda: list(model.load(Event())),
        lambda: list(model.stream(asked, Sampling(), Event())),
        lambda: found.test("far", Event()),
    ):
        with pytest.raises(ConsentError, match="before you say so"):
            ask()
    assert not model.measure(asked).exact
    assert "a secret" in model.render(asked).text
    assert not (tmp_path / "network.log").exists()


def test_passages_of_files_need_a_yes_of_their_own(found: EndpointDirectory) -> None:
    found.add("far", "http://192.0.2.1:9")
    found.allow("far", "questions")
    model = RemoteChatModel(found.servers()["far"], "m")
    quoting = [ChatMessage(role="user", content="a passage", quotes_files=True)]

    with pytest.raises(ConsentError) as told:
        list(model.stream(quoting, Sampling(), Event()))
    assert (told.value.what, told.value.model) == ("files", "far/m")
    assert "--files" in told.value.hint
    assert not found.servers()["far"].may_get(quoting)

    found.allow("far", "files")
    assert found.servers()["far"].may_get(quoting)


def test_a_yes_is_for_one_host_and_can_be_taken_back(found: EndpointDirectory) -> None:
    found.add("far", AWAY)
    found.allow("far", "questions")
    assert found.missing("far/m", "questions") is None
    assert found.missing("FAR/m", "files") is not None

    found.add("far", "https://other.example.org")
    missing = found.missing("far/m", "questions")
    assert missing is not None
    assert missing.host == "other.example.org"

    found.allow("far", "questions")
    found.forbid("far")
    assert found.missing("far/m", "questions") is not None


def test_consents_that_cannot_be_read_allow_nothing(tmp_path: Path) -> None:
    for content in (b"", b"[]", b'{"far": true}', b'{"far": {"questions": "yes"}}'):
        (tmp_path / "consents.json").write_bytes(content)
        address = EndpointAddress.of(AWAY)
        assert Consents(tmp_path / "consents.json").allowed("far", address) == ()


@pytest.mark.parametrize(
    ("host", "is_here"),
    [("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True),
     ("LocalHost", True), ("192.168.1.2", False), ("localhost.example.com", False),
     ("127.0.0.1.example.com", False), ("0.0.0.0", False), ("2130706433", False), ("", False)],
)  # fmt: skip
def test_only_this_machine_is_this_machine(host: str, is_here: bool) -> None:
    assert is_loopback(host) is is_here


@pytest.mark.parametrize(
    ("typed", "base"),
    [("http://h:1", "http://h:1/v1"), ("http://h:1/", "http://h:1/v1"),
     ("http://h/v1", "http://h/v1"), ("http://h/v1/", "http://h/v1"),
     ("https://h/api/v1", "https://h/api/v1"), ("https://h/sub", "https://h/sub/v1"),
     ("https://h/v1beta/openai", "https://h/v1beta/openai"), ("http://[::1]:8", "http://[::1]:8/v1")],
)  # fmt: skip
def test_an_address_is_what_is_meant(typed: str, base: str) -> None:
    assert EndpointAddress.of(typed).base == base


# Keys


@pytest.mark.usefixtures("no_keyring")
def test_a_key_is_kept_in_a_file_for_the_user_alone_and_goes_with_the_endpoint(
    found: EndpointDirectory, tmp_path: Path
) -> None:
    found.add("far", AWAY)
    found.keep_key("far", "sk-secret")

    kept = tmp_path / "keys" / "far"
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert "sk-secret" not in (tmp_path / "settings.toml").read_text()
    assert Keys(tmp_path / "keys", {}).read("far", EndpointSettings(url=AWAY)) == "sk-secret"
    assert "sk-secret" not in repr(found.listed())

    found.remove("far")
    assert not kept.exists()


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-secret")
    settings = EndpointSettings(url=AWAY, key_file=str(tmp_path / "key"))
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(EndpointError, match="read by others"):
        Keys(tmp_path, {}).read("far", settings)

    (tmp_path / "key").chmod(0o600)
    assert Keys(tmp_path, {}).read("far", settings) == "sk-secret"


def test_a_key_comes_from_the_environment_or_its_lack_is_told(tmp_path: Path) -> None:
    settings = EndpointSettings(url=AWAY, key_variable="FAR_KEY")
    assert Keys(tmp_path, {"FAR_KEY": " k\n"}).read("far", settings) == "k"
    with pytest.raises(EndpointError, match="FAR_KEY"):
        Keys(tmp_path, {}).read("far", settings)


@pytest.mark.usefixtures("no_keyring")
@pytest.mark.parametrize("key", ["a b", "a\nb", "ключ", "a\x00", "x" * 9000])
def test_what_is_no_key_is_refused(found: EndpointDirectory, key: str) -> None:
    found.add("far", AWAY)
    with pytest.raises(EndpointError, match="is not valid"):
        found.keep_key("far", key)


def test_an_endpoint_without_a_key_sends_none(tmp_path: Path) -> None:
    with serving(openai_like("yes")) as server:
        found = directory(tmp_path, near=EndpointSettings(url=server.url))
        found.test("near", Event())

        assert all("authorization" not in each.headers for each in server.asked)


# Tests and the look at this machine


def test_a_test_tells_what_a_server_can_and_what_its_model_said(tmp_path: Path) -> None:
    with serving(llama_server(ScriptedModel("Yes."))) as server:
        found = directory(tmp_path, near=EndpointSettings(url=server.url)).test("near", Event())

    assert (found.capabilities.kind, found.answer, found.usage) == ("llama.cpp", "Yes.", True)
    assert (found.model, found.problem) == ("near/tiny", "")
    assert found.first_ms > 0


def test_a_test_tells_what_went_wrong(tmp_path: Path) -> None:
    with serving(ModelServer(paths={"/v1/models": {"data": [{"id": "m"}]}})) as server:
        found = directory(tmp_path, near=EndpointSettings(url=server.url)).test("near", Event())
    assert "without an answer" in found.problem


def test_servers_of_this_machine_are_found_on_their_ports_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(openai_like("yes")) as server:
        port = int(server.url.rpartition(":")[2])
        ports = {port: ("ollama", "Ollama")}
        monkeypatch.setattr("assistant.endpoints.directory.USUAL_PORTS", ports)
        found = directory(tmp_path)
        (seen,) = found.find(Event())
        assert (seen.name, seen.models) == ("ollama", ("tiny",))
        assert found.listed() == []

        found.add("mine", f"http://localhost:{port}/v1")
        assert found.find(Event()) == []
