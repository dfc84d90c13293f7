"""What a search in the conversations has found.

In every text that is shown around a match, the match stands between U+0002 and U+0003.
"""

from assistant.core.models import ConversationSummary, SearchHit, Value

MATCH_BEGIN, MATCH_END = "\x02", "\x03"


class Finding(Value):
    """A conversation with something of what was looked for."""

    conversation: ConversationSummary
    title: str = ""
    """Its title with the matches marked; empty when it is not the title that was found."""
    prompt: str = ""
    """The surroundings of the match in its system prompt, in the same way."""
    hits: tuple[SearchHit, ...] = ()
    """Its best messages, best first. `ConversationStore.select` leads to one of them."""
    messages: int = 0
    """How many of its messages were found."""


class Findings(Value):
    """All that was found."""

    conversations: tuple[Finding, ...] = ()
    """Best first."""
    messages: int = 0
    """How many messages were found, those of conversations beyond the limit included."""
    is_capped: bool = False
    """Whether there are more messages than were looked at: only the newest ones were ranked."""
    notes: tuple[str, ...] = ()
    """What of the query was not understood, and how it was taken."""
