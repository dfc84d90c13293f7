"""Pictures of the screen: a scene is played, and what is seen then compared with one looked at."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from time import monotonic
from unittest.mock import patch

from rich.segment import Segment
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input

from assistant.core.ports.conversations import ConversationStore
from assistant.core.values.conversation import ChatMessage, Keep, Timings
from assistant.core.values.events import Finished, ModelEvent
from assistant.core.values.sampling import Sampling
from assistant.tui.app import AssistantApp
from assistant.tui.services import Services
from assistant.tui.toolkit import text
from tests.support import pseudo_locale
from tests.support.driver import Driver, Setting, drawn, make_app
from tests.support.fake_models import ScriptedModel
from tests.support.pseudo_locale import BEGINS, ENDS, untranslated

SECONDS = 20
"""How long the screen gets to come to rest."""

NAME = "SmolLM2 135M Q4"

Play = Callable[[Driver], Awaitable[None]]
Compare = Callable[..., bool]


class SteadyModel(ScriptedModel):
    """Always as fast as the last time."""

    def stream(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        stop: Event,
        *,
        keep: Keep = "disk",
    ) -> Iterator[ModelEvent]:
        for event in super().stream(messages, sampling, stop, keep=keep):
            if isinstance(event, Finished):
                yield event.model_copy(update={"timings": Timings(tokens_per_second=61)})
            else:
                yield event


class Pictures:
    """Compares pictures; its conversations are in one store, which is there before the app."""

    def __init__(self, store: ConversationStore, compare: Compare) -> None:
        """Args:
        compare: the fixture `snap_compare`.
        """
        self.store = store
        self._compare = compare

    def show(
        self,
        setting: Setting,
        *plays: Play,
        size: tuple[int, int] = (110, 34),
        prepare: Callable[[Services], None] | None = None,
    ) -> bool:
        """Whether the screen is as in the picture after these were played, in turn.

        Args:
            size: columns and lines.
            prepare: changes what the app works on before it is open.
        """
        app = make_app(setting, self.store, prepare)

        async def run_before(pilot: Pilot[None]) -> None:
            driver = Driver(app, pilot, self.store, setting.models, setting.clipboard)
            await driver.until_open()
            driver.prompt.cursor_blink = False
            await driver.until(lambda: driver.status.phase == "ready")
            await settled(app)
            for play in plays:
                await play(driver)
            for field in app.screen.query(Input):
                field.cursor_blink = False
            await settled(app)
            # Reading what a dialog shows forgets what lies below it; drawing brings it back.
            app.screen.refresh()
            await pilot.pause()

        if pseudo_locale.is_active():
            asyncio.run(_found_whole(app, size, run_before))
            return True
        return self._compare(app, terminal_size=size, run_before=run_before)


async def _found_whole(
    app: AssistantApp, size: tuple[int, int], play: Callable[[Pilot[None]], Awaitable[None]]
) -> None:
    """Play a scene in the language of the tests, and find every text translated and whole."""
    with own_texts() as texts:
        async with app.run_test(size=size) as pilot:
            await play(pilot)
            lines = ["".join(segment.text for segment in strip) for strip in drawn(app)]
            is_whole = size[0] >= 80 and not app.screen.is_modal
    foreign = [each for each in sorted(texts) if untranslated(each)]
    assert not foreign, f"not translated: {foreign}"
    if is_whole:
        # What is shortened on purpose says so.
        shown = "".join(lines)
        cut = shown.count(BEGINS) - shown.count(ENDS)
        assert cut <= shown.count("…"), "cut:\n" + "\n".join(lines)


@contextmanager
def own_texts() -> Iterator[set[str]]:
    """Every text of the program itself that is made into content meanwhile."""
    seen = set[str]()
    own = text.own

    def noted(given: str, style: str = "") -> Content:
        seen.add(given)
        return own(given, style)

    with patch.object(text, "own", noted):
        yield seen


async def only_look(driver: Driver) -> None:
    """Play nothing."""


async def settled(app: AssistantApp) -> None:
    """Wait until nothing changes on the screen any more, colours included."""
    deadline = monotonic() + SECONDS
    before: list[Segment] = []
    same = 0
    while same < 5:
        assert monotonic() < deadline
        await asyncio.sleep(0.05)
        now = [segment for strip in drawn(app) for segment in strip]
        before, same = now, same + 1 if now == before else 0
