"""Slash commands of the plain chat, called as on the screen."""

import shlex
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Final, NamedTuple

from assistant.cli.ask.summarise import comparison_question, summary_question
from assistant.cli.chat.plain import PlainChat
from assistant.cli.console import short_id
from assistant.cli.translation import speaker
from assistant.core.errors import NotFoundError
from assistant.core.sanitize import one_line
from assistant.core.turn.requests import Continue, Regenerate
from assistant.core.values.changes import MATCH_BEGIN, MATCH_END
from assistant.core.wording import duration, files_text, place_text
from assistant.language.messages import _, ngettext

LISTED: Final = 20
"""Conversations, and messages that were found, in a list."""


class PlainCommand(NamedTuple):
    """What is done, and what it is called with."""

    run: Callable[[PlainChat, str], None]
    does: str
    argument: str = ""


def run_command(chat: PlainChat, typed: str) -> bool:
    """Run a command.

    Returns: whether it is one; a question, or a path, is none.

    Raises:
        AssistantError: it cannot be done, or there is none such.
    """
    text = typed.strip()
    if not text.startswith("/") or text.startswith("//") or text[1:2] == " ":
        return False
    name, _space, argument = text[1:].partition(" ")
    command = COMMANDS.get(name.casefold())
    if command is not None:
        command.run(chat, argument.strip())
        return True
    if "/" in name:
        return False
    near = get_close_matches(name, COMMANDS, 3)
    listed = ", ".join(f"/{each}" for each in near)
    raise NotFoundError(
        f"There is no command /{one_line(name, 40)}.", listed or "/help lists all of them."
    )


def _new(chat: PlainChat, _words: str) -> None:
    chat.open(None)
    chat.console.line(_("A new conversation."))


def _temporary(chat: PlainChat, _words: str) -> None:
    chat.open(None, temporary=True)
    chat.console.line(_("A new temporary conversation: nothing is saved."))


def _conversations(chat: PlainChat, argument: str) -> None:
    if argument:
        number = int(argument) if argument.isdecimal() else 0
        known = 0 < number <= len(chat.listed)
        chat.open(chat.listed[number - 1] if known else argument)
        _read(chat, "")
        return
    found = chat.assistant.store.conversations(limit=LISTED)
    chat.listed = [each.id for each in found]
    for number, each in enumerate(found, 1):
        chat.console.line(f"{number}. {one_line(each.title or _('without a title'), 100)}")
    chat.console.line(
        _("/conversations NUMBER opens one.") if found else _("There are no conversations yet.")
    )


def _read(chat: PlainChat, _words: str) -> None:
    for message in chat.messages():
        chat.console.line(f"{speaker(message.role)}:")
        chat.console.line(message.text)


def _find(chat: PlainChat, words: str) -> None:
    found = chat.assistant.store.search(words, limit=LISTED) if words else []
    chat.listed = [each.conversation_id for each in found]
    for number, each in enumerate(found, 1):
        said = each.snippet.replace(MATCH_BEGIN, "").replace(MATCH_END, "")
        title = one_line(each.title or _("without a title"), 60)
        chat.console.line(f"{number}. {title}: {one_line(said, 200)}")
    chat.console.line(_("/conversations NUMBER opens it.") if found else _("Nothing was found."))


def _model(chat: PlainChat, name: str) -> None:
    assistant = chat.assistant
    if name:
        found = assistant.models.open(None if name == "default" else name, ())
        assistant.store.set_model(chat.made().id, None if name == "default" else name)
        chat.open(chat.made().id)
        chat.console.line(_("Model from here on: {name}", name=one_line(found.name, 80)))
        return
    for each in assistant.models.models():
        chat.console.line(one_line(each.name, 100))
    chat.console.line(_("/model NAME uses one."))


def _files(chat: PlainChat, names: str) -> None:
    known = {each.name: each for each in chat.assistant.library.collections()}
    if names:
        wanted = {"all": None, "none": ()}.get(names, tuple(names.split()))
        missing = [name for name in wanted or () if name not in known]
        if missing:
            raise NotFoundError(
                f"There is no collection {one_line(missing[0], 60)}.", "See /files."
            )
        id = chat.made().id
        chat.assistant.store.set_collections(id, wanted)
        chat.open(id)
        chat.console.line(_("Files from here on: {names}", names=names))
        return
    for each in known.values():
        chat.console.line(f"{one_line(each.name, 80)}: {files_text(each.files)}")
    chat.console.line(_("/files NAME searches these; /files all and /files none work, too."))


def _open(chat: PlainChat, number: str) -> None:
    retrieval = chat.assistant.store.retrieval(chat.last_answer().id)
    used = retrieval.used if retrieval else ()
    if not number.isdecimal() or not 0 < int(number) <= len(used):
        known = ngettext(
            "The answer has {n:,} source.", "The answer has {n:,} sources.", len(used), n=len(used)
        )
        raise NotFoundError("There is no such source.", known)
    passage = used[int(number) - 1]
    chat.console.line(f"{one_line(passage.path, 400)}, {place_text(passage.place)}")
    chat.console.line(passage.text)


