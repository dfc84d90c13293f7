"""Tells files that were dropped on the terminal from text that was pasted."""

import asyncio
from typing import Final

from assistant.core.dropped import dropped_paths, may_be_dropped
from assistant.tui import disk
from assistant.tui.aside import aside

PATIENCE: Final = 1.0
"""Seconds that a disk gets before a paste is a text: what is typed behind it has to wait."""


async def dropped_in(pasted: str) -> tuple[str, ...]:
    """The paths of a paste that is nothing but paths; a disk that does not answer knows none."""
    if not may_be_dropped(pasted):
        return ()
    looking = aside(dropped_paths, pasted, disk.exists, disk.home())
    try:
        return await asyncio.wait_for(looking, PATIENCE)
    except TimeoutError:
        return ()
