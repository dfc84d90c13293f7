"""Models of scripted servers, opened as the program opens them."""

from pathlib import Path
from typing import Any

from assistant.endpoints.chat_model import RemoteChatModel
from assistant.endpoints.consent import Consents
from assistant.endpoints.directory import EndpointDirectory
from assistant.endpoints.keys import Keys
from assistant.endpoints.known import KnownServers
from assistant.endpoints.server import EndpointServer
from assistant.settings import EndpointSettings
from assistant.system.network_log import NetworkLog
from tests.support.model_servers import MODEL

NAME = "far"
"""The endpoint."""


def directory(folder: Path, **endpoints: EndpointSettings) -> EndpointDirectory:
    """The endpoints of a user whose files are in a folder."""
    return EndpointDirectory(
        folder / "settings.toml",
        endpoints,
        Consents(folder / "consents.json"),
        Keys(folder / "keys", {}),
        KnownServers(folder / "endpoints.json"),
        NetworkLog(folder / "network.log"),
    )


def remote_server(folder: Path, url: str, **settings: Any) -> EndpointServer:
    chosen = EndpointSettings.model_validate({"url": url, **settings})
    return directory(folder, far=chosen).servers()[NAME]


def remote_model(folder: Path, url: str, **settings: Any) -> RemoteChatModel:
    """A model of a server, as the user's folder has it."""
    return RemoteChatModel(remote_server(folder, url, **settings), MODEL)
