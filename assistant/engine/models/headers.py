"""Model headers: what model files say of themselves, read by a helper process, and kept.

The process may die of a hostile file; the answer that never comes says so.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

from pydantic import ValidationError

from assistant.core.atomic import replace_file
from assistant.core.values.models import ModelFacts
from assistant.engine.gguf.files import parts_of
from assistant.engine.hardware import BandwidthMeasurements
from assistant.ipc.one_shot import HelperProcess
from assistant.language.messages import N_

HEADER_TIMEOUT = 60.0
"""Seconds for one header; a vocabulary on a slow disk takes one or two."""


class HeaderProbe(HelperProcess):
    """Reads headers in a helper process, which is started again when it dies."""

    def facts(self, path: Path, stop: Event) -> ModelFacts | None:
        """What a model file is; None when stopped."""
        answer = self._ask({"path": str(path)}, stop)
        if stop.is_set():
            return None
        try:
            return ModelFacts.model_validate(answer)
        except ValidationError:
            return ModelFacts(damage=N_("has a header that llama.cpp does not survive"))

    def bandwidth(self, threads: int, stop: Event) -> float | None:
        """Memory bandwidth in bytes per second; None when it cannot be measured."""
        answer = self._ask({"bandwidth": threads}, stop)
        return answer["bandwidth"] if answer else None

    def _ask(self, request: Mapping[str, object], stop: Event) -> dict[str, Any] | None:
        answer = self.answer(json.dumps(request), stop, HEADER_TIMEOUT)
        return None if answer is None else json.loads(answer)


FACTS_FORMAT = 4
"""Raised when headers are asked for more."""


class ModelFactsCache:
    """Cache file of model facts, by path, size and time of change, for one build of llama.cpp."""

    def __init__(self, file: Path, build: str) -> None:
        self._file = file
        self._build = build
        self._kept = self._read()

    def get(self, path: Path) -> ModelFacts | None:
        entry = self._kept["files"].get(str(path))
        if not isinstance(entry, dict) or entry.get("stamp") != _stamp(path):
            return None
        with suppress(ValidationError):
            return ModelFacts.model_validate(entry.get("facts"))
        return None

    def put(self, path: Path, facts: ModelFacts) -> None:
        if stamp := _stamp(path):
            self._kept["files"][str(path)] = {"stamp": stamp, "facts": facts.model_dump()}

    def bandwidths(self, machine: str) -> BandwidthMeasurements:
        """The measured bandwidths of a machine."""
        with suppress(ValidationError, AttributeError):
            return BandwidthMeasurements.model_validate(self._kept["bandwidth"].get(machine))
        return BandwidthMeasurements()

    def set_bandwidths(self, machine: str, measured: BandwidthMeasurements) -> None:
        self._kept["bandwidth"] = {machine: measured.model_dump()}

    def save(self) -> None:
        """Write the file; what cannot be kept is found out again the next time."""
        self._kept["files"] = {
            path: entry for path, entry in self._kept["files"].items() if os.path.lexists(path)
        }
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._file, json.dumps(self._kept).encode(), durable=False)

    def _read(self) -> dict[str, Any]:
        with suppress(OSError, ValueError, AttributeError):
            kept = json.loads(self._file.read_text())
            same = (kept.get("build"), kept.get("format")) == (self._build, FACTS_FORMAT)
            if same and isinstance(kept.get("files"), dict):
                return {"bandwidth": {}, **kept}
        return {"build": self._build, "format": FACTS_FORMAT, "files": {}, "bandwidth": {}}


def _stamp(path: Path) -> list[list[int]]:
    """Sizes and times of change of all parts; empty when it is not there."""
    try:
        status = [part.stat() for part in parts_of(path)]
    except OSError:
        return []
    return [[found.st_size, found.st_mtime_ns] for found in status]
