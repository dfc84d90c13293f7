"""One table of commands: everything in it can be reached by key, menu, palette and help."""

from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.events import Key
from textual.widgets import Input

from assistant.command_table import COMMANDS, Command
from assistant.keymap import DEFAULT_KEYMAP
from assistant.settings import KeySettings, Settings
from assistant.tui.actions.help import Help
from assistant.tui.actions.registry import handlers
from assistant.tui.commands import matching, nearest, typed_command, unknown_name
from assistant.tui.palette import PaletteCommands
from tests.support.driver import Driver, Setting, opened


def test_every_command_does_something_and_nothing_is_done_without_a_command() -> None:
    assert set(handlers()) == {command.name for command in COMMANDS}


def test_no_two_commands_share_a_key() -> None:
    keys = [key for command in COMMANDS for key in command.key.split(",")]
    message_keys = [command.message_key for command in COMMANDS if command.message_key]
    assert len(keys) == len(set(keys))
    assert len(message_keys) == len(set(message_keys))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_slash_menu_finds_a_command_by_its_name(command: Command) -> None:
    assert matching(command.name)[0] == command


async def test_every_command_is_reachable_by_key_palette_and_help(home: Path) -> None:
    async with opened(Setting(home), size=(120, 100)) as driver:
        calls = _record(driver)
        on_chat = [command for command in COMMANDS if command.name not in ("palette", "quit")]
        for command in on_chat:
            for key in DEFAULT_KEYMAP.keys[command.name]:
                if command.name == "undo":
                    conversation = driver.store.create(title="Changed")
                    driver.store.append(conversation.id, None, "user", "Hello")
                    driver.store.pin(conversation.id)
                    await driver.undo_actions.offer(conversation.id)
                await driver.pilot.press(key)
                await driver.until(lambda: calls, f"{key} for {command.name}")
                assert calls == [command.name]
                calls.clear()

        found = [hit async for hit in PaletteCommands(driver.screen).discover()]
        for hit in found:
            hit.command()
        await driver.until(lambda: len(calls) == len(COMMANDS))
        assert sorted(calls) == sorted(command.name for command in COMMANDS)

        await driver.app.push_screen(Help())
        await driver.until_shown("Typing")
        for command in COMMANDS:
            driver.app.screen.query_one(Input).value = f"/{command.name}"
            await driver.until_shown(command.description)
            assert driver.app.keymap.key(command.name) in driver.text


