"""Fetching models from a server that does not do what it should: never a broken file in use."""

import hashlib
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from assistant.core.errors import AccessError, DownloadError
from assistant.core.values.models import Downloaded, DownloadProgress
from assistant.engine.download.client import HubDownloads
from assistant.engine.download.hub import Hub as ModelHub
from assistant.engine.models.discovery import in_folder
from assistant.engine.models.headers import HeaderProbe
from assistant.system.network_log import NetworkLog
from tests.support.engine import started
from tests.support.gguf_files import write_model
from tests.support.hub_server import Hub, serving
from tests.support.waiting import until

PULL = "from assistant.engine.download.worker import main; main()"
HEADERS = "from assistant.engine.models.header_worker import main; main()"
WANTED = "acme/Tiny-GGUF"
DATA = random.Random(1).randbytes(3_000_000)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving(Hub({"tiny-Q4_K_M.gguf": DATA, "tiny-Q8_0.gguf": b"other"})) as hub:
        yield hub


def downloads(hub: Hub, home: Path, before: str = "") -> HubDownloads:
    """Args:
    before: code that the fetching process runs first.
    """
    command = (sys.executable, "-c", f"{before}\n{PULL}")
    return HubDownloads(command, home / "models", hub.url, patience=0.01)


def fetched(source: HubDownloads, wanted: str = WANTED) -> Path:
    *_, last = source.fetch(source.find(wanted), Event())
    assert isinstance(last, Downloaded)
    return Path(last.path)


def usable(home: Path) -> list[str]:
    return [found.name for found in in_folder(home / "models", "models folder") if not found.damage]


def test_an_offer_tells_size_licence_and_what_else_there_is(hub: Hub, home: Path) -> None:
    offer = downloads(hub, home).find(WANTED)
    assert (offer.size, offer.licence, offer.others) == (
        3_000_000,
        "apache-2.0",
        ("tiny-Q8_0.gguf",),
    )
    assert offer.files[0].sha256 == hashlib.sha256(DATA).hexdigest()
    assert downloads(hub, home).find(f"{WANTED}:q8_0").files[0].name == "tiny-Q8_0.gguf"
    assert downloads(hub, home).find(f"{WANTED}:tiny-Q8_0.gguf").size == 5
    assert not (home / "models").exists()


def test_what_was_connected_to_is_logged(hub: Hub, home: Path) -> None:
    log = NetworkLog(home / "network.log")
    command = (sys.executable, "-c", f"\n{PULL}")
    fetched(HubDownloads(command, home / "models", hub.url, patience=0.01, log=log))

    found, downloaded = log.read()
    assert (found.purpose, downloaded.purpose) == ("look-up", "download")
    assert downloaded.host == "127.0.0.1"
    assert downloaded.received == len(DATA)


def test_a_model_arrives_whole_under_its_name_and_is_not_fetched_again(
    hub: Hub, home: Path
) -> None:
    source = downloads(hub, home)
    events = list(source.fetch(source.find(WANTED), Event()))
    path = home / "models/acme/Tiny-GGUF/tiny-Q4_K_M.gguf"
    assert events[-1] == Downloaded(path=str(path))
    assert path.read_bytes() == DATA
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert any(isinstance(event, DownloadProgress) and event.done == len(DATA) for event in events)
    asked = len(hub.ranges)
    assert fetched(source) == path
    assert len(hub.ranges) == asked


def test_connections_that_break_are_gone_on_with(hub: Hub, home: Path) -> None:
    hub.break_after = 500_000
    assert fetched(downloads(hub, home)).read_bytes() == DATA
    assert hub.ranges == [None, *(f"bytes={n * 500_000}-" for n in range(1, 6))]


def test_of_a_server_that_answers_200_to_a_range_the_rest_is_taken(hub: Hub, home: Path) -> None:
    hub.break_after, hub.breaks, hub.ignores_ranges = 500_000, 2, True
    assert fetched(downloads(hub, home)).read_bytes() == DATA


def test_a_server_that_never_comes_further_is_given_up_soon(hub: Hub, home: Path) -> None:
    hub.break_after, hub.ignores_ranges = 500_000, True
    with pytest.raises(DownloadError, match=r"does not send tiny-Q4_K_M\.gguf"):
        fetched(downloads(hub, home))
    assert len(hub.ranges) == 6
    (part,) = (home / "models").rglob("*.part")
    assert part.read_bytes() == DATA[:500_000]


