"""Greedy answers of the engine on a card, beside those of the bare library on the processor.

Prints a line for each: `equal 0`, or `parted` and how many nats apart the best two tokens are where
the answers part.

usage: ASSISTANT_TEST_CARDS=FOLDER python -m tests.support.card_answers
"""

from collections.abc import Iterator
from threading import Event

from llama_cpp import Llama

from assistant.core.values.events import Loaded
from assistant.engine.llama.backends import load_backends
from tests.support.engine import (
    GREEDY,
    OPTIONS,
    answer,
    engine_home,
    local_models,
    said,
    starter_file,
)

QUESTIONS = (
    "What is the capital of France?",
    "Conte uma história curta.",
    "1, 2, 3,",
    "List three kinds of bread.",
    "Why is the sky blue?",
    "Write a line of Python that adds two numbers.",
    "Was ist eine Wolke?",
    "Name a river in Brazil.",
    "How do I boil an egg?",
    "Traduza: good morning.",
    "What comes after Tuesday?",
    "Describe a lighthouse.",
)
TOKENS = 32


def main() -> None:
    load_backends()
    bare = Llama(
        str(starter_file()),
        n_ctx=OPTIONS.context_window,
        n_threads=OPTIONS.threads,
        logits_all=True,
        verbose=False,
    )
    with engine_home() as home:
        options = OPTIONS.model_copy(update={"lookup": "off"})
        model = local_models(home, options).open(None)
        *_, loaded = model.load(Event())
        assert isinstance(loaded, Loaded)
        assert loaded.info.device is not None, "not on a card"
        for question in QUESTIONS:
            sampling = GREEDY.model_copy(update={"max_tokens": TOKENS})
            text, _ = answer(model, [said("user", question)], sampling)
            gap = next(_gaps(bare, question, text), None)
            print("equal 0" if gap is None else f"parted {gap:.3f}", flush=True)
    bare.close()


def _gaps(bare: Llama, question: str, text: str) -> Iterator[float]:
    """Nats between the best two tokens at each place where the library writes something else."""
    theirs = bare.create_chat_completion(
        [{"role": "user", "content": question}],
        temperature=0,
        repeat_penalty=1,
        max_tokens=TOKENS,
        logprobs=True,
        top_logprobs=2,
    )
    written = ""
    for token in theirs["choices"][0]["logprobs"]["content"]:  # type: ignore[index]
        written += token["token"]
        if not text.startswith(written):
            first, second = (each["logprob"] for each in token["top_logprobs"])
            yield abs(first - second)


if __name__ == "__main__":
    main()
