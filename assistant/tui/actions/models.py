"""Actions on models, LoRA adapters and sampling; a model that fails to load is rolled back."""

import asyncio
from typing import Final

from textual.content import Content

from assistant.core.errors import AssistantError, ModelNotFoundError
from assistant.core.turn import adapters as adapter_choice
from assistant.core.turn import sampling
from assistant.core.turn.adapters import NONE_WORD, Adapters
from assistant.core.turn.sampling import DEFAULT_WORD
from assistant.core.values.conversation import Conversation
from assistant.core.values.models import ModelRef, Offer
from assistant.language.messages import _, localized, pgettext
from assistant.tui.actions import defaults
from assistant.tui.actions.consent import may_send
from assistant.tui.models.adapters import AdapterList, ChosenAdapters, CurrentAdapters
from assistant.tui.models.lines import adapter_names
from assistant.tui.models.pickers import ModelPicker, SamplingList
from assistant.tui.models.screen import ModelsScreen
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import AskForLine
from assistant.tui.toolkit.disk import absolute
from assistant.tui.workspace import CommandCall, Workspace


async def models(workspace: Workspace, _unused: CommandCall) -> None:
    """Open the models screen, and continue with the model that is chosen there."""
    notice = workspace.view.notice
    services = workspace.system.services
    current = await services.run(_current_reference, workspace)
    shown = ModelsScreen(
        services.models, services.download, current, services.report, services.endpoints
    )
    name: str | None = await workspace.screen.push_wait(shown)

    def report(offer: Offer, failure: AssistantError | None) -> None:
        if failure is not None:
            notice.fail(failure)
        else:
            arrived = text.line(offer.files[0].name, 80)
            notice.say(
                text.filled(_("{file} is downloaded: choose it in /models."), file=arrived),
                seconds=15,
            )

    services.download.ended = report
    if name is not None:
        await model(workspace, CommandCall(argument=name))


def _current_reference(workspace: Workspace) -> ModelRef | None:
    """The model that the conversation has. Blocks."""
    conversation = workspace.conversation.session.conversation
    try:
        return workspace.system.services.models.reference(
            conversation.model if conversation else None
        )
    except AssistantError:
        return None


PATH_PREFIXES: Final = ("/", "~", "./", "../")
"""How the path of a file begins, which no name does."""


async def adapters(workspace: Workspace, call: CommandCall) -> None:
    """Use the adapters that are typed, or those that are chosen from a list."""
    services = workspace.system.services
    current = await services.run(_current_adapters, workspace)
    if call.argument:
        wanted = await services.run(_parse_adapters, workspace, call.argument, current)
    else:
        listed = AdapterList(services.models, current, services.models_folder, services.report)
        picked: ChosenAdapters | None = await workspace.screen.push_wait(listed)
        if picked is None:
            return
        wanted = picked.adapters
    if wanted == current.own:
        workspace.screen.say(_("No changes."))
        return
    await _use_adapters(workspace, wanted)


async def _use_adapters(workspace: Workspace, wanted: Adapters | None) -> None:
    services, session = workspace.system.services, workspace.conversation.session
    conversation = session.conversation
    model = conversation.model if conversation else None
    opened = await services.run(services.models.open, model, wanted)
    before = await session.make()
    await services.run(services.store.set_adapters, before.id, wanted)
    await session.refresh()
    names = adapter_names(opened.adapters) or pgettext("adapters", "none")
    said = (
        _("Adapters from here on: {names} (as in your settings)")
        if wanted is None
        else _("Adapters from here on: {names}")
    )
    workspace.view.notice.say(text.filled(said, names=text.line(names, 200)))
    await load_or_roll_back(workspace, before)


def _parse_adapters(workspace: Workspace, typed: str, current: CurrentAdapters) -> Adapters | None:
    """What was typed, on top of what holds. Blocks: names are looked up on the disk."""
    word = typed.strip().casefold()
    if word in (NONE_WORD, DEFAULT_WORD):
        return () if word == NONE_WORD else None
    now = current.usual if current.own is None else current.own
    # A name may end with a number of its own.
    if _is_there(workspace, typed):
        typed_adapter = adapter_choice.TypedAdapter(name=adapter_choice.unquote(typed), scale=1.0)
    else:
        typed_adapter = adapter_choice.typed_adapter(typed)
    name = _absolute_path(typed_adapter.name)
    if typed_adapter.scale is not None:
        name = _catalog_name(workspace, name)
    elif not any(adapter_choice.is_named(use, name) for use in now):
        # It may be on under its path, or by its name.
        known = _catalog_name(workspace, name)
        same = (use.name for use in now if _catalog_name(workspace, use.name) == known)
        name = next(same, name)
    return adapter_choice.with_adapter(now, typed_adapter.model_copy(update={"name": name}))


