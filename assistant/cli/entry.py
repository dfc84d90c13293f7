"""Command-line entry point: the `assistant` command, its exit status, the chat screen.

Everything that went wrong is reported at this one border. Opening the screen is the only branch
that needs a terminal, and the only one that imports it.
"""

import gc
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant import __version__
from assistant.cli.console import OutputClosedError, process_console
from assistant.cli.program import Program
from assistant.cli.translation import translate_help, translate_own_help
from assistant.core.errors import AssistantError
from assistant.language.choice import AUTO, OPTION, nearest_language
from assistant.language.messages import N_, available_languages

if TYPE_CHECKING:
    from assistant.tui.services import Services

PROGRAM_NAME = "assistant"
COMPLETION_VARIABLE = "_ASSISTANT_COMPLETE"
COMMANDS: Mapping[str, str] = {
    "chat": "assistant.cli.chat.command:chat",
    "ask": "assistant.cli.ask.command:ask",
    "summarise": "assistant.cli.ask.summarise:summarise",
    "compare": "assistant.cli.ask.summarise:compare",
    "add": "assistant.cli.library:add",
    "search": "assistant.cli.library:search",
    "library": "assistant.cli.library:library",
    "eval": "assistant.cli.eval:eval_",
    "chats": "assistant.cli.chats.commands:chats",
    "export": "assistant.cli.transfer:export_command",
    "import": "assistant.cli.transfer:import_command",
    "forget": "assistant.cli.about:forget_command",
    "prompts": "assistant.cli.prompts:prompts",
    "models": "assistant.cli.models.commands:models",
    "bench": "assistant.cli.models.bench:bench",
    "endpoints": "assistant.cli.endpoints.commands:endpoints",
    "network": "assistant.cli.endpoints.network:network",
    "serve": "assistant.cli.serve:serve",
    "settings": "assistant.cli.settings:settings",
    "doctor": "assistant.cli.about:doctor",
    "licenses": "assistant.cli.about:licenses",
}
"""Commands and where they are defined; each is imported when it is called, or its help is."""

OTHER_SPELLINGS: Mapping[str, str] = {"summarize": "summarise"}
"""How commands are spelled elsewhere."""

MEMORY_HINT = N_("Close other programs, or lift a limit on memory (ulimit -v).")

LOG_LIMIT = 1_000_000
"""Bytes after which the log of unexpected errors begins anew."""


class LazyGroup(click.Group):
    """Command group that imports a command when it is asked for: most starts need one or none."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        cmd_name = OTHER_SPELLINGS.get(cmd_name, cmd_name)
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            module, _, name = COMMANDS[cmd_name].partition(":")
            command = getattr(import_module(module), name)
            translate_help(command)
            self.add_command(command)
        return super().get_command(ctx, cmd_name)


def _print_versions(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    # No other command needs them.
    from assistant.system.about import version_summary  # noqa: PLC0415

    program = context.find_object(Program)
    assert program is not None
    program.console.line(f"{PROGRAM_NAME} {__version__}")
    program.console.table([(f"  {name}", version) for name, version in version_summary()])
    context.exit()


def _check_language(_context: click.Context, _option: click.Parameter, code: str | None) -> None:
    # It was chosen before anything was imported that has texts.
    if code and code != AUTO and nearest_language(code) is None:
        raise click.UsageError(
            f"There is no language {code!r}. There are: {', '.join(available_languages())}."
        )


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_versions,
    help="Show the versions of the program and of its parts, and exit.",
)
@click.option("--model", metavar="NAME", help="A model's name, or the path of a GGUF file.")
@click.option(
    OPTION,
    "language",
    metavar="CODE",
    expose_value=False,
    callback=_check_language,
    help="Language of screens and messages, such as en or pt_BR.",
)
@click.pass_context
def command(context: click.Context, model: str | None) -> int:
    """A private chat assistant: local models, in the terminal, offline.

    Without a command it opens the chat screen.
    """
    program = context.find_object(Program)
    assert program is not None
    program.model = model
    return open_screen(program) if context.invoked_subcommand is None else 0


def main(arguments: Sequence[str] | None = None, program: Program | None = None) -> int:
    """Run a command line; nothing is ever raised.

    Returns: the exit status.
    """
    if COMPLETION_VARIABLE in os.environ:
        command.main(prog_name=PROGRAM_NAME)
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    translate_own_help(command)
    program = program or process_program()
    try:
        status = _run(arguments, program)
        program.console.flush()
    except OutputClosedError:
        program.console.discard()
        status = 141
    return status


def process_program() -> Program:
    """A program on this process's streams and environment."""
    stdin = sys.stdin
    interactive = stdin is not None and stdin.isatty()
    is_answered = interactive and sys.stderr is not None and sys.stderr.isatty()
    console = process_console()
    return Program(
        console=console,
        environment=os.environ,
        stdin=None if stdin is None or interactive else stdin.buffer,
        screen=interactive and console.is_terminal and not console.is_dumb,
        open_screen=open_screen,
        ask=_ask if is_answered else None,
        ask_secret=_ask_secret if is_answered else None,
    )


def _ask_secret(name: str) -> str:
    answer: str = click.prompt(name, default="", show_default=False, err=True, hide_input=True)
    return answer


