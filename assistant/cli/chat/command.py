"""`assistant chat`: opens the chat screen, or chats in mere lines with `--plain`."""

import click

from assistant.cli.interruption import Interruption
from assistant.cli.program import Program


@click.command()
@click.option(
    "--plain",
    is_flag=True,
    help="Lines only: no screen, no colours, no cursor movement; for screen readers and simple "
    "terminals. /help lists what can be typed.",
)
@click.option("--conversation", metavar="ID", help="Continue this conversation (--plain).")
@click.option("--last", is_flag=True, help="Continue the newest conversation (--plain).")
@click.option("--temporary", is_flag=True, help="Save nothing (--plain).")
@click.option("--model", metavar="NAME", help="A model's name, or the path of a GGUF file.")
@click.pass_obj
def chat(
    program: Program,
    plain: bool,
    conversation: str | None,
    last: bool,
    temporary: bool,
    model: str | None,
) -> int:
    """Chat on the screen, as without a command; or in lines.

    Without a terminal that can show the screen it is lines at once: what is piped in is asked, a
    question a line.
    """
    chosen = [name for name, given in (("--conversation", conversation), ("--last", last)) if given]
    if len(chosen) > 1 or (chosen and temporary):
        raise click.UsageError("Use one of --conversation, --last and --temporary.")
    program.model = model or program.model
    if program.screen and program.open_screen is not None and not plain:
        if chosen or temporary:
            raise click.UsageError("--conversation, --last and --temporary need --plain.")
        return program.open_screen(program)
    # Not for the screen.
    from assistant.cli.chat.lines import chat_in_lines  # noqa: PLC0415
    from assistant.cli.chat.plain import PlainChat  # noqa: PLC0415

    with program.assistant() as assistant:
        chat = PlainChat(program, assistant, Interruption)
        chat.open(conversation, last=last, temporary=temporary)
        return chat_in_lines(chat, program.stdin)