def _is_there(workspace: Workspace, typed: str) -> bool:
    try:
        workspace.system.services.models.reference(_absolute_path(adapter_choice.unquote(typed)))
    except ModelNotFoundError:
        return False
    return True


def _catalog_name(workspace: Workspace, name: str) -> str:
    """The name as the catalog has it; what it does not know stays, and opening it says so."""
    try:
        found = workspace.system.services.models.reference(name)
    except ModelNotFoundError:
        return name
    return found.path if found.origin == "path" else found.name


def _absolute_path(name: str) -> str:
    """The whole path of a file, wherever the program is started next time."""
    return absolute(name) if name.startswith(PATH_PREFIXES) else name


def _current_adapters(workspace: Workspace) -> CurrentAdapters:
    """Model and adapters that hold now. Blocks."""
    conversation = workspace.conversation.session.conversation
    model = conversation.model if conversation else None
    models = workspace.system.services.models
    found = models.reference(model)
    try:
        usual = models.open(model).adapters
    except AssistantError:
        # An adapter of the settings is not there; what is chosen instead may be.
        usual = ()
    own = conversation.adapters if conversation else None
    return CurrentAdapters(found.name, found.path, own, usual)


async def load_or_roll_back(workspace: Workspace, before: Conversation) -> bool:
    """Load the conversation's model and adapters; when that fails, restore the previous ones.

    The reason is shown then.

    Args:
        before: the conversation before it was given them; it is the one that is shown.

    Returns: whether they are loaded.
    """
    services = workspace.system.services
    now = await services.run(services.store.conversation, before.id)
    failure = await _load_model(workspace, now)
    if failure is not None:
        await _roll_back(workspace, before, now)
        workspace.view.notice.fail(failure)
        # The engine let go of the former one to make room.
        workspace.conversation.model.start(before.model, before.adapters)
    return failure is None


async def _load_model(workspace: Workspace, conversation: Conversation) -> AssistantError | None:
    """Bring a model into memory, with progress in the status line.

    Returns: what went wrong; None when nothing did.
    """
    ended: asyncio.Future[AssistantError | None] = asyncio.get_running_loop().create_future()

    def resolve(failure: AssistantError | None) -> None:
        if not ended.done():
            ended.set_result(failure)

    workspace.conversation.model.start(conversation.model, conversation.adapters, resolve)
    return await ended


async def _roll_back(workspace: Workspace, before: Conversation, tried: Conversation) -> None:
    """Let a conversation go on with what it had, unless it was given something else meanwhile."""
    services = workspace.system.services
    store = services.store
    now = await services.run(store.conversation, before.id)
    if _model_and_adapters(now) != _model_and_adapters(tried) or _model_and_adapters(
        now
    ) == _model_and_adapters(before):
        return
    changes = await services.run(store.changes, before.id, limit=1)
    if changes and changes[0].kind in ("model", "adapters"):
        await services.run(store.undo, changes[0].number, conversation_id=before.id)
    await services.run(store.set_model, before.id, before.model)
    await services.run(store.set_adapters, before.id, before.adapters)
    await workspace.conversation.session.refresh()


def _model_and_adapters(conversation: Conversation) -> tuple[object, ...]:
    return conversation.model, conversation.adapters


