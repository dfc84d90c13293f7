"""Which LoRA adapters the model of a conversation is run with."""

from typing import TYPE_CHECKING, Final

from assistant.core import adapters as chosen
from assistant.core.adapters import NONE, Adapters
from assistant.core.errors import AssistantError, ModelNotFoundError
from assistant.core.sampling import DEFAULT
from assistant.tui import text
from assistant.tui.actions import trying
from assistant.tui.actions.call import Call
from assistant.tui.disk import absolute
from assistant.tui.screens.adapters import AdapterList, Chosen, Held
from assistant.tui.widgets.adapter_lines import named

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen

PATHS: Final = ("/", "~", "./", "../")
"""How the path of a file begins, which no name does."""


async def adapters(screen: "ChatScreen", call: Call) -> None:
    """Go on with the adapters that are typed, or those that are chosen from a list."""
    held = await screen.desk.run(_held, screen)
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
    await trying.load(screen, before)


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


def _held(screen: "ChatScreen") -> Held:
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


HANDLERS = {"adapters": adapters}
