"""Actions on models, LoRA adapters and sampling; a model that fails to load is rolled back."""

import asyncio
from typing import TYPE_CHECKING, Final

from textual.content import Content

from assistant.core.errors import AssistantError, MissingValuesError, ModelNotFoundError
from assistant.core.turn import adapters as chosen
from assistant.core.turn import sampling
from assistant.core.turn.adapters import NONE_WORD, Adapters
from assistant.core.turn.requests import question_prompt, split_prompt_name
from assistant.core.turn.sampling import DEFAULT_WORD
from assistant.core.values.conversation import Conversation
from assistant.core.values.models import Offer
from assistant.core.values.prompts import ConversationStart, Prompt
from assistant.tui.models.adapters import AdapterList, ChosenAdapters, CurrentAdapters
from assistant.tui.models.lines import adapter_names
from assistant.tui.models.pickers import ModelPicker, SamplingList
from assistant.tui.models.screen import ModelsScreen
from assistant.tui.prompts.dialogs import PromptPicker
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import AskForLine, TextEditor
from assistant.tui.toolkit.disk import absolute
from assistant.tui.workspace import CommandCall

if TYPE_CHECKING:
    from assistant.core.values.conversation import QuestionPrompt
    from assistant.tui.chat_screen import ChatScreen


async def models(screen: "ChatScreen", _: CommandCall) -> None:
    """Open the models screen, and continue with the model that is chosen there."""
    desk = screen.desk
    current = await desk.run(_current_path, screen)
    shown = ModelsScreen(desk.models, desk.fetch, current, desk.report)
    name: str | None = await screen.app.push_screen_wait(shown)

    def tell(offer: Offer, failure: AssistantError | None) -> None:
        if failure is not None:
            screen.notice.fail(failure)
        else:
            arrived = text.line(offer.files[0].name, 80)
            screen.notice.say(arrived, text.own(" is here: /models uses it."), seconds=15)

    desk.fetch.ended = tell
    if name is not None:
        await model(screen, CommandCall(argument=name))


def _current_path(screen: "ChatScreen") -> str | None:
    """The path of the model that the conversation has. Blocks."""
    conversation = screen.session.conversation
    try:
        return screen.desk.models.reference(conversation.model if conversation else None).path
    except AssistantError:
        return None


PATH_PREFIXES: Final = ("/", "~", "./", "../")
"""How the path of a file begins, which no name does."""


async def adapters(screen: "ChatScreen", call: CommandCall) -> None:
    """Use the adapters that are typed, or those that are chosen from a list."""
    held = await screen.desk.run(_adapters_held, screen)
    if call.argument:
        wanted = await screen.desk.run(_parse_adapters, screen, call.argument, held)
    else:
        desk = screen.desk
        listed = AdapterList(desk.models, held, desk.models_folder, desk.report)
        picked: ChosenAdapters | None = await screen.app.push_screen_wait(listed)
        if picked is None:
            return
        wanted = picked.adapters
    if wanted == held.own:
        screen.say("The adapters are as they were.")
        return
    await _use_adapters(screen, wanted)


async def _use_adapters(screen: "ChatScreen", wanted: Adapters | None) -> None:
    conversation = screen.session.conversation
    model = conversation.model if conversation else None
    opened = await screen.desk.run(screen.desk.models.open, model, wanted)
    before = await screen.session.make()
    await screen.desk.run(screen.desk.store.set_adapters, before.id, wanted)
    await screen.session.refresh()
    told = adapter_names(opened.adapters) or "none"
    own = " (as in your settings)" if wanted is None else ""
    screen.notice.say(text.own("Adapters from here on: "), text.line(told, 200), text.own(own))
    await load_or_roll_back(screen, before)