async def model(workspace: Workspace, call: CommandCall) -> None:
    """Continue with the named model, or one that is picked; `default` follows the settings."""
    services, session = workspace.system.services, workspace.conversation.session
    models = services.models
    wanted = call.argument
    now = session.conversation.model if session.conversation else None
    if not wanted:
        there = await services.run(models.models)
        usual = await services.run(_usual_model, workspace)
        picked: str | None = await workspace.screen.push_wait(ModelPicker(there, usual, now))
        if picked is None:
            return
        wanted = picked
    name = None if wanted.casefold() == sampling.DEFAULT_WORD else wanted
    # Whether there is such a model, whatever it is run with.
    found = await services.run(models.open, name, ())
    if not await may_send(workspace, found.name):
        workspace.screen.say(_("Nothing was sent; the model is unchanged."))
        return
    is_default = name is not None and defaults.is_beginning(workspace)
    before = await session.make()
    if before.model != name:
        await services.run(services.store.set_model, before.id, name)
        await session.refresh()
    workspace.view.notice.say(
        text.filled(_("Model from here on: {model}"), model=text.line(found.name, 60)),
        *_dropped_adapters(workspace, before),
        *([] if is_default or name is None else [defaults.offer_default()]),
    )
    is_loaded = await load_or_roll_back(workspace, before)
    if is_loaded and is_default and name is not None:
        kept = await services.run(_catalog_name, workspace, _absolute_path(name))
        await defaults.keep_model(workspace, before, kept)


def _dropped_adapters(workspace: Workspace, before: Conversation) -> list[Content]:
    """Adapters that belonged to the model that the conversation had."""
    now = workspace.conversation.session.conversation
    if now is None or now.adapters == before.adapters:
        return []
    dropped = text.line(adapter_names(before.adapters or ()), 80)
    return [text.own(" · "), text.filled(_("without {adapters}"), adapters=dropped)]


async def set_sampling(workspace: Workspace, call: CommandCall) -> None:
    """Set one sampling field, or show them all."""
    if call.argument:
        name, _unused, value = call.argument.replace("=", " ", 1).partition(" ")
        field = sampling.find_field(name)
        if value.strip():
            await _set_sampling(workspace, field, value)
        else:
            await _set_in_field(workspace, field)
        return
    field = ""
    while True:
        rows = await _current_sampling(workspace)
        chosen: tuple[str, bool] | None = await workspace.screen.push_wait(
            SamplingList(rows, field)
        )
        if chosen is None:
            return
        field, is_reset = chosen
        if is_reset:
            await _set_sampling(workspace, field, sampling.DEFAULT_WORD)
        else:
            await _set_in_field(workspace, field)


async def _set_sampling(workspace: Workspace, field: str, value: str) -> None:
    services, session = workspace.system.services, workspace.conversation.session
    now = session.conversation
    changed = sampling.with_field(now.sampling if now else sampling.NO_CHANGES, field, value)
    is_default = defaults.is_beginning(workspace)
    conversation = await session.make()
    changed = sampling.with_field(conversation.sampling, field, value)
    await services.run(services.store.set_sampling, conversation.id, changed)
    await session.refresh()
    row = next(row for row in await _current_sampling(workspace) if row.field == field)
    said = text.line(f"{field}: {row.value} ({localized(row.origin)})", 200)
    is_offered = row.is_own and not is_default
    workspace.view.notice.say(said, defaults.offer_default() if is_offered else text.own("."))
    if is_default and session.conversation is not None:
        await defaults.keep_sampling(workspace, conversation, session.conversation, field)


async def _set_in_field(workspace: Workspace, field: str) -> None:
    """Ask for a value until it is one, or the user thinks better of it."""
    row = next(row for row in await _current_sampling(workspace) if row.field == field)
    allowed, typed = _(sampling.ALLOWED_VALUES[field]), row.value if row.is_own else ""
    question = f"{field}: {allowed}"
    while True:
        answer = await workspace.screen.push_wait(AskForLine(question, typed, _("Enter applies")))
        if not answer or not answer.strip():
            return
        try:
            await _set_sampling(workspace, field, answer)
        except AssistantError as failure:
            question, typed = localized(failure.message), answer
        else:
            return


async def _current_sampling(workspace: Workspace) -> list[sampling.SamplingSetting]:
    services = workspace.system.services
    conversation = workspace.conversation.session.conversation
    prompt = await services.run(services.prompt_of, conversation)
    usual = services.chat.sampling
    model = conversation.model if conversation else None
    of_model = await services.run(usual.changes_for, model)
    of_file = await services.run(usual.recommended_for, model)
    return sampling.sampling_settings(conversation, usual.settings, prompt, of_model, of_file)


def _usual_model(workspace: Workspace) -> str:
    """The name of the model that the settings ask for. Blocks."""
    services = workspace.system.services
    try:
        return services.models.open(None).name
    except AssistantError:
        return services.settings.chat.model or ""


HANDLERS = {
    "models": models,
    "adapters": adapters,
    "model": model,
    "set": set_sampling,
}
