"""Actions on prompts: role, system prompt, the library screen, saving as a prompt."""

from assistant.core.context.plan import group_turns
from assistant.core.conversations.save_as_prompt import prompt_from_conversation
from assistant.core.errors import AssistantError, NotFoundError
from assistant.core.prompts.files import write
from assistant.core.prompts.user_prompts import PromptExistsError
from assistant.core.values.prompts import Prompt
from assistant.tui.actions.models import use_prompt
from assistant.tui.prompts.dialogs import PromptToSave, SavePrompt
from assistant.tui.prompts.lines import why_not_callable
from assistant.tui.prompts.screen import PromptsScreen
from assistant.tui.toolkit import text
from assistant.tui.workspace import Call, Workspace


async def show_prompts(workspace: Workspace, _: Call) -> None:
    """Open the prompt library; the prompt that is chosen there is used."""
    services = workspace.system.services
    conversation = workspace.conversation.session.conversation
    current = conversation.prompt_name if conversation else services.settings.chat.prompt
    library = PromptsScreen(
        services, workspace.system.programs, workspace.screen.lend_terminal, current
    )
    chosen: Prompt | None = await workspace.screen.push_wait(library)
    await workspace.input.names.read_prompts()
    if chosen is not None:
        await use_prompt(workspace, chosen)


async def save_prompt(workspace: Workspace, call: Call) -> None:
    """Save the conversation as a prompt: its role, and those of its turns that are chosen."""
    session = workspace.conversation.session
    conversation = session.conversation
    if conversation is None or not session.messages:
        workspace.screen.say("There is no conversation yet to make a prompt of.")
        return
    turns = [
        (turn.message_ids[0], turn.messages[0].content) for turn in group_turns(session.messages)
    ]
    saving, problem = PromptToSave(call.argument, frozenset()), ""
    while True:
        dialog = SavePrompt(saving, turns, problem)
        wanted: PromptToSave | None = await workspace.screen.push_wait(dialog)
        if wanted is None:
            return
        try:
            await workspace.system.services.run(_save, workspace, wanted)
        except AssistantError as failure:
            saving, problem = wanted, str(failure)
        else:
            break
    await workspace.input.names.read_prompts()
    name = wanted.name
    why = why_not_callable(name) or f"/{name} … asks under it, /role {name} takes it up"
    workspace.view.notice.say(text.own("Saved as "), text.line(f"{name}: {why}.", 200), seconds=10)


def _save(workspace: Workspace, wanted: PromptToSave) -> None:
    """Blocks."""
    services, session = workspace.system.services, workspace.conversation.session
    store, own = services.store, services.own_prompts
    own.path(wanted.name)
    if services.prompts.is_taken(wanted.name):
        raise PromptExistsError(f"There is a prompt {wanted.name} already.", "Take another name.")
    assert session.id is not None
    conversation = store.conversation(session.id)
    branch = store.branch(conversation.id)
    prompt = prompt_from_conversation(conversation, branch, wanted.name, chosen=wanted.questions)
    if not prompt.text and not prompt.examples:
        raise NotFoundError("There is no system prompt: choose at least one example.")
    own.save(wanted.name, write(prompt))


HANDLERS = {"prompts": show_prompts, "save-prompt": save_prompt}
