"""Thinking of a model: how its template writes thoughts, and what it is given for a level of it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from assistant.core.values.sampling import Thinking
from assistant.engine.templating.form import NOTHING
from assistant.engine.templating.reasoning import USUAL_MARKERS, ReasoningMarkers

Variables = Mapping[str, object]

BUDGET_NAME: Final = "thinking_budget"

EFFORT_BUDGETS: Final[Mapping[str, int | None]] = {"low": 512, "medium": 2048, "high": None}
"""Tokens of thoughts, for models whose template knows no effort."""


class ThinkingStyle(NamedTuple):
    """How a template writes thoughts; the texts hold white space as it writes it."""

    markers: ReasoningMarkers | None = None
    """None for a model that, as far as is known, does not think."""
    header: str = ""
    """What every answer begins with."""
    opening: str = f"{USUAL_MARKERS.opening}\n"
    """From the header of an answer to its thoughts."""
    closing: str = f"\n{USUAL_MARKERS.closing}\n\n"
    """From the thoughts to the answer."""
    skipped: str = ""
    """From the header to an answer without thoughts, where no switch writes that."""
    on: Variables = NOTHING
    off: Variables = NOTHING
    efforts: Mapping[str, Variables] = NOTHING  # type: ignore[assignment]
    on_word: str = ""
    off_word: str = ""
    """A word in the system message that switches, where no variable does; it is not shown."""
    has_off: bool = False
    """Whether the template writes something else with `off`."""
    knows_budget: bool = False

    def variables(self, level: Thinking | None) -> Variables:
        """What the template is given for a level of thinking."""
        match level:
            case None | "auto":
                return NOTHING
            case "off" | 0:
                return self.off
            case "low" | "medium" | "high" if level in self.efforts:
                return self.efforts[level]
        budget = self.budget(level)
        if self.knows_budget and budget is not None:
            return {**self.on, BUDGET_NAME: budget}
        return self.on

    def word(self, level: Thinking | None) -> str:
        """The word in the system message that switches to a level; empty where none does."""
        if level in (None, "auto"):
            return ""
        return self.off_word if level in ("off", 0) else self.on_word

    def before_thoughts(self, prompt: str) -> str:
        """A prompt without the opening of thoughts that stands at its end."""
        opening = self.opening.strip()
        if not opening or not prompt.rstrip().endswith(opening):
            return prompt
        before = prompt[: prompt.rindex(opening)]
        return before.removesuffix(self.opening[: self.opening.index(opening)])

    def without_thoughts(self, prompt: str) -> str:
        """The prompt of an answer without thoughts, made of one that was rendered with `off`."""
        if self.markers is None or self._begun(prompt).rstrip().endswith(self.markers.closing):
            return prompt
        before = self.before_thoughts(prompt)
        return prompt if self.has_off and before == prompt else before + self.skipped

    def _begun(self, prompt: str) -> str:
        """What stands behind the header of the answer that a prompt opens.

        The header of a question's answer may look like what ends thoughts.
        """
        return prompt.rpartition(self.header)[2] if self.header.strip() else prompt

    def with_thoughts(self, prompt: str, thoughts: str, answer: str) -> str:
        """The prompt of an answer that has begun: within its thoughts, or behind them."""
        opened = f"{self.before_thoughts(prompt)}{self.opening}"
        # What the model has begun to think behind stays as it was.
        if not opened.startswith(prompt):
            opened = prompt
        return f"{opened}{thoughts.strip()}{self.closing}{answer}" if answer else opened + thoughts

    def budget(self, level: Thinking | None) -> int | None:
        """Tokens of thoughts that a level allows; None for any number."""
        if isinstance(level, int):
            return level
        if level == "off":
            return 0
        if level is None or level in self.efforts:
            return None
        return EFFORT_BUDGETS.get(level)
