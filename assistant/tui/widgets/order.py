"""How a conversation is kept, in few words."""

from collections.abc import Iterator

from textual.content import Content

from assistant.core.models import Conversation, ConversationSummary
from assistant.tui import text


def order_of(conversation: Conversation | ConversationSummary) -> Content:
    """Pin, archive, folder and tags; empty for what is kept as usual."""
    return text.joined(_parts(conversation), " ")


def tags_of(conversation: Conversation | ConversationSummary) -> Content:
    """Its tags alone."""
    return text.joined((text.line(f"#{tag}", 24, text.MUTED) for tag in conversation.tags), " ")


def _parts(conversation: Conversation | ConversationSummary) -> Iterator[Content]:
    if conversation.temporary:
        yield text.own("temporary", "$text-warning")
    if conversation.pinned:
        yield text.muted("pinned")
    if conversation.archived:
        yield text.muted("archived")
    if conversation.folder:
        yield text.line(conversation.folder, 40, text.MUTED)
    if conversation.tags:
        yield tags_of(conversation)
