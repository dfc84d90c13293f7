"""`assistant ask --dry-run`: the exact prompt and its token plan, without asking the model."""

from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.cli.ask.answer import show_progress, show_template_problem
from assistant.cli.console import Console
from assistant.cli.interruption import Interruption
from assistant.core.context.plan import recap_for
from assistant.core.grounding.scope import RetrievalScope
from assistant.core.ports.models import ChatModel
from assistant.core.values.context import ContextPart, ContextPlan
from assistant.core.values.conversation import Conversation
from assistant.core.values.events import Loaded
from assistant.core.values.models import RenderedPrompt
from assistant.core.values.prompts import ConversationStart
from assistant.core.values.sampling import AdapterUse, Sampling
from assistant.language.messages import _, localized, number

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant

PART_NAMES = {
    "system": _("system prompt"),
    "examples": _("examples"),
    "summary": _("summary"),
    "turn": _("earlier turn"),
    "question": _("question"),
}


class QuestionContext(NamedTuple):
    """Conversation, prompt, model and adapters that a question is asked in."""

    earlier: Conversation | None
    """The conversation that goes on; None for a new one."""
    opening: ConversationStart | None
    """What a new conversation begins with, or the one that an earlier one changes to."""
    model: str | None
    given: tuple[AdapterUse, ...] | None = None
    """The adapters that were asked for."""

    @property
    def basis(self) -> ConversationStart | Conversation:
        """Where examples, sampling and collections come from."""
        return self.opening or self.earlier or ConversationStart()

    @property
    def system_prompt(self) -> str:
        if self.opening is not None:
            return self.opening.text
        return self.earlier.system_prompt if self.earlier else ""

    @property
    def collections(self) -> tuple[str, ...] | None:
        """An earlier conversation keeps its own, unless the prompt it changes to has some."""
        if self.opening is not None and self.opening.collections is not None:
            return self.opening.collections
        return self.earlier.collections if self.earlier else None

    @property
    def model_name(self) -> str | None:
        return self.model or (self.earlier.model if self.earlier else None)

    @property
    def adapters(self) -> tuple[AdapterUse, ...] | None:
        """An earlier conversation's were chosen for its model; none at all go with any."""
        if self.given is not None:
            return self.given
        kept = self.earlier.adapters if self.earlier else None
        return kept if self.model is None or kept == () else None


class PreviewedQuestion(NamedTuple):
    """Question of a dry run, with its files and sampling."""

    text: str
    attached: tuple[str, ...]
    """Files that go whole with it, as absolute paths."""
    sampling: Sampling
    sources: RetrievalScope


class DryRun:
    """Prints the exact prompt and its token plan; nothing is stored."""

    def __init__(self, console: Console, interruption: Interruption) -> None:
        self._console = console
        self._interruption = interruption

    def run(
        self,
        assistant: "Assistant",
        asked: QuestionContext,
        planned: PreviewedQuestion,
        as_json: bool,
    ) -> int:
        """Print the prompt.

        Returns: the exit status.
        """
        model = assistant.models.open(asked.model_name, asked.adapters)
        name = ""
        for event in model.load(self._interruption.stop):
            show_progress(event, self._console)
            if isinstance(event, Loaded):
                name = event.info.name
                show_template_problem(event.info, self._console)
        self._console.end_progress()
        if self._interruption.stop.is_set():
            return self._interruption.exit_code
        history = assistant.store.branch(asked.earlier.id) if asked.earlier else []
        plan = assistant.chat.preview(
            asked.system_prompt,
            history,
            planned.text,
            model,
            planned.sampling,
            planned.sources,
            planned.attached,
            self._interruption.stop,
            asked.basis.examples,
            recap_for(asked.earlier, history) if asked.earlier else None,
        )
        if self._interruption.stop.is_set():
            return self._interruption.exit_code
        sampling = planned.sampling
        formed = sampling.constraint is not None
        rendered = model.render(plan.messages, sampling.thinking, formed=formed)
        if as_json:
            self._console.json(_plan_object(model, plan, rendered))
        else:
            self._print(name, plan, rendered)
        return 0

    def _print(self, name: str, plan: ContextPlan, rendered: RenderedPrompt) -> None:
        self._console.write(rendered.text if rendered.text.endswith("\n") else rendered.text + "\n")
        self._console.line()
        shares = sum(part.tokens for part in plan.parts if part.included)
        rows = [
            (PART_NAMES[part.kind], number(part.tokens), _part_note(part)) for part in plan.parts
        ]
        rows += [
            (_("template"), number(plan.prompt_tokens - shares), ""),
            (_("prompt"), number(plan.prompt_tokens), _("all that the model reads")),
            (_("answer"), number(plan.reserve), _("reserved")),
            (_("window"), number(plan.window), name),
        ]
        self._console.table(rows, (_("part"), _("tokens"), ""), numbers=[1])


def _part_note(part: ContextPart) -> str:
    return "" if part.included else _("left out: {reason}", reason=localized(part.reason))


def _plan_object(model: ChatModel, plan: ContextPlan, rendered: RenderedPrompt) -> dict[str, Any]:
    return {
        "model": model.name,
        "adapters": [use.model_dump() for use in model.adapters],
        "prompt": rendered.text,
        "tokens": list(rendered.tokens),
        "prompt_tokens": plan.prompt_tokens,
        "window": plan.window,
        "reserve": plan.reserve,
        "parts": [part.model_dump() for part in plan.parts],
        "messages": [message.model_dump() for message in plan.messages],
    }
