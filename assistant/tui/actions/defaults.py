"""Defaults of new conversations and of the screen: choices that are kept, each with undo."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from textual.content import Content

from assistant.core.ports.conversations import ConversationStore
from assistant.core.turn.sampling import FIELDS, NO_CHANGES, format_value
from assistant.core.values.conversation import Conversation
from assistant.core.values.prompts import Prompt
from assistant.language.messages import _
from assistant.tui.toolkit import text
from assistant.tui.workspace import CommandCall, Workspace

Choice = tuple[tuple[str, ...], object | None]
"""A setting by section and name, and the value that is chosen for it; None is its default."""

MODEL: Final = ("chat", "model")
PROMPT: Final = ("chat", "prompt")


def is_beginning(workspace: Workspace) -> bool:
    """Whether what is chosen now is meant for new conversations: nothing was asked yet."""
    session = workspace.conversation.session
    return not session.messages and not session.is_temporary


def has_own_prompt(conversation: Conversation) -> bool:
    """Whether its system prompt was written for it, and is no prompt of the library."""
    return bool(conversation.system_prompt and not conversation.prompt_name)


def offer_default() -> Content:
    """The way to keep what was chosen in the middle of a conversation."""
    words = _("/default uses it for new conversations")
    return text.muted(" · ") + text.button(words, "screen.command", "default", style=text.ACCENT)


async def keep(
    workspace: Workspace,
    choices: Sequence[Choice],
    *what: Content,
    restore: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Keep choices in the user's settings, and say so with the undo key.

    Args:
        what: the sentence on it.
        restore: undoes what was changed beside the settings.

    Raises:
        SettingsError: the settings cannot be changed.
    """
    services = workspace.system.services
    changes = [await services.change_setting(path, value) for path, value in choices]

    async def undo() -> Sequence[Content]:
        for change in reversed(changes):
            await services.undo_setting(change)
        if restore is not None:
            await restore()
        keys = ", ".join(".".join(change.path) for change in changes)
        before = _("Settings restored: {settings}")
        return [text.filled(before, settings=text.line(keys, 200))]

    covering = [
        found for path, _unused in choices if (found := services.user_settings.covered_by(path))
    ]
    but = [
        text.own(" · "),
        text.own(_("at the next start {setting} overrides it", setting=_(" and ").join(covering))),
    ]
    workspace.conversation.undo.offer_way_back(undo, *what, *(but if covering else ()))


async def keep_model(workspace: Workspace, before: Conversation, name: str) -> None:
    """Keep a model that was chosen before anything was asked as the one of new conversations.

    Args:
        before: the conversation as it was; so in what follows.
    """
    if workspace.system.services.settings.chat.model == name:
        return
    model = text.line(name, 60)
    what = text.filled(_("{model} is also used for new conversations"), model=model)

    async def restore() -> None:
        await _restore(workspace, before)
        shown = workspace.conversation.session.conversation
        if shown is not None and shown.id == before.id:
            workspace.conversation.model.start(before.model, before.adapters)

    await keep(workspace, [(MODEL, name)], what, restore=restore)


async def keep_prompt(workspace: Workspace, before: Conversation, prompt: Prompt) -> None:
    """Keep a role that was chosen before anything was asked, where it asks for no values."""
    services = workspace.system.services
    values = await services.run(services.values_of, prompt)
    if services.settings.chat.prompt == prompt.name or prompt.missing(values):
        return
    role = text.line(prompt.title, 60)
    what = text.filled(_("{role} is also used for new conversations"), role=role)
    restore = partial(_restore, workspace, before)
    await keep(workspace, [(PROMPT, prompt.name)], what, restore=restore)


async def keep_sampling(
    workspace: Workspace, before: Conversation, now: Conversation, field: str
) -> None:
    """Keep a sampling field that was set before anything was asked."""
    value = getattr(now.sampling, field)
    if value is None or value == getattr(workspace.system.services.settings.sampling, field):
        return
    what = text.own(
        _(
            "{field} = {value} also applies to new conversations",
            field=field,
            value=format_value(field, value),
        )
    )
    restore = partial(_restore, workspace, before)
    await keep(workspace, [(("sampling", field), value)], what, restore=restore)


async def _restore(workspace: Workspace, before: Conversation) -> None:
    """Give a conversation back what it had; one without messages has no changes to undo."""
    services = workspace.system.services
    await services.run(_give_back, services.store, before)
    await workspace.conversation.session.refresh()


def _give_back(store: ConversationStore, before: Conversation) -> None:
    """Blocks."""
    now = store.conversation(before.id)
    if (now.system_prompt, now.prompt_name) != (before.system_prompt, before.prompt_name):
        prompt = before.system_prompt, before.prompt_name, before.examples
        store.set_system_prompt(before.id, *prompt)
    if now.sampling != before.sampling:
        store.set_sampling(before.id, before.sampling)
    if now.collections != before.collections:
        store.set_collections(before.id, before.collections)
    if now.model != before.model:
        store.set_model(before.id, before.model)
    if now.adapters != before.adapters:
        store.set_adapters(before.id, before.adapters)


async def keep_panel(workspace: Workspace, name: str, *, shown: bool) -> None:
    """Keep whether a side panel is shown, where there is room for it."""
    path, panels = ("screen", name), workspace.view.panels
    kept = getattr(workspace.system.services.settings.screen, name)
    if (kept != "hidden") == shown:
        return
    show = panels.show_sidebar if name == "conversations" else panels.show_sources

    async def restore() -> None:
        show(not shown)

    if name == "conversations" and shown:
        what = _("The list of conversations is shown where there is room")
    elif name == "conversations":
        what = _("The list of conversations is hidden from now on")
    elif shown:
        what = _("Sources are shown where there is room")
    else:
        what = _("Sources are hidden from now on")
    choice = (path, None if shown else "hidden")
    await keep(workspace, [choice], text.own(what), restore=restore)


async def use_for_new(workspace: Workspace, _unused: CommandCall) -> None:
    """Make model, role and sampling of this conversation those of new ones."""
    conversation = workspace.conversation.session.conversation
    choices = await _choices(workspace, conversation) if conversation else []
    has_own = conversation is not None and has_own_prompt(conversation)
    own_prompt = _(
        "The system prompt is only for this conversation: /save-prompt saves it as a role."
    )
    if not choices:
        same = _("New conversations already use this model, role and sampling.")
        workspace.screen.say(own_prompt if has_own else same)
        return
    words = [f"{path[1]} {value}" for path, value in choices]
    chosen = text.line(", ".join(words), 200)
    what = text.filled(_("For new conversations: {settings}"), settings=chosen)
    await keep(workspace, choices, what, *([text.own(f". {own_prompt}")] if has_own else []))


async def _choices(workspace: Workspace, conversation: Conversation) -> list[Choice]:
    """What a conversation has otherwise than new ones."""
    services = workspace.system.services
    chat, usual = services.settings.chat, services.settings.sampling
    choices: list[Choice] = []
    if conversation.model and conversation.model != chat.model:
        choices.append((MODEL, conversation.model))
    if conversation.prompt_name and conversation.prompt_name != chat.prompt:
        choices.append((PROMPT, conversation.prompt_name))
    prompt = await services.run(services.prompt_of, conversation)
    of_prompt = prompt.sampling if prompt else NO_CHANGES
    for field in FIELDS:
        value = getattr(conversation.sampling, field)
        if value is not None and value not in (getattr(of_prompt, field), getattr(usual, field)):
            choices.append((("sampling", field), value))
    return choices


HANDLERS = {"default": use_for_new}
