"""`assistant doctor --keys`: keys are pressed, what does not arrive is noted and told."""

from pathlib import Path

from assistant.keymap import DEFAULT_KEYMAP, key_name, make_keymap
from assistant.tui.key_test import KeyTest
from tests.support.terminal import Terminal


async def test_what_arrives_is_noted_whatever_else_the_key_would_do() -> None:
    test = KeyTest(DEFAULT_KEYMAP)
    async with test.run_test(size=(80, 24)) as pilot:
        first = test.results.next
        await pilot.press("ctrl+q", "ctrl+p", "alt+m", first)
        assert test.results.arrived == {"ctrl+q", "ctrl+p", "alt+m", first}
        skipped = test.results.next
        await pilot.press("space")
        assert test.results.missing == {skipped}
        await pilot.press(skipped)
        assert test.results.missing == set()
        await pilot.press("escape")
    assert list(test.results.lines()) == [
        f"5 of {len(test.results.keys)} keys arrived.",
        f"{len(test.results.keys) - 5} keys were not tried.",
    ]


async def test_a_key_that_is_taken_here_is_announced() -> None:
    test = KeyTest(make_keymap({}, {"TMUX": "x"}, "linux"))
    async with test.run_test(size=(120, 36)) as pilot:
        while test.results.next != "ctrl+b":
            await pilot.press("space")
        await pilot.pause()
        strips = test.screen._compositor.render_strips()
        shown = "\n".join("".join(segment.text for segment in strip) for strip in strips)
        assert "Press Ctrl+B   tmux usually uses this key" in shown


async def test_the_key_that_is_asked_for_is_in_sight() -> None:
    test = KeyTest(DEFAULT_KEYMAP)
    async with test.run_test(size=(80, 24)) as pilot:
        for _ in range(len(test.results.keys) - 1):
            await pilot.press("space")
        await pilot.pause()
        last = key_name(test.results.next)
        strips = test.screen._compositor.render_strips()
        shown = ["".join(segment.text for segment in strip) for strip in strips]
        assert f"Press {last}" in shown[1]
        assert any(f"· {last}" in line for line in shown)


def test_in_a_terminal_the_keys_that_did_not_arrive_are_told(home: Path) -> None:
    terminal = Terminal("assistant", "doctor", "--keys", ASSISTANT_HOME=str(home))
    terminal.until("Ctrl+N")
    terminal.process.send("\x0e")
    terminal.until("Ctrl+B")
    terminal.process.send(" ")
    terminal.until("Ctrl+F")
    terminal.process.send("\x1b")
    assert terminal.end() == 1
    said = terminal.sent.decode()
    assert "Ctrl+B did not arrive. /conversations works without it" in said
    assert "assistant settings set keys.conversations KEY" in said
