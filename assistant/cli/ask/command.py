"""`assistant ask`: one question, one answer, for people and for pipes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError

from assistant.cli.ask.adapter_options import adapter_option, parse_adapters
from assistant.cli.ask.answer import ConsoleAnswer
from assistant.cli.ask.dry_run import DryRun, PreviewedQuestion, QuestionContext
from assistant.cli.ask.prompt_options import (
    find_prompt,
    open_prompt,
    parse_variables,
    var_option,
    warn_bad_file,
)
from assistant.cli.ask.question import attachable, compose_question
from assistant.cli.interruption import Interruption
from assistant.cli.program import Program, absolute
from assistant.core.conversations.start import begin_conversation, hinted_model
from assistant.core.errors import (
    AdapterError,
    AssistantError,
    ConsentError,
    ModelError,
    NotFoundError,
)
from assistant.core.grounding.mentions import missing_files
from assistant.core.grounding.scope import NOWHERE, chosen_scope, default_scope
from assistant.core.ports.conversations import ConversationStore
from assistant.core.sanitize import one_line
from assistant.core.turn.requests import Ask
from assistant.core.turn.sampling import ALLOWED_VALUES, is_allowed, parse_value
from assistant.core.values.conversation import Conversation
from assistant.core.values.sampling import SamplingChanges
from assistant.language.messages import _, localized

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant
    from assistant.cli.ask.output_form import OutputForm


EXIT_CODES = """\b
Exit status:
    0  the answer is complete
    1  something unexpected happened
    2  the command line or the settings are wrong, or a variable of the prompt has no value
    3  there is no such conversation, prompt, collection or file
    4  the model cannot be used
    5  the question, with the files attached to it, is too long for the model
    6  the engine failed
    7  the conversations cannot be read or written
    8  your files cannot be searched, or an attached one cannot be read
   10  the answer was cut off, or does not fit the schema or grammar
   11  the answer was cut off, or the model gave none
  129  stopped because the terminal was closed (SIGHUP)
  130  stopped by Ctrl+C (SIGINT)
  141  the reader of the answer is gone (SIGPIPE)
  143  stopped by SIGTERM
