"""Prompt lookup on and off: answers that quote, from the question or from passages, and others.

Both are the same model in one engine, loaded once with drafts and once without, asked in turn.
"""

import sys
from collections.abc import Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from threading import Event

from assistant import bootstrap
from assistant.core.grounding.retrieval import compose_question
from assistant.core.ports.models import ChatModel
from assistant.core.values.conversation import ChatMessage, Place
from assistant.core.values.documents import Passage
from assistant.core.values.events import Finished
from assistant.core.values.sampling import Lookup, Sampling
from assistant.settings import load_settings
from assistant.system.paths import find_paths
from assistant.workers import make_folders
from benchmarks.pairs import Comparison, compare

LONGEST = 96
DRAWN = Sampling(max_tokens=LONGEST)
"""As a user's."""
FROM_FILES = Sampling(temperature=0, max_tokens=LONGEST)
"""As the role that answers from files has it."""

PARAGRAPHS = (
    "The lighthouse on the northern cape was built in 1871 by engineers from Porto. It stands "
    "forty metres above the sea, and its lamp can be seen from thirty kilometres away. Before "
    "that, fishermen lit fires on the beach in winter.",
    "Its keeper wrote down the wind, the tide and the names of the ships every evening. When the "
    "fog came he rang a bronze bell, which the boats heard as far as the outer reef. The books of "
    "all keepers are kept in the museum of the town.",
    "The harbour froze only once, in February 1929, and for nine days no ship could leave. People "
    "walked over the ice to the island and sold bread and candles there. A photograph of the day "
    "hangs in the town hall.",
    "The railway reached the town in 1884 and was closed a hundred years later. Its old station "
    "is a library now, and the track a path for bicycles that leads through two tunnels and over "
    "an iron bridge to the next valley.",
    "Salt was made in the flat fields behind the dunes from April to September. A family of five "
    "could rake four tons in a good week, and a boat took it up the river to the curers of cod, "
    "who paid for it in spring.",
    "O mercado municipal abriu em 1907 e vende peixe, fruta e queijo todos os dias, exceto à "
    "segunda-feira. O telhado de ferro veio de barco da Bélgica, e o relógio da torre ainda é "
    "acertado à mão pelo guarda.",
    "A escola de música fica numa antiga fábrica de conservas. Cento e vinte alunos aprendem lá "
    "violino, guitarra e acordeão, e no último sábado de cada mês tocam na praça em frente à "
    "igreja, se não chover.",
)

REPEAT = (
    "Repeat the second paragraph word for word.",
    "Repeat the text above.",
    "Quote the first paragraph exactly.",
)
ASKED = (
    "What is said about {0}? Quote it word for word.",
    "What do they say about {0}?",
    "Repeat what the second quotation says.",
)
SUBJECTS = ("the lighthouse", "the keeper", "the harbour", "the railway", "salt", "o mercado")
OTHERS = (
    "Tell me a story about a fox.",
    "Explain photosynthesis to a child.",
    "How do I bake bread?",
    "Conte uma história sobre um gato.",
    "Why is the sky blue?",
    "What should I see in Lisbon?",
    "Write a letter to my neighbour about the noise.",
)

Figure = tuple[float, int, int]
"""Tokens a second, tokens drafted, and accepted."""


def measure_lookup() -> list[Comparison]:
    """Tokens a second with `auto` against `off`, and two of `off` against each other."""
    on, off = _model("auto"), _model("off")
    system = bootstrap.prompt_library(find_paths()).get("documents").text
    texts = _texts()
    repeat = [[_user(f"{text}\n\n{ask}")] for text, ask in zip(texts, cycle(REPEAT), strict=False)]
    files = [[ChatMessage(role="system", content=system), _user(text)] for text in _questions()]
    other = [[_user(text)] for text in OTHERS]
    kinds = (
        ("repeats its question", repeat, DRAWN, ">= 1.2"),
        ("quotes passages of files", files, FROM_FILES, ">= 1.2"),
        ("does not quote", other, DRAWN, ">= 0.98"),
        ("does not quote, without randomness", other, FROM_FILES, ">= 0.98"),
    )
    rows = [
        _row(f"lookup, an answer that {what}", _pairs(asked, sampling, on, off), goal)
        for what, asked, sampling, goal in kinds
    ]
    same = _pairs(other, DRAWN, off, off)
    return [*rows, _row("off against off: the noise of this machine", same, "")]


def _row(what: str, figures: list[tuple[Figure, Figure]], goal: str) -> Comparison:
    drafted = sum(one[1] for one, _ in figures)
    accepted = sum(one[2] for one, _ in figures)
    ratios = " ".join(f"{one[0] / other[0]:.2f}" for one, other in figures)
    print(f"{what}: {drafted} drafted, {accepted} accepted; {ratios}", file=sys.stderr)
    return compare(what, "tok/s", [(one[0], other[0]) for one, other in figures], goal)


def _pairs(
    asked: Sequence[Sequence[ChatMessage]], sampling: Sampling, one: ChatModel, other: ChatModel
) -> list[tuple[Figure, Figure]]:
    """Each question to both, the one first that was second before; the first does not count."""
    figures = []
    for number, messages in enumerate([asked[0], *asked]):
        runs = [partial(_answer, model, messages, sampling) for model in (one, other)]
        if number % 2:
            second = runs[1]()
            figures.append((runs[0](), second))
        else:
            figures.append((runs[0](), runs[1]()))
    return figures[1:]


def _answer(model: ChatModel, messages: Sequence[ChatMessage], sampling: Sampling) -> Figure:
    *_, done = model.stream(messages, sampling, Event())
    assert isinstance(done, Finished)
    usage = done.usage
    return done.timings.tokens_per_second, usage.drafted_tokens, usage.accepted_tokens


def _model(lookup: Lookup) -> ChatModel:
    paths = find_paths()
    settings = load_settings(paths.settings_file)
    engine = settings.engine.model_copy(update={"lookup": lookup})
    make_folders(paths)
    return bootstrap.model_catalog(settings.model_copy(update={"engine": engine}), paths).open(None)


def _texts() -> list[str]:
    """Three paragraphs each."""
    around = PARAGRAPHS * 2
    return ["\n\n".join(around[first : first + 3]) for first in range(len(PARAGRAPHS))]


def _questions() -> list[str]:
    """With passages, as the library puts them before a question."""
    around = PARAGRAPHS * 2
    return [
        compose_question(
            ask.format(subject), [_passage(text) for text in around[first : first + 3]]
        )
        for first, (subject, ask) in enumerate(zip(SUBJECTS, cycle(ASKED), strict=False))
    ]


def _passage(text: str) -> Passage:
    return Passage(
        id=text[:8],
        path="/town.md",
        title=Path("/town.md").name,
        text=text,
        place=Place(heading=("History",)),
        start=0,
        end=len(text),
        content_hash="",
        score=1,
        dense_score=1,
        keyword_score=1,
    )


def _user(text: str) -> ChatMessage:
    return ChatMessage(role="user", content=text)
