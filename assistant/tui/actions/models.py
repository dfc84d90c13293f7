"""Opens the models.

Which LoRA adapters the model of a conversation is run with.

Loads what a conversation was given, and goes back where that cannot be used.

Commands that let a conversation take another course: role, model, sampling, system prompt.
"""

import asyncio
from typing import TYPE_CHECKING, Final

from textual.content import Content

from assistant.core.errors import AssistantError, MissingValuesError, ModelNotFoundError
from assistant.core.turn import adapters as chosen
from assistant.core.turn import sampling
from assistant.core.turn.adapters import NONE, Adapters
from assistant.core.turn.requests import for_one_question, named_in
from assistant.core.turn.sampling import DEFAULT
from assistant.core.values.conversation import Conversation
from assistant.core.values.models import Offer
from assistant.core.values.prompts import Opening, Prompt
from assistant.tui.models.adapters import AdapterList, Chosen, Held
from assistant.tui.models.lines import named
from assistant.tui.models.pickers import ModelPicker, SamplingList
from assistant.tui.models.screen import ModelsScreen
from assistant.tui.prompts.dialogs import PromptPicker
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Field, TextEditor
from assistant.tui.toolkit.disk import absolute
from assistant.tui.workspace import Call

if TYPE_CHECKING:
    from assistant.core.values.conversation import QuestionPrompt
    from assistant.tui.chat_screen import ChatScreen


async def models(screen: "ChatScreen", _: Call) -> None:
    """See the models of this machine, fetch others, and go on with the one that is chosen."""
    desk = screen.desk
    current = await desk.run(_current, screen)
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
        await model(screen, Call(argument=name))


def _current(screen: "ChatScreen") -> str | None:
    """The path of the model that the conversation has. Blocks."""
    conversation = screen.session.conversation
    try:
        return screen.desk.models.reference(conversation.model if conversation else None).path
    except AssistantError:
        return None


PATHS: Final = ("/", "~", "./", "../")
"""How the path of a file begins, which no name does."""


async def adapters(screen: "ChatScreen", call: Call) -> None:
    """Go on with the adapters that are typed, or those that are chosen from a list."""
    held = await screen.desk.run(_adapters_held, screen)
    if call.argument:
        wanted = await screen.desk.run(_wanted, screen, call.argument, held)
    else:
        desk = screen.desk
        listed = AdapterList(desk.models, held, desk.models_folder, desk.report)
        picked: Chosen | None = await screen.app.push_screen_wait(listed)
        if picked is None:
            return
        wanted = picked.adapters
    if wanted == held.own:
        screen.say("The adapters are as they were.")
        return
    await _use(screen, wanted)


async def _use(screen: "ChatScreen", wanted: Adapters | None) -> None:
    conversation = screen.session.conversation
    model = conversation.model if conversation else None
    opened = await screen.desk.run(screen.desk.models.open, model, wanted)
    before = await screen.session.make()
    await screen.desk.run(screen.desk.store.set_adapters, before.id, wanted)
    await screen.session.refresh()
    told = named(opened.adapters) or "none"
    own = " (as in your settings)" if wanted is None else ""
    screen.notice.say(text.own("Adapters from here on: "), text.line(told, 200), text.own(own))
    await load(screen, before)


def _wanted(screen: "ChatScreen", typed: str, held: Held) -> Adapters | None:
    """What was typed, on top of what holds. Blocks: names are looked up on the disk."""
    word = typed.strip().casefold()
    if word in (NONE, DEFAULT):
        return () if word == NONE else None
    now = held.usual if held.own is None else held.own
    # A name may end with a number of its own.
    if _is_there(screen, typed):
        wish = chosen.Wish(name=chosen.unquoted(typed), scale=1.0)
    else:
        wish = chosen.wished(typed)
    name = _whole(wish.name)
    if wish.scale is not None:
        name = _known(screen, name)
    elif not any(chosen.is_named(use, name) for use in now):
        # It may be on under its path, or by its name.
        known = _known(screen, name)
        same = (use.name for use in now if _known(screen, use.name) == known)
        name = next(same, name)
    return chosen.changed(now, wish.model_copy(update={"name": name}))


def _is_there(screen: "ChatScreen", typed: str) -> bool:
    try:
        screen.desk.models.reference(_whole(chosen.unquoted(typed)))
    except ModelNotFoundError:
        return False
    return True


def _known(screen: "ChatScreen", name: str) -> str:
    """The name as the catalog has it; what it does not know stays, and opening it tells."""
    try:
        found = screen.desk.models.reference(name)
    except ModelNotFoundError:
        return name
    return found.path if found.origin == "path" else found.name


def _whole(name: str) -> str:
    """The whole path of a file, wherever the program is started next time."""
    return absolute(name) if name.startswith(PATHS) else name


def _adapters_held(screen: "ChatScreen") -> Held:
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
    return Held(found.name, found.path, own, usual)


async def load(screen: "ChatScreen", before: Conversation) -> None:
    """Bring the model that the conversation has now into memory, with its adapters.

    When that fails, the conversation goes on with what it had, and the reason is told.

    Args:
        before: the conversation before it was given them; it is the one that is shown.
    """
    now = await screen.desk.run(screen.desk.store.conversation, before.id)
    failure = await _loaded(screen, now)
    if failure is not None:
        await _stay(screen, before, now)
        screen.notice.fail(failure)
        # The engine let go of the former one to make room.
        screen.loading_model.start(before.model, before.adapters)


async def _loaded(screen: "ChatScreen", conversation: Conversation) -> AssistantError | None:
    """Bring a model into memory, with progress in the status line; what went wrong."""
    ended: asyncio.Future[AssistantError | None] = asyncio.get_running_loop().create_future()

    def settle(failure: AssistantError | None) -> None:
        if not ended.done():
            ended.set_result(failure)

    screen.loading_model.start(conversation.model, conversation.adapters, settle)
    return await ended