"""


@dataclass(frozen=True)
class AskOptions:
    """Options of `assistant ask` besides the question."""

    prompt: str | None
    variables: tuple[str, ...]
    conversation: str | None
    last: bool
    temporary: bool
    model: str | None
    adapters: tuple[str, ...]
    max_tokens: int | None
    temperature: float | None
    seed: int | None
    thinking: str | None
    collections: tuple[str, ...]
    attach: tuple[str, ...]
    no_library: bool
    schema_file: str | None
    grammar: str | None
    reasoning: bool
    no_stream: bool
    as_json: bool
    dry_run: bool


@click.command(epilog=EXIT_CODES)
@click.argument("question", nargs=-1, metavar="[QUESTION]")
@click.option(
    "--prompt", metavar="NAME", help="A prompt: see `assistant prompts`. Or the path of a file."
)
@var_option
@click.option("--conversation", metavar="ID", help="Continue this conversation.")
@click.option("--last", is_flag=True, help="Continue the newest conversation.")
@click.option("--temporary", is_flag=True, help="Save neither the question nor the answer.")
@click.option("--model", metavar="NAME", help="A model's name, or the path of a GGUF file.")
@adapter_option
@click.option("--max-tokens", type=int, metavar="N", help="The longest answer, in tokens.")
@click.option("--temperature", type=float, metavar="T", help="0 = always the most likely word.")
@click.option("--seed", type=int, metavar="N", help="The same seed gives the same answer.")
@click.option(
    "--thinking",
    metavar="LEVEL",
    help="How much a reasoning model thinks: off, auto, low, medium, high, or tokens.",
)
@click.option(
    "--collection", "collections", multiple=True, metavar="NAME", help="Answer from these files."
)
@click.option(
    "--attach",
    multiple=True,
    metavar="FILE",
    help="Send this file whole with the question; repeatable. No other file is searched then.",
)
@click.option("--no-library", is_flag=True, help="Do not search your files.")
@click.option(
    "--schema",
    "schema_file",
    metavar="FILE",
    help="The answer is JSON and fits the JSON schema in this file.",
)
@click.option("--grammar", metavar="FILE", help="The answer fits this grammar, written in GBNF.")
@click.option(
    "--reasoning", is_flag=True, help="Print what a reasoning model thinks before its answer, too."
)
@click.option("--no-stream", is_flag=True, help="Print the answer when it is complete.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--dry-run", is_flag=True, help="Print the exact prompt and its tokens; ask nothing.")
@click.pass_obj
def ask(program: Program, /, question: tuple[str, ...], **given: Any) -> int:
    """Ask QUESTION and print the answer.

    What is piped in is appended to the question. Standard output carries the answer and nothing
    else; progress and errors go to standard error. The conversation is kept, like any other.

    Files that were added with `assistant add` are searched. With --collection the answer comes
    from these files, or says that they do not cover the question.
    """
    options = AskOptions(**given)
    if options.last and options.conversation:
        raise click.UsageError("Use --last or --conversation, not both.")
    if options.temporary and (options.last or options.conversation):
        raise click.UsageError("--temporary starts a new conversation; it cannot continue one.")
    if options.collections and options.no_library:
        raise click.UsageError("Use --collection or --no-library, not both.")
    if options.collections and options.attach:
        raise click.UsageError("Use --collection or --attach, not both.")
    if options.schema_file and options.grammar:
        raise click.UsageError("Use --schema or --grammar, not both.")
    form = _form(options)
    changes = _sampling_changes(options)
    values = parse_variables(options.variables)
    for name in missing_files(" ".join(question), lambda _name: False):
        program.console.info(
            _(
                "@{name} is sent as plain text: use --attach FILE to send a file with the question",
                name=one_line(name, 200),
            )
        )
    text = compose_question(question, program.stdin)
    attached = tuple(attachable(path) for path in options.attach)
    with program.assistant() as assistant:
        asked = _resolve_options(program, assistant, options, values, text)
        usual = assistant.chat.sampling.for_model(asked.model_name)
        sampling = changes.over(asked.basis.sampling.over(usual))
        sampling = sampling.model_copy(update={"constraint": form.constraint if form else None})
        sources = chosen_scope(
            options.collections,
            options.no_library,
            assistant.settings.library.fall_back,
        )
        if not _may_send(program, assistant, asked, options, attached):
            sources = NOWHERE
        with Interruption() as interruption:
            if options.dry_run:
                view = DryRun(program.console, interruption)
                where = sources or default_scope(
                    assistant.library,
                    asked.collections,
                    text,
                    fall_back=assistant.settings.library.fall_back,
                )
                planned = PreviewedQuestion(
                    text=text, attached=attached, sampling=sampling, sources=where
                )
                return view.run(assistant, asked, planned, options.as_json)
            conversation = _conversation(assistant, asked, options.temporary)
            console_answer = ConsoleAnswer(
                program.console,
                interruption,
                options.as_json,
                options.no_stream,
                form,
                reasoning=options.reasoning,
            )
            request = Ask(conversation_id=conversation.id, text=text, attached=attached)
            is_new = asked.earlier is None
            with _explain_model(asked), unless_it_fails(assistant.store, conversation, is_new):
                return console_answer.run(assistant.chat, request, sampling, sources)


def _may_send(
    program: Program,
    assistant: "Assistant",
    asked: QuestionContext,
    options: AskOptions,
    attached: tuple[str, ...],
) -> bool:
    """Ask what may be sent, where the model is one of a server.

    Returns: whether passages of files may be.

    Raises:
        ConsentError: the question may not, or the files that go with it.
    """
    if not assistant.settings.endpoints:
        return True
    # Only where there are servers.
    from assistant.cli.endpoints.consent import may_send_files, require_questions  # noqa: PLC0415

    endpoints, model = program.endpoints(), asked.model_name or assistant.settings.chat.model
    require_questions(program.console, program.ask, endpoints, model)
    host = assistant.models.open(asked.model_name, asked.adapters).host
    if host:
        program.console.info(f"→ {host}")
    if options.no_library or not (attached or not assistant.library.is_empty()):
        return True
    may_send = may_send_files(program.console, program.ask, endpoints, model)
    if not may_send and (attached or options.collections):
        raise ConsentError(
            f"Passages of your files may not be sent to {host}.",
            "Leave the files out, or use a model on this machine.",
        )
    return may_send


def _form(options: AskOptions) -> "OutputForm | None":
    """What the answer has to be."""
    if options.schema_file is None and options.grammar is None:
        return None
    from assistant.cli.ask.output_form import grammar_form, schema_form  # noqa: PLC0415 -- seldom

    if options.schema_file is not None:
        return schema_form(options.schema_file)
    return grammar_form(options.grammar) if options.grammar is not None else None


def _sampling_changes(options: AskOptions) -> SamplingChanges:
    """What the command line says of the sampling; it goes before the prompt, and that before the
    settings."""
    given: dict[str, object] = {
        name: getattr(options, name) for name in ("max_tokens", "temperature", "seed")
    }
    if options.thinking is not None:
        given["thinking"] = parse_value("thinking", options.thinking)
        if not is_allowed("thinking", given["thinking"]):
            allowed = ALLOWED_VALUES["thinking"]
            raise click.UsageError(
                f"--thinking {options.thinking} is not valid. Allowed: {localized(allowed)}."
            )
    try:
        return SamplingChanges.model_validate(given)
    except ValidationError as failure:
        problem = failure.errors()[0]
        name, given = str(problem["loc"][0]), problem["input"]
        option, allowed = "--" + name.replace("_", "-"), localized(ALLOWED_VALUES[name])
        raise click.UsageError(f"{option} {given} is not valid. Allowed: {allowed}.") from None


def _resolve_options(
    program: Program,
    assistant: "Assistant",
    options: AskOptions,
    values: Mapping[str, str],
    text: str,
) -> QuestionContext:
    """Everything the options name, found before anything is stored."""
    model, adapters = absolute(options.model), parse_adapters(options.adapters)
    if model is not None:
        assistant.models.open(model, adapters)
    earlier = _earlier_conversation(assistant.store, options)
    if adapters:
        assistant.models.open(model or (earlier.model if earlier else None), adapters)
    name = options.prompt
    if name is None and earlier is None:
        name = assistant.settings.chat.prompt
    if not name:
        if values:
            raise click.UsageError("--var is for the variables of a prompt: add --prompt NAME.")
        return QuestionContext(earlier=earlier, opening=None, model=model, given=adapters)
    prompt = find_prompt(assistant.prompts, name)
    warn_bad_file(program, assistant.prompts, prompt)
    opening = open_prompt(program, prompt, values, text)
    if model is None and opening.model is not None and program.model is None:
        model = hinted_model(opening, assistant.models)
        if model is None:
            program.console.info(
                _(
                    "The prompt {name} asks for the model {model}, which is not on this machine.",
                    name=name,
                    model=opening.model,
                )
            )
    return QuestionContext(earlier=earlier, opening=opening, model=model, given=adapters)


def _earlier_conversation(store: ConversationStore, options: AskOptions) -> Conversation | None:
    if options.last:
        newest = store.conversations(limit=1)
        if not newest:
            raise NotFoundError("There is no conversation yet.", "Leave out --last to start one.")
        return store.conversation(newest[0].id)
    if options.conversation is None:
        return None
    return store.conversation(options.conversation)


def _conversation(assistant: "Assistant", asked: QuestionContext, temporary: bool) -> Conversation:
    """The conversation to ask in: a new one, or the earlier one under its new prompt, model and
    adapters."""
    store, earlier, opening = assistant.store, asked.earlier, asked.opening
    if earlier is None:
        return begin_conversation(
            store, opening, asked.model, adapters=asked.given, temporary=temporary
        )
    if opening is not None:
        store.switch_prompt(earlier.id, opening, asked.model)
    elif asked.model is not None:
        store.set_model(earlier.id, asked.model)
    if asked.given is not None:
        store.set_adapters(earlier.id, asked.given)
    return earlier


@contextmanager
def unless_it_fails(
    store: ConversationStore, conversation: Conversation, is_new: bool
) -> Iterator[None]:
    """Keep a new conversation, unless the question fails before a word of it is answered."""
    try:
        yield
    except AssistantError:
        if is_new:
            # The reason is what the user has to be told, whatever comes of this.
            with suppress(AssistantError):
                branch = store.branch(conversation.id)
                if not any(each.role == "assistant" and each.text for each in branch):
                    store.delete(conversation.id)
                    store.empty_trash([conversation.id])
        raise


@contextmanager
def _explain_model(asked: QuestionContext) -> Iterator[None]:
    """Say why a model or adapter is asked for that the command line does not name."""
    try:
        yield
    except AdapterError as failure:
        if asked.given is None:
            failure.hint += f" {_('Use --adapter none to run without it.')}"
        raise
    except ModelError as failure:
        if asked.model is None and asked.model_name is not None:
            asked_for = _("The conversation uses this model; choose another with --model NAME.")
            failure.hint += f" {asked_for}"
        raise
