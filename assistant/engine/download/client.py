"""Download client: fetches models by a process; a front end never talks to a network.

The process ends with its work.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from assistant.core.errors import AccessError, DownloadError
from assistant.core.values.endpoints.status import NetworkUse
from assistant.core.values.models import Downloaded, DownloadProgress, Offer, RecommendedModel
from assistant.ipc.one_shot import ask_process
from assistant.system.network_log import NetworkLog

RECOMMENDED_FILE = "recommended.toml"
RETRY_SECONDS = 1.0
"""Seconds before a second try."""


class HubDownloads:
    """Downloads from Hugging Face or a mirror of it, made by a process."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        endpoint: str,
        patience: float = RETRY_SECONDS,
        log: NetworkLog | None = None,
    ) -> None:
        """Args:
        command: starts the process that fetches.
        folder: where models go, as OWNER/NAME/FILE.
        log: keeps what was connected to.
        """
        self._log = log
        self._command = command
        self._folder = folder
        self._endpoint = endpoint
        self._patience = patience

    def recommended(self) -> list[RecommendedModel]:
        """See `ModelDownloads.recommended`."""
        text = files("assistant.engine").joinpath(RECOMMENDED_FILE).read_text(encoding="utf-8")
        stored = tomllib.loads(text)
        return [
            RecommendedModel.model_validate({**entry, "as_of": stored["as_of"]})
            for entry in stored["model"]
        ]

    def find(self, wanted: str, token: str | None = None) -> Offer:
        """See `ModelDownloads.find`."""
        for event in self._events({"wanted": wanted}, token, Event()):
            if "offer" in event:
                return Offer.model_validate(event["offer"])
        raise DownloadError("The download did not begin: its process gave no answer.")

    def fetch(
        self, offer: Offer, stop: Event, token: str | None = None
    ) -> Iterator[DownloadProgress | Downloaded]:
        """See `ModelDownloads.fetch`."""
        request = {"offer": offer.model_dump(), "folder": str(self._folder)}
        for event in self._events(request, token, stop):
            if event.get("kind") == "fetched":
                yield Downloaded.model_validate(event)
                return
            yield DownloadProgress.model_validate(event)
        if not stop.is_set():
            raise DownloadError(
                "The download ended before its time.",
                "Try again: the download continues where it stopped.",
            )

    def _events(
        self, request: Mapping[str, object], token: str | None, stop: Event
    ) -> Iterator[dict[str, Any]]:
        whole = {
            **request,
            "endpoint": self._endpoint,
            "token": token,
            "patience": self._patience,
        }
        started, received = monotonic(), 0
        try:
            # A token goes through the pipe: every user of the machine can read command lines.
            with closing(ask_process(self._command, json.dumps(whole), stop)) as answers:
                for line in answers:
                    event = json.loads(line)
                    received = event.get("done", received)
                    if "error" in event:
                        kind = AccessError if event["error"] == "AccessError" else DownloadError
                        raise kind(event["message"], event["hint"])
                    yield event
        except BrokenPipeError:
            raise DownloadError("The process that downloads models could not be started.") from None
        finally:
            if self._log is not None:
                use = NetworkUse(
                    at=datetime.now(UTC),
                    host=urlsplit(self._endpoint).hostname or self._endpoint,
                    purpose="download" if "offer" in request else "look-up",
                    received=received,
                    seconds=round(monotonic() - started, 3),
                )
                self._log.record(use)
