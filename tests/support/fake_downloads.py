"""A ModelDownloads that does what a test tells it to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event

from assistant.core.errors import AssistantError
from assistant.core.values.models import (
    Downloaded,
    DownloadProgress,
    Offer,
    RecommendedModel,
    RemoteFile,
)

SIZE = 2_500_000_000


def offer_of(wanted: str) -> Offer:
    repository, _, file = wanted.partition(":")
    return Offer(
        repository=repository,
        revision="c0ffee",
        files=(RemoteFile(name=f"{file or 'tiny'}.gguf", size=SIZE, sha256="0" * 64),),
        licence="apache-2.0",
        url=f"https://hub.example/{repository}",
    )


@dataclass
class ScriptedDownloads:
    """Fetches half of a model, waits for `go_on`, and fetches the rest."""

    go_on: Event = field(default_factory=Event)
    find_error: AssistantError | None = None
    fetch_error: AssistantError | None = None
    found: list[tuple[str, str | None]] = field(default_factory=list)
    stopped: int = 0

    def recommended(self) -> list[RecommendedModel]:
        return [
            RecommendedModel(
                name="Small One",
                wanted="acme/Small-GGUF:Q4_K_M",
                size=SIZE,
                memory=6,
                licence="apache-2.0",
                languages="over 100",
                good_for="most questions",
            )
        ]

    def find(self, wanted: str, token: str | None = None) -> Offer:
        self.found.append((wanted, token))
        if self.find_error is not None:
            raise self.find_error
        return offer_of(wanted)

    def fetch(
        self, offer: Offer, stop: Event, token: str | None = None
    ) -> Iterator[DownloadProgress | Downloaded]:
        yield DownloadProgress(done=SIZE // 2, total=SIZE, rate=10_000_000)
        while not self.go_on.wait(0.01):
            if stop.is_set():
                self.stopped += 1
                return
        if self.fetch_error is not None:
            raise self.fetch_error
        yield Downloaded(path=f"/models/{offer.files[0].name}")