def test_a_server_that_sends_byte_by_byte_is_not_asked_without_end(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.engine.download.hub.MAX_TRIES", 20)
    hub.break_after = 1
    source = ModelHub(hub.url, None)
    with pytest.raises(DownloadError, match="does not send"):
        list(source.fetch(source.find(WANTED), home, patience=0.0))
    assert len(hub.ranges) == 20


def test_what_a_server_tells_without_end_is_not_read_to_it(hub: Hub, home: Path) -> None:
    hub.endless_info = True
    with pytest.raises(DownloadError, match="sent more than a model server does"):
        downloads(hub, home).find(WANTED)


def test_a_server_that_sends_another_range_is_given_up(hub: Hub, home: Path) -> None:
    hub.break_after, hub.breaks, hub.wrong_range = 500_000, 1, True
    with pytest.raises(DownloadError, match="another part than was asked for"):
        fetched(downloads(hub, home))
    assert usable(home) == []


def test_a_server_that_is_busy_for_a_while_is_waited_for(hub: Hub, home: Path) -> None:
    hub.statuses = [503, 429, 500]
    assert fetched(downloads(hub, home)).read_bytes() == DATA


def test_a_server_that_never_sends_is_given_up_with_a_sentence(hub: Hub, home: Path) -> None:
    hub.break_after = 0
    with pytest.raises(DownloadError, match=r"does not send tiny-Q4_K_M\.gguf"):
        fetched(downloads(hub, home))
    assert usable(home) == []


@pytest.mark.parametrize(
    ("size", "code", "sentence"),
    [
        (len(DATA), "0" * 64, "another file than it announced"),
        (len(DATA) - 10, None, "more than it announced"),
        (len(DATA) + 10, None, "does not send"),
    ],
)
def test_a_server_that_lies_leaves_nothing_in_use(
    hub: Hub, home: Path, size: int, code: str | None, sentence: str
) -> None:
    true = hashlib.sha256(DATA).hexdigest()
    hub.announced["tiny-Q4_K_M.gguf"] = (size, code or true)
    with pytest.raises(DownloadError, match=sentence) as refused:
        fetched(downloads(hub, home))
    assert refused.value.hint
    assert usable(home) == []
    if "announced" in sentence:
        assert not list((home / "models").rglob("*.part"))


def test_a_download_that_is_killed_is_gone_on_with(hub: Hub, home: Path) -> None:
    hub.break_after, hub.breaks, hub.pauses = 1_500_000, 1, True
    source = downloads(hub, home)
    running = source.fetch(source.find(WANTED), Event())
    part = home / "models/acme/Tiny-GGUF"
    next(running)
    until(lambda: any(file.stat().st_size == 1_500_000 for file in part.glob("*.part")))
    (child,) = started(PULL)
    child.send_signal(signal.SIGKILL)
    with pytest.raises(DownloadError, match="ended before its time"):
        list(running)
    assert usable(home) == []
    assert [found.damage for found in in_folder(home / "models", "models folder")]

    assert fetched(source).read_bytes() == DATA
    assert hub.ranges == [None, "bytes=1500000-"]


def test_a_download_that_is_stopped_keeps_what_has_arrived(hub: Hub, home: Path) -> None:
    hub.break_after, hub.breaks, hub.pauses = 1_500_000, 1, True
    source, stop = downloads(hub, home), Event()
    running = source.fetch(source.find(WANTED), stop)
    next(running)
    stop.set()
    assert not any(isinstance(event, Downloaded) for event in running)
    hub.held.set()
    assert fetched(source).read_bytes() == DATA


def test_what_arrived_damaged_is_thrown_away(hub: Hub, home: Path) -> None:
    source = downloads(hub, home)
    code = hashlib.sha256(DATA).hexdigest()
    part = home / f"models/acme/Tiny-GGUF/tiny-Q4_K_M.gguf.{code[:12]}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(2_000_000))
    with pytest.raises(DownloadError, match="SHA-256"):
        fetched(source)
    assert fetched(source).read_bytes() == DATA


def test_two_downloads_of_one_file_do_not_meet(hub: Hub, home: Path) -> None:
    hub.break_after, hub.breaks, hub.pauses = 1_500_000, 1, True
    source = downloads(hub, home)
    first = source.fetch(source.find(WANTED), Event())
    next(first)
    with pytest.raises(DownloadError, match="being downloaded by another process"):
        fetched(source)
    first.close()


def test_a_full_disk_is_told_before_anything_is_fetched(hub: Hub, home: Path) -> None:
    full = "import shutil; shutil.disk_usage = lambda p: type('u', (), {'free': 10**6})"
    with pytest.raises(DownloadError, match=r"1\.0 MB are free"):
        fetched(downloads(hub, home, full))
    assert hub.ranges == []


def test_a_disk_that_fills_up_is_told_and_what_arrived_is_kept(hub: Hub, home: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, 10**6))"
    with pytest.raises(DownloadError, match="cannot be written: File too large"):
        fetched(downloads(hub, home, limit))
    assert usable(home) == []
    assert fetched(downloads(hub, home)).read_bytes() == DATA
    assert len(hub.ranges) == 2


