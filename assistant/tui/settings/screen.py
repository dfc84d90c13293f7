"""Settings screen: every setting by section, searched, explained, changed, and undone."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.errors import AssistantError
from assistant.language.messages import _, localized
from assistant.settings_reference import (
    Setting,
    choices_of,
    describe,
    describe_own,
    parse_setting,
    section_about,
)
from assistant.tui.services import Services, holds_at_once
from assistant.tui.settings.dialogs import ChooseValue
from assistant.tui.settings.lines import (
    details,
    key_line,
    matches,
    section_option,
    setting_option,
    value_text,
)
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import AskForLine
from assistant.tui.toolkit.filtered import FilteredScreen
from assistant.tui.toolkit.widgets import Clickable
from assistant.user_settings import SettingChange

NAMES: Final[Mapping[tuple[str, ...], str]] = {
    ("chat", "model"): "models",
    ("chat", "prompt"): "prompts",
}
"""Settings that name something that is there to choose from."""


class SettingsScreen(FilteredScreen[None]):
    """All settings above the chat; Esc goes back."""

    AUTO_FOCUS = "#settings-list"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012
        (0, "-narrow"),
        (100, "-roomy"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete,backspace", "reset", show=False),
        Binding("ctrl+z", "undo", show=False),
    ]

    def __init__(
        self, services: Services, changed: Callable[[tuple[str, ...]], None], wanted: str = ""
    ) -> None:
        """Args:
        changed: called with a setting that has another value now.
        wanted: what is searched for at first.
        """
        super().__init__(
            Input(wanted, placeholder=_("/ search"), id="settings-filter", compact=True),
            OptionList(id="settings-list", compact=True, markup=False),
        )
        self._services = services
        self._changed = changed
        self._all: list[Setting] = []
        self._rows: list[Setting | None] = []
        """Settings in the order of the list; None stands for a heading."""
        self._undo: list[SettingChange] = []
        self._details = Static(id="settings-details")

    def compose(self) -> ComposeResult:
        with Horizontal(id="settings"):
            with Vertical(id="settings-names"):
                yield self._field
                yield self._listing
            with VerticalScroll(id="settings-about", can_focus=False):
                yield self._details
        yield self.notice
        yield Clickable(key_line(), id="settings-keys")

    def on_mount(self) -> None:
        self.do(self._reload())

    # What there is

    async def _reload(self) -> None:
        self._all = await self._services.run(self._read)
        self._show()

    def _read(self) -> list[Setting]:
        """Blocks."""
        user = self._services.user_settings
        source = user.source()
        return [*describe(user.now, source), *describe_own(user.now, source)]

    def _show(self) -> None:
        """Show what fits the words of the field; the same one stays highlighted."""
        current = self._setting
        words = self._field.value.casefold().split()
        self._rows, options = [], list[Option]()
        section = ""
        for setting in self._all:
            if not matches(setting, words):
                continue
            if setting.section != section:
                section = setting.section
                self._rows.append(None)
                options.append(section_option(section, section_about(setting.path)))
            self._rows.append(setting)
            options.append(setting_option(setting))
        self._listing.set_options(options)
        keys = [row.key if row else "" for row in self._rows]
        wanted = current.key if current else ""
        # A heading has no key: without one wanted it is the first setting.
        place = keys.index(wanted) if wanted and wanted in keys else 1
        self._listing.highlighted = place if self._rows else None
        self._show_details()

    def _show_details(self) -> None:
        setting = self._setting
        if setting is None:
            nothing = _("No setting found.") if self._all else ""
            self._details.update(text.muted(nothing))
        else:
            self._details.update(details(setting, at_once=holds_at_once(setting.path)))

    @property
    def _setting(self) -> Setting | None:
        place = self._listing.highlighted
        return None if place is None or place >= len(self._rows) else self._rows[place]

    def on_option_list_option_highlighted(self) -> None:
        self._show_details()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show()

    # What is done

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_change()

    def action_change(self) -> None:
        if self._setting is not None:
            self.do(self._change(self._setting))

    def action_reset(self) -> None:
        if self._setting is not None:
            self.do(self._reset(self._setting))

    def action_undo(self) -> None:
        self.do(self._undo_change())

    async def _change(self, setting: Setting) -> None:
        choices = await self._choices(setting)
        current = "" if setting.value is None else str(setting.value)
        if isinstance(setting.value, bool):
            typed: str | None = "false" if setting.value else "true"
        elif choices:
            typed = await self.app.push_screen_wait(ChooseValue(setting.key, choices, current))
        else:
            typed = await self._typed(setting)
        if typed is not None and typed.strip():
            await self._set(setting, parse_setting(setting.path, [typed]))

    async def _choices(self, setting: Setting) -> Sequence[str]:
        """Values to choose from; none where one is typed."""
        match NAMES.get(setting.path):
            case "models":
                models = await self._services.run(self._services.models.models)
                return [model.name for model in models]
            case "prompts":
                prompts, _problems = await self._services.run(self._services.prompts.read)
                return [prompt.name for prompt in prompts]
        return choices_of(setting.path)

    async def _typed(self, setting: Setting) -> str | None:
        """A value that is typed, asked for until it is one."""
        question = f"{setting.key}: {localized(setting.allowed)}"
        value = "" if setting.value in (None, ()) else value_text(setting.value)
        while True:
            asking = AskForLine(question, value, _("Enter applies"))
            answer: str | None = await self.app.push_screen_wait(asking)
            if answer is None or not answer.strip():
                return None
            try:
                parse_setting(setting.path, [answer])
            except AssistantError as failure:
                question, value = localized(failure.message), answer
            else:
                return answer

    async def _set(self, setting: Setting, value: object | None) -> None:
        change = await self._services.change_setting(setting.path, value)
        if change.before == change.after:
            return
        self._undo.append(change)
        await self._follow(change.path)
        now = _("the default again") if value is None else value_text(value)
        covered = self._services.user_settings.covered_by(setting.path)
        changed = text.line(now, 80)
        if not holds_at_once(setting.path):
            changed = text.filled(_("{value} from the next start"), value=changed)
        if covered:
            changed = text.filled(
                _("{change}, but {variable} overrides it"), change=changed, variable=covered
            )
        self.notice.say(
            text.own(f"{setting.key}: "),
            changed,
            text.own(" · "),
            text.button(_("Ctrl+Z undoes"), "screen.undo", style=text.ACCENT),
            seconds=10,
        )

    async def _reset(self, setting: Setting) -> None:
        await self._set(setting, None)

    async def _undo_change(self) -> None:
        if not self._undo:
            self.notice.say(text.own(_("Nothing to undo.")))
            return
        change = self._undo.pop()
        await self._services.undo_setting(change)
        await self._follow(change.path)
        self.notice.say(text.line(_("{setting} is as before.", setting=".".join(change.path)), 200))

    async def _follow(self, path: tuple[str, ...]) -> None:
        """Show a setting that has another value now, and have it hold."""
        self._changed(path)
        await self._reload()
