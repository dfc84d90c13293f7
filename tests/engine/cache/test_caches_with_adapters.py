"""What was computed with adapters is used with the same ones only, in memory and on disk."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.values.conversation import ChatMessage, Keep
from assistant.core.values.events import Finished, Wrote
from assistant.engine.cache.prompt_cache import SAVE_AFTER
from assistant.engine.cache.snapshots import Snapshots
from assistant.engine.llama.backends import load_backends
from assistant.engine.llama.lora import KEEP_SECONDS, AdapterSet
from assistant.engine.llama.native import AbortFlag, NativeLog
from assistant.engine.options import LoadOptions
from assistant.engine.protocol import AdapterFile
from assistant.engine.worker.model import LoadedModel
from tests.support.adapter_files import every_layer, letters
from tests.support.engine import GREEDY, said
from tests.support.tiny_models import write_tiny_model

SHORT = GREEDY.model_copy(update={"max_tokens": 12})
OPTIONS = LoadOptions(context_window=4096, threads=1, sequences=2)
WINDOW, LARGER = 2048, 4096
SYSTEM = said("system", "Responde em português, e diz de onde vem o que afirmas. " * 6)
ASKED = said("user", "Qual é a capital?")

Uses = Sequence[tuple[str, float]]

SETS: list[Uses] = [
    [],
    [("slight", 1)],
    [("slight", 0.5)],
    [("slight", 1), ("other", -1)],
    [("other", 1), ("slight", 0)],
]
"""What conversations are run with: no two have the same effect."""


class Lab:
    """A folder with the tiny model and some adapters."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model = write_tiny_model(folder)
        every_layer(folder / "slight.gguf", seed=1)
        every_layer(folder / "other.gguf", seed=2)
        self.native = NativeLog(AbortFlag())
        load_backends()

    @contextmanager
    def loaded(self, snapshots: Snapshots | None = None) -> Iterator[LoadedModel]:
        abort = AbortFlag()
        model = LoadedModel(
            self.model, OPTIONS, self.native, abort, lambda _: True, snapshots, window=WINDOW
        )
        try:
            yield model
        finally:
            model.close()

    @contextmanager
    def remembering(self) -> Iterator[LoadedModel]:
        """One that keeps on disk what it has read."""
        snapshots = Snapshots(self.folder / "kv", 10**9)
        with self.loaded(snapshots) as model:
            yield model
        snapshots.close()

    def set_of(self, model: LoadedModel, uses: Uses) -> AdapterSet:
        return model.adapters.load(
            [AdapterFile.of(self.folder / f"{name}.gguf", scale) for name, scale in uses]
        )

    def answer(
        self, model: LoadedModel, messages: Sequence[ChatMessage], uses: Uses, keep: Keep = "disk"
    ) -> tuple[str, Finished]:
        text = ""
        for event in model.write(messages, SHORT, keep, self.set_of(model, uses)):
            if isinstance(event, Wrote):
                text += event.text
        assert isinstance(event, Finished)
        return text, event


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with TemporaryDirectory(prefix="as-", dir="/tmp") as folder:
        lab = Lab(Path(folder))
        yield lab
        lab.native.close()


def rest(model: LoadedModel) -> None:
    """All that is done while nobody asks."""
    while model.do_idle_work(SAVE_AFTER):
        pass


def test_the_sets_have_effects_of_their_own(lab: Lab) -> None:
    with lab.loaded() as model:
        answers = {lab.answer(model, [SYSTEM, ASKED], uses)[0] for uses in SETS}

    assert len(answers) == len(SETS)


TURNS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(range(len(SETS))),
        st.sampled_from(["nothing", "nothing", "a title", "a larger window"]),
    ),
    min_size=2,
    max_size=10,
)
"""Which conversation asks, with which set from then on, and what happens before."""


@settings(max_examples=25, deadline=None)
@given(TURNS)
def test_a_warm_answer_is_the_cold_one_whatever_was_asked_before(
    lab: Lab, turns: list[tuple[int, int, str]]
) -> None:
    talks = [[said("system", f"{SYSTEM.content}{number}")] for number in range(4)]
    with lab.remembering() as warm:
        for number, chosen, before in turns:
            talk, uses = talks[number], SETS[chosen]
            talk.append(said("user", f"Qual é a capital número {len(talk)}?"))
            if before == "a larger window":
                warm.grow(LARGER)
            if before == "a title":
                lab.answer(warm, [said("user", "Um título?")], uses, "aside")

            text, _ = lab.answer(warm, talk, uses)

            with lab.loaded() as cold:
                assert lab.answer(cold, talk, uses)[0] == text
            talk.append(said("assistant", text))
            rest(warm)


