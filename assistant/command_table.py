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
    Command("new", _("New conversation"), _("Begin a new conversation"), "Conversation", "ctrl+n"),
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
        _("Find anything that was said, on every screen"),
        "Conversation",
        "ctrl+f",
        argument=_("words"),
    ),
    Command(
        "rename",
        _("Rename the conversation"),
        _("Give the conversation another title"),
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
    Command(
        "undo", _("Undo"), _("Take the newest change or deletion back"), "Conversation", "ctrl+z"
    ),
    Command(
        "trash",
        _("Trash and changes"),
        _("See what was removed or changed, and take it back"),
        "Conversation",
        "alt+z",
    ),
    Command(
        "temporary",
        _("New temporary conversation"),
        _("Begin a conversation that is kept in memory only"),
        "Conversation",
        "alt+n",
    ),
    Command(
        "pin",
        _("Pin or unpin"),
        _("Keep the conversation at the head of the list, or not"),
        "Conversation",
        "alt+i",
    ),
    Command(
        "tag",
        _("Tag the conversation"),
        _("Give the conversation tags; -tag takes one away"),
        "Conversation",
        "alt+t",
        argument=_("tags"),
    ),
    Command(
        "move",
        _("Move to a folder"),
        _("Put the conversation into a folder"),
        "Conversation",
        "alt+k",
        argument=_("folder"),
    ),
    Command(
        "archive",
        _("Archive or list again"),
        _("Take the conversation out of the list, or into it again"),
        "Conversation",
        "alt+r",
    ),
    Command(
        "archived",
        _("Show or hide the archive"),
        _("List the archived conversations, or the others"),
        "Conversation",
        "alt+v",
    ),
    Command(
        "export",
        _("Export conversations"),
        _("Write conversations as Markdown, JSON or HTML"),
        "Conversation",
        "alt+e",
        argument=_("[all] [format] [folder]"),
    ),
    Command(
        "import",
        _("Import conversations"),
        _("Import conversations of ours, ChatGPT, Claude and others"),
        "Conversation",
        "alt+o",
        argument=_("path"),
    ),
    Command(
        "role",
        _("Choose a role"),
        _("Go on under another prompt of the library"),
        "Role",
        "f3",
        argument=_("name"),
    ),
    Command(
        "model",
        _("Choose a model"),
        _("Go on with another model"),
        "Role",
        "alt+m",
        argument=_("name"),
    ),
    Command(
        "models",
        _("Models"),
        _("See which models run here, and fetch others"),
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
        _("See and change how answers are sampled"),
        "Role",
        "alt+s",
        argument=_("name value"),
    ),
    Command(
        "default",
        _("Use for new conversations"),
        _("Begin new conversations with this model, role and sampling"),
        "Role",
        "alt+shift+d",
    ),
    Command(
        "system",
        _("System prompt"),
        _("Read and change what the model is told first"),
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
        _("Make a prompt of this conversation"),
        "Role",
        "alt+h",
        argument=_("name"),
    ),
    Command(
        "stop",
        _("Stop the answer"),
        _("Stop the answer; what is written stays"),
        "Answer",
        "escape",
    ),
    Command(
        "continue",
        _("Continue the answer"),
        _("Go on with an answer that was stopped, cut off or edited"),
        "Answer",
        "ctrl+g",
        message_key="c",
        target="unfinished",
        hint=_("continue"),
    ),
    Command(
        "regenerate",
        _("Answer again"),
        _("Write another version of the answer, by another model if named"),
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
        _("Call the answer good; again takes it back"),
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
        _("Call the answer bad; again takes it back"),
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
        _("Put the question or the answer in other words"),
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
        _("Copy the last block of code of the message"),
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
        _("List the links of the message, to open one"),
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
        _("Go on from the message in a conversation of its own"),
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
        _("Move the message and all that follows it to the trash"),
        "Message",
        "alt+x",
        message_key="delete",
        target="any",
    ),
    Command(
        "sources",
        _("Show or hide sources"),
        _("Show or hide what the answer rests on"),
        "Files",
        "f4",
    ),
    Command(
        "open",
        _("Open a source"),
        _("Read a source of the answer in its file"),
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
        _("Add folders and files, to be asked about"),
        "Files",
        "alt+a",
        argument=_("path"),
    ),
    Command(
        "summarise",
        _("Summarise"),
        _("Sum up a file, a #collection or a source"),
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
        _("Hold indexing back, or let it go on"),
        "Files",
        "alt+p",
    ),
    Command(
        "cancel-indexing",
        _("Cancel indexing"),
        _("Stop adding files after the one at hand"),
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
        _("Ask again and search all your files from here on"),
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
        "log", _("Where the log is"), _("Show where unexpected errors are kept"), "Screen", "f12"
    ),
    Command("quit", _("Quit"), _("Leave; everything is kept"), "Screen", "ctrl+q"),
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