async def _stay(screen: "ChatScreen", before: Conversation, tried: Conversation) -> None:
    """Let a conversation go on with what it had, unless it was given something else meanwhile."""
    store = screen.desk.store
    now = await screen.desk.run(store.conversation, before.id)
    if _run_with(now) != _run_with(tried) or _run_with(now) == _run_with(before):
        return
    changes = await screen.desk.run(store.changes, before.id, limit=1)
    if changes and changes[0].kind in ("model", "adapters"):
        await screen.desk.run(store.undo, changes[0].number, conversation_id=before.id)
    await screen.desk.run(store.set_model, before.id, before.model)
    await screen.desk.run(store.set_adapters, before.id, before.adapters)
    await screen.session.refresh()


def _run_with(conversation: Conversation) -> tuple[object, ...]:
    return conversation.model, conversation.adapters


async def role(screen: "ChatScreen", call: Call) -> None:
    """Go on under the prompt that is named, or one that is picked."""
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
    await take_up(screen, chosen)


async def take_up(screen: "ChatScreen", prompt: Prompt) -> None:
    """Go on under a prompt, after what it does not know was asked."""
    opening = await opening_of(screen, prompt)
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


async def opening_of(
    screen: "ChatScreen", prompt: Prompt, given: dict[str, str] | None = None
) -> Opening | None:
    """The prompt with its variables filled in, those without a value by the user; None when the
    user thinks better of it.

    Args:
        given: values that are known already.
    """
    known = dict(given or {})
    if screen.selected:
        known["selection"] = screen.selected
    values = await screen.desk.run(screen.desk.values_of, prompt, known)
    for name in prompt.missing(values):
        field = Field(f"{prompt.title}: {name}")
        value: str | None = await screen.app.push_screen_wait(field)
        if value is None:
            return None
        values[name] = value
    return prompt.resolve(values)


async def asked_under(screen: "ChatScreen", question: str) -> tuple[str, "QuestionPrompt | None"]:
    """The prompt that a question names after a slash, and the question with what was missing.

    Raises:
        MissingValuesError: the user does not want to say what it asks for.
    """
    name, rest = named_in(question)
    prompt = await screen.desk.run(screen.desk.callable_as, name) if name else None
    if prompt is None:
        return question, None
    if not rest:
        rest = (await screen.app.push_screen_wait(Field(prompt.title, "", "asks")) or "").strip()
        question = f"/{name} {rest}"
    opening = await opening_of(screen, prompt, {"input": rest}) if rest else None
    if opening is None:
        raise MissingValuesError.of(prompt.name, ("input",) if not rest else prompt.names)
    return question, for_one_question(opening)


async def model(screen: "ChatScreen", call: Call) -> None:
    """Go on with the model that is named, or one that is picked; `default` follows the settings."""
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
    name = None if wanted.casefold() == sampling.DEFAULT else wanted
    # Whether there is such a model, whatever it is run with.
    found = await screen.desk.run(models.open, name, ())
    before = await screen.session.make()
    if before.model != name:
        await screen.desk.run(screen.desk.store.set_model, before.id, name)
        await screen.session.refresh()
    screen.notice.say(
        text.own("Model from here on: "), text.line(found.name, 60), *_left_behind(screen, before)
    )
    await load(screen, before)


def _left_behind(screen: "ChatScreen", before: "Conversation") -> list[Content]:
    """Adapters that belonged to the model that the conversation had."""
    now = screen.session.conversation
    if now is None or now.adapters == before.adapters:
        return []
    return [text.own(" · without "), text.line(named(before.adapters or ()), 80)]


async def set_sampling(screen: "ChatScreen", call: Call) -> None:
    """Set one field, or show them all."""
    if call.argument:
        name, _, value = call.argument.replace("=", " ", 1).partition(" ")
        field = sampling.field_called(name)
        if value.strip():
            await _set(screen, field, value)
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
            await _set(screen, field, sampling.DEFAULT)
        else:
            await _set_in_field(screen, field)


async def system(screen: "ChatScreen", call: Call) -> None:
    """Replace the system prompt, or show it in a field where it can be changed."""
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


async def _set(screen: "ChatScreen", field: str, value: str) -> None:
    now = screen.session.conversation
    changed = sampling.changed(now.sampling if now else sampling.NOTHING, field, value)
    conversation = await screen.session.make()
    changed = sampling.changed(conversation.sampling, field, value)
    await screen.desk.run(screen.desk.store.set_sampling, conversation.id, changed)
    await screen.session.refresh()
    row = next(row for row in await _sampling_held(screen) if row.field == field)
    screen.say(f"{field}: {row.value} ({row.origin}).")


async def _set_in_field(screen: "ChatScreen", field: str) -> None:
    """Ask for a value until it is one, or the user thinks better of it."""
    row = next(row for row in await _sampling_held(screen) if row.field == field)
    question, typed = f"{field}: {sampling.TAKES[field]}", row.value if row.is_own else ""
    while True:
        answer = await screen.app.push_screen_wait(Field(question, typed, "sets it"))
        if not answer or not answer.strip():
            return
        try:
            await _set(screen, field, answer)
        except AssistantError as failure:
            question, typed = failure.message, answer
        else:
            return


async def _sampling_held(screen: "ChatScreen") -> list[sampling.Held]:
    conversation = screen.session.conversation
    prompt = await screen.desk.run(screen.desk.prompt_of, conversation)
    usual = screen.desk.chat.sampling
    of_model = await screen.desk.run(usual.own, conversation.model if conversation else None)
    return sampling.held(conversation, usual.settings, prompt, of_model)


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
