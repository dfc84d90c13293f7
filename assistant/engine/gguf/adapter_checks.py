"""Adapter file checks: whether a LoRA file fits a model.

They are made before llama.cpp touches the file.

llama.cpp trusts what it is given: a number of another type, a third axis, ranks that differ, or an
embedding that the model uses for its output as well, end the process.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from assistant.core.errors import AdapterError
from assistant.engine.gguf.files import parts_of
from assistant.engine.gguf.header import GgufError, GgufHeader, GgufTensor, read_header
from assistant.engine.gguf.model_checks import check_complete
from assistant.language.messages import N_

LORA_SUFFIXES = (".lora_a", ".lora_b")
NORM_SUFFIX = "_norm.weight"
"""Ends the names of tensors that llama.cpp passes over."""

EMBEDDING, OUTPUT = "token_embd.weight", "output.weight"

ALORA_PREFIX = "adapter.alora."
"""How the keys begin of an adapter that works only from certain tokens on."""

ALPHA_KEY = "adapter.lora.alpha"

MULTIPLIABLE_TYPES = frozenset(
    {"f32", "f16", "bf16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0"}
    | {"q2_K", "q3_K", "q4_K", "q5_K", "q6_K"}
)
"""The kinds of tensors that can be multiplied with."""

DAMAGED_ADAPTER_HINT = N_("Download the file again, or leave it out.")
OTHER_MODEL_HINT = N_(
    "Choose an adapter that was made for this model, or the model that it was made for."
)


class AdapterBaseModel:
    """The model that adapters have to fit: architecture and tensors of its files."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._headers: list[GgufHeader] | None = None

    @property
    def name(self) -> str:
        return self._path.name

    @property
    def architecture(self) -> str:
        return self._read()[0].architecture

    def tensors(self) -> dict[str, GgufTensor]:
        return {tensor.name: tensor for header in self._read() for tensor in header.tensors}

    def _read(self) -> list[GgufHeader]:
        """Headers are only read when there is an adapter: vocabularies make them long."""
        if self._headers is None:
            try:
                self._headers = [read_header(part) for part in parts_of(self._path)]
            except (OSError, GgufError) as failure:
                raise AdapterError(
                    f"No adapter can be used: the model file {self._path} cannot be read again "
                    f"({failure}).",
                    "Ask without an adapter, or put the file back.",
                ) from None
        return self._headers


def check_adapter(path: Path, base: AdapterBaseModel) -> None:
    """Check that an adapter file can be used with a model; each refusal has its own reason.

    Raises:
        AdapterError: missing, damaged, no LoRA adapter, or not made for this model.
    """
    header = _header(path)
    kind, made_for = header.text("general.type"), header.architecture
    name, model = path.name, base.name
    if kind != "adapter":
        raise AdapterError(
            f"The file {path} is a model and no adapter."
            if kind in ("", "model")
            else f"The file {path} is of the type {kind!r} and no adapter.",
            "Choose an adapter.",
        )
    if (form := header.text("adapter.type")) != "lora":
        raise AdapterError(
            f"The adapter {path.name} is of the type {form!r}, and only LoRA is known.",
            OTHER_MODEL_HINT,
        )
    if any(key.startswith(ALORA_PREFIX) for key in header.kinds):
        raise AdapterError(
            f"The adapter {path.name} is an activated LoRA, which works only from certain words on;"
            " these are not supported.",
            "Choose an adapter without invocation tokens.",
        )
    if made_for != base.architecture:
        raise AdapterError(
            f"The adapter {name} was made for the architecture {made_for!r}, and the model "
            f"{model} is of the architecture {base.architecture!r}.",
            OTHER_MODEL_HINT,
        )
    if header.kinds.get(ALPHA_KEY, "f32") != "f32" or not math.isfinite(_alpha(header)):
        raise AdapterError(
            f"The adapter {path.name} has no usable {ALPHA_KEY}.", DAMAGED_ADAPTER_HINT
        )
    for reason in _misfits(header, base.tensors()):
        raise AdapterError(f"The adapter {name} does not fit {model}: {reason}.", OTHER_MODEL_HINT)


def _header(path: Path) -> GgufHeader:
    try:
        header = read_header(path)
        check_complete(path, header)
    except FileNotFoundError:
        raise AdapterError(
            f"The adapter file {path} was not found.", "Put it back, or leave it out."
        ) from None
    except OSError as failure:
        raise AdapterError(
            f"The adapter file {path} cannot be read: {failure.strerror}.", "Check its permissions."
        ) from None
    except GgufError as failure:
        raise AdapterError(f"The adapter file {path} {failure}.", DAMAGED_ADAPTER_HINT) from None
    return header


def _alpha(header: GgufHeader) -> float:
    value = header.metadata.get(ALPHA_KEY, 0.0)
    return value if isinstance(value, float) else math.nan


def _misfits(header: GgufHeader, base: Mapping[str, GgufTensor]) -> Iterator[str]:
    found = {tensor.name: tensor for tensor in header.tensors}
    changed = {
        name.removesuffix(end) for name in found for end in LORA_SUFFIXES if name.endswith(end)
    }
    for name in found:
        if not name.endswith((*LORA_SUFFIXES, NORM_SUFFIX)):
            yield N_(f"it has a tensor {name}, which is no part of a LoRA")
    if not changed:
        yield N_("it changes nothing of a model")
    for name in sorted(changed):
        pair = [found.get(name + end) for end in LORA_SUFFIXES]
        if pair[0] is None or pair[1] is None:
            yield N_(f"it has only one half of what changes {name}")
        elif name not in base:
            yield N_(f"it changes {name}, which the model does not have")
        elif name == EMBEDDING and OUTPUT not in base:
            yield N_(
                f"it changes {name}, which this model uses for its output, too, and llama.cpp "
                "cannot do that"
            )
        else:
            yield from _misfit(base[name], pair[0], pair[1])


def _misfit(changed: GgufTensor, first: GgufTensor, second: GgufTensor) -> Iterator[str]:
    """Why two halves do not make a change of a tensor, if they do not."""
    for half in (first, second):
        if half.kind not in MULTIPLIABLE_TYPES:
            yield N_(f"its {half.name} is of the kind {half.kind}, which is not multiplied with")
    if changed.name == EMBEDDING:
        # Looked up and not multiplied: the first half has a row for each token.
        shape = (second.shape[1], first.shape[1], *first.shape[2:])
        ranks = (first.shape[0], second.shape[0])
    else:
        shape = (first.shape[0], second.shape[1], *first.shape[2:])
        ranks = (first.shape[1], second.shape[0])
    if shape != changed.shape:
        own, there = _sizes(shape), _sizes(changed.shape)
        yield N_(f"its {changed.name} is {own}, and the model's is {there}")
    elif first.shape[2:] != second.shape[2:]:
        halves = f"{_sizes(first.shape)} and {_sizes(second.shape)}"
        yield N_(f"the halves of its {changed.name} are {halves}")
    elif ranks[0] != ranks[1] or not ranks[0]:
        one, other = ranks
        yield N_(f"the halves of its {changed.name} have the ranks {one} and {other}")


def _sizes(shape: tuple[int, ...]) -> str:
    while len(shape) > 2 and shape[-1] == 1:
        shape = shape[:-1]
    return " × ".join(f"{size:,}" for size in shape)
