"""Actions on prompts: role, system prompt, the library screen, saving as a prompt."""

from typing import TYPE_CHECKING

from assistant.core.context.plan import group_turns
from assistant.core.conversations.save_as_prompt import prompt_from_conversation
from assistant.core.errors import AssistantError, NotFoundError
from assistant.core.prompts.files import write
from assistant.core.prompts.user_prompts import PromptExistsError
from assistant.tui.actions.models import use_prompt
from assistant.tui.prompts.dialogs import PromptToSave, SavePrompt
from assistant.tui.prompts.lines import why_not_callable
from assistant.tui.prompts.screen import PromptsScreen
from assistant.tui.toolkit import text
from assistant.tui.workspace import CommandCall

if TYPE_CHECKING:
    from assistant.core.values.prompts import Prompt
    from assistant.tui.chat_screen import ChatScreen


async def show_prompts(screen: "ChatScreen", _: CommandCall) -> None:
    """Open the prompt library; the prompt that is chosen there is used."""
    conversation = screen.session.conversation
    current = conversation.prompt_name if conversation else screen.desk.settings.chat.prompt
    library = PromptsScreen(screen.desk, screen.programs, screen.lend_terminal, current)
    chosen: Prompt | None = await screen.app.push_screen_wait(library)
    await screen.roles.refresh()
    if chosen is not None:
        await use_prompt(screen, chosen)


async def save_prompt(screen: "ChatScreen", call: CommandCall) -> None:
    """Save the conversation as a prompt: its role, and those of its turns that are chosen."""
    conversation = screen.session.conversation
    if conversation is None or not screen.session.messages:
        screen.say("There is no conversation yet to make a prompt of.")
        return
    turns = [
        (turn.message_ids[0], turn.messages[0].content)
        for turn in group_turns(screen.session.messages)
    ]
    saving, problem = PromptToSave(call.argument, frozenset()), ""
    while True:
        dialog = SavePrompt(saving, turns, problem)
        wanted: PromptToSave | None = await screen.app.push_screen_wait(dialog)
        if wanted is None:
            return
        try:
            await screen.desk.run(_save, screen, wanted)
        except AssistantError as failure:
            saving, problem = wanted, str(failure)
        else:
            break
    await screen.roles.refresh()
    name = wanted.name
    why = why_not_callable(name) or f"/{name} … asks under it, /role {name} takes it up"
    screen.notice.say(text.own("Saved as "), text.line(f"{name}: {why}.", 200), seconds=10)


def _save(screen: "ChatScreen", wanted: PromptToSave) -> None:
    """Blocks."""
    desk, own = screen.desk, screen.desk.own_prompts
    own.path(wanted.name)
    if desk.prompts.is_taken(wanted.name):
        raise PromptExistsError(f"There is a prompt {wanted.name} already.", "Take another name.")
    assert screen.session.id is not None
    conversation = desk.store.conversation(screen.session.id)
    branch = desk.store.branch(conversation.id)
    prompt = prompt_from_conversation(conversation, branch, wanted.name, chosen=wanted.questions)
    if not prompt.text and not prompt.examples:
        raise NotFoundError("There is no system prompt: choose at least one example.")
    own.save(wanted.name, write(prompt))


HANDLERS = {"prompts": show_prompts, "save-prompt": save_prompt}
