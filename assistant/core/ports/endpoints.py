"""Endpoints: the servers of models in the settings, asked for, tested, allowed and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from threading import Event

    from assistant.core.values.endpoints.status import (
        ConsentScope,
        EndpointStatus,
        EndpointTest,
        FoundServer,
    )


class Endpoints(Protocol):
    """Servers of models. Raises `EndpointError`, and `NotFoundError` for names it does not know."""

    def listed(self) -> list[EndpointStatus]:
        """The endpoints of the settings. Opens no connection."""
        ...

    def add(self, name: str, url: str, *, key_variable: str = "", key_file: str = "") -> None:
        """Add an endpoint to the settings, or change it. Opens no connection.

        Raises `SettingsError`.
        """
        ...

    def keep_key(self, name: str, key: str) -> str:
        """Keep the key of an endpoint, in the system's keyring where there is one.

        Returns:
            Where it is.
        """
        ...

    def remove(self, name: str) -> None:
        """Take an endpoint out of the settings, with its key and what may be sent to it."""
        ...

    def missing(self, model: str | None, what: ConsentScope) -> EndpointStatus | None:
        """The endpoint of a model, where the user has not said yet that this may be sent to it."""
        ...

    def allow(self, name: str, what: ConsentScope) -> None:
        """Remember that this may be sent to an endpoint, as long as it is on the same host."""
        ...

    def forbid(self, name: str) -> None:
        """Let nothing be sent to an endpoint any more."""
        ...

    def test(self, name: str, stop: Event) -> EndpointTest:
        """Connect to an endpoint, find out what it can do, and let a model say one word.

        Raises `ConsentError`.
        """
        ...

    def find(self, stop: Event) -> list[FoundServer]:
        """Look for servers of other programs on this machine, on their usual ports."""
        ...