def test_without_a_network_one_sentence_says_so(home: Path) -> None:
    nobody = Hub(url="http://127.0.0.1:9")
    with pytest.raises(DownloadError, match=r"http://127\.0\.0\.1:9 cannot be reached") as refused:
        downloads(nobody, home).find(WANTED)
    assert "models.endpoint" in refused.value.hint


def test_all_parts_of_a_model_arrive(hub: Hub, home: Path) -> None:
    hub.files = {f"sub/big-0000{n}-of-00002.gguf": bytes([n]) * 1000 for n in (1, 2)}
    path = fetched(downloads(hub, home))
    assert path == home / "models/acme/Tiny-GGUF/sub/big-00001-of-00002.gguf"
    assert path.with_name("big-00002-of-00002.gguf").read_bytes() == b"\2" * 1000
    assert usable(home) == ["big"]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("acme/Nothing", "no repository acme/Nothing"),
        (f"{WANTED}:Q2_K", "has no 'Q2_K'"),
        ("../../etc", "is not the name of a repository"),
        ("", "is not the name of a repository"),
    ],
)
def test_what_is_not_there_is_said(hub: Hub, home: Path, wanted: str, sentence: str) -> None:
    with pytest.raises(DownloadError, match=sentence):
        downloads(hub, home).find(wanted)


def test_a_name_that_leaves_its_folder_is_never_written(hub: Hub, home: Path) -> None:
    hub.files = {"../../evil.gguf": b"x", "/evil.gguf": b"x"}
    with pytest.raises(DownloadError, match="has no GGUF file"):
        downloads(hub, home).find(WANTED)


def test_a_token_is_shown_only_when_it_is_given_and_is_written_nowhere(
    hub: Hub, home: Path
) -> None:
    hub.token = "hf_secret"
    source = downloads(hub, home)
    with pytest.raises(AccessError, match="only for those who have accepted its terms"):
        source.find(WANTED)
    offer = source.find(WANTED, "hf_secret")
    assert isinstance(list(source.fetch(offer, Event(), "hf_secret"))[-1], Downloaded)
    assert hub.tokens[0] is None
    assert hub.tokens[-1] == "Bearer hf_secret"
    for file in home.rglob("*"):
        assert not file.is_file() or b"hf_secret" not in file.read_bytes()


def test_a_token_is_not_sent_in_the_clear(home: Path) -> None:
    clear = Hub(url="http://mirror.example")
    with pytest.raises(DownloadError, match="not encrypted"):
        downloads(clear, home).find(WANTED, "hf_secret")


def test_the_catalogue_holds_what_can_be_pulled(hub: Hub, home: Path) -> None:
    found = downloads(hub, home).recommended()
    assert [model.memory for model in found] == sorted(model.memory for model in found)
    assert all(model.wanted.count("/") == 1 and model.licence for model in found)
    assert all(model.size * 1.2 < model.memory * 10**9 for model in found)
    assert all(model.confirmed in ("file and size", "size about") for model in found)
    assert len({model.wanted for model in found}) == len(found)
    assert {model.as_of for model in found} == {found[0].as_of}
    assert found[0].as_of is not None


def test_the_catalogue_holds_nothing_that_this_llama_cpp_does_not_know(
    hub: Hub, home: Path
) -> None:
    known = {model.architecture for model in downloads(hub, home).recommended()}
    with HeaderProbe((sys.executable, "-c", HEADERS)) as probe:

        def refusal(architecture: str) -> str:
            file = write_model(home / "model.gguf", {"general.architecture": architecture})
            facts = probe.facts(file, Event())
            assert facts is not None
            return facts.refusal

        assert "does not know" in refusal("no-such-model")
        assert [each for each in known if "does not know" in refusal(each)] == []
