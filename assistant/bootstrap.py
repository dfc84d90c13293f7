"""Composition root of a front end: the only place that chooses its concrete classes."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, cast

from assistant.core.errors import StorageError
from assistant.core.ports.conversations import ConversationStore
from assistant.core.ports.endpoints import Endpoints
from assistant.core.ports.library import Library
from assistant.core.ports.models import ModelCatalog, ModelDownloads, ModelTuning
from assistant.core.prompts.library import PromptLibrary
from assistant.core.turn.chat import Chat
from assistant.core.values.load_options import ModelOptions
from assistant.core.values.models import GraphicsCard, GraphicsCards
from assistant.core.values.sampling import AdapterUse
from assistant.engine.models.catalog import LocalModels
from assistant.engine.models.discovery import in_folder, other_programs
from assistant.engine.models.survey import ModelSurvey
from assistant.engine.options import LoadOptions
from assistant.library.peek import has_collections
from assistant.settings import Settings
from assistant.storage.conversations import SqliteConversations
from assistant.system.paths import Paths
from assistant.workers import (
    BENCH,
    HEADERS,
    PACKAGE,
    PULL,
    card_places,
    engine_worker,
    library_worker,
    make_folders,
    program,
)

if TYPE_CHECKING:
    from assistant.endpoints.directory import EndpointDirectory


@dataclass(frozen=True)
class Assistant:
    """Assistant: the parts of a running front end."""

    settings: Settings
    paths: Paths
    store: ConversationStore
    models: ModelCatalog
    prompts: PromptLibrary
    chat: Chat
    library: Library
    endpoints: Endpoints

    def tidy(self) -> None:
        """Purge the trash of what is past its time; a busy database is left for later."""
        with suppress(StorageError):
            self.store.purge()

    def close(self) -> None:
        """Close the database; workers go on and end when they are idle."""
        self.store.close()


def build(
    settings: Settings, paths: Paths, *, forgetful: bool = False, yields: bool = False
) -> Assistant:
    """Build a front end: folders made, database opened, no model loaded.

    Args:
        forgetful: whether conversations are kept in memory only, away from the user's.
        yields: whether its answers let those of other front ends pass.

    Raises:
        StorageError: a folder cannot be made or the database cannot be opened.
    """
    make_folders(paths)
    store = SqliteConversations(
        None if forgetful else paths.chats,
        forgotten=lambda: _remove_snapshots(paths.snapshots),
    )
    servers = _Servers(settings, paths)
    models = _models(settings, local_models(settings, paths, yields=yields), servers)
    files = library(paths)
    prompts = prompt_library(paths)
    return Assistant(
        settings=settings,
        paths=paths,
        store=store,
        models=models,
        prompts=prompts,
        chat=Chat(
            store,
            models,
            settings.sampling,
            files,
            fall_back=settings.library.fall_back,
            wording=lambda: prompts.internal("sources").text,
            of_models={name: own.sampling for name, own in settings.model.items()},
            prompts=prompts,
        ),
        library=files,
        endpoints=cast(Endpoints, servers),
    )


def _remove_snapshots(folder: Path) -> None:
    """Delete what models have read of conversations, whose words are to be forgotten."""
    from assistant.engine.snapshot_files import remove_all  # noqa: PLC0415 -- seldom needed

    try:
        remove_all(folder)
    except OSError as failure:
        raise StorageError(
            f"{folder} still holds words that were to be forgotten: {failure.strerror}.",
            "Delete that folder yourself; nothing else is lost with it.",
        ) from None


def model_catalog(settings: Settings, paths: Paths) -> ModelCatalog:
    """The models on this machine, and those of servers that the settings name."""
    return _models(settings, local_models(settings, paths), _Servers(settings, paths))


def _models(settings: Settings, local: ModelCatalog, servers: "_Servers") -> ModelCatalog:
    return cast(ModelCatalog, _Models(settings, local, servers))


class _Servers:
    """The servers of models, imported when there are some or one is looked for."""

    def __init__(self, settings: Settings, paths: Paths) -> None:
        self._settings = settings
        self._paths = paths

    @cached_property
    def directory(self) -> "EndpointDirectory":
        return endpoint_directory(self._settings, self._paths)

    @property
    def are_there(self) -> bool:
        """Whether there are any, imported or not."""
        if "directory" not in vars(self):
            return bool(self._settings.endpoints)
        return bool(self.directory.servers())

    def __getattr__(self, name: str) -> object:
        return getattr(self.directory, name)


class _Models:
    """The models on this machine; with those of servers as soon as there are servers."""

    def __init__(self, settings: Settings, local: ModelCatalog, servers: _Servers) -> None:
        self._settings = settings
        self._local = local
        self._servers = servers

    @cached_property
    def _all(self) -> ModelCatalog:
        from assistant.endpoints.catalog import AllModels  # noqa: PLC0415 -- see _Servers

        chat = self._settings.chat
        default = chat.model if _is_served(self._settings, chat.model) else None
        servers = self._servers.directory.servers
        return AllModels(self._local, servers, default, chat.background_model)

    def __getattr__(self, name: str) -> object:
        return getattr(self._all if self._servers.are_there else self._local, name)


def endpoint_directory(settings: Settings, paths: Paths) -> "EndpointDirectory":
    """The servers of models that the settings name."""
    # Who has none, and nothing to do with them, imports nothing of them.
    from assistant.endpoints.consent import Consents  # noqa: PLC0415
    from assistant.endpoints.directory import EndpointDirectory  # noqa: PLC0415
    from assistant.endpoints.keys import Keys  # noqa: PLC0415
    from assistant.endpoints.known import KnownServers  # noqa: PLC0415
    from assistant.system.network_log import NetworkLog  # noqa: PLC0415

    return EndpointDirectory(
        paths.settings_file,
        settings.endpoints,
        Consents(paths.consents),
        Keys(paths.keys),
        KnownServers(paths.endpoints),
        NetworkLog(paths.network_log),
    )


def without_servers(settings: Settings) -> Settings:
    """Settings with the models of this machine only."""
    if not settings.endpoints:
        return settings
    model = None if _is_served(settings, settings.chat.model) else settings.chat.model
    chat = settings.chat.model_copy(update={"model": model})
    return settings.model_copy(update={"endpoints": {}, "chat": chat})


def _is_served(settings: Settings, model: str | None) -> bool:
    """Whether a model is one of a server."""
    names = {name.casefold() for name in settings.endpoints}
    return model is not None and model.partition("/")[0].casefold() in names


def local_models(settings: Settings, paths: Paths, *, yields: bool = False) -> LocalModels:
    """The models on this machine, run by the engine worker; `yields` is as in `build`."""
    engine = settings.engine
    # They are checked, and checks take time to build.
    options = LoadOptions.model_construct(
        **{name: getattr(engine, name) for name in ModelOptions.model_fields}
    )
    folders = [
        partial(in_folder, Path(folder).expanduser(), "folder")
        for folder in settings.models.folders
    ]
    others = other_programs(Path.home(), os.environ) if settings.models.other_programs else []
    return LocalModels(
        engine_worker(paths),
        options,
        paths.models,
        None if _is_served(settings, settings.chat.model) else settings.chat.model,
        places=[*folders, *others],
        survey=ModelSurvey(
            (*program(), "--worker", HEADERS),
            paths.cache / "models.json",
            partial(graphics_cards, paths),
        ),
        own={name: own.over(options) for name, own in settings.model.items()},
        adapters={
            name: [AdapterUse(name=file, scale=scale) for file, scale in own.adapters.items()]
            for name, own in settings.model.items()
        },
        tunings=paths.tunings,
        cards=partial(known_graphics_cards, paths),
        yields=yields,
    )


def model_tuning(settings: Settings, paths: Paths) -> ModelTuning:
    """Benchmarks of models, and the tunings that are remembered."""
    # Nothing else needs it.
    from assistant.engine.models.tunings import TuningFile  # noqa: PLC0415
    from assistant.engine.tuning.client import LocalTuning  # noqa: PLC0415

    return LocalTuning(
        local_models(settings, paths),
        TuningFile(paths.tunings, partial(known_graphics_cards, paths)),
        (*program(), "--worker", BENCH),
        engine_worker(paths),
    )


def model_downloads(settings: Settings, paths: Paths) -> ModelDownloads:
    """Models that can be fetched into the models folder."""
    # Only pulling, and the screen of models, need it.
    from assistant.engine.download.client import HubDownloads  # noqa: PLC0415
    from assistant.system.network_log import NetworkLog  # noqa: PLC0415

    command = (*program(), "--worker", PULL)
    log = NetworkLog(paths.network_log)
    return HubDownloads(command, paths.models, settings.models.endpoint, log=log)


def graphics_cards(paths: Paths, stop: Event | None = None) -> GraphicsCards:
    """The graphics cards of this machine; a driver that was not tried yet is tried now."""
    # Only `assistant doctor` and the list of models ask.
    from assistant.engine.cards.search import search_cards  # noqa: PLC0415

    return search_cards(card_places(paths), stop or Event())


def known_graphics_cards(paths: Paths) -> Sequence[GraphicsCard]:
    """The graphics cards of this machine as far as they are known: no driver is tried."""
    # Only where something was measured.
    from assistant.engine.cards.search import known_cards  # noqa: PLC0415

    found = known_cards(card_places(paths))
    return found.cards if found is not None else ()


def library(paths: Paths) -> Library:
    """The user's files, indexed by the library worker."""
    return cast(Library, _LibraryClient(paths))


