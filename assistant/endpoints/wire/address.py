"""Address of a server of models: its base, its root, its host, and whether that is this machine."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from assistant.system.loopback import is_loopback

_VERSIONED: Final = re.compile(r"/v\d\w*(?:/|$)")
"""A path that names a version of the protocol is taken as it is typed."""


@dataclass(frozen=True)
class EndpointAddress:
    """Where a server is."""

    base: str
    """Before `/chat/completions`; without a slash at its end."""
    root: str
    """Before whatever a server has besides OpenAI's protocol."""
    host: str
    is_loopback: bool
    is_encrypted: bool

    @classmethod
    def of(cls, url: str) -> "EndpointAddress":
        """The address that a user means by `url`, be `/v1` typed or not."""
        typed = url.rstrip("/")
        path = urlsplit(typed).path
        base = typed if _VERSIONED.search(path) else f"{typed}/v1"
        parts = urlsplit(typed)
        host = parts.hostname or ""
        return cls(
            base=base,
            root=base.removesuffix("/v1"),
            host=host,
            is_loopback=is_loopback(host),
            is_encrypted=parts.scheme == "https",
        )

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a consent is for."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}".lower()
