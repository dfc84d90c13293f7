"""Command table: names, keys and texts of what the user can do on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from assistant.language.messages import _

if TYPE_CHECKING:
    # The table is part of the first frame, where no value is yet.
    from assistant.core.values.conversation import Message

Group = Literal["Conversation", "Role", "Answer", "Message", "Files", "Screen"]

GROUP_TITLES: Final[dict[Group, str]] = {
    "Conversation": _("Conversation"),
    "Role": _("Role"),
    "Answer": _("Answer"),
    "Message": _("Message"),
    "Files": _("Files"),
    "Screen": _("Screen"),
}
"""How groups are called on the screen."""

Target = Literal["editable", "answer", "unfinished", "versions", "any"]
"""Which messages a command is for."""


@dataclass(frozen=True)
class Command:
    """Command of the user: its name, key, texts and the messages it is for."""

    name: str
    """What is typed after `/`."""
    title: str
    description: str
    group: Group
    key: str
    """Works everywhere; Textual's names, several separated by commas."""
    argument: str = ""
    """What may follow the name in the `/` menu."""
    message_key: str = ""
    """Works while a message has the focus."""
    target: Target | None = None
    hint: str = ""
    """The word that stands beside the key on a message."""

    def is_for(self, message: Message) -> bool:
        """Whether the command makes sense for this message."""
        match self.target:
            case "editable":
                return message.role in ("user", "assistant") and message.state != "streaming"
            case "answer":
                return message.role == "assistant" and message.state != "streaming"
            case "unfinished":
                return is_unfinished(message)
            case "versions":
                return message.versions > 1
            case "any":
                return True
            case None:
                return False


