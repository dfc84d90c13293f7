"""Network log: every connection that was opened, without what was said."""

import json
import os
from contextlib import suppress
from pathlib import Path

from assistant.core.values.endpoints.status import NetworkUse

MAX_BYTES = 1_000_000
"""After which the older half is given up."""


class NetworkLog:
    """A file with one line for each connection, for the user alone."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def record(self, use: NetworkUse) -> None:
        """Add a connection; a log that cannot be written stops nothing."""
        line = json.dumps(use.model_dump(mode="json"), ensure_ascii=False) + "\n"
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            with os.fdopen(os.open(self._file, flags, 0o600), "ab") as file:
                file.write(line.encode("utf-8", "replace"))
                is_full = file.tell() > MAX_BYTES
            if is_full:
                self._halve()

    def read(self) -> list[NetworkUse]:
        """All connections that are known, oldest first; lines that are none are left out."""
        try:
            lines = self._file.read_text("utf-8", "replace").splitlines()
        except OSError:
            return []
        uses: list[NetworkUse] = []
        for line in lines:
            with suppress(ValueError):
                uses.append(NetworkUse.model_validate_json(line))
        return uses

    def _halve(self) -> None:
        from assistant.core.atomic import replace_file  # noqa: PLC0415 -- seldom needed

        lines = self._file.read_bytes().splitlines(keepends=True)
        replace_file(self._file, b"".join(lines[len(lines) // 2 :]), durable=False)
