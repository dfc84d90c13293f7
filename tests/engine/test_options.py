"""How a model is loaded: each way answers, and what is kept of one way is not used in another."""

import secrets
from pathlib import Path

import pytest

from assistant import bootstrap
from assistant.engine.client import LlamaChatModel
from assistant.engine.options import LoadOptions
from assistant.settings import load_settings
from assistant.system.paths import find_paths
from tests.support.engine import GREEDY, OPTIONS, answer, local_models, said
from tests.support.waiting import until

SHORT = GREEDY.model_copy(update={"max_tokens": 6})
LONG = "The cat sat on the mat and looked at the moon. " * 40


@pytest.mark.model
@pytest.mark.parametrize(
    "changes",
    [
        {"flash_attention": "on"},
        {"cache_type": "q8_0"},
        {"cache_type": "q4_0"},
        {"mmap": False},
        {"mlock": True},
        {"gpu_layers": 0},
        {"lookup": "on"},
    ],
    ids=str,
)
def test_every_way_of_loading_answers(own_home: Path, changes: dict[str, object]) -> None:
    options = LoadOptions.model_validate({**OPTIONS.model_dump(), **changes})
    model = local_models(own_home, options).open(None)
    text, _ = answer(model, [said("user", "What is the capital of France?")], SHORT)
    assert text.strip()


@pytest.mark.model
def test_what_was_kept_in_another_precision_is_read_again(own_home: Path) -> None:
    asked = [said("user", f"{secrets.token_hex(4)} {LONG} What did the cat see?")]
    exact = local_models(own_home).open(None)
    answer(exact, asked, SHORT)
    until(lambda: list((own_home / "snapshots").glob("*.kv")), timeout=60)

    short = OPTIONS.model_copy(update={"cache_type": "q8_0"})
    _, done = answer(local_models(own_home, short).open(None), asked, SHORT)
    assert done.usage.cached_tokens == 0
    _, again = answer(exact, asked, SHORT)
    assert again.usage.cached_tokens > 300


@pytest.mark.model
def test_the_settings_of_one_model_go_before_the_engines(home: Path) -> None:
    paths = find_paths({"ASSISTANT_HOME": str(home)})
    paths.create()
    paths.settings_file.parent.mkdir(parents=True, exist_ok=True)
    paths.settings_file.write_text(
        "[engine]\ncontext_window = 1024\nthreads = 1\n"
        '[model."SmolLM2-135M-Instruct"]\ncontext_window = 512\ncache_type = "q8_0"\n'
    )
    settings = load_settings(paths.settings_file, {})
    own = settings.model["SmolLM2-135M-Instruct"]
    assert (own.context_window, own.cache_type, own.threads) == (512, "q8_0", None)

    opened = bootstrap.model_catalog(settings, paths).open(None)
    assert isinstance(opened, LlamaChatModel)
    options = opened.target.options
    assert (options.context_window, options.cache_type, options.threads) == (512, "q8_0", 1)