async def test_the_slash_menu_runs_what_is_highlighted(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        calls = _record(driver)
        await driver.pilot.press("slash", "t", "h")
        await driver.until_shown("/theme")
        await driver.pilot.press("enter")
        await driver.until(lambda: calls == ["theme"])
        assert driver.typed == ""


async def test_tab_completes_a_command_and_its_argument_is_passed_on(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("A question")
        await driver.pilot.press("slash", "r", "e", "n")
        await driver.until_shown("/rename title")
        await driver.pilot.press("tab")
        assert driver.typed == "/rename "
        driver.type("Férias no Recife")
        await driver.pilot.press("enter")
        await driver.until_shown("≡ Férias no Recife")
        assert driver.store.conversations()[0].title == "Férias no Recife"


async def test_enter_is_for_what_is_typed_though_the_menu_has_not_seen_it_yet(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("A question")
        await driver.pilot.press("slash", "r", "e", "n", "a", "m", "e")
        await driver.until_shown("/rename title")
        driver.type(" Recife")
        driver.prompt.post_message(Key("enter", "\r"))
        await driver.until_shown("≡ Recife")


async def test_the_slash_menu_is_clicked(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        calls = _record(driver)
        await driver.pilot.press("slash")
        await driver.until_shown("/find words")
        await driver.pilot.click("#slash-menu", offset=(4, 2))
        await driver.until(lambda: calls == ["find"])


async def test_esc_closes_the_menu_and_leaves_what_was_typed(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("slash", "n")
        await driver.until_shown("/new")
        await driver.pilot.press("escape")
        await driver.until(lambda: not driver.slash_menu.display)
        assert driver.typed == "/n"


async def test_a_path_at_the_beginning_is_a_question(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("/etc/hosts is what?")
        assert driver.messages[0].text == "/etc/hosts is what?"


async def test_ctrl_q_quits_from_any_screen(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("f1")
        await driver.until(lambda: isinstance(driver.app.screen, Help))
        await driver.pilot.press("ctrl+q")
        await driver.until(lambda: driver.app.return_code == 0)


async def test_the_palette_opens_and_runs_a_command(home: Path) -> None:
    async with opened(Setting(home), size=(100, 40)) as driver:
        before = driver.app.theme
        await driver.pilot.press("ctrl+p")
        await driver.until(lambda: isinstance(driver.app.screen, CommandPalette))
        await driver.pilot.press(*"light")
        await driver.until_shown("Light or dark")
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.app.theme != before)


async def test_help_opens_on_a_question_mark_in_an_empty_prompt_only(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("question_mark")
        await driver.until(lambda: isinstance(driver.app.screen, Help))
        await driver.pilot.press("escape")
        await driver.until(lambda: not isinstance(driver.app.screen, Help))
        await driver.pilot.press("w", "h", "y", "question_mark")
        assert driver.typed == "why?"


async def test_the_status_line_is_clicked_for_help(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        column = driver.text.split("\n")[-1].index("? help") + 1
        await driver.pilot.click(offset=(column, 29))
        await driver.until(lambda: isinstance(driver.app.screen, Help))


def _record(driver: Driver) -> list[str]:
    """Note the names of commands instead of running them."""
    calls: list[str] = []

    def note(name: str, argument: str = "", message_id: str = "") -> None:
        calls.append(name)

    driver.screen.action_command = note  # type: ignore[method-assign]
    return calls


def test_what_is_typed_after_a_slash_is_a_command_when_there_is_one() -> None:
    assert typed_command("/find  the rent ") == ("find", "the rent")
    assert typed_command("  /help") == ("help", "")
    assert typed_command("/etc/hosts is what?") is None
    assert typed_command("find the rent") is None


async def test_the_keys_of_the_settings_are_used_and_shown_everywhere(home: Path) -> None:
    keys = {"regenerate": ("f11", "x"), "models": (), "theme": ("ctrl+underscore",)}
    settings = Settings(keys=KeySettings.model_validate(keys))
    async with opened(Setting(home, settings=settings), size=(120, 36)) as driver:
        assert "/models lists better ones" in driver.text
        await driver.ask("First?")
        await driver.pilot.press("f11")
        await driver.until_shown("‹2/2›")
        await driver.until(lambda: driver.is_idle)
        await driver.pilot.press("ctrl+r")
        await driver.pilot.press("tab")
        await driver.until_shown("x again")
        await driver.pilot.press("x")
        await driver.until_shown("‹3/3›")
        await driver.until(lambda: driver.is_idle)
        driver.focus_prompt()
        await driver.pilot.press("f1", *"regenerate")
        await driver.until_shown("F11 or x")
        await driver.pilot.press("escape", "ctrl+underscore")
        await driver.until_shown("The theme is light")


async def test_keys_of_two_commands_are_told_at_the_start_in_one_line(home: Path) -> None:
    settings = Settings(keys=KeySettings.model_validate({"theme": "ctrl+r"}))
    async with opened(Setting(home, settings=settings), size=(120, 36)) as driver:
        await driver.until_shown("[keys]: Ctrl+R is for /theme, so /regenerate has r.")


async def test_help_fits_80_columns_with_the_everyday_keys_first(home: Path) -> None:
    async with opened(Setting(home), size=(80, 24)) as driver:
        await driver.pilot.press("f1")
        await driver.until_shown("Every day")
        lines = driver.text.splitlines()
        first = next(n for n, line in enumerate(lines) if "Every day" in line)
        everyday = lines[first + 1 : first + 11]
        keys = ("Enter", "Ctrl+J", "Esc", "↑", "/", "@", "Ctrl+N", "Ctrl+B", "Ctrl+F", "Ctrl+Y")
        assert [line.strip("│ ").split()[0] for line in everyday] == list(keys)
        assert "…" not in driver.text
        await driver.pilot.press(*"undo")
        await driver.until_shown("Ctrl+Z")
        assert "Every day" not in driver.text
        await driver.pilot.press(*" no such thing")
        await driver.until_shown("No matching key or command.")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen, "closed")


async def test_a_command_that_is_not_there_is_held_back_and_the_nearest_are_offered(
    home: Path,
) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press(*"/renam3 it", "enter")
        await driver.until_shown("/renam3 is not a command. Did you mean /rename")
        assert driver.typed == "/renam3 it"
        assert driver.messages == []
        await driver.pilot.press("enter")
        await driver.until(lambda: len(driver.messages) == 2, "sent as a text")
        assert driver.messages[0].text == "/renam3 it"
        assert driver.models.default.questions[-1].messages[-1].content.endswith("/renam3 it")


async def test_what_is_changed_after_it_was_held_back_is_looked_at_again(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press(*"/exti", "enter")
        await driver.until_shown("/exti is not a command")
        await driver.pilot.press("backspace", "backspace", *"it", "enter")
        await driver.until_shown("/exit is not a command. Did you mean /quit")
        assert driver.messages == []


async def test_a_command_that_is_offered_can_be_clicked(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        calls = _record(driver)
        await driver.pilot.press(*"/preferences", "enter")
        await driver.until_shown("Did you mean /settings")
        lines = driver.text.splitlines()
        row = next(n for n, line in enumerate(lines) if "Did you mean" in line)
        await driver.pilot.click(offset=(lines[row].index("/settings") + 1, row))
        await driver.until(lambda: calls == ["settings"], "it is run")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("exit", "quit"), ("clear", "new"), ("regen", "regenerate"),
        ("modle", "model"), ("promts", "prompts"), ("summerise", "summarise"), ("sum", "summarise"),
        ("qiut", "quit"), ("settigns", "settings"), ("config", "settings"), ("HELP", "help"),
        ("tranlator", "translator"),
    ],
)  # fmt: skip
def test_the_nearest_commands_and_prompts_are_found(typed: str, meant: str) -> None:
    found = nearest(typed, ["translator", "tutor"])

    assert found
    assert len(found) <= 3
    assert meant in found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/foo", "foo"),
        ("  /foo bar", "foo"),
        ("/etc/hosts is what?", ""),
        ("/ foo", ""),
        ("what is /foo", ""),
        ("//", ""),
        ("/usr/bin", ""),
        ("/s/a/b/", ""),
    ],
)
def test_a_path_is_no_command(text: str, name: str) -> None:
    assert unknown_name(text) == name


async def test_names_of_commands_are_understood_in_capitals(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press(*"/Help", "escape", "enter")
        await driver.until_shown("Every day")
