"""Commands that let a conversation take another course: role, model, sampling, system prompt."""

from typing import TYPE_CHECKING

from textual.content import Content

from assistant.core import sampling
from assistant.core.errors import AssistantError, MissingValuesError
from assistant.core.one_question import for_one_question, named_in
from assistant.core.prompts import Opening, Prompt
from assistant.tui import text
from assistant.tui.actions import trying
from assistant.tui.actions.call import Call
from assistant.tui.screens.editor import TextEditor
from assistant.tui.screens.field import Field
from assistant.tui.screens.models import ModelPicker
from assistant.tui.screens.prompts import PromptPicker
from assistant.tui.screens.sampling import SamplingList
from assistant.tui.widgets.adapter_lines import named

if TYPE_CHECKING:
    from assistant.core.models import Conversation, QuestionPrompt
    from assistant.tui.screens.chat import ChatScreen


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
    await trying.load(screen, before)


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
        rows = await _held(screen)
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
    row = next(row for row in await _held(screen) if row.field == field)
    screen.say(f"{field}: {row.value} ({row.origin}).")


async def _set_in_field(screen: "ChatScreen", field: str) -> None:
    """Ask for a value until it is one, or the user thinks better of it."""
    row = next(row for row in await _held(screen) if row.field == field)
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


async def _held(screen: "ChatScreen") -> list[sampling.Held]:
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


HANDLERS = {"role": role, "model": model, "set": set_sampling, "system": system}
