"""Several models in memory: each is loaded once, and the one used least leaves when it must."""

import shutil
from pathlib import Path
from threading import Event, Thread

import pytest

from assistant.core.errors import ModelMemoryError
from assistant.core.values.events import Wrote
from assistant.core.values.sampling import Sampling
from assistant.engine.models.catalog import LocalModels
from assistant.engine.options import LoadOptions
from tests.support.engine import (
    GREEDY,
    answer,
    engine_spec,
    free,
    load,
    local_models,
    said,
    starter_file,
)
from tests.support.tiny_models import write_tiny_model
from tests.support.waiting import until

pytestmark = pytest.mark.model

MIB = 2**20
SHORT = GREEDY.model_copy(update={"max_tokens": 8})
QUESTION = [said("user", "Tell me of the sea.")]


@pytest.fixture
def models(own_home: Path) -> LocalModels:
    (own_home / "models").mkdir()
    for seed, name in enumerate(("one", "two", "three"), 1):
        write_tiny_model(own_home / "models", name, seed)
    return local_models(own_home)


def test_going_back_and_forth_loads_each_model_once(models: LocalModels) -> None:
    starter, tiny = models.open(None), models.open("one")
    said_first = [answer(model, QUESTION, SHORT) for model in (starter, tiny)]

    said_again = [answer(model, QUESTION, SHORT) for model in (starter, tiny, starter, tiny)]

    assert [text for text, _ in said_again] == [text for text, _ in said_first] * 2
    assert all(done.usage.cached_tokens for _, done in said_again)
    assert load(starter).loads == load(tiny).loads == 2


def test_a_fourth_model_takes_the_place_of_the_one_not_used_for_longest(
    models: LocalModels,
) -> None:
    opened = [models.open(name) for name in ("one", "two", "three")]
    assert [load(model).loads for model in opened] == [1, 2, 3]
    answer(opened[0], QUESTION, SHORT)

    load(models.open(None))

    assert load(opened[0]).loads == 4
    assert load(opened[2]).loads == 4
    assert load(opened[1]).loads == 5


def test_where_memory_is_short_the_older_one_leaves(own_home: Path, models: LocalModels) -> None:
    one, two = models.open("one"), models.open("two")
    free(own_home, 2000 * MIB)
    load(one)
    load(two)
    free(own_home, 600 * MIB)

    load(models.open("three"))

    assert load(two).loads == 3
    assert load(one).loads == 4


def test_a_model_that_cannot_fit_costs_no_other_its_place(
    own_home: Path, models: LocalModels
) -> None:
    one = models.open("one")
    load(one)
    answer(one, QUESTION, SHORT)
    free(own_home, 10 * MIB)

    with pytest.raises(ModelMemoryError, match=r"needs about .* [MG]B are free"):
        load(models.open(None))

    _, done = answer(one, QUESTION, SHORT)
    assert done.usage.cached_tokens
    assert load(one).loads == 1


def test_a_replaced_file_is_loaded_again_and_nothing_else(models: LocalModels) -> None:
    one, two = models.open("one"), models.open("two")
    first, _ = answer(one, QUESTION, SHORT)
    other, _ = answer(two, QUESTION, SHORT)
    file = Path(load(one).info.path)
    write_tiny_model(file.parent, "new", seed=9).replace(file)

    again, _ = answer(one, QUESTION, SHORT)

    assert again != first
    assert answer(two, QUESTION, SHORT)[0] == other
    assert load(two).loads == 3


def test_a_model_whose_file_is_gone_makes_room_like_any_other(
    own_home: Path, models: LocalModels
) -> None:
    one, two = models.open("one"), models.open("two")
    free(own_home, 2000 * MIB)
    Path(load(one).info.path).unlink()
    assert answer(one, QUESTION, SHORT)[0]

    free(own_home, 100 * MIB)
    assert load(two).loads == 2


def test_a_damaged_file_costs_no_other_its_place(own_home: Path, models: LocalModels) -> None:
    one = models.open("one")
    load(one)
    broken = own_home / "models" / "broken.gguf"
    broken.write_bytes(b"GGUF nonsense")

    with pytest.raises(Exception, match=r"broken\.gguf"):
        load(models.open("broken"))

    assert load(one).loads == 1


def test_the_same_model_with_other_options_is_another_one(
    own_home: Path, models: LocalModels
) -> None:
    usual = models.open("one")
    narrow = local_models(own_home, LoadOptions(context_window=512, threads=1)).open("one")

    assert load(usual).info.context_window == 2048
    assert load(narrow).info.context_window == 512
    assert load(usual).loads == 2


def test_a_model_unloads_when_nobody_has_asked_it_for_long(own_home: Path) -> None:
    (own_home / "models").mkdir()
    tiny = write_tiny_model(own_home / "models", "one")
    spec = engine_spec(own_home, idle_unload=3)
    models = local_models(own_home, spec=spec)
    starter, one = models.open(None), models.open(str(tiny))
    load(one)
    loads = load(starter).loads

    def has_left() -> bool:
        # Whoever asks keeps a model: only the other one is asked.
        assert load(starter).loads == loads
        return "unloaded" in spec.log.read_text()

    until(has_left)

    assert load(one).loads == loads + 1


def test_a_question_to_one_model_is_counted_while_another_one_writes(models: LocalModels) -> None:
    starter, tiny = models.open(None), models.open("one")
    load(starter)
    load(tiny)
    stop, begun = Event(), Event()
    endless = Sampling(temperature=0, max_tokens=1500, repeat_penalty=1.3)

    def write() -> None:
        for event in starter.stream(QUESTION, endless, stop):
            if isinstance(event, Wrote):
                begun.set()

    thread = Thread(target=write)
    thread.start()
    assert begun.wait(30)
    assert tiny.measure(QUESTION).total > 10
    assert thread.is_alive()
    stop.set()
    thread.join(30)


def test_what_one_model_has_read_outlives_its_leaving(own_home: Path, models: LocalModels) -> None:
    """Two copies of the starter, which are worth a snapshot."""
    shutil.copyfile(starter_file(), own_home / "models" / "copy.gguf")
    long = [said("user", "The keeper wrote down the wind. " * 60)]
    starter, copy = models.open(None), models.open("copy")
    free(own_home, 4000 * MIB)
    first, _ = answer(starter, long, SHORT)
    answer(copy, long, SHORT)
    free(own_home, 10 * MIB)
    answer(models.open("one"), QUESTION, SHORT)
    free(own_home, 4000 * MIB)

    again, done = answer(starter, long, SHORT)

    assert again == first
    assert load(starter).loads == 4
    assert done.usage.cached_tokens > done.usage.prompt_tokens * 0.9
