"""Models: found on disk, loaded, offered for download; token counts and the rendered prompt."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol, TypeVar

from assistant.core.values.base import Value
from assistant.language.messages import _

ModelOrigin = Literal[
    "starter",
    "models folder",
    "path",
    "folder",
    "Hugging Face",
    "LM Studio",
    "Ollama",
    "GPT4All",
    "Jan",
    "llama.cpp",
    "endpoint",
]
"""Where a model was found: a folder of the settings, the program that fetched it, or a server that
runs it."""


class ModelRef(Value):
    """A model that can be asked for."""

    name: str
    path: str
    size: int
    """Bytes on disk."""
    origin: ModelOrigin


class GraphicsCard(Value):
    """A graphics card that can compute."""

    name: str
    """As ggml numbers it, e.g. `Vulkan0`."""
    description: str
    """As its driver calls it."""
    free: int
    """Bytes."""
    total: int
    """Bytes."""
    is_integrated: bool
    """Whether its memory is the processor's."""
    driver: str = ""
    """Name and version of its driver; empty where it does not tell."""


class NotLoaded(Value):
    """A library that the system does not load."""

    library: str
    reason: str
    """As the system says it."""


class GraphicsCards(Value):
    """The graphics cards of this machine."""

    cards: tuple[GraphicsCard, ...] = ()
    problem: str = ""
    """Why the cards are left alone, as the end of a sentence; empty where they can be used."""
    not_loaded: tuple[NotLoaded, ...] = ()
    """Libraries for cards that the system does not load."""


class NamedCard(Protocol):
    """What a card is chosen by."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def is_integrated(self) -> bool: ...


C = TypeVar("C", bound=NamedCard)


def choose_cards(cards: Sequence[C], device: str) -> list[C]:
    """The cards that `engine.device` stands for.

    Args:
        device: `auto`, which takes those that share the processor's memory only without others;
            `cpu`, or a part of a card's name.
    """
    wanted = device.casefold()
    if wanted == "cpu":
        return []
    if wanted == "auto":
        return [card for card in cards if not card.is_integrated] or list(cards)
    return [
        card
        for card in cards
        if wanted == card.name.casefold() or wanted in card.description.casefold()
    ]


class DeviceUse(Value):
    """Graphics cards that a model is computed on."""

    name: str
    """As the drivers call them."""
    layers: int
    """On the cards, as llama.cpp counts: the output is one of them."""
    of: int
    """Layers that there are."""

    @property
    def short(self) -> str:
        """In a few cells: `RX 7800`, or `RX 7800 12/33` for a part of the layers."""
        names = ", ".join(map(_without_maker, self.name.split(", ")))
        return names if self.layers == self.of else f"{names} {self.layers}/{self.of}"


def _without_maker(card: str) -> str:
    """A card's name from the word before its number on, where it has one."""
    words = card.split()
    numbered = (at for at, word in enumerate(words) if any(map(str.isdigit, word)))
    return " ".join(words[max(next(numbered, 0) - 1, 0) :])


class ModelInfo(Value):
    """A loaded model."""

    name: str
    path: str
    description: str
    """Architecture, parameter count and quantization, e.g. `llama 135M Q4_1`."""
    context_window: int
    """Tokens that prompt and answer may use together."""
    trained_context: int
    limited: bool = False
    """Whether the window is smaller than usual, or than was asked for, as memory is short."""
    template_problem: str = ""
    """Why its own chat template cannot be used, and what is in its place, as the end of a sentence;
    empty where it can."""
    device: DeviceUse | None = None
    """The graphics cards that it is on; None where the processor computes alone."""


class TokenCounts(Value):
    """Exact token counts of a list of messages, through the model's own template.

    `total` is what the engine would read, the opening of the answer included. `parts[i]` is
    message i's share; whatever belongs to no message (the template's own text) is in `overhead`,
    so that `sum(parts) + overhead == total`.
    """

    total: int
    parts: tuple[int, ...]
    overhead: int
    head: int = 0
    """The share of the overhead that stands before the first message."""
    exact: bool = True
    """False for texts so long that they are only estimated, from below."""


class RenderedPrompt(Value):
    """The prompt as the engine reads it."""

    text: str
    tokens: tuple[int, ...]
    pieces: tuple[str, ...] = ()
    """The text of each token; what is no whole character alone is shown as escaped bytes."""
    cached: int = 0
    """Tokens from the beginning on that would not be read again."""


Fit = Literal[
    "runs",
    "runs slowly",
    "too big",
    "not supported",
    "damaged",
    "adapter",
    "elsewhere",
    "no answer",
]
"""What becomes of a model on this machine; an adapter is what a model is run with. One that runs
elsewhere is run by a server, which may give no answer."""

ModelKind = Literal["chat", "embedder", "image part", "adapter", "other"]
"""What a GGUF file is for; `image part` is the half of a model that sees."""