def _ask(name: str) -> str:
    """Standard output stays the answer's."""
    answer: str = click.prompt(name, default="", show_default=False, err=True)
    return answer


def _run(arguments: Sequence[str], program: Program) -> int:
    as_json = "--json" in arguments
    try:
        with command.make_context(PROGRAM_NAME, list(arguments), obj=program) as context:
            status = command.invoke(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as mistake:
        return _print_failure(program, _usage(mistake), mistake.exit_code, as_json)
    except AssistantError as failure:
        return _print_failure(program, failure, failure.exit_code, as_json)
    except (KeyboardInterrupt, click.Abort):
        return 130
    except BrokenPipeError:
        raise OutputClosedError from None
    except OutputClosedError:
        raise
    except MemoryError:
        short = AssistantError("There is not enough memory for this.", MEMORY_HINT)
        return _print_failure(program, short, short.exit_code, as_json)
    except Exception:  # noqa: BLE001 -- the process border: nothing may reach the screen
        return _print_failure(program, _unexpected(program), 1, as_json)
    return status if isinstance(status, int) else 0


def _print_failure(program: Program, failure: AssistantError, status: int, as_json: bool) -> int:
    if as_json:
        kind = type(failure).__name__
        error = {"type": kind, "message": failure.message, "hint": failure.hint}
        program.console.json({"error": error})
    program.console.error(failure.message, failure.hint)
    return status


class UsageError(AssistantError):
    """A mistake on the command line."""

    exit_code = 2


def _usage(mistake: click.ClickException) -> UsageError:
    context: Any = getattr(mistake, "ctx", None)
    path = context.command_path if context else PROGRAM_NAME
    return UsageError(mistake.format_message(), f"See `{path} --help`.")


def _unexpected(program: Program) -> AssistantError:
    """The traceback goes into the log, one sentence goes to the user."""
    try:
        log = _append_to_log(program.paths.logs, traceback.format_exc())
    except OSError:
        return AssistantError(
            "An unexpected error ended this command, and it could not be logged.",
            "Run `assistant doctor` to find the cause.",
        )
    return AssistantError("An unexpected error ended this command.", f"Details are in {log}.")


def _append_to_log(folder: Path, text: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = folder / "assistant.log"
    mode = "w" if log.exists() and log.stat().st_size > LOG_LIMIT else "a"
    with log.open(mode, encoding="utf-8", errors="backslashreplace") as stream:
        stream.write(f"{datetime.now(UTC).isoformat()} version {__version__}\n{text}\n")
    return log


def open_screen(program: Program) -> int:
    """Open the screen and return the exit status of its end.

    Raises:
        click.UsageError: there is no terminal to open it on.
        AssistantError: a setting will not do, the conversations cannot be opened, or the command
            line names a model that is not there.
    """
    if not program.screen:
        raise click.UsageError(
            "The chat screen needs a terminal that can move the cursor; "
            'without one, use `assistant ask "your question"`.'
        )
    with _keys_kept():
        return _run_screen(program)


@contextmanager
def _keys_kept() -> Iterator[None]:
    """Have the terminal keep what is typed before there is a screen to read it: it is not echoed,
    and Enter stays Enter."""
    # Nothing else needs it.
    import termios  # noqa: PLC0415

    try:
        before = termios.tcgetattr(sys.stdin)
    except (termios.error, ValueError):
        yield
        return
    kept = [*before]
    kept[0] &= ~termios.ICRNL
    kept[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(sys.stdin, termios.TCSANOW, kept)
    try:
        yield
    finally:
        # A terminal that was closed meanwhile has none any more.
        with suppress(termios.error):
            termios.tcsetattr(sys.stdin, termios.TCSANOW, before)


def _run_screen(program: Program) -> int:
    # Textual takes longer to import than everything else together.
    # What is imported stays, so there is nothing to collect before the screen is open.
    gc.disable()
    from assistant.tui.app import AssistantApp, run  # noqa: PLC0415

    given = program.settings_source
    with ExitStack() as opened:
        app = AssistantApp(
            partial(_open_services, program, opened),
            program.paths.logs,
            given,
            model_chosen=bool(program.model or given.text("chat", "model")),
        )
        return run(app)


def _open_services(
    program: Program, opened: ExitStack, report: Callable[[Exception], AssistantError]
) -> "Services":
    """Open what the screen works on, to be closed when the stack is left."""
    # Behind the first frame.
    from assistant.system.clipboard import Clipboard  # noqa: PLC0415
    from assistant.tui.services import ModelDownload, Services  # noqa: PLC0415
    from assistant.user_settings import UserSettings  # noqa: PLC0415

    assistant = opened.enter_context(program.assistant(tidies=False))
    if program.model is not None:
        assistant.models.open(assistant.settings.chat.model)
    return Services(
        chat=assistant.chat,
        store=assistant.store,
        models=assistant.models,
        prompts=assistant.prompts,
        user_settings=UserSettings(
            assistant.settings, program.paths.settings_file, program.environment
        ),
        clipboard=Clipboard(),
        log_folder=assistant.paths.logs,
        library=assistant.library,
        download=ModelDownload(program.downloads(), report),
        report=report,
        endpoints=assistant.endpoints,
        models_folder=assistant.paths.models,
    )
