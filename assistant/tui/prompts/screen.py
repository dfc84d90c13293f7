"""Prompt library screen: find, preview, edit, create, delete and restore prompts."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, OptionList, Static

from assistant.core.conversations.save_as_prompt import new_prompt_text
from assistant.core.errors import AssistantError
from assistant.core.values.prompts import Prompt, PromptProblem
from assistant.language.messages import _, localized
from assistant.tui.external import ExternalPrograms
from assistant.tui.prompts.lines import (
    DeletedPrompt,
    Entry,
    entry_name,
    key_line,
    prompt_option,
    prompt_preview,
)
from assistant.tui.services import Services
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import AskForLine, TextEditor
from assistant.tui.toolkit.filtered import FilteredScreen
from assistant.tui.toolkit.widgets import Clickable

POLL_SECONDS: Final = 1.0
"""Seconds between two looks at the files."""


class PromptsScreen(FilteredScreen[Prompt]):
    """Prompt library above the chat; Enter returns the highlighted prompt, Esc goes back."""

    AUTO_FOCUS = "#prompt-list"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012
        (0, "-narrow"),
        (90, "-roomy"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", show=False),
        Binding("o", "open", show=False),
        Binding("n", "new", show=False),
        Binding("x,delete", "delete", show=False),
        Binding("ctrl+z", "undo", show=False),
    ]

    def __init__(
        self,
        services: Services,
        programs: ExternalPrograms,
        lend_terminal: Callable[[Sequence[str]], None],
        current: str | None,
    ) -> None:
        """`current` is the name of the prompt that the conversation is under."""
        super().__init__(
            Input(placeholder=_("/ search"), id="prompt-filter", compact=True),
            OptionList(id="prompt-list", compact=True, markup=False),
        )
        self._services = services
        self._programs = programs
        self._lend_terminal = lend_terminal
        self._current = current
        self._all: list[Entry] = []
        self._entries: list[Entry] = []
        self._undo: list[tuple[str, bool]] = []
        """What was changed here: a name, and whether there was a file of it before."""
        self._preview = Static(id="prompt-text")

    def compose(self) -> ComposeResult:
        with Horizontal(id="prompt-library"):
            with Vertical(id="prompt-names"):
                yield self._field
                yield self._listing
            with VerticalScroll(id="prompt-preview", can_focus=False):
                yield self._preview
        yield self.notice
        yield Clickable(key_line(), id="prompt-keys")

    def on_mount(self) -> None:
        self.do(self._reload())
        self.set_interval(POLL_SECONDS, lambda: self.do(self._reload()))

    # What there is

    async def _reload(self) -> None:
        found = await self._services.run(self._read)
        if found != self._all:
            self._all = found
            self._show()

    def _read(self) -> list[Entry]:
        """Blocks."""
        prompts, problems = self._services.prompts.read()
        gone = [DeletedPrompt(name) for name in self._services.own_prompts.deleted()]
        return [*problems, *sorted(prompts, key=lambda prompt: prompt.name.casefold()), *gone]

    def _show(self, name: str = "") -> None:
        """Show what fits the words of the field; the same one stays highlighted."""
        wanted = name or (entry_name(self._entry) if self._entry else self._current or "")
        key = self._field.value.casefold().split()
        found = [entry for entry in self._all if _matches(entry, key)]
        self._entries = sorted(found, key=lambda entry: not _has_name(entry, key))
        is_own = self._services.prompts.is_own
        self._listing.set_options(
            prompt_option(entry, self._current, is_own) for entry in self._entries
        )
        names = [entry_name(entry) for entry in self._entries]
        place = names.index(wanted) if wanted in names else 0
        self._listing.highlighted = place if self._entries else None
        self._show_preview()

    def _show_preview(self) -> None:
        entry = self._entry
        self._preview.update(prompt_preview(entry) if entry else text.muted(_("nothing found")))

    @property
    def _entry(self) -> Entry | None:
        place = self._listing.highlighted
        return None if place is None or place >= len(self._entries) else self._entries[place]

    def on_option_list_option_highlighted(self) -> None:
        self._show_preview()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._listing.highlighted = None
        self._show()

    # What is done

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        match self._entry:
            case Prompt() as prompt:
                self.dismiss(prompt)
            case DeletedPrompt(name=name):
                self.do(self._restore(name))
            case PromptProblem():
                self.action_edit()

    def action_edit(self) -> None:
        self.do(self._edit())

    def action_open(self) -> None:
        self.do(self._open())

    def action_new(self) -> None:
        self.do(self._new())

    def action_delete(self) -> None:
        self.do(self._delete())

    def action_undo(self) -> None:
        self.do(self._undo_change())

    async def _edit(self) -> None:
        """In the app; of a shipped prompt a copy of the user's own."""
        path = _path_of(self._entry)
        if path is None:
            return
        name, problem = path.stem, ""
        source = await self._services.run(_read_source, path)
        if isinstance(self._entry, PromptProblem):
            problem = f"{localized(self._entry.reason)}. {localized(self._entry.fix)}"
        await self._edit_until_right(name, source, problem)

    async def _edit_until_right(
        self, name: str, source: str, problem: str, *, is_new: bool = False
    ) -> None:
        while True:
            editor = TextEditor(f"{name}.md", source, problem=problem)
            written: str | None = await self.app.push_screen_wait(editor)
            unchanged = written == text.editable(source) and not is_new
            if written is None or (unchanged and not problem):
                return
            source = written
            wrong = await self._services.run(self._save, name, written)
            await self._reload()
            self._show(name)
            if wrong is None:
                self._report_change(_("Saved {prompt}."), name)
                return
            problem = _(
                "Saved, but it cannot be used: {reason}. {fix}",
                reason=localized(wrong.reason),
                fix=localized(wrong.fix),
            )

    def _save(self, name: str, written: str) -> PromptProblem | None:
        """Blocks."""
        own = self._services.own_prompts
        self._undo.append((name, own.path(name).exists()))
        return self._services.prompts.check(own.save(name, written, replace=True))

    async def _open(self) -> None:
        """In the user's editor."""
        path = _path_of(self._entry)
        if path is None:
            return
        command, name = self._programs.any_editor, path.stem
        editing = await self._services.run(self._services.own_prompts.edit, name, lambda: path)
        try:
            self._lend_terminal(command(str(editing.file)))
        finally:
            changed = await self._services.run(editing.end)
        if not changed:
            return
        self._undo.append((name, editing.existed))
        await self._reload()
        self._show(name)
        wrong = await self._services.run(self._services.prompts.check, editing.file)
        if wrong is not None:
            raise AssistantError(f"{name} cannot be used: {wrong.reason}.", wrong.fix)
        self._report_change(_("Saved {prompt}."), name)

    async def _new(self) -> None:
        question, typed = _("Name of the new prompt"), ""
        while True:
            answer: str | None = await self.app.push_screen_wait(
                AskForLine(question, typed, _("Enter creates it"))
            )
            if answer is None or not answer.strip():
                return
            typed = answer.strip()
            try:
                self._services.own_prompts.path(typed)
            except AssistantError as failure:
                question = localized(str(failure))
                continue
            if not await self._services.run(self._services.prompts.is_taken, typed):
                break
            question = _("There is a prompt {name} already. Choose another name.", name=typed)
        await self._edit_until_right(typed, new_prompt_text(typed), "", is_new=True)

    async def _delete(self) -> None:
        path = _path_of(self._entry)
        if path is None:
            return
        if path.parent != self._services.prompts.own_folder:
            self.notice.say(
                text.own(_("This prompt comes with the program: e makes your own copy."))
            )
            return
        await self._services.run(self._services.own_prompts.delete, path.stem)
        self._undo.append((path.stem, True))
        await self._reload()
        self._report_change(_("Deleted {prompt} — Ctrl+Z undoes."), path.stem)

    async def _restore(self, name: str) -> None:
        await self._services.run(self._services.own_prompts.restore, name)
        await self._reload()
        self._show(name)
        self._report_change(_("Restored {prompt}."), name)

    async def _undo_change(self) -> None:
        if not self._undo:
            self.notice.say(text.own(_("Nothing to undo.")))
            return
        name, existed = self._undo.pop()
        own = self._services.own_prompts
        await self._services.run(own.restore if existed else own.delete, name)
        await self._reload()
        self._show(name)
        self._report_change(_("Undone: {prompt}."), name)

    def _report_change(self, message: str, name: str) -> None:
        self.notice.say(text.filled(message, prompt=text.line(name, 60)), seconds=10)


def _path_of(entry: Entry | None) -> Path | None:
    return Path(entry.path) if isinstance(entry, Prompt | PromptProblem) else None


def _read_source(path: Path) -> str:
    """Blocks."""
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as failure:
        raise AssistantError(f"{path} cannot be read: {failure.strerror}.") from None


def _matches(entry: Entry, words: Sequence[str]) -> bool:
    whole = entry_name(entry)
    if isinstance(entry, Prompt):
        whole = f"{whole}\n{entry.title}\n{entry.description}\n{entry.text}"
    return all(word in whole.casefold() for word in words)


def _has_name(entry: Entry, words: Sequence[str]) -> bool:
    return all(word in entry_name(entry).casefold() for word in words)
