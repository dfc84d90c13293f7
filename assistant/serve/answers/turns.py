"""Turns: one answer at a time, and each program in its turn. For one event loop.

The engine writes one answer at a time, too. Its queue is first come, first served; here a program
that asks two hundred questions at once waits behind one that asks a single question.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable

MAX_WAITING = 256


class TurnsFullError(Exception):
    """Too many requests wait already."""


class Turns:
    """The turns of programs, each with a queue of its own."""

    def __init__(self, most: int = MAX_WAITING, changed: Callable[[int], None] = lambda _: None):
        """`changed` is called with the number of requests that wait, when it is another one."""
        self._most = most
        self._changed = changed
        self._programs: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._is_taken = False

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return sum(map(len, self._programs.values()))

    async def take(self, program: str) -> None:
        """Wait for the turn of a request; `leave` has to follow.

        Raises:
            TurnsFullError: too many wait already.
        """
        if not self._is_taken:
            self._is_taken = True
            return
        if self.waiting >= self._most:
            raise TurnsFullError
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._programs.setdefault(program, deque()).append(turn)
        self._changed(self.waiting)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            else:
                self._remove(program, turn)
            raise

    def leave(self) -> None:
        """The turn is over: the next program has one."""
        while self._programs:
            program, queue = self._programs.popitem(last=False)
            turn = queue.popleft()
            if queue:
                # It comes last again.
                self._programs[program] = queue
            self._changed(self.waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._is_taken = False

    def _remove(self, program: str, turn: "asyncio.Future[None]") -> None:
        queue = self._programs.get(program)
        if queue is None or turn not in queue:
            return
        queue.remove(turn)
        if not queue:
            del self._programs[program]
        self._changed(self.waiting)
