"""Command table: names, keys and texts of what the user can do on the screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from assistant.language.messages import N_, _, pgettext

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


def without_accents(name: str) -> str:
    """A name in lower case, as it is typed on a keyboard without accents."""
    if name.isascii():
        return name.lower()
    # Names in English need none of it.
    import unicodedata  # noqa: PLC0415

    decomposed = unicodedata.normalize("NFD", name.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


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
    english: str = ""
    """The title in English, where the title is in another language: it is found by both."""
    local_name: str = ""
    """What may be typed instead of the name in the user's language, without accents."""

    @property
    def words(self) -> str:
        """What it is found by."""
        return " ".join(filter(None, (self.title, self.name, self.local_name, self.english)))

    def begins_with(self, prefix: str) -> bool:
        """Whether one of its names does; accents may be left out."""
        plain = without_accents(prefix)
        return self.name.startswith(plain) or self.local_name.startswith(plain)

    def translated(self) -> Command:
        """It in the user's language."""
        title, local = _(self.title), without_accents(pgettext("command", self.name))
        return replace(
            self,
            title=title,
            description=_(self.description),
            argument=_(self.argument),
            hint=_(self.hint),
            english="" if title == self.title else self.title,
            local_name="" if local == self.name else local,
        )

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


_ENGLISH: Final = (
    Command(
        "new", N_("New conversation"), N_("Start a new conversation"), "Conversation", "ctrl+n"
    ),
    Command(
        "conversations",
        N_("Show or hide conversations"),
        N_("Show or hide the list of conversations"),
        "Conversation",
        "ctrl+b",
    ),
    Command(
        "find",
        N_("Search"),
        N_("Search all conversations, from any screen"),
        "Conversation",
        "ctrl+f",
        argument=N_("words"),
    ),
    Command(
        "rename",
        N_("Rename the conversation"),
        N_("Change the title of the conversation"),
        "Conversation",
        "f2",
        argument=N_("title"),
    ),
    Command(
        "delete",
        N_("Delete the conversation"),
        N_("Move the conversation to the trash"),
        "Conversation",
        "f8",
    ),
    Command("undo", N_("Undo"), N_("Undo the last change or deletion"), "Conversation", "ctrl+z"),
    Command(
        "trash",
        N_("Trash and changes"),
        N_("See deletions and changes, and undo them"),
        "Conversation",
        "alt+z",
    ),
    Command(
        "temporary",
        N_("New temporary conversation"),
        N_("Start a conversation that is kept in memory only"),
        "Conversation",
        "alt+n",
    ),
    Command(
        "pin",
        N_("Pin or unpin"),
        N_("Keep the conversation at the top of the list, or not"),
        "Conversation",
        "alt+i",
    ),
    Command(
        "tag",
        N_("Tag the conversation"),
        N_("Add tags to the conversation; -tag removes one"),
        "Conversation",
        "alt+t",
        argument=N_("tags"),
    ),
    Command(
        "move",
        N_("Move to a folder"),
        N_("Move the conversation to a folder"),
        "Conversation",
        "alt+k",
        argument=N_("folder"),
    ),
    Command(
        "archive",
        N_("Archive or unarchive"),
        N_("Archive or unarchive the conversation"),
        "Conversation",
        "alt+r",
    ),
    Command(
        "archived",
        N_("Show or hide the archive"),
        N_("Show the archived conversations, or the others"),
        "Conversation",
        "alt+v",
    ),
    Command(
        "export",
        N_("Export conversations"),
        N_("Save conversations as Markdown, JSON or HTML"),
        "Conversation",
        "alt+e",
        argument=N_("[all] [format] [folder]"),
    ),
    Command(
        "import",
        N_("Import conversations"),
        N_("Import conversations: ours, ChatGPT, Claude and others"),
        "Conversation",
        "alt+o",
        argument=N_("path"),
    ),
    Command(
        "role",
        N_("Choose a role"),
        N_("Use another prompt in this conversation"),
        "Role",
        "f3",
        argument=N_("name"),
    ),
    Command(
        "model",
        N_("Choose a model"),
        N_("Use another model in this conversation"),
        "Role",
        "alt+m",
        argument=N_("name"),
    ),
    Command(
        "models",
        N_("Models"),
        N_("See which models run here, and download others"),
        "Role",
        "alt+u",
    ),
    Command(
        "adapters",
        N_("Adapters"),
        N_("Run the model with LoRA adapters"),
        "Role",
        "alt+shift+a",
        argument=N_("name scale"),
    ),
    Command(
        "set",
        N_("Sampling"),
        N_("Temperature and other answer settings"),
        "Role",
        "alt+s",
        argument=N_("name value"),
    ),
    Command(
        "default",
        N_("Use for new conversations"),
        N_("Use this model, role and sampling for new conversations"),
        "Role",
        "alt+shift+d",
    ),
    Command(
        "system",
        N_("System prompt"),
        N_("View or edit the system prompt"),
        "Role",
        "alt+y",
        argument=N_("text"),
    ),
    Command(
        "prompts",
        N_("Prompts"),
        N_("Find, read, edit and write prompts"),
        "Role",
        "alt+l",
    ),
    Command(
        "save-prompt",
        N_("Save as a prompt"),
        N_("Save this conversation as a prompt"),
        "Role",
        "alt+h",
        argument=N_("name"),
    ),
    Command(
        "stop",
        N_("Stop the answer"),
        N_("Stop the answer and keep what is written"),
        "Answer",
        "escape",
    ),
    Command(
        "continue",
        N_("Continue the answer"),
        N_("Continue an answer that was stopped, cut off or edited"),
        "Answer",
        "ctrl+g",
        message_key="c",
        target="unfinished",
        hint=N_("continue"),
    ),
    Command(
        "regenerate",
        N_("Answer again"),
        N_("Write another version of the answer; a model can be named"),
        "Answer",
        "ctrl+r",
        argument=N_("model"),
        message_key="r",
        target="answer",
        hint=N_("again"),
    ),
    Command(
        "good",
        N_("Rate the answer good"),
        N_("Rate the answer good (again: remove)"),
        "Answer",
        "alt+g",
        argument=N_("why"),
        message_key="plus",
        target="answer",
        hint=N_("good"),
    ),
    Command(
        "bad",
        N_("Rate the answer bad"),
        N_("Rate the answer bad (again: remove)"),
        "Answer",
        "alt+q",
        argument=N_("why"),
        message_key="minus",
        target="answer",
        hint=N_("bad"),
    ),
    Command(
        "note",
        N_("Note on the rating"),
        N_("Say why the answer is good or bad"),
        "Answer",
        "alt+j",
        argument=N_("why"),
        message_key="w",
        target="answer",
    ),
    Command(
        "details",
        N_("Details of the answer"),
        N_("Show model, tokens, speed and time of the answer"),
        "Answer",
        "alt+shift+i",
        message_key="i",
        target="answer",
    ),
    Command(
        "edit",
        N_("Edit the message"),
        N_("Change the text of the question or the answer"),
        "Message",
        "ctrl+o",
        message_key="e",
        target="editable",
        hint=N_("edit"),
    ),
    Command(
        "copy",
        N_("Copy the message"),
        N_("Copy the focused message, or the last answer"),
        "Message",
        "ctrl+y",
        message_key="y",
        target="any",
        hint=N_("copy"),
    ),
    Command(
        "code",
        N_("Copy the code"),
        N_("Copy the last code block of the message"),
        "Message",
        "f6",
        message_key="k",
        target="any",
    ),
    Command(
        "pager",
        N_("Open in the pager"),
        N_("Read the message in your pager, such as less"),
        "Message",
        "alt+shift+p",
        message_key="p",
        target="any",
    ),
    Command(
        "links",
        N_("Links of the message"),
        N_("List the links of the message and open one"),
        "Message",
        "alt+shift+l",
        message_key="o",
        target="any",
    ),
    Command(
        "older",
        N_("Previous version"),
        N_("Show the previous version of the message"),
        "Message",
        "alt+left",
        message_key="left",
        target="versions",
    ),
    Command(
        "newer",
        N_("Next version"),
        N_("Show the next version of the message"),
        "Message",
        "alt+right",
        message_key="right",
        target="versions",
    ),
    Command(
        "fork",
        N_("Fork the conversation"),
        N_("Start a new conversation from this message"),
        "Message",
        "ctrl+l",
        message_key="f",
        target="any",
        hint=N_("fork"),
    ),
    Command(
        "compare",
        N_("Compare two branches"),
        N_("Show two versions side by side, or compare two files"),
        "Message",
        "alt+d",
        argument=N_("two files"),
        message_key="d",
        target="versions",
        hint=N_("compare"),
    ),
    Command(
        "delete-message",
        N_("Delete the message"),
        N_("Move the message and everything after it to the trash"),
        "Message",
        "alt+x",
        message_key="delete",
        target="any",
    ),
    Command(
        "sources",
        N_("Show or hide sources"),
        N_("Show or hide the sources of the answer"),
        "Files",
        "f4",
    ),
    Command(
        "open",
        N_("Open a source"),
        N_("Open a source of the answer in its file"),
        "Files",
        "f9",
        argument=N_("number"),
        message_key="enter",
        target="answer",
        hint=N_("source"),
    ),
    Command(
        "add",
        N_("Add files"),
        N_("Add folders and files to ask about"),
        "Files",
        "alt+a",
        argument=N_("path"),
    ),
    Command(
        "summarise",
        N_("Summarise"),
        N_("Summarise a file, a #collection or a source"),
        "Files",
        "f10",
        argument=N_("file in five points"),
    ),
    Command(
        "files",
        N_("Choose files"),
        N_("Choose the collections of this conversation"),
        "Files",
        "f5",
    ),
    Command(
        "pause-indexing",
        N_("Pause or resume indexing"),
        N_("Pause indexing, or resume it"),
        "Files",
        "alt+p",
    ),
    Command(
        "cancel-indexing",
        N_("Cancel indexing"),
        N_("Stop adding files after the current file"),
        "Files",
        "alt+c",
    ),
    Command(
        "library",
        N_("Library"),
        N_("See and change what is in the library"),
        "Files",
        "f7",
    ),
    Command(
        "everywhere",
        N_("Search all files"),
        N_("Ask again and search all your files from now on"),
        "Files",
        "alt+shift+e",
        message_key="s",
        target="answer",
    ),
    Command(
        "context",
        N_("See the context"),
        N_("See what the model reads; pin or exclude turns"),
        "Conversation",
        "alt+w",
    ),
    Command("top", N_("Go to the beginning"), N_("Show the first message"), "Screen", "ctrl+home"),
    Command(
        "end", N_("Go to the end"), N_("Show the last message and follow it"), "Screen", "ctrl+end"
    ),
    Command(
        "settings",
        N_("Settings"),
        N_("See and change every setting"),
        "Screen",
        "alt+shift+s",
        argument=N_("words"),
    ),
    Command("theme", N_("Light or dark"), N_("Change between light and dark"), "Screen", "ctrl+t"),
    Command("help", N_("Help"), N_("Show all keys"), "Screen", "f1"),
    Command("palette", N_("Command palette"), N_("Search all commands"), "Screen", "ctrl+p"),
    Command(
        "log",
        N_("Where the log is"),
        N_("Show where unexpected errors are logged"),
        "Screen",
        "f12",
    ),
    Command("quit", N_("Quit"), N_("Quit (everything is saved)"), "Screen", "ctrl+q"),
)

COMMANDS: tuple[Command, ...] = tuple(each.translated() for each in _ENGLISH)

BY_NAME = {command.name: command for command in COMMANDS}

OTHER_SPELLINGS = {
    "summarize": "summarise",
    **{each.local_name: each.name for each in COMMANDS if each.local_name},
}
"""How names of commands are spelled elsewhere, and in the user's language."""


def name_meant(typed: str) -> str:
    """The name of the command that is meant by a name; the name itself when there is none."""
    name = without_accents(typed)
    return OTHER_SPELLINGS.get(name, name)


def is_unfinished(message: Message) -> bool:
    """Whether an answer can be continued."""
    if message.role != "assistant" or message.state == "streaming":
        return False
    cut = message.state != "complete" or message.stop_reason == "length"
    return cut or message.edited
