"""Commands on the sources of answers."""

from typing import TYPE_CHECKING

from assistant.core import references
from assistant.tui.actions.call import Call

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def show(screen: "ChatScreen", _: Call) -> None:
    """To the panel; from the panel back."""
    if screen.panel.display and screen.panel.has_focus_within:
        screen.panels.show_sources(False)
        screen.prompt.focus()
    else:
        screen.panels.show_sources(True)
        screen.panel.enter()


async def open_one(screen: "ChatScreen", call: Call) -> None:
    """The source of this number, else the first that is cited."""
    if call.message is None:
        screen.say("There is no answer yet.")
        return
    retrieval = await screen.desk.run(screen.desk.store.retrieval, call.message.id)
    found = references.used(retrieval, call.message.citations)
    cited = [place for place, each in enumerate(found) if each.strength is not None]
    places = [place for place, each in enumerate(found) if str(each.number) == call.argument]
    if not found:
        screen.say("This answer rests on none of your files.")
        return
    if call.argument and not places:
        screen.say(f"The answer has no source {call.argument}.")
        return
    everything = [*found, *references.passed_over(retrieval)]
    screen.read_source(everything, (places or cited or [0])[0])


HANDLERS = {"sources": show, "open": open_one}