def _parse_adapters(screen: "ChatScreen", typed: str, held: CurrentAdapters) -> Adapters | None:
    """What was typed, on top of what holds. Blocks: names are looked up on the disk."""
    word = typed.strip().casefold()
    if word in (NONE_WORD, DEFAULT_WORD):
        return () if word == NONE_WORD else None
    now = held.usual if held.own is None else held.own
    # A name may end with a number of its own.
    if _is_there(screen, typed):
        wish = chosen.TypedAdapter(name=chosen.unquote(typed), scale=1.0)
    else:
        wish = chosen.typed_adapter(typed)
    name = _absolute_path(wish.name)
    if wish.scale is not None:
        name = _catalog_name(screen, name)
    elif not any(chosen.is_named(use, name) for use in now):
        # It may be on under its path, or by its name.
        known = _catalog_name(screen, name)
        same = (use.name for use in now if _catalog_name(screen, use.name) == known)
        name = next(same, name)
    return chosen.with_adapter(now, wish.model_copy(update={"name": name}))


def _is_there(screen: "ChatScreen", typed: str) -> bool:
    try:
        screen.desk.models.reference(_absolute_path(chosen.unquote(typed)))
    except ModelNotFoundError:
        return False
    return True


def _catalog_name(screen: "ChatScreen", name: str) -> str:
    """The name as the catalog has it; what it does not know stays, and opening it tells."""
    try:
        found = screen.desk.models.reference(name)
    except ModelNotFoundError:
        return name
    return found.path if found.origin == "path" else found.name


def _absolute_path(name: str) -> str:
    """The whole path of a file, wherever the program is started next time."""
    return absolute(name) if name.startswith(PATH_PREFIXES) else name


def _adapters_held(screen: "ChatScreen") -> CurrentAdapters:
    """What holds now. Blocks."""
    conversation = screen.session.conversation
    model = conversation.model if conversation else None
    models = screen.desk.models
    found = models.reference(model)
    try:
        usual = models.open(model).adapters
    except AssistantError:
        # An adapter of the settings is not there; what is chosen instead may be.
        usual = ()
    own = conversation.adapters if conversation else None
    return CurrentAdapters(found.name, found.path, own, usual)


async def load_or_roll_back(screen: "ChatScreen", before: Conversation) -> None:
    """Load the conversation's model and adapters; when that fails, restore the previous ones.

    When that fails, the conversation goes on with what it had, and the reason is told.

    Args:
        before: the conversation before it was given them; it is the one that is shown.
    """
    now = await screen.desk.run(screen.desk.store.conversation, before.id)
    failure = await _load_model(screen, now)
    if failure is not None:
        await _roll_back(screen, before, now)
        screen.notice.fail(failure)
        # The engine let go of the former one to make room.
        screen.loading_model.start(before.model, before.adapters)


async def _load_model(screen: "ChatScreen", conversation: Conversation) -> AssistantError | None:
    """Bring a model into memory, with progress in the status line; what went wrong."""
    ended: asyncio.Future[AssistantError | None] = asyncio.get_running_loop().create_future()

    def settle(failure: AssistantError | None) -> None:
        if not ended.done():
            ended.set_result(failure)

    screen.loading_model.start(conversation.model, conversation.adapters, settle)
    return await ended


async def _roll_back(screen: "ChatScreen", before: Conversation, tried: Conversation) -> None:
    """Let a conversation go on with what it had, unless it was given something else meanwhile."""
    store = screen.desk.store
    now = await screen.desk.run(store.conversation, before.id)
    if _model_and_adapters(now) != _model_and_adapters(tried) or _model_and_adapters(
        now
    ) == _model_and_adapters(before):
        return
    changes = await screen.desk.run(store.changes, before.id, limit=1)
    if changes and changes[0].kind in ("model", "adapters"):
        await screen.desk.run(store.undo, changes[0].number, conversation_id=before.id)
    await screen.desk.run(store.set_model, before.id, before.model)
    await screen.desk.run(store.set_adapters, before.id, before.adapters)
    await screen.session.refresh()


