"""Tells files that were dropped on the terminal from text that was pasted."""

from assistant.core.dropped import dropped_paths, may_be_dropped
from assistant.core.errors import AssistantError
from assistant.tui import disk
from assistant.tui.aside import from_disk


async def dropped_in(pasted: str) -> tuple[str, ...]:
    """The paths of a paste that is nothing but paths; a disk that does not answer knows none."""
    if not may_be_dropped(pasted):
        return ()
    try:
        return await from_disk(dropped_paths, pasted, disk.exists, disk.home())
    except AssistantError:
        return ()