def _regenerate(chat: PlainChat, model: str) -> None:
    if model:
        chat.assistant.models.open(model, ())
    chat.answer(Regenerate(chat.last_answer().id, model or None))


def _continue(chat: PlainChat, _words: str) -> None:
    chat.answer(Continue(chat.last_answer().id))


def _summarise(chat: PlainChat, typed: str) -> None:
    words = _words(typed)
    if not words:
        raise NotFoundError(
            "Name a file or a collection: /summarise FILE in five points, /summarise #NAME."
        )
    chat.ask(*summary_question(words))


def _compare(chat: PlainChat, typed: str) -> None:
    words = _words(typed)
    if len(words) != 2:
        raise NotFoundError("Name two files: /compare FILE FILE.")
    chat.ask(*comparison_question(*words))


def _words(typed: str) -> list[str]:
    """Words as in a shell; of `@file` the file."""
    try:
        words = shlex.split(typed)
    except ValueError:
        words = typed.split()
    return [word.removeprefix("@") for word in words]


def _details(chat: PlainChat, _words: str) -> None:
    answer = chat.last_answer()
    chat.console.line(_("model: {model}", model=one_line(answer.model or _("none"), 100)))
    if answer.usage is not None:
        read, wrote = answer.usage.prompt_tokens, answer.usage.completion_tokens
        chat.console.line(ngettext("read: {n:,} token", "read: {n:,} tokens", read, n=read))
        chat.console.line(ngettext("wrote: {n:,} token", "wrote: {n:,} tokens", wrote, n=wrote))
    if answer.timings is not None:
        chat.console.line(
            _(
                "speed: {tokens_per_second:.0f} tokens a second",
                tokens_per_second=answer.timings.tokens_per_second,
            )
        )
        chat.console.line(_("time: {duration}", duration=duration(answer.timings.total_ms / 1000)))


def _rename(chat: PlainChat, title: str) -> None:
    if chat.conversation is None or not title:
        raise NotFoundError("Give a title: /rename TITLE.")
    chat.assistant.store.rename(chat.conversation.id, title)
    chat.console.line(_("Title: {title}", title=one_line(title, 200)))


def _delete(chat: PlainChat, _words: str) -> None:
    if chat.conversation is None:
        raise NotFoundError("There is nothing to delete.")
    id = chat.conversation.id
    chat.assistant.store.delete(id)
    chat.open(None)
    chat.console.line(
        _("Moved to the trash; `assistant chats restore {id}` undoes that.", id=short_id(id))
    )


def _quit(chat: PlainChat, _words: str) -> None:
    chat.is_over = True


def _help(chat: PlainChat, _words: str) -> None:
    for name, command in COMMANDS.items():
        chat.console.line(
            f"{' '.join(filter(None, (f'/{name}', command.argument)))}: {command.does}"
        )
    chat.console.line(_("/summarise FILE, /compare FILE FILE: read documents as a whole"))
    chat.console.line(
        _("@FILE attaches a file, #NAME searches a collection, \\ at the end continues the line.")
    )


COMMANDS: Final[Mapping[str, PlainCommand]] = {
    "help": PlainCommand(_help, _("all commands")),
    "new": PlainCommand(_new, _("a new conversation")),
    "temporary": PlainCommand(_temporary, _("a new temporary conversation (nothing is saved)")),
    "conversations": PlainCommand(
        _conversations, _("list conversations, or open one"), _("[NUMBER]")
    ),
    "read": PlainCommand(_read, _("read the conversation from its beginning")),
    "find": PlainCommand(_find, _("search all conversations"), _("WORDS")),
    "rename": PlainCommand(_rename, _("give the conversation another title"), _("TITLE")),
    "delete": PlainCommand(_delete, _("move the conversation to the trash")),
    "model": PlainCommand(_model, _("list the models, or use one"), _("[NAME]")),
    "files": PlainCommand(_files, _("list the collections, or choose some"), _("[NAME …]")),
    "open": PlainCommand(_open, _("show a source of the answer"), _("NUMBER")),
    "regenerate": PlainCommand(_regenerate, _("another version of the answer"), _("[MODEL]")),
    "continue": PlainCommand(_continue, _("continue the answer")),
    "summarise": PlainCommand(_summarise, _("summarise whole files"), _("FILE … [in five points]")),
    "compare": PlainCommand(_compare, _("compare two files"), _("FILE FILE")),
    "details": PlainCommand(_details, _("model, tokens, speed and time of the answer")),
    "quit": PlainCommand(_quit, _("quit (everything is saved)")),
}
