"""Copying, reading elsewhere, following links: by which way is said."""

from pathlib import Path

import pytest

from assistant.tui.external import ExternalPrograms
from assistant.tui.markdown.blocks import CodeBlock
from tests.support.driver import RecordingClipboard, Setting, opened, scripted
from tests.support.fake_models import Gate

CODE = "Two ways:\n\n```python\nprint(1)\n```\n\nand\n\n```sh\necho 2\n```\n"


async def test_y_copies_the_focused_message_and_says_by_which_tool(home: Path) -> None:
    async with opened(Setting(home, scripted("**Paris** it is."))) as driver:
        await driver.ask("Capital?")
        await driver.pilot.press("tab", "y")
        await driver.until_shown("Copied the message with wl-copy.")
        assert driver.clipboard.copied == ["**Paris** it is."]
        await driver.pilot.press("up", "y")
        await driver.until(lambda: driver.clipboard.copied[1:] == ["Capital?"])


async def test_without_a_focused_message_the_last_answer_is_copied(home: Path) -> None:
    async with opened(Setting(home, scripted("Paris."))) as driver:
        await driver.ask("Capital?")
        await driver.pilot.press("ctrl+y")
        await driver.until(lambda: driver.clipboard.copied == ["Paris."])


async def test_each_block_of_code_is_copied_alone(home: Path) -> None:
    async with opened(Setting(home, scripted(CODE)), size=(100, 40)) as driver:
        await driver.ask("How?")
        await driver.pilot.press("tab", "tab", "y")
        await driver.until(lambda: driver.clipboard.copied == ["print(1)"])
        await driver.pilot.press("tab", "y")
        await driver.until(lambda: driver.clipboard.copied[1:] == ["echo 2"])
        await driver.until_shown("Copied the code with wl-copy.")


async def test_k_copies_the_last_code_of_a_message(home: Path) -> None:
    async with opened(Setting(home, scripted(CODE)), size=(100, 40)) as driver:
        await driver.ask("How?")
        await driver.pilot.press("tab", "k")
        await driver.until(lambda: driver.clipboard.copied == ["echo 2"])


async def test_code_is_copied_by_a_click_on_its_frame(home: Path) -> None:
    async with opened(Setting(home, scripted(CODE)), size=(100, 40)) as driver:
        await driver.ask("How?")
        block = driver.screen.query(CodeBlock).first()
        await driver.pilot.click(block, offset=(block.size.width - 1, block.size.height + 1))
        await driver.until(lambda: driver.clipboard.copied == ["print(1)"])


async def test_where_no_tool_is_the_terminal_is_asked_and_it_is_said(home: Path) -> None:
    clipboard = RecordingClipboard(tool="")
    async with opened(Setting(home, scripted("Paris."), clipboard=clipboard)) as driver:
        await driver.ask("Capital?")
        await driver.pilot.press("ctrl+y")
        await driver.until_shown("Sent the message to your terminal (OSC 52), which does not")
        assert driver.app.clipboard == "Paris."


async def test_the_answer_so_far_can_be_copied_while_it_is_written(home: Path) -> None:
    gate = Gate(after=2)
    async with opened(Setting(home, scripted("one two three", gate=gate))) as driver:
        await driver.ask("Count.", wait=False)
        await driver.until_shown("one two")
        await driver.pilot.press("ctrl+y")
        await driver.until(lambda: driver.clipboard.copied == ["one two"])
        gate.open()


async def test_ctrl_c_copies_the_selection_of_the_prompt(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press(*"hello", "shift+home", "ctrl+c")
        await driver.until_shown("Copied the selection with wl-copy.")
        assert driver.clipboard.copied == ["hello"]


async def test_ctrl_c_copies_what_was_selected_with_the_mouse(home: Path) -> None:
    async with opened(Setting(home, scripted("Paris is the capital."))) as driver:
        await driver.ask("Capital?")
        rows = driver.text.split("\n")
        row = next(place for place, line in enumerate(rows) if "Paris is" in line)
        column = rows[row].index("Paris")
        await driver.pilot.mouse_down(offset=(column, row))
        for step in (2, 4):
            await driver.drag(column + step, row)
        await driver.pilot.mouse_up(offset=(column + 4, row))
        await driver.pilot.press("ctrl+c")
        await driver.until(lambda: driver.clipboard.copied == ["Paris"])


async def test_ctrl_c_without_a_selection_says_how_to_leave(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("ctrl+c")
        await driver.until_shown("Ctrl+Q quits.")


async def test_a_table_and_code_that_do_not_fit_are_opened_in_their_whole_width(home: Path) -> None:
    columns = [f"responsibility{number}" for number in range(9)]
    line = f"| {' | '.join(columns)} |\n"
    code = f"```\nbegin{'.' * 150}end\n```\n"
    async with opened(
        Setting(home, scripted(f"{line}{'|---' * 9}|\n{line}\n{code}")), size=(70, 30)
    ) as driver:
        await driver.ask("How?")
        await driver.until_shown("responsibility0: responsibility0")
        await driver.pilot.press("tab", "tab", "enter")
        await driver.until_shown("responsibility1 │ responsibility2")
        await driver.pilot.press("end")
        await driver.until_shown("responsibility7 │ responsibility8")
        await driver.pilot.press("escape", "tab", "enter")
        await driver.until_shown(f"begin{'.' * 50}")
        await driver.pilot.press("end")
        await driver.until_shown(f"{'.' * 50}end")
        assert driver.clipboard.copied == []


async def test_p_reads_a_message_in_the_pager(home: Path) -> None:
    lent: list[tuple[list[str], bytes | None]] = []
    programs = ExternalPrograms({"PAGER": "most -w"}, which=lambda name: f"/bin/{name}")
    async with opened(Setting(home, scripted("**Paris** it\x1b[31m is."))) as driver:
        driver.use_programs(programs)
        driver.lend_terminal_to(lambda command, given=None: lent.append(([*command], given)))
        await driver.ask("Capital?")
        await driver.pilot.press("tab", "p")
        await driver.until(lambda: lent)
        command, given = lent[0]
        assert command == ["most", "-w"]
        assert given is not None
        assert b"**Paris** it" in given
        assert b"\x1b" not in given


async def test_links_are_followed_by_keyboard_and_their_address_is_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = "https://example.org/law?id=1", "https://example.net/"
    answer = f"See [the law]({first}), {second} and [it]({first})."
    async with opened(Setting(home, scripted(answer, f"[x]({second})", "None."))) as driver:
        gone: list[str] = []
        monkeypatch.setattr(driver.app, "open_url", gone.append)
        await driver.ask("Where?")
        await driver.pilot.press("tab", "o")
        await driver.until_shown("the law")
        assert first in driver.text
        await driver.pilot.press("down", "enter")
        await driver.until_shown("Open this address?")
        assert gone == []
        await driver.pilot.press("enter")
        await driver.until(lambda: gone == [second])
        driver.focus_prompt()
        await driver.ask("One?")
        driver.run("links")
        await driver.until_shown("Open this address?")
        await driver.pilot.press("escape")
        await driver.ask("No?")
        driver.run("links")
        await driver.until_shown("There is no link in this message.")
