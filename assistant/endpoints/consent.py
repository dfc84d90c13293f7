"""Consent: what the user allows to be sent to a server, remembered with the host it is for."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from assistant.core.atomic import replace_file
from assistant.core.errors import ConsentError, StorageError
from assistant.core.values.endpoints.status import ConsentScope
from assistant.endpoints.wire.address import EndpointAddress

SCOPES: Final[tuple[ConsentScope, ...]] = ("questions", "files")


class Consents:
    """What may be sent, by endpoint. Nothing has to be asked for on this machine."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def allowed(self, name: str, address: EndpointAddress) -> tuple[ConsentScope, ...]:
        """What may be sent to an endpoint that is there."""
        if address.is_loopback:
            return SCOPES
        given = self._read().get(name)
        if not isinstance(given, dict) or given.get("origin") != address.origin:
            return ()
        return tuple(scope for scope in SCOPES if given.get(scope))

    def require(self, name: str, address: EndpointAddress, what: ConsentScope, model: str) -> None:
        """Pass where this may be sent.

        Raises:
            ConsentError: the user has not said so yet.
        """
        if what in self.allowed(name, address):
            return
        host, command = address.host, f"assistant endpoints allow {name}"
        if what == "files":
            command += " --files"
        raise ConsentError(
            f"Passages of your files are not sent to {host} before you say so."
            if what == "files"
            else f"Your questions and the conversations they are in are not sent to {host} before "
            "you say so.",
            f"`{command}` allows it.",
            model=model,
            what=what,
        )

    def allow(self, name: str, address: EndpointAddress, what: ConsentScope) -> None:
        """Remember that this may be sent there; what was said of another host is forgotten."""
        given = self._read()
        kept = given.get(name)
        if not isinstance(kept, dict) or kept.get("origin") != address.origin:
            kept = {"origin": address.origin}
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._write({**given, name: {**kept, what: now}})

    def forget(self, name: str) -> None:
        """Let nothing be sent there any more."""
        given = self._read()
        if given.pop(name, None) is not None:
            self._write(given)

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            # What cannot be read allows nothing.
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, given: dict[str, Any]) -> None:
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._file, json.dumps(given, indent=1).encode(), durable=True)
        except OSError as failure:
            raise StorageError(
                f"{self._file} cannot be written: {failure.strerror}.", "Free some space there."
            ) from None
