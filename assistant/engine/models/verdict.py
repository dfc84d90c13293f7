"""Model verdict: whether a model runs on this machine, and about how fast, by arithmetic alone."""

from collections.abc import Sequence

from assistant.core import wording
from assistant.core.values.models import GraphicsCard, ModelDetails, ModelFacts, ModelRef
from assistant.engine.options import BUFFER_BYTES, CARD_RESERVED_BYTES
from assistant.language.messages import N_

BANDWIDTH_SHARE = 0.5
"""Of the measured bandwidth: what is left of it between kernels, threads and small tensors."""

SLOW_TOKENS_PER_SECOND = 5.0
"""Tokens per second below which an answer is read faster than it is written."""

_CANNOT_CHAT = {
    "embedder": N_("It makes embeddings and cannot chat."),
    "image part": N_("It is the image part of another model."),
    "other": N_("It is not a language model."),
}


def judge(
    model: ModelRef,
    facts: ModelFacts,
    *,
    window: int,
    free: int,
    bandwidth: float | None,
    cards: Sequence[GraphicsCard] = (),
    card_problem: str = "",
) -> ModelDetails:
    """Judge whether a model runs here and about how fast.

    Args:
        window: tokens that are wanted.
        free: bytes of memory that can be used.
        bandwidth: bytes of memory that are read in a second, where that is known.
        cards: the graphics cards that compute. How fast they are is not known.
        card_problem: why they are left out, see `GraphicsCards`.

    Returns: the model's details with the verdict.
    """
    if facts.damage:
        reason = N_(f"The file {facts.damage}.")
        return ModelDetails(model=model, facts=facts, fit="damaged", reason=reason)
    if facts.kind == "adapter" and not facts.refusal:
        reason = N_("It is an adapter for other models.")
        if facts.base:
            reason += f" {N_(f'It was made for {facts.base}.')}"
        return ModelDetails(model=model, facts=facts, fit="adapter", reason=reason)
    if facts.kind not in ("chat", "adapter"):
        reason = _CANNOT_CHAT[facts.kind]
        return ModelDetails(model=model, facts=facts, fit="not supported", reason=reason)
    if facts.refusal:
        reason = N_(f"It {facts.refusal}.")
        return ModelDetails(model=model, facts=facts, fit="not supported", reason=reason)
    window = min(window, facts.trained_context or window)
    memory = facts.weights + facts.memory_per_token * window + BUFFER_BYTES
    own = sum(max(card.total - CARD_RESERVED_BYTES, 0) for card in cards if not card.is_integrated)
    shares_memory = any(card.is_integrated for card in cards)
    on_card = 1.0 if shares_memory else min(own / memory, 1.0)
    needed = memory if shares_memory else memory - min(own, memory)
    # A card that shares the memory is as fast as that. Of others only the rest is known, which
    # the processor computes: it is not faster than that.
    read = facts.read_per_token * (1.0 if shares_memory else 1 - on_card)
    at_most = bandwidth * BANDWIDTH_SHARE / read if bandwidth and read else None
    if needed > free:
        size, there = wording.size(memory), wording.size(free)
        reason = N_(
            f"It needs about {size} of memory with a window of {window:,} tokens, and {there} are "
            "free."
        )
        if own:
            on_cards = wording.size(own)
            reason = N_(
                f"It needs about {size} of memory with a window of {window:,} tokens, and {there} "
                f"are free, and {on_cards} on the graphics card."
            )
        fit = "too big"
    else:
        reason, fit = (
            "",
            "runs slowly" if at_most is not None and at_most < SLOW_TOKENS_PER_SECOND else "runs",
        )
    return ModelDetails.model_validate(
        {
            "model": model,
            "facts": facts,
            "fit": fit,
            "reason": reason,
            "memory": memory,
            "on_card": on_card,
            "card_problem": card_problem,
            "tokens_per_second": None if own else at_most,
        }
    )
