"""Command table: names, keys and texts of what the user can do on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    # The table is part of the first frame, where no value is yet.
    from assistant.core.values.conversation import Message

Group = Literal["Conversation", "Role", "Answer", "Message", "Files", "Screen"]

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
    Command("new", "New conversation", "Begin a new conversation", "Conversation", "ctrl+n"),
    Command(
        "conversations",
        "Show or hide conversations",
        "Show or hide the list of conversations",
        "Conversation",
        "ctrl+b",
    ),
    Command(
        "find",
        "Search",
        "Find anything that was said, on every screen",
        "Conversation",
        "ctrl+f",
        argument="words",
    ),
    Command(
        "rename",
        "Rename the conversation",
        "Give the conversation another title",
        "Conversation",
        "f2",
        argument="title",
    ),
    Command(
        "delete",
        "Delete the conversation",
        "Move the conversation to the trash",
        "Conversation",
        "f8",
    ),
    Command("undo", "Undo", "Take the newest change or deletion back", "Conversation", "ctrl+z"),
    Command(
        "trash",
        "Trash and changes",
        "See what was removed or changed, and take it back",
        "Conversation",
        "alt+z",
    ),
    Command(
        "temporary",
        "New temporary conversation",
        "Begin a conversation that is kept in memory only",
        "Conversation",
        "alt+n",
    ),
    Command(
        "pin",
        "Pin or unpin",
        "Keep the conversation at the head of the list, or not",
        "Conversation",
        "alt+i",
    ),
    Command(
        "tag",
        "Tag the conversation",
        "Give the conversation tags; -tag takes one away",
        "Conversation",
        "alt+t",
        argument="tags",
    ),
    Command(
        "move",
        "Move to a folder",
        "Put the conversation into a folder",
        "Conversation",
        "alt+k",
        argument="folder",
    ),
    Command(
        "archive",
        "Archive or list again",
        "Take the conversation out of the list, or into it again",
        "Conversation",
        "alt+r",
    ),
    Command(
        "archived",
        "Show or hide the archive",
        "List the archived conversations, or the others",
        "Conversation",
        "alt+v",
    ),
    Command(
        "export",
        "Export conversations",
        "Write conversations as Markdown, JSON or HTML",
        "Conversation",
        "alt+e",
        argument="[all] [format] [folder]",
    ),
    Command(
        "import",
        "Import conversations",
        "Import conversations of ours, ChatGPT, Claude and others",
        "Conversation",
        "alt+o",
        argument="path",
    ),
    Command(
        "role",
        "Choose a role",
        "Go on under another prompt of the library",
        "Role",
        "f3",
        argument="name",
    ),
    Command(
        "model",
        "Choose a model",
        "Go on with another model",
        "Role",
        "alt+m",
        argument="name",
    ),
    Command(
        "models",
        "Models",
        "See which models run here, and fetch others",
        "Role",
        "alt+u",
    ),
    Command(
        "adapters",
        "Adapters",
        "Run the model with LoRA adapters",
        "Role",
        "alt+shift+a",
        argument="name scale",
    ),
    Command(
        "set",
        "Sampling",
        "See and change how answers are sampled",
        "Role",
        "alt+s",
        argument="name value",
    ),
    Command(
        "default",
        "Use for new conversations",
        "Begin new conversations with this model, role and sampling",
        "Role",
        "alt+shift+d",
    ),
    Command(
        "system",
        "System prompt",
        "Read and change what the model is told first",
        "Role",
        "alt+y",
        argument="text",
    ),
    Command(
        "prompts",
        "Prompts",
        "Find, read, edit and write prompts",
        "Role",
        "alt+l",
    ),
    Command(
        "save-prompt",
        "Save as a prompt",
        "Make a prompt of this conversation",
        "Role",
        "alt+h",
        argument="name",
    ),
    Command(
        "stop", "Stop the answer", "Stop the answer; what is written stays", "Answer", "escape"
    ),
    Command(
        "continue",
        "Continue the answer",
        "Go on with an answer that was stopped, cut off or edited",
        "Answer",
        "ctrl+g",
        message_key="c",
        target="unfinished",
        hint="continue",
    ),
    Command(
        "regenerate",
        "Answer again",
        "Write another version of the answer, by another model if named",
        "Answer",
        "ctrl+r",
        argument="model",
        message_key="r",
        target="answer",
        hint="again",
    ),
    Command(
        "good",
        "Rate the answer good",
        "Call the answer good; again takes it back",
        "Answer",
        "alt+g",
        argument="why",
        message_key="plus",
        target="answer",
        hint="good",
    ),
    Command(
        "bad",
        "Rate the answer bad",
        "Call the answer bad; again takes it back",
        "Answer",
        "alt+q",
        argument="why",
        message_key="minus",
        target="answer",
        hint="bad",
    ),
    Command(
        "note",
        "Note on the rating",
        "Say why the answer is good or bad",
        "Answer",
        "alt+j",
        argument="why",
        message_key="w",
        target="answer",
    ),
    Command(
        "details",
        "Details of the answer",
        "Show model, tokens, speed and time of the answer",
        "Answer",
        "alt+shift+i",
        message_key="i",
        target="answer",
    ),
    Command(
        "edit",
        "Edit the message",
        "Put the question or the answer in other words",
        "Message",
        "ctrl+o",
        message_key="e",
        target="editable",
        hint="edit",
    ),
    Command(
        "copy",
        "Copy the message",
        "Copy the focused message, or the last answer",
        "Message",
        "ctrl+y",
        message_key="y",
        target="any",
        hint="copy",
    ),
    Command(
        "code",
        "Copy the code",
        "Copy the last block of code of the message",
        "Message",
        "f6",
        message_key="k",
        target="any",
    ),
    Command(
        "pager",
        "Open in the pager",
        "Read the message in your pager, such as less",
        "Message",
        "alt+shift+p",
        message_key="p",
        target="any",
    ),
    Command(
        "links",
        "Links of the message",
        "List the links of the message, to open one",
        "Message",
        "alt+shift+l",
        message_key="o",
        target="any",
    ),
    Command(
        "older",
        "Previous version",
        "Show the previous version of the message",
        "Message",
        "alt+left",
        message_key="left",
        target="versions",
    ),
    Command(
        "newer",
        "Next version",
        "Show the next version of the message",
        "Message",
        "alt+right",
        message_key="right",
        target="versions",
    ),
    Command(
        "fork",
        "Fork the conversation",
        "Go on from the message in a conversation of its own",
        "Message",
        "ctrl+l",
        message_key="f",
        target="any",
        hint="fork",
    ),
    Command(
        "compare",
        "Compare two branches",
        "Show two versions side by side, or compare two files",
        "Message",
        "alt+d",
        argument="two files",
        message_key="d",
        target="versions",
        hint="compare",
    ),
    Command(
        "delete-message",
        "Delete the message",
        "Move the message and all that follows it to the trash",
        "Message",
        "alt+x",
        message_key="delete",
        target="any",
    ),
    Command(
        "sources",
        "Show or hide sources",
        "Show or hide what the answer rests on",
        "Files",
        "f4",
    ),
    Command(
        "open",
        "Open a source",
        "Read a source of the answer in its file",
        "Files",
        "f9",
        argument="number",
        message_key="enter",
        target="answer",
        hint="source",
    ),
    Command(
        "add",
        "Add files",
        "Add folders and files, to be asked about",
        "Files",
        "alt+a",
        argument="path",
    ),
    Command(
        "summarise",
        "Summarise",
        "Sum up a file, a #collection or a source",
        "Files",
        "f10",
        argument="file in five points",
    ),
    Command(
        "files",
        "Choose files",
        "Choose the collections of this conversation",
        "Files",
        "f5",
    ),
    Command(
        "pause-indexing",
        "Pause or resume indexing",
        "Hold indexing back, or let it go on",
        "Files",
        "alt+p",
    ),
    Command(
        "cancel-indexing",
        "Cancel indexing",
        "Stop adding files after the one at hand",
        "Files",
        "alt+c",
    ),
    Command(
        "library",
        "Library",
        "See and change what is in the library",
        "Files",
        "f7",
    ),
    Command(
        "everywhere",
        "Search all files",
        "Ask again and search all your files from here on",
        "Files",
        "alt+shift+e",
        message_key="s",
        target="answer",
    ),
    Command(
        "context",
        "See the context",
        "See what the model reads; pin or exclude turns",
        "Conversation",
        "alt+w",
    ),
    Command("top", "Go to the beginning", "Show the first message", "Screen", "ctrl+home"),
    Command("end", "Go to the end", "Show the last message and follow it", "Screen", "ctrl+end"),
    Command(
        "settings",
        "Settings",
        "See and change every setting",
        "Screen",
        "alt+shift+s",
        argument="words",
    ),
    Command("theme", "Light or dark", "Change between light and dark", "Screen", "ctrl+t"),
    Command("help", "Help", "Show all keys", "Screen", "f1"),
    Command("palette", "Command palette", "Search all commands", "Screen", "ctrl+p"),
    Command("log", "Where the log is", "Show where unexpected errors are kept", "Screen", "f12"),
    Command("quit", "Quit", "Leave; everything is kept", "Screen", "ctrl+q"),
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
