"""The prompts that are called by their names after a slash, for the menu."""

from collections.abc import Sequence

from assistant.core.prompts import Prompt
from assistant.tui.commands import BY_NAME
from assistant.tui.desk import Desk


class Roles:
    """The library as it was last read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.prompts: Sequence[Prompt] = ()

    async def refresh(self) -> None:
        """Read what changed."""
        self.prompts, _ = await self._desk.run(self._desk.prompts.read)

    def matching(self, typed: str) -> tuple[list[Prompt], list[Prompt]]:
        """Those whose names begin with what was typed, and others that have to do with it."""
        key = typed.casefold()
        callable_ = [prompt for prompt in self.prompts if is_callable(prompt.name)]
        first = [prompt for prompt in callable_ if prompt.name.casefold().startswith(key)]
        others = [
            prompt
            for prompt in callable_
            if prompt not in first and key in f"{prompt.name} {prompt.title}".casefold()
        ]
        return first, others


def is_callable(name: str) -> bool:
    """Whether a prompt of this name can be called after a slash: commands go before prompts."""
    return name not in BY_NAME and "/" not in name and not any(mark.isspace() for mark in name)


def why_not_callable(name: str) -> str:
    """What to tell of a prompt that cannot be called so; empty for all others."""
    if name in BY_NAME:
        return f"/{name} is a command of its own: /role {name} takes it up"
    return "" if is_callable(name) else "a name with spaces cannot be typed after /"
