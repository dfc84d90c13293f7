"""Completion while typing: looks up suggestions and puts the chosen one into the input."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from assistant.core.errors import AssistantError
from assistant.tui.composer.input import PromptInput
from assistant.tui.composer.menus import CompletionMenu
from assistant.tui.composer.suggestions import (
    IncompleteMention,
    NameSuggestions,
    Suggestion,
    collections_for,
    files_for,
    names_for,
    typed_at,
)
from assistant.tui.library.status import LibraryStatusPoller
from assistant.tui.toolkit.threads import with_timeout


class Completer:
    """Completes the word at the cursor of the prompt, with a menu."""

    def __init__(
        self,
        prompt: PromptInput,
        menu: CompletionMenu,
        library_status: LibraryStatusPoller,
        names: NameSuggestions,
        do: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        """`do` runs something that waits for the disk."""
        self._names = names
        self._prompt = prompt
        self._menu = menu
        self._library_status = library_status
        self._do = do
        self._typed: IncompleteMention | None = None
        self._shown: IncompleteMention | None = None
        """What the suggestions of the menu are for."""
        self._moved = False
        self._refused: tuple[int, int] | None = None
        """Where a mention begins for which the menu was closed by hand."""

    @property
    def is_open(self) -> bool:
        return self._menu.display

    def follow(self) -> None:
        """Update the suggestions to the text, unless nobody typed it."""
        typed = None if self._prompt.is_as_shown else self._typed_now()
        if typed is None or (typed.row, typed.start) != self._refused:
            self._refused = None
        elif self._refused is not None:
            typed = None
        self._typed = typed
        if typed is None:
            self._show([])
        else:
            self._do(self._look_up(typed))

    def close(self) -> None:
        """Close the menu; no suggestions for this word any more."""
        if self._typed is not None:
            self._refused = (self._typed.row, self._typed.start)
        self._typed = None
        self._show([])

    def move(self, step: int) -> None:
        """Highlight another suggestion."""
        self._moved = True
        self._menu.move(step)

    def accept_on_enter(self) -> bool:
        """Accept the suggestion on Enter, unless what is typed may be meant as it is.

        Returns: whether it was accepted.
        """
        typed, chosen = self._typed, self._menu.chosen
        is_whole = typed is not None and (
            typed.word.endswith("/")
            or not typed.text
            # A folder's name; to go on in it, Tab or a slash.
            or (chosen is not None and chosen.name == f"{typed.word.rpartition('/')[2]}/")
        )
        return (self._moved or not is_whole) and self.accept()

    def accept(self) -> bool:
        """Insert the highlighted suggestion.

        Returns: whether that changed anything.
        """
        typed, chosen = self._typed, self._menu.chosen
        if typed is None or typed != self._shown or typed != self._typed_now() or chosen is None:
            return False
        replacement = chosen.replacement
        if replacement.strip() == typed.text.strip():
            return False
        row, column = self._prompt.cursor_location
        start = (row, typed.start)
        after = self._prompt.document[row][column:]
        is_quoted = '"' in (typed.text[:1], typed.text[1:2])
        if is_quoted and after.startswith('"'):
            column += 1
            after = after[1:]
        spaced = after[:1].isspace() and replacement.endswith(" ")
        self._prompt.replace(replacement[:-1] if spaced else replacement, start, (row, column))
        # What comes next belongs into the folder, before a quote that ends it.
        inside = chosen.goes_on and replacement.endswith('"')
        self._prompt.move_cursor((row, typed.start + len(replacement) - inside))
        return True

    async def _look_up(self, typed: IncompleteMention) -> None:
        found: list[Suggestion] = []
        # A disk or a library that does not answer has nothing to suggest.
        with suppress(AssistantError):
            if typed.kind == "collection":
                found = await self._collections(typed)
            elif typed.kind == "argument":
                found = names_for(typed, await self._names.for_command(typed.command))
            else:
                found = await with_timeout(files_for, typed)
        if typed == self._typed:
            if [each.replacement.strip() for each in found] == [typed.text]:
                found = []
            self._shown = typed
            self._show(found)

    async def _collections(self, typed: IncompleteMention) -> list[Suggestion]:
        if self._library_status.status is None:
            await self._library_status.refresh()
        return collections_for(typed, self._library_status.collections)

    def _typed_now(self) -> IncompleteMention | None:
        row, column = self._prompt.cursor_location
        return typed_at(self._prompt.document[row], row, column)

    def _show(self, suggestions: list[Suggestion]) -> None:
        self._moved = False
        self._menu.show(suggestions)
