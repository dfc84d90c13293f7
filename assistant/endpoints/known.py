"""What was found out about servers, kept for an hour so that no question has to wait for it."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import ValidationError

from assistant.core.atomic import replace_file
from assistant.core.values.base import Value
from assistant.core.values.endpoints.capabilities import Capabilities

VALID: Final = timedelta(hours=1)
"""How long a server is taken for what it was."""


class _Found(Value):
    """A server as it was."""

    base: str
    at: datetime
    capabilities: Capabilities


class KnownServer(NamedTuple):
    """A server as it was."""

    capabilities: Capabilities
    is_fresh: bool
    """Whether it may be taken for that still."""


class KnownServers:
    """A file of servers as they were, by the names of their endpoints."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self, name: str, base: str) -> KnownServer | None:
        """What is known of the server at an address; None where nothing is."""
        with suppress(ValidationError):
            found = _Found.model_validate(self._all().get(name))
            if found.base == base:
                age = datetime.now(UTC) - found.at
                return KnownServer(found.capabilities, timedelta(0) <= age < VALID)
        return None

    def write(self, name: str, base: str, capabilities: Capabilities) -> None:
        """Keep what was found out; what cannot be written is found out again."""
        found = _Found(base=base, at=datetime.now(UTC), capabilities=capabilities)
        self._replace({**self._all(), name: found.model_dump(mode="json")})

    def forget(self, name: str) -> None:
        """Have a server asked again."""
        kept = self._all()
        if kept.pop(name, None) is not None:
            self._replace(kept)

    def _all(self) -> dict[str, object]:
        try:
            found = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _replace(self, kept: dict[str, object]) -> None:
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._file, json.dumps(kept).encode(), durable=False)
