"""Order of the checks of `assistant doctor`.

None depends on another: what is broken keeps no other from being seen.

A check never changes what it checks, but for the workers, which loading starts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.core.errors import AssistantError
from assistant.doctor import components, machine
from assistant.doctor.machine import package
from assistant.doctor.report import Check, fail, ok
from assistant.language.messages import _, localized
from assistant.settings import Settings, load_settings
from assistant.system.paths import Paths


@dataclass(frozen=True)
class RunEnvironment:
    """Environment of the program: folders, variables, terminal, package."""

    paths: Paths
    environment: Mapping[str, str]
    is_terminal: bool
    """Whether standard output is one."""
    package: Path | None = None
    """The folder of the packaged program; None when it runs from Python."""


def run_checks(run: RunEnvironment, *, quick: bool) -> Iterator[Check]:
    """Run every check, and yield each as soon as it is done.

    Args:
        quick: leave out loading the model and the embedder, and the workers started for it.
    """
    paths = run.paths
    yield machine.terminal(run.environment, run.is_terminal)
    yield machine.encoding()
    yield machine.clipboard(run.environment)
    try:
        settings = load_settings(paths.settings_file, run.environment)
        file = paths.settings_file
        missing = _("{file} does not exist: all defaults", file=file)
        yield ok(_("settings"), f"{file}" if file.is_file() else missing)
    except AssistantError as failure:
        settings = Settings()
        yield fail(_("settings"), localized(failure.message), localized(failure.hint))
    given = settings.keys.model_dump(exclude_unset=True)
    yield machine.keys(run.environment, given)
    yield machine.folders(paths)
    yield machine.disk(paths.data)
    yield components.database(paths.chats)
    yield components.sqlite()
    yield components.prompts(settings, paths)
    yield components.model(settings, paths, load=not quick)
    yield components.graphics_card(settings, paths)
    yield components.tuning(settings, paths)
    yield components.network(settings, paths)
    yield components.worker(paths)
    yield components.files(paths, load=not quick)
    if run.package:
        yield package(run.package, quick=quick)
    yield from machine.versions()
    yield machine.matrix_unit()
