"""Whose turn it is."""

import asyncio

import pytest

from assistant.serve.answers.turns import Turns, TurnsFullError


class Programs:
    """Programs that ask, and the order in which it is their turn."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.order: list[str] = []

    async def ask(self, program: str, name: str) -> None:
        await self.turns.take(program)
        self.order.append(name)

    async def begin(self, *asked: tuple[str, str]) -> "list[asyncio.Task[None]]":
        tasks = [asyncio.create_task(self.ask(program, name)) for program, name in asked]
        await asyncio.sleep(0)
        return tasks

    async def go_on(self) -> None:
        self.turns.leave()
        for _ in range(3):
            await asyncio.sleep(0)


async def test_one_answer_is_written_at_a_time() -> None:
    programs = Programs(Turns())
    await programs.begin(("a", "a1"), ("a", "a2"))

    assert programs.order == ["a1"]
    await programs.go_on()
    assert programs.order == ["a1", "a2"]


async def test_a_program_that_asks_much_does_not_keep_another_from_its_turn() -> None:
    programs = Programs(Turns())
    await programs.begin(*(("a", f"a{n}") for n in range(5)))
    await programs.begin(("b", "b0"), ("c", "c0"), ("b", "b1"))

    for _ in range(7):
        await programs.go_on()

    assert programs.order == ["a0", "a1", "b0", "c0", "a2", "b1", "a3", "a4"]


async def test_who_goes_away_leaves_the_queue() -> None:
    waiting: list[int] = []
    programs = Programs(Turns(changed=waiting.append))
    _, second, _ = await programs.begin(("a", "1"), ("a", "2"), ("a", "3"))

    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    await programs.go_on()

    assert programs.order == ["1", "3"]
    assert waiting == [1, 2, 1, 0]


async def test_a_turn_that_comes_to_one_who_has_gone_is_the_next_ones() -> None:
    programs = Programs(Turns())
    _, second, _ = await programs.begin(("a", "1"), ("a", "2"), ("a", "3"))

    programs.turns.leave()
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    for _ in range(3):
        await asyncio.sleep(0)

    assert programs.order == ["1", "3"]


async def test_when_nobody_waits_the_next_one_does_not_either() -> None:
    programs = Programs(Turns())
    await programs.begin(("a", "1"))
    await programs.go_on()

    await programs.ask("b", "2")

    assert programs.order == ["1", "2"]


async def test_too_many_do_not_wait() -> None:
    turns = Turns(most=2)
    programs = Programs(turns)
    await programs.begin(("a", "1"), ("a", "2"), ("b", "3"))

    with pytest.raises(TurnsFullError):
        await turns.take("c")
    assert turns.waiting == 2
