"""Entry point of every process: the command line, the screen, a worker."""

import gc
import os
import resource
import sys
import warnings
from contextlib import suppress
from types import ModuleType

OFFLINE = {
    "ANONYMIZED_TELEMETRY": "False",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "PYDANTIC_DISABLE_PLUGINS": "1",
    "TRANSFORMERS_OFFLINE": "1",
}
"""Libraries read these when they are imported, so they are set before anything else is."""

WORKER_GC = (20_000, 20, 100)
"""New objects before a garbage collection, and how many of it make a deeper one."""

COMMAND_GC = (100_000, 20, 100)
"""The same of a command: importing it makes fewer objects, and all of them stay."""

HOME = "ASSISTANT_HOME"
WORKER = "--worker"


def main() -> None:
    """Run what the command line says, and exit with its status."""
    os.environ.update(OFFLINE)
    if os.environ.get(HOME):
        # Workers run in another folder, where a relative path is another one.
        os.environ[HOME] = os.path.abspath(os.path.expanduser(os.environ[HOME]))  # noqa: PTH100, PTH111
    _leave_relative_path_out()
    os.umask(0o077)
    # A crash must not write conversations into a file; what is started from here inherits it.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.warnoptions:
        # What a library warns about is for its developers, not for the user's screen.
        warnings.simplefilter("ignore")
    _forgo_pydantic_plugins()
    try:
        status = (
            _run_worker(sys.argv[2])
            if sys.argv[1:2] == [WORKER] and sys.argv[2:]
            else _run_command()
        )
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def _leave_relative_path_out() -> None:
    """Take no editor, clipboard tool or OCR from the folder that one happens to stand in."""
    if "PATH" in os.environ:
        folders = os.environ["PATH"].split(os.pathsep)
        absolute = [folder for folder in folders if os.path.isabs(folder)]  # noqa: PTH117
        os.environ["PATH"] = os.pathsep.join(absolute) or os.defpath


def _forgo_pydantic_plugins() -> None:
    """Answer for pydantic that there are no plugins: before it obeys PYDANTIC_DISABLE_PLUGINS it
    imports what would look for them, importlib.metadata with mail and archives, in a tenth of the
    time that `assistant ask` takes to send its question."""
    loader = ModuleType("pydantic.plugin._loader")
    vars(loader)["get_plugins"] = tuple
    sys.modules[loader.__name__] = loader


def _run_command() -> int:
    gc.set_threshold(*COMMAND_GC)
    _choose_language()
    from assistant.cli.entry import main as run  # noqa: PLC0415 -- its texts are in that language

    return run()


def _choose_language() -> None:
    """Workers keep to English: what they say is translated where it is shown."""
    from assistant.core.errors import AssistantError  # noqa: PLC0415 -- after the flags are set
    from assistant.language.choice import choose_language  # noqa: PLC0415
    from assistant.language.messages import use_language  # noqa: PLC0415
    from assistant.settings_source import read_settings_source  # noqa: PLC0415
    from assistant.system.paths import find_paths  # noqa: PLC0415

    setting = None
    # What is wrong with them is said by the command that needs them.
    with suppress(AssistantError):
        source = read_settings_source(find_paths(os.environ).settings_file)
        setting = source.text("interface", "language")
    use_language(choose_language(sys.argv[1:], setting, os.environ))


def _run_worker(name: str) -> int:
    """Be a worker; its standard error is its log, so that is where a traceback belongs."""
    gc.set_threshold(*WORKER_GC)
    from assistant.core.errors import AssistantError  # noqa: PLC0415
    from assistant.workers import run_worker  # noqa: PLC0415 -- after the flags are set

    try:
        run_worker(name)
    except AssistantError as failure:
        print(f"assistant: {failure}", file=sys.stderr)
        return failure.exit_code
    return 0


if __name__ == "__main__":
    main()
