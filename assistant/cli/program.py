"""Program: what the commands share; each service is built when it is first needed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

import click

from assistant.cli.console import Console
from assistant.core.wording import unread_place
from assistant.language.messages import localized
from assistant.settings_source import SettingsSource, read_settings_source
from assistant.system.paths import Paths, find_paths

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant
    from assistant.core.ports.endpoints import Endpoints
    from assistant.core.ports.library import Library
    from assistant.core.ports.models import ModelCatalog, ModelDownloads, ModelTuning
    from assistant.core.prompts.library import PromptLibrary
    from assistant.core.values.documents import UnreadParts
    from assistant.core.values.endpoints.status import NetworkUse
    from assistant.settings import Settings

GGUF_SUFFIX = ".gguf"

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class BuildAssistant(Protocol):
    """Factory of the program's parts; see `bootstrap.build`."""

    def __call__(
        self,
        settings: "Settings",
        paths: Paths,
        *,
        forgetful: bool = False,
        yields: bool = False,
    ) -> "Assistant": ...


def _build(
    settings: "Settings", paths: Paths, *, forgetful: bool = False, yields: bool = False
) -> "Assistant":
    # `--help` and a mistyped option are answered before the database is thought of.
    from assistant.bootstrap import build  # noqa: PLC0415

    return build(settings, paths, forgetful=forgetful, yields=yields)


def _open_library(paths: Paths) -> "Library":
    from assistant.bootstrap import library  # noqa: PLC0415 -- see _build
    from assistant.workers import make_folders  # noqa: PLC0415 -- see _build

    make_folders(paths)
    return library(paths)


def absolute(model: str | None) -> str | None:
    """Absolute path of a model's file, so that it means the same in another folder later.

    Returns: the path; a model's name, and None, as they are.
    """
    return str(Path(model).expanduser().absolute()) if model and _is_path(model) else model


def _is_path(model: str) -> bool:
    """Whether a file is meant; `NAME/MODEL` may be a model of a server."""
    if model.startswith(("/", "~", "./", "../")) or Path(model).is_file():
        return True
    return "/" in model and model.lower().endswith(GGUF_SUFFIX)


@dataclass
class Program:
    """One run of the command line.

    Attributes:
        stdin: what was piped in, as bytes; None when standard input is a terminal or closed.
        model: the model given before the command; it goes before the settings'.
    """

    console: Console
    environment: Mapping[str, str]
    stdin: BinaryIO | None = None
    screen: bool = False
    """Whether standard input and output are terminals that can show the screen."""
    build: BuildAssistant = field(default=_build)
    open_library: Callable[[Paths], "Library"] = field(default=_open_library)
    open_screen: "Callable[[Program], int] | None" = None
    """Opens the screen, and returns the exit status of its end."""
    model: str | None = None
    ask: Callable[[str], str] | None = None
    """Asks the person at the terminal for a value by its name; None when nobody is there."""

    ask_secret: Callable[[str], str] | None = None
    """The same for what must not be shown while it is typed."""

    @cached_property
    def paths(self) -> Paths:
        return find_paths(self.environment)

    @cached_property
    def settings_source(self) -> SettingsSource:
        """What the settings say, unchecked."""
        return read_settings_source(self.paths.settings_file, self.environment)

    @cached_property
    def settings(self) -> "Settings":
        from assistant.settings import checked_settings  # noqa: PLC0415 -- see _build

        settings = checked_settings(self.settings_source)
        chat = settings.chat.model_copy(
            update={"model": absolute(self.model or settings.chat.model)}
        )
        return settings.model_copy(update={"chat": chat})

    @contextmanager
    def assistant(self, *, tidies: bool = True) -> Iterator["Assistant"]:
        """Open the parts of the program; they are tidied up and closed again at the end.

        Args:
            tidies: whether old trash leaves then; who stays longer does that meanwhile.
        """
        assistant = self.build(self.settings, self.paths)
        assistant.library.on_notice(self._notice)
        assistant.models.on_notice(self._notice)
        try:
            yield assistant
            if reason := assistant.store.unwritable():
                self._notice(reason)
            if tidies:
                assistant.tidy()
        finally:
            assistant.close()

    @contextmanager
    def forgetful_assistant(self) -> Iterator["Assistant"]:
        """Open the parts of the program with conversations in memory only."""
        assistant = self.build(self.settings, self.paths, forgetful=True)
        assistant.library.on_notice(self._notice)
        assistant.models.on_notice(self._notice)
        try:
            yield assistant
        finally:
            assistant.close()

    @contextmanager
    def assistant_for_others(self, *, kept: bool) -> Iterator["Assistant"]:
        """Open the parts of the program for other programs: the user's own answers come first.

        Servers of models are not passed on: what may be sent there was said of the user's words.

        Args:
            kept: whether conversations are kept with the user's, or in memory only.
        """
        from assistant.bootstrap import without_servers  # noqa: PLC0415 -- see _build

        assistant = self.build(
            without_servers(self.settings), self.paths, forgetful=not kept, yields=True
        )
        assistant.library.on_notice(self.console.warning)
        assistant.models.on_notice(self.console.warning)
        try:
            yield assistant
        finally:
            assistant.close()

    def models(self) -> "ModelCatalog":
        """Catalog of models, without opening the database."""
        from assistant.bootstrap import model_catalog  # noqa: PLC0415 -- see _build

        models = model_catalog(self.settings, self.paths)
        models.on_notice(self._notice)
        return models

    def downloads(self) -> "ModelDownloads":
        """Downloads of models."""
        from assistant.bootstrap import model_downloads  # noqa: PLC0415 -- see _build
        from assistant.workers import make_folders  # noqa: PLC0415 -- see _build

        make_folders(self.paths)
        return model_downloads(self.settings, self.paths)

    def endpoints(self) -> "Endpoints":
        """Servers of models."""
        from assistant.bootstrap import endpoint_directory  # noqa: PLC0415 -- see _build

        return endpoint_directory(self.settings, self.paths)

    def network(self) -> "list[NetworkUse]":
        """Connections that were opened, oldest first."""
        from assistant.system.network_log import NetworkLog  # noqa: PLC0415 -- seldom asked for

        return NetworkLog(self.paths.network_log).read()

    def tuning(self) -> "ModelTuning":
        """Benchmarks of models, and what is remembered of them."""
        from assistant.bootstrap import model_tuning  # noqa: PLC0415 -- see _build
        from assistant.workers import make_folders  # noqa: PLC0415 -- see _build

        make_folders(self.paths)
        return model_tuning(self.settings, self.paths)

    def library(self) -> "Library":
        """Library of the user's files, without opening the conversations.

        Raises:
            SettingsError: its worker could not read the settings, or must not obey them.
        """
        read_settings_source(self.paths.settings_file, {})
        library = self.open_library(self.paths)
        library.on_notice(self._notice)
        return library

    def _notice(self, text: str) -> None:
        """Show what a worker, or the storage, wants a person to know."""
        self.console.warning(localized(text))

    def prompts(self) -> "PromptLibrary":
        """The prompt library, without opening the database."""
        from assistant.bootstrap import prompt_library  # noqa: PLC0415 -- see _build

        return prompt_library(self.paths)


def partial_objects(unread: "Sequence[UnreadParts]") -> list[dict[str, str]]:
    """What of a file could not be read, as other programs get it; empty when all was."""
    return [{"where": unread_place(part), "reason": part.reason} for part in unread]
