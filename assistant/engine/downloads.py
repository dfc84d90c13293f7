"""Fetching models, by a process that ends with its work: this one never talks to a network."""

import json
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any

from assistant.core.downloads import Fetched, Fetching, Offer, Recommended
from assistant.core.errors import AccessError, DownloadError

CATALOGUE = "recommended.toml"
PATIENCE = 1.0
"""Seconds before a second try."""

LOOK = 0.1
"""Seconds between two looks at whether a download is still wanted."""


class HubDownloads:
    """A ModelDownloads from Hugging Face or a mirror of it."""

    def __init__(
        self, command: Sequence[str], folder: Path, endpoint: str, patience: float = PATIENCE
    ) -> None:
        """Args:
        command: starts the process that fetches.
        folder: where models go, as OWNER/NAME/FILE.
        """
        self._command = command
        self._folder = folder
        self._endpoint = endpoint
        self._patience = patience

    def recommended(self) -> list[Recommended]:
        """See `ModelDownloads.recommended`."""
        text = files("assistant.engine").joinpath(CATALOGUE).read_text(encoding="utf-8")
        return [Recommended.model_validate(entry) for entry in tomllib.loads(text)["model"]]

    def find(self, wanted: str, token: str | None = None) -> Offer:
        """See `ModelDownloads.find`."""
        for event in self._events({"wanted": wanted}, token, Event()):
            if "offer" in event:
                return Offer.model_validate(event["offer"])
        raise DownloadError("The download did not begin: its process gave no answer.")

    def fetch(
        self, offer: Offer, stop: Event, token: str | None = None
    ) -> Iterator[Fetching | Fetched]:
        """See `ModelDownloads.fetch`."""
        request = {"offer": offer.model_dump(), "folder": str(self._folder)}
        for event in self._events(request, token, stop):
            if event.get("kind") == "fetched":
                yield Fetched.model_validate(event)
                return
            yield Fetching.model_validate(event)
        if not stop.is_set():
            raise DownloadError(
                "The download ended before its time.",
                "Try again: what has arrived is kept and gone on with.",
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
        with self._answers(whole) as answers:
            while not stop.is_set():
                try:
                    line = answers.get(timeout=LOOK)
                except Empty:
                    continue
                if line is None:
                    return
                event = json.loads(line)
                if "error" in event:
                    kind = AccessError if event["error"] == "AccessError" else DownloadError
                    raise kind(event["message"], event["hint"])
                yield event

    @contextmanager
    def _answers(self, request: Mapping[str, object]) -> Iterator["Queue[bytes | None]"]:
        """The lines that the process writes; None comes last."""
        # A token goes through the pipe: every user of the machine can read command lines.
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        output = process.stdout
        lines: Queue[bytes | None] = Queue()

        def read() -> None:
            for line in output:
                lines.put(line)
            lines.put(None)

        reader = Thread(target=read, name="download", daemon=True)
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            reader.start()
            yield lines
        except BrokenPipeError:
            raise DownloadError("The process that fetches models could not be started.") from None
        finally:
            process.kill()
            process.wait()
            if reader.ident is not None:
                reader.join()
            process.stdin.close()
            output.close()