COMMANDS: tuple[Command, ...] = (
    Command("new", _("New conversation"), _("Start a new conversation"), "Conversation", "ctrl+n"),
    Command(
        "conversations",
        _("Show or hide conversations"),
        _("Show or hide the list of conversations"),
        "Conversation",
        "ctrl+b",
    ),
    Command(
        "find",
        _("Search"),
        _("Search all conversations, from any screen"),
        "Conversation",
        "ctrl+f",
        argument=_("words"),
    ),
    Command(
        "rename",
        _("Rename the conversation"),
        _("Change the title of the conversation"),
        "Conversation",
        "f2",
        argument=_("title"),
    ),
    Command(
        "delete",
        _("Delete the conversation"),
        _("Move the conversation to the trash"),
        "Conversation",
        "f8",
    ),
    Command("undo", _("Undo"), _("Undo the last change or deletion"), "Conversation", "ctrl+z"),
    Command(
        "trash",
        _("Trash and changes"),
        _("See deletions and changes, and undo them"),
        "Conversation",
        "alt+z",
    ),
    Command(
        "temporary",
        _("New temporary conversation"),
        _("Start a conversation that is kept in memory only"),
        "Conversation",
        "alt+n",
    ),
    Command(
        "pin",
        _("Pin or unpin"),
        _("Keep the conversation at the top of the list, or not"),
        "Conversation",
        "alt+i",
    ),
    Command(
        "tag",
        _("Tag the conversation"),
        _("Add tags to the conversation; -tag removes one"),
        "Conversation",
        "alt+t",
        argument=_("tags"),
    ),
    Command(
        "move",
        _("Move to a folder"),
        _("Move the conversation to a folder"),
        "Conversation",
        "alt+k",
        argument=_("folder"),
    ),
    Command(
        "archive",
        _("Archive or unarchive"),
        _("Archive or unarchive the conversation"),
        "Conversation",
        "alt+r",
    ),
    Command(
        "archived",
        _("Show or hide the archive"),
        _("Show the archived conversations, or the others"),
        "Conversation",
        "alt+v",
    ),
    Command(
        "export",
        _("Export conversations"),
        _("Save conversations as Markdown, JSON or HTML"),
        "Conversation",
        "alt+e",
        argument=_("[all] [format] [folder]"),
    ),
    Command(
        "import",
        _("Import conversations"),
        _("Import conversations: ours, ChatGPT, Claude and others"),
        "Conversation",
        "alt+o",
        argument=_("path"),
    ),
    Command(
        "role",
        _("Choose a role"),
        _("Use another prompt in this conversation"),
        "Role",
        "f3",
        argument=_("name"),
    ),
    Command(
        "model",
        _("Choose a model"),
        _("Use another model in this conversation"),
        "Role",
        "alt+m",
        argument=_("name"),
    ),
    Command(
        "models",
        _("Models"),
        _("See which models run here, and download others"),
        "Role",
        "alt+u",
    ),
    Command(
        "adapters",
        _("Adapters"),
        _("Run the model with LoRA adapters"),
        "Role",
        "alt+shift+a",
        argument=_("name scale"),
    ),
    Command(
        "set",
        _("Sampling"),
        _("Temperature and other answer settings"),
        "Role",
        "alt+s",
        argument=_("name value"),
    ),
    Command(
        "default",
        _("Use for new conversations"),
        _("Use this model, role and sampling for new conversations"),
        "Role",
        "alt+shift+d",
    ),
    Command(
        "system",
        _("System prompt"),
        _("View or edit the system prompt"),
        "Role",
        "alt+y",
        argument=_("text"),
    ),
    Command(
        "prompts",
        _("Prompts"),
        _("Find, read, edit and write prompts"),
        "Role",
        "alt+l",
    ),
    Command(
        "save-prompt",
        _("Save as a prompt"),
        _("Save this conversation as a prompt"),
        "Role",
        "alt+h",
        argument=_("name"),
    ),
    Command(
        "stop",
        _("Stop the answer"),
        _("Stop the answer and keep what is written"),
        "Answer",
        "escape",
    ),
    Command(
        "continue",
        _("Continue the answer"),
        _("Continue an answer that was stopped, cut off or edited"),
        "Answer",
        "ctrl+g",
        message_key="c",
        target="unfinished",
        hint=_("continue"),
    ),
    Command(
        "regenerate",
        _("Answer again"),
        _("Write another version of the answer; a model can be named"),
        "Answer",
        "ctrl+r",
        argument=_("model"),
        message_key="r",
        target="answer",
        hint=_("again"),
    ),
    Command(
        "good",
        _("Rate the answer good"),
        _("Rate the answer good (again: remove)"),
        "Answer",
        "alt+g",
        argument=_("why"),
        message_key="plus",
        target="answer",
        hint=_("good"),
    ),
    Command(
        "bad",
        _("Rate the answer bad"),
        _("Rate the answer bad (again: remove)"),
        "Answer",
        "alt+q",
        argument=_("why"),
        message_key="minus",
        target="answer",
        hint=_("bad"),
    ),
    Command(
        "note",
        _("Note on the rating"),
        _("Say why the answer is good or bad"),
        "Answer",
        "alt+j",
        argument=_("why"),
        message_key="w",
        target="answer",
    ),
    Command(
        "details",
        _("Details of the answer"),
        _("Show model, tokens, speed and time of the answer"),
        "Answer",
        "alt+shift+i",
        message_key="i",
        target="answer",
    ),
    Command(
        "edit",
        _("Edit the message"),
        _("Change the text of the question or the answer"),
        "Message",
        "ctrl+o",
        message_key="e",
        target="editable",
        hint=_("edit"),
    ),
    Command(
        "copy",
        _("Copy the message"),
        _("Copy the focused message, or the last answer"),
        "Message",
        "ctrl+y",
        message_key="y",
        target="any",
        hint=_("copy"),
    ),
    Command(
        "code",
        _("Copy the code"),
        _("Copy the last code block of the message"),
        "Message",
        "f6",
        message_key="k",
        target="any",
    ),
    Command(
        "pager",
        _("Open in the pager"),
        _("Read the message in your pager, such as less"),
        "Message",
        "alt+shift+p",
        message_key="p",
        target="any",
    ),
    Command(
        "links",
        _("Links of the message"),
        _("List the links of the message and open one"),
        "Message",
        "alt+shift+l",
        message_key="o",
        target="any",
    ),
    Command(
        "older",
        _("Previous version"),
        _("Show the previous version of the message"),
        "Message",
        "alt+left",
        message_key="left",
        target="versions",
    ),
    Command(
        "newer",
        _("Next version"),
        _("Show the next version of the message"),
        "Message",
        "alt+right",
        message_key="right",
        target="versions",
    ),
    Command(
        "fork",
        _("Fork the conversation"),
        _("Start a new conversation from this message"),
        "Message",
        "ctrl+l",
        message_key="f",
        target="any",
        hint=_("fork"),
    ),
    Command(
        "compare",
        _("Compare two branches"),
        _("Show two versions side by side, or compare two files"),
        "Message",
        "alt+d",
        argument=_("two files"),
        message_key="d",
        target="versions",
        hint=_("compare"),
    ),
    Command(
        "delete-message",
        _("Delete the message"),
        _("Move the message and everything after it to the trash"),
        "Message",
        "alt+x",
        message_key="delete",
        target="any",
    ),
    Command(
        "sources",
        _("Show or hide sources"),
        _("Show or hide the sources of the answer"),
        "Files",
        "f4",
    ),
    Command(
        "open",
        _("Open a source"),
        _("Open a source of the answer in its file"),
        "Files",
        "f9",
        argument=_("number"),
        message_key="enter",
        target="answer",
        hint=_("source"),
    ),
    Command(
        "add",
        _("Add files"),
        _("Add folders and files to ask about"),
        "Files",
        "alt+a",
        argument=_("path"),
    ),
    Command(
        "summarise",
        _("Summarise"),
        _("Summarise a file, a #collection or a source"),
        "Files",
        "f10",
        argument=_("file in five points"),
    ),
    Command(
        "files",
        _("Choose files"),
        _("Choose the collections of this conversation"),
        "Files",
        "f5",
    ),
    Command(
        "pause-indexing",
        _("Pause or resume indexing"),
        _("Pause indexing, or resume it"),
        "Files",
        "alt+p",
    ),
    Command(
        "cancel-indexing",
        _("Cancel indexing"),
        _("Stop adding files after the current file"),
        "Files",
        "alt+c",
    ),
    Command(
        "library",
        _("Library"),
        _("See and change what is in the library"),
        "Files",
        "f7",
    ),
    Command(
        "everywhere",
        _("Search all files"),
        _("Ask again and search all your files from now on"),
        "Files",
        "alt+shift+e",
        message_key="s",
        target="answer",
    ),
    Command(
        "context",
        _("See the context"),
        _("See what the model reads; pin or exclude turns"),
        "Conversation",
        "alt+w",
    ),
    Command("top", _("Go to the beginning"), _("Show the first message"), "Screen", "ctrl+home"),
    Command(
        "end", _("Go to the end"), _("Show the last message and follow it"), "Screen", "ctrl+end"
    ),
    Command(
        "settings",
        _("Settings"),
        _("See and change every setting"),
        "Screen",
        "alt+shift+s",
        argument=_("words"),
    ),
    Command("theme", _("Light or dark"), _("Change between light and dark"), "Screen", "ctrl+t"),
    Command("help", _("Help"), _("Show all keys"), "Screen", "f1"),
    Command("palette", _("Command palette"), _("Search all commands"), "Screen", "ctrl+p"),
    Command(
        "log", _("Where the log is"), _("Show where unexpected errors are logged"), "Screen", "f12"
    ),
    Command("quit", _("Quit"), _("Quit (everything is saved)"), "Screen", "ctrl+q"),
)

BY_NAME = {command.name: command for command in COMMANDS}

OTHER_SPELLINGS = {"summarize": "summarise"}
"""How names of commands are spelled elsewhere."""


def is_unfinished(message: Message) -> bool:
    """Whether an answer can be continued."""
    if message.role != "assistant" or message.state == "streaming":
        return False
    cut = message.state != "complete" or message.stop_reason == "length"
    return cut or message.edited
