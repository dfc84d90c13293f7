"""A question that is answered under a prompt of its own: `/translator See you tomorrow`.

The conversation stays under its own prompt; what was said before is read along.
"""

from assistant.core.models import Conversation, QuestionPrompt, SamplingChanges
from assistant.core.prompts import Opening

SIGN = "/"


def named_in(text: str) -> tuple[str, str]:
    """The name that a text begins with after a slash, and what follows it; no name is empty."""
    typed = text.strip()
    if not typed.startswith(SIGN):
        return "", typed
    name, *rest = typed[len(SIGN) :].split(maxsplit=1)[:2] or [""]
    return ("", typed) if typed[len(SIGN) :][:1].isspace() else (name, rest[0] if rest else "")


def for_one_question(opening: Opening) -> QuestionPrompt:
    """What of a prompt holds for one question; its model and its files are for conversations."""
    return QuestionPrompt(
        name=opening.prompt_name or "",
        text=opening.text,
        examples=opening.examples,
        sampling=opening.sampling,
    )


def under(conversation: Conversation, prompt: QuestionPrompt | None) -> Conversation:
    """The conversation as the model reads it for a question under this prompt."""
    if prompt is None:
        return conversation
    chosen = prompt.sampling.model_dump(exclude_none=True)
    sampling: SamplingChanges = conversation.sampling.model_copy(update=chosen)
    return conversation.model_copy(
        update={
            "system_prompt": prompt.text,
            "examples": prompt.examples,
            "sampling": sampling,
        }
    )
