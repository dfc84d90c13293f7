"""The names that commands take: of roles, models, and what can be set."""

from threading import Event

from assistant.core import adapters, sampling
from assistant.tui.amounts import size
from assistant.tui.aside import from_disk
from assistant.tui.completing import Suggestion
from assistant.tui.desk import Desk


class Names:
    """Looks them up when somebody types one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def of(self, command: str) -> list[Suggestion]:
        """What may follow the name of a command, with a word on each."""
        match command:
            case "role":
                prompts, _ = await self._desk.run(self._desk.prompts.read)
                return [_suggestion(each.name, each.title) for each in prompts]
            case "model":
                models = await self._desk.run(self._desk.models.models)
                return [
                    _suggestion(sampling.DEFAULT, "the one of your settings"),
                    *(_suggestion(each.name, size(each.size)) for each in models),
                ]
            case "adapters":
                found = await from_disk(list, self._desk.models.details(Event()))
                return [
                    _suggestion(adapters.NONE, "the model as it is"),
                    _suggestion(sampling.DEFAULT, "those of your settings"),
                    *(
                        _suggestion(each.model.name, each.facts.architecture)
                        for each in adapters.among(found)
                    ),
                ]
            case "set":
                return [_suggestion(name, sampling.TAKES[name]) for name in sampling.FIELDS]
        return []


def _suggestion(name: str, note: str) -> Suggestion:
    return Suggestion(f"{name} ", name, note)
