"""The engine writes what the bare library writes, as long as it drafts nothing."""

from pathlib import Path

import pytest
from llama_cpp import Llama

from assistant.engine.llama.backends import load_backends
from tests.support.engine import GREEDY, OPTIONS, answer, local_models, said, starter_file

pytestmark = pytest.mark.model

QUESTIONS = ["What is the capital of France?", "Conte uma história curta.", "1, 2, 3,"]


def test_greedy_answers_are_those_of_the_bare_library(own_home: Path) -> None:
    options = OPTIONS.model_copy(update={"lookup": "off"})
    model = local_models(own_home, options).open(None)
    load_backends()
    bare = Llama(
        str(starter_file()),
        n_ctx=OPTIONS.context_window,
        n_threads=OPTIONS.threads,
        n_threads_batch=OPTIONS.threads,
        verbose=False,
    )
    for question in QUESTIONS:
        theirs = bare.create_chat_completion(
            [{"role": "user", "content": question}],
            temperature=0,
            repeat_penalty=1,
            max_tokens=24,
        )
        sampling = GREEDY.model_copy(update={"max_tokens": 24})
        ours, finished = answer(model, [said("user", question)], sampling)
        assert ours == theirs["choices"][0]["message"]["content"]  # type: ignore[index]
        assert finished.usage.prompt_tokens == theirs["usage"]["prompt_tokens"]  # type: ignore[index]
    bare.close()