def _model_and_adapters(conversation: Conversation) -> tuple[object, ...]:
    return conversation.model, conversation.adapters


async def role(screen: "ChatScreen", call: CommandCall) -> None:
    """Continue under the prompt that is named, or one that is picked."""
    library = screen.desk.prompts
    if call.argument:
        chosen = await screen.desk.run(library.get, call.argument)
    else:
        prompts, problems = await screen.desk.run(library.read)
        current = screen.session.conversation.prompt_name if screen.session.conversation else None
        picker = PromptPicker(prompts, problems, current)
        picked: Prompt | None = await screen.app.push_screen_wait(picker)
        if picked is None:
            return
        chosen = picked
    await use_prompt(screen, chosen)


async def use_prompt(screen: "ChatScreen", prompt: Prompt) -> None:
    """Continue the conversation under a prompt, after asking for its missing variables."""
    opening = await resolve_prompt(screen, prompt)
    if opening is None:
        return
    conversation = await screen.session.make()
    before = conversation
    await screen.desk.run(screen.desk.take_up, conversation.id, opening)
    await screen.session.refresh()
    screen.notice.say(text.own("Role from here on: "), text.line(prompt.title, 60))
    now = screen.session.conversation
    if now is not None and now.model != before.model:
        screen.loading_model.start(now.model, now.adapters)


async def resolve_prompt(
    screen: "ChatScreen", prompt: Prompt, given: dict[str, str] | None = None
) -> ConversationStart | None:
    """Resolve a prompt's variables, asking the user for those without a value.

    Args:
        given: values that are known already.

    Returns: the opening; None when the user cancelled.
    """
    known = dict(given or {})
    if screen.selected:
        known["selection"] = screen.selected
    values = await screen.desk.run(screen.desk.values_of, prompt, known)
    for name in prompt.missing(values):
        field = AskForLine(f"{prompt.title}: {name}")
        value: str | None = await screen.app.push_screen_wait(field)
        if value is None:
            return None
        values[name] = value
    return prompt.resolve(values)


async def prompt_for_question(
    screen: "ChatScreen", question: str
) -> tuple[str, "QuestionPrompt | None"]:
    """Split a question that begins with a prompt's name after a slash.

    Returns: the question, completed by what was missing, and its prompt; None without one.

    Raises:
        MissingValuesError: the user does not want to say what it asks for.
    """
    name, rest = split_prompt_name(question)
    prompt = await screen.desk.run(screen.desk.callable_as, name) if name else None
    if prompt is None:
        return question, None
    if not rest:
        rest = (
            await screen.app.push_screen_wait(AskForLine(prompt.title, "", "asks")) or ""
        ).strip()
        question = f"/{name} {rest}"
    opening = await resolve_prompt(screen, prompt, {"input": rest}) if rest else None
    if opening is None:
        raise MissingValuesError.of(prompt.name, ("input",) if not rest else prompt.names)
    return question, question_prompt(opening)


async def model(screen: "ChatScreen", call: CommandCall) -> None:
    """Continue with the named model, or one that is picked; `default` follows the settings."""
    models = screen.desk.models
    wanted = call.argument
    now = screen.session.conversation.model if screen.session.conversation else None
    if not wanted:
        there = await screen.desk.run(models.models)
        usual = await screen.desk.run(_usual_model, screen)
        picked: str | None = await screen.app.push_screen_wait(ModelPicker(there, usual, now))
        if picked is None:
            return
        wanted = picked
    name = None if wanted.casefold() == sampling.DEFAULT_WORD else wanted
    # Whether there is such a model, whatever it is run with.
    found = await screen.desk.run(models.open, name, ())
    before = await screen.session.make()
    if before.model != name:
        await screen.desk.run(screen.desk.store.set_model, before.id, name)
        await screen.session.refresh()
    screen.notice.say(
        text.own("Model from here on: "),
        text.line(found.name, 60),
        *_dropped_adapters(screen, before),
    )
    await load_or_roll_back(screen, before)