class _LibraryClient:
    """The client of the library worker, imported when there is something to ask it: whether there
    are any files is known without, and where there are none it is all that a question asks."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._tell: Callable[[str], object] = lambda _: None

    def on_notice(self, tell: Callable[[str], object]) -> None:
        """See `Library.on_notice`."""
        self._tell = tell

    def is_empty(self) -> bool:
        """See `Library.is_empty`."""
        return not has_collections(self._paths.library)

    @cached_property
    def _client(self) -> Library:
        from assistant.library.client import WorkerLibrary  # noqa: PLC0415

        client = WorkerLibrary(library_worker(self._paths), self._paths.library)
        client.on_notice(lambda line: self._tell(line))
        return client

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)


def prompt_library(paths: Paths) -> PromptLibrary:
    """The shipped prompts and the user's own, which override them."""
    return PromptLibrary([shipped_prompts(), paths.prompts], _load_yaml)


def shipped_prompts() -> Path:
    """Folder of the shipped prompts: in the installed package, or beside it in a checkout."""
    installed = PACKAGE / "_prompts"
    return installed if installed.is_dir() else PACKAGE.parent / "prompts"


def _load_yaml(text: str) -> object:
    from assistant.system.front_matter import load  # noqa: PLC0415 -- most starts read no prompt

    return load(text)