class ModelFacts(Value):
    """Header of a model file; the rest is empty where `damage` is not."""

    damage: str = ""
    """Why it is no usable file, as the end of a sentence that begins with its name."""
    refusal: str = ""
    """Why this build of llama.cpp does not take it, likewise."""
    kind: ModelKind = "chat"
    title: str = ""
    architecture: str = ""
    quantization: str = ""
    parameters: int = 0
    trained_context: int = 0
    """Tokens."""
    licence: str = ""
    has_template: bool = False
    """Whether it says how a conversation is put to it."""
    template_problem: str = ""
    """Why that cannot be used, see `ModelInfo`."""
    weights: int = 0
    """Bytes of all parts."""
    read_per_token: int = 0
    """Bytes of weights that are read for each token: a mixture of experts reads a few of them."""
    memory_per_token: int = 0
    """Bytes of cache and buffers for each token of the window."""
    base: str = ""
    """Of an adapter: the model it was made for, where it says so."""
    width: int = 0
    """Numbers of the state that goes from layer to layer; of an adapter those it expects."""
    layers: int = 0
    """Of an adapter: as many as its model has at least."""


class ModelDetails(Value):
    """Details of a model file: its header, and whether it runs on this machine."""

    model: ModelRef
    facts: ModelFacts
    fit: Fit
    reason: str = ""
    """Why it does not run, as a sentence; empty where it does."""
    memory: int = 0
    """Bytes it takes with the window of the settings."""
    on_card: float = 0.0
    """Of the model, the share that graphics cards have room for, 0 to 1."""
    card_problem: str = ""
    """Why graphics cards are left out of it, see `GraphicsCards`."""
    tokens_per_second: float | None = None
    """About how fast it writes; None where that is not known."""

    @property
    def is_usable(self) -> bool:
        """Whether it is a chat model that runs here."""
        return self.fit in ("runs", "runs slowly", "elsewhere") and self.facts.kind == "chat"


def misfit(adapter: ModelFacts, model: ModelFacts) -> str:
    """Reason why an adapter was not made for a model.

    Which tensors fit is found when it is loaded.

    Returns:
        The reason in few words; empty where it may be used with it.
    """
    if adapter.refusal:
        return _("of a type that is not supported")
    made, there = adapter.architecture, model.architecture
    if made and there and made != there:
        return _("made for {made}; this model is {model}", made=made, model=there)
    if adapter.width and model.width and adapter.width != model.width:
        return _(
            "made for a hidden size of {adapter:,}; this model has {model:,}",
            adapter=adapter.width,
            model=model.width,
        )
    if model.layers and adapter.layers > model.layers:
        return _(
            "made for at least {adapter} layers; this model has {model}",
            adapter=adapter.layers,
            model=model.layers,
        )
    return ""


def fitting(adapter: ModelDetails, found: Sequence[ModelDetails]) -> list[ModelDetails]:
    """Models that an adapter can be used with; only the one it names where that is among them."""
    fit = [
        one
        for one in found
        if one.facts.kind == "chat"
        and not one.facts.damage
        and not misfit(adapter.facts, one.facts)
    ]
    base = _plain(adapter.facts.base)
    named = [one for one in fit if base in _plain(one.facts.title) + " " + _plain(one.model.name)]
    return named if base and named else fit


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


class RemoteFile(Value):
    """One file as its server describes it."""

    name: str
    """Within its repository."""
    size: int
    sha256: str


class Offer(Value):
    """Offer of a server: files, sizes and licence of a download."""

    repository: str
    revision: str
    """The commit at which the files are fetched."""
    files: tuple[RemoteFile, ...]
    """All parts of one model."""
    licence: str
    """As its authors call it; empty where they do not."""
    url: str
    """The page where the licence can be read."""
    others: tuple[str, ...] = ()
    """Other models of the repository, by their files."""

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)


class DownloadProgress(Value):
    """Progress of a download."""

    kind: Literal["fetching"] = "fetching"
    done: int
    """Bytes, those of an earlier try included."""
    total: int
    rate: float = 0
    """Bytes per second, lately; 0 as long as it is not known."""

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end at the present rate; None while that is not known."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None


class Downloaded(Value):
    """The download has ended: the model is there, whole and as its server described it."""

    kind: Literal["fetched"] = "fetched"
    path: str


class RecommendedModel(Value):
    """A model of the shipped catalogue."""

    name: str
    wanted: str
    """What `assistant models pull` takes."""
    size: int
    """Bytes to fetch, about."""
    memory: float
    """Gigabytes of memory that the machine should have."""
    licence: str
    languages: str
    good_for: str
    architecture: str = ""
    """As its file calls it, and llama.cpp knows it."""
    confirmed: str = ""
    """What of this was found to be so, in few words."""
    as_of: date | None = None
    """When the catalogue was made."""