def test_a_conversation_that_goes_on_reads_only_what_is_new_with_its_own_adapters(
    lab: Lab,
) -> None:
    talks: list[tuple[Uses, list[ChatMessage]]] = [(SETS[0], [SYSTEM]), (SETS[1], [SYSTEM])]
    with lab.loaded() as model:
        for turn in range(3):
            for uses, talk in talks:
                talk.append(ASKED)
                text, finished = lab.answer(model, talk, uses)
                talk.append(said("assistant", text))
                unread = finished.usage.prompt_tokens - finished.usage.cached_tokens
                assert (unread < 60) == (turn > 0)
            rest(model)


def test_a_snapshot_comes_back_after_a_restart_for_the_same_adapters_only(lab: Lab) -> None:
    system = said("system", "Depois de um reinício. " * 20)
    expected: dict[int, str] = {}
    with lab.remembering() as model:
        for chosen in (0, 1):
            expected[chosen], _ = lab.answer(model, [system, ASKED], SETS[chosen])
        rest(model)

    with lab.remembering() as model:
        adapted, again = lab.answer(model, [system, ASKED], SETS[1])
        _, other = lab.answer(model, [system, ASKED], SETS[2])
        base, plain = lab.answer(model, [system, ASKED], SETS[0])

    assert (adapted, base) == (expected[1], expected[0])
    assert again.usage.cached_tokens > 400
    assert plain.usage.cached_tokens > 400
    assert other.usage.cached_tokens == 0


def test_a_snapshot_of_an_adapter_that_was_replaced_is_not_used(lab: Lab) -> None:
    system = said("system", "Antes da troca. " * 30)
    every_layer(lab.folder / "changing.gguf", seed=3)
    with lab.remembering() as model:
        lab.answer(model, [system, ASKED], [("changing", 1)])
        rest(model)
    every_layer(lab.folder / "changing.gguf", seed=4)

    with lab.remembering() as model:
        text, finished = lab.answer(model, [system, ASKED], [("changing", 1)])

    assert finished.usage.cached_tokens == 0
    with lab.loaded() as cold:
        assert lab.answer(cold, [system, ASKED], [("changing", 1)])[0] == text


def test_an_adapter_leaves_the_memory_when_long_unused_and_never_while_it_is_needed(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lab.loaded() as model:
        used = lab.answer(model, [SYSTEM, ASKED], [("slight", 1)])
        (idle,) = lab.set_of(model, [("other", 1)])
        (needed,) = lab.set_of(model, [("slight", 1)])
        later = monotonic() + KEEP_SECONDS + 1
        monkeypatch.setattr("assistant.engine.llama.lora.monotonic", lambda: later)

        rest(model)

        (again,) = lab.set_of(model, [("other", 1)])
        assert again.adapter is not idle.adapter
        assert lab.set_of(model, [("slight", 1)]) == (needed,)
        # Both sequences are in other hands now, and nothing is computed with it any more.
        lab.answer(model, [SYSTEM, ASKED], [])
        lab.answer(model, [said("user", "?")], [])
        lab.answer(model, [said("user", "!")], [])
        monkeypatch.setattr(
            "assistant.engine.llama.lora.monotonic", lambda: later + KEEP_SECONDS + 1
        )
        rest(model)
        (fresh,) = lab.set_of(model, [("slight", 1)])
        assert fresh.adapter is not needed.adapter
        assert lab.answer(model, [SYSTEM, ASKED], [("slight", 1)])[0] == used[0]


def test_many_adapters_at_once_are_computed(lab: Lab) -> None:
    names = [f"many-{number}" for number in range(20)]
    for number, name in enumerate(names):
        every_layer(lab.folder / f"{name}.gguf", seed=number, strength=0.001)
    letters(lab.folder / "qz.gguf", {"q": 1, "z": -1})

    with lab.loaded() as model:
        text, _ = lab.answer(model, [ASKED], [*((name, 1) for name in names), ("qz", 1)])

    assert set(text) <= {"q", "z"}
