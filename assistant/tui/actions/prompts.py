"""Actions on prompts: role, system prompt, the library screen, saving as a prompt."""

from assistant.core.context.plan import group_turns
from assistant.core.conversations.save_as_prompt import prompt_from_conversation
from assistant.core.errors import AssistantError, MissingValuesError, NotFoundError
from assistant.core.prompts.files import write
from assistant.core.prompts.user_prompts import PromptExistsError
from assistant.core.turn.requests import question_prompt, split_prompt_name
from assistant.core.values.conversation import QuestionPrompt
from assistant.core.values.prompts import ConversationStart, Prompt
from assistant.language.messages import _, localized
from assistant.tui.actions import defaults
from assistant.tui.prompts.dialogs import PromptPicker, PromptToSave, SavePrompt
from assistant.tui.prompts.lines import why_not_callable
from assistant.tui.prompts.screen import PromptsScreen
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import AskForLine, TextEditor
from assistant.tui.workspace import CommandCall, Workspace


async def role(workspace: Workspace, call: CommandCall) -> None:
    """Continue under the prompt that is named, or one that is picked."""
    services, session = workspace.system.services, workspace.conversation.session
    library = services.prompts
    if call.argument:
        chosen = await services.run(library.get, call.argument)
    else:
        prompts, problems = await services.run(library.read)
        current = session.conversation.prompt_name if session.conversation else None
        picker = PromptPicker(prompts, problems, current)
        picked: Prompt | None = await workspace.screen.push_wait(picker)
        if picked is None:
            return
        chosen = picked
    await use_prompt(workspace, chosen)


async def use_prompt(workspace: Workspace, prompt: Prompt) -> None:
    """Continue the conversation under a prompt, after asking for its missing variables."""
    services, session = workspace.system.services, workspace.conversation.session
    opening = await resolve_prompt(workspace, prompt)
    if opening is None:
        return
    is_default = defaults.is_beginning(workspace)
    conversation = await session.make()
    before = conversation
    await services.run(services.switch_prompt, conversation.id, opening)
    await session.refresh()
    workspace.view.notice.say(
        text.filled(_("Role from here on: {role}"), role=text.line(prompt.title, 60)),
        *([] if is_default else [defaults.offer_default()]),
    )
    now = session.conversation
    if now is not None and now.model != before.model:
        workspace.conversation.model.start(now.model, now.adapters)
    if is_default:
        await defaults.keep_prompt(workspace, before, prompt)


async def resolve_prompt(
    workspace: Workspace, prompt: Prompt, given: dict[str, str] | None = None
) -> ConversationStart | None:
    """Resolve a prompt's variables, asking the user for those without a value.

    Args:
        given: values that are known already.

    Returns: the opening; None when the user cancelled.
    """
    services, session = workspace.system.services, workspace.conversation.session
    known = dict(given or {})
    if session.selected:
        known["selection"] = session.selected
    values = await services.run(services.values_of, prompt, known)
    for name in prompt.missing(values):
        field = AskForLine(f"{prompt.title}: {name}")
        value: str | None = await workspace.screen.push_wait(field)
        if value is None:
            return None
        values[name] = value
    return prompt.resolve(values)


async def prompt_for_question(
    workspace: Workspace, question: str
) -> tuple[str, QuestionPrompt | None]:
    """Split a question that begins with a prompt's name after a slash.

    Returns: the question, completed by what was missing, and its prompt; None without one.

    Raises:
        MissingValuesError: the user does not want to say what it asks for.
    """
    services = workspace.system.services
    name, rest = split_prompt_name(question)
    prompt = await services.run(services.callable_as, name) if name else None
    if prompt is None:
        return question, None
    if not rest:
        rest = (
            await workspace.screen.push_wait(AskForLine(prompt.title, "", _("Enter asks"))) or ""
        ).strip()
        question = f"/{name} {rest}"
    opening = await resolve_prompt(workspace, prompt, {"input": rest}) if rest else None
    if opening is None:
        raise MissingValuesError.of(prompt.name, ("input",) if not rest else prompt.names)
    return question, question_prompt(opening)


async def system(workspace: Workspace, call: CommandCall) -> None:
    """Replace the system prompt, or edit it in a dialog."""
    services, session = workspace.system.services, workspace.conversation.session
    conversation = session.conversation
    wanted: str | None = call.argument
    if not wanted:
        if conversation is None:
            conversation = await session.make()
        editor = TextEditor(_("System prompt"), conversation.system_prompt)
        wanted = await workspace.screen.push_wait(editor)
        if wanted is None or wanted == text.editable(conversation.system_prompt):
            return
    conversation = await session.make()
    examples = conversation.examples
    await services.run(
        services.store.set_system_prompt, conversation.id, wanted.strip(), None, examples
    )
    await session.refresh()
    changed = _("System prompt changed from here on.")
    workspace.screen.say(changed if wanted.strip() else _("System prompt removed from here on."))


async def show_prompts(workspace: Workspace, _unused: CommandCall) -> None:
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


async def save_prompt(workspace: Workspace, call: CommandCall) -> None:
    """Save the conversation as a prompt: its role, and those of its turns that are chosen."""
    session = workspace.conversation.session
    conversation = session.conversation
    if conversation is None or not (session.messages or defaults.has_own_prompt(conversation)):
        workspace.screen.say(_("There is no conversation yet to save as a prompt."))
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
            saving = wanted
            problem = f"{localized(failure.message)} {localized(failure.hint)}".strip()
        else:
            break
    await workspace.input.names.read_prompts()
    name = wanted.name
    why_not = why_not_callable(name)
    said = (
        _("Saved as {name}: {why}.", name=name, why=localized(why_not))
        if why_not
        else _(
            "Saved as {name}: /{name} … uses it once, /role {name} for the conversation.", name=name
        )
    )
    workspace.view.notice.say(text.line(said, 300), seconds=10)


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


HANDLERS = {"role": role, "system": system, "prompts": show_prompts, "save-prompt": save_prompt}
