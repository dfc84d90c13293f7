"""Says of an answer that it comes from the model alone though the user's files were searched."""

from collections.abc import Sequence

from assistant.core.errors import NotFoundError
from assistant.core.library import Retrieval
from assistant.core.models import Message
from assistant.tui.desk import Desk
from assistant.tui.widgets.transcript import Transcript


class Provenance:
    """Looks up what the files had to do with the answers that come into view."""

    def __init__(self, desk: Desk, transcript: Transcript) -> None:
        self._desk = desk
        self._transcript = transcript

    async def tell(self, answers: Sequence[Message]) -> None:
        """Label those answers that have nothing from the files, or none of what these say."""
        for answer in answers:
            if not _is_of_the_model(answer):
                continue
            try:
                retrieval = await self._desk.run(self._desk.store.retrieval, answer.id)
            except NotFoundError:
                continue
            view = self._transcript.view(answer.id)
            if view is not None and retrieval is not None:
                view.tell_searched(searched_in_vain(retrieval))
                view.tell_saying(retrieval)


def searched_in_vain(retrieval: Retrieval) -> int:
    """Passages that were searched and had nothing for the answer; 0 when it has something."""
    found = retrieval.result
    in_vain = not retrieval.used and not found.sufficient and retrieval.collections != ()
    return found.searched if in_vain else 0


def _is_of_the_model(answer: Message) -> bool:
    """Whether a model wrote it: an answer that only says that nothing was found used no tokens."""
    unasked = answer.usage is not None and answer.usage.prompt_tokens == 0
    written = answer.role == "assistant" and answer.state != "streaming" and bool(answer.text)
    return written and not unasked