def _dropped_adapters(screen: "ChatScreen", before: "Conversation") -> list[Content]:
    """Adapters that belonged to the model that the conversation had."""
    now = screen.session.conversation
    if now is None or now.adapters == before.adapters:
        return []
    return [text.own(" · without "), text.line(adapter_names(before.adapters or ()), 80)]


async def set_sampling(screen: "ChatScreen", call: CommandCall) -> None:
    """Set one sampling field, or show them all."""
    if call.argument:
        name, _, value = call.argument.replace("=", " ", 1).partition(" ")
        field = sampling.find_field(name)
        if value.strip():
            await _set_sampling(screen, field, value)
        else:
            await _set_in_field(screen, field)
        return
    field = ""
    while True:
        rows = await _sampling_held(screen)
        chosen: tuple[str, bool] | None = await screen.app.push_screen_wait(
            SamplingList(rows, field)
        )
        if chosen is None:
            return
        field, take_back = chosen
        if take_back:
            await _set_sampling(screen, field, sampling.DEFAULT_WORD)
        else:
            await _set_in_field(screen, field)


async def system(screen: "ChatScreen", call: CommandCall) -> None:
    """Replace the system prompt, or edit it in a dialog."""
    conversation = screen.session.conversation
    wanted: str | None = call.argument
    if not wanted:
        if conversation is None:
            conversation = await screen.session.make()
        editor = TextEditor("System prompt", conversation.system_prompt)
        wanted = await screen.app.push_screen_wait(editor)
        if wanted is None or wanted == text.editable(conversation.system_prompt):
            return
    conversation = await screen.session.make()
    examples = conversation.examples
    await screen.desk.run(
        screen.desk.store.set_system_prompt, conversation.id, wanted.strip(), None, examples
    )
    await screen.session.refresh()
    told = "The system prompt is another one from here on."
    screen.say(told if wanted.strip() else "There is no system prompt from here on.")


async def _set_sampling(screen: "ChatScreen", field: str, value: str) -> None:
    now = screen.session.conversation
    changed = sampling.with_field(now.sampling if now else sampling.NO_CHANGES, field, value)
    conversation = await screen.session.make()
    changed = sampling.with_field(conversation.sampling, field, value)
    await screen.desk.run(screen.desk.store.set_sampling, conversation.id, changed)
    await screen.session.refresh()
    row = next(row for row in await _sampling_held(screen) if row.field == field)
    screen.say(f"{field}: {row.value} ({row.origin}).")


async def _set_in_field(screen: "ChatScreen", field: str) -> None:
    """Ask for a value until it is one, or the user thinks better of it."""
    row = next(row for row in await _sampling_held(screen) if row.field == field)
    question, typed = f"{field}: {sampling.ALLOWED_VALUES[field]}", row.value if row.is_own else ""
    while True:
        answer = await screen.app.push_screen_wait(AskForLine(question, typed, "sets it"))
        if not answer or not answer.strip():
            return
        try:
            await _set_sampling(screen, field, answer)
        except AssistantError as failure:
            question, typed = failure.message, answer
        else:
            return


async def _sampling_held(screen: "ChatScreen") -> list[sampling.SamplingSetting]:
    conversation = screen.session.conversation
    prompt = await screen.desk.run(screen.desk.prompt_of, conversation)
    usual = screen.desk.chat.sampling
    of_model = await screen.desk.run(usual.own, conversation.model if conversation else None)
    return sampling.sampling_settings(conversation, usual.settings, prompt, of_model)


def _usual_model(screen: "ChatScreen") -> str:
    """The name of the model that the settings ask for. Blocks."""
    try:
        return screen.desk.models.open(None).name
    except AssistantError:
        return screen.desk.settings.chat.model or ""


HANDLERS = {
    "models": models,
    "adapters": adapters,
    "role": role,
    "model": model,
    "set": set_sampling,
    "system": system,
}
