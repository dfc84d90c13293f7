"""Header worker: the process that reads model headers and measures memory bandwidth.

One request and one answer per line, as JSON. A request is `{"path": …}` or `{"bandwidth":
threads}`. A file that makes native code end the process is known by the answer that never comes.
How fast the machine reads its memory bounds how fast a model writes.
"""

import ctypes
import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import llama_cpp

from assistant.core.values.models import ModelFacts, ModelKind
from assistant.engine.gguf.adapter_checks import ALORA_PREFIX
from assistant.engine.gguf.files import part_count, parts_of
from assistant.engine.gguf.header import GgufError, GgufHeader, read_header
from assistant.engine.gguf.model_checks import (
    check_complete,
    check_values,
    context_bytes,
    unknown_part,
)
from assistant.engine.llama.backends import load_backends
from assistant.engine.llama.native import AbortFlag, NativeLog
from assistant.engine.llama.vocabulary import SpecialTexts
from assistant.engine.templating.rendering import choose_template
from assistant.ipc.process import JsonLines, forbid_debugger
from assistant.language.messages import N_


def main() -> None:
    """Answer until standard input ends."""
    forbid_debugger()
    answers = JsonLines()
    load_backends()
    facts = HeaderReader()
    for line in sys.stdin:
        request = json.loads(line)
        if "path" in request:
            answers.write(facts.read(Path(request["path"])).model_dump())
        else:
            answers.write({"bandwidth": measure_bandwidth(int(request["bandwidth"]))})


IMAGE_ARCHITECTURES = frozenset(
    {"aura", "cosmos", "flux", "hidream", "hunyuan_video", "ltxv", "lumina2", "pixart_alpha"}
    | {"pixart_sigma", "qwen_image", "sd1", "sd3", "sdxl", "wan", "z_image"}
)
"""Architectures of files that make pictures, for other programs than llama.cpp."""

EXPERTS_SUFFIX = "_exps"
"""Within the names of tensors that hold all the experts of a layer."""

STATE_INPUTS = frozenset({"attn_q", "attn_k", "attn_v", "attn_qkv", "ffn_gate", "ffn_up", "output"})
"""Parts of a model that take the state itself."""

_PART = re.compile(r"(?:blk\.(\d+)\.)?(\w+)\.weight\.lora_a$")

_FILE_TYPES = {
    value: name.removeprefix("LLAMA_FTYPE_").removeprefix("MOSTLY_").removeprefix("ALL_")
    for name, value in vars(llama_cpp).items()
    if name.startswith("LLAMA_FTYPE_") and isinstance(value, int)
}


class HeaderReader:
    """Reads model headers, and asks llama.cpp whether it takes them."""

    def __init__(self) -> None:
        self._native = NativeLog(AbortFlag())

    def read(self, path: Path) -> ModelFacts:
        """What a model file says about itself, its damage included."""
        try:
            headers = _headers(path)
        except GgufError as failure:
            return ModelFacts(damage=str(failure))
        except OSError as failure:
            reason = (failure.strerror or "no reason").lower()
            return ModelFacts(damage=N_(f"cannot be read: {reason}"))
        facts = _adapter_facts(headers[0]) if _is_adapter(headers[0]) else _model_facts(headers)
        if facts.kind in ("chat", "embedder"):
            facts = facts.model_copy(update=self._asked(path, headers[0]))
        return facts

    def _asked(self, path: Path, header: GgufHeader) -> dict[str, str]:
        """Why llama.cpp does not take the model, or why its template cannot be used; only its
        vocabulary is loaded."""
        parameters = llama_cpp.llama_model_default_params()
        parameters.vocab_only = True
        self._native.clear()
        model = llama_cpp.llama_model_load_from_file(os.fsencode(path), parameters)
        if model is not None:
            problem = _template_problem(header.text("tokenizer.chat_template"), model)
            llama_cpp.llama_model_free(model)
            return {"template_problem": problem}
        errors = self._native.errors()
        reason = errors[0] if errors else N_("without a reason")
        refusal = unknown_part(header, errors) or N_(f"is refused by llama.cpp ({reason})")
        return {"refusal": refusal}


def _template_problem(template: str, model: llama_cpp.llama_model_p) -> str:
    if not template:
        return ""
    special = SpecialTexts.of(model)
    return choose_template(template, special.all, bos=special.bos, eos=special.eos).problem


def _headers(path: Path) -> list[GgufHeader]:
    """Those of all parts."""
    parts, expected = parts_of(path), part_count(path)
    if len(parts) < expected:
        raise GgufError(f"is not complete: {len(parts)} of its {expected} parts are there")
    headers = []
    for part in parts:
        header = read_header(part)
        check_complete(part, header)
        check_values(header)
        headers.append(header)
    return headers


def _model_facts(headers: list[GgufHeader]) -> ModelFacts:
    first = headers[0]
    tensors = [tensor for header in headers for tensor in header.tensors]
    used, experts = first.number("expert_used_count"), first.number("expert_count")
    share = used / experts if used and experts else 1.0
    has_output = any(tensor.name == "output.weight" for tensor in tensors)
    read = 0.0
    for tensor in tensors:
        if tensor.name == "token_embd.weight" and has_output:
            continue
        read += tensor.size * (share if EXPERTS_SUFFIX in tensor.name else 1)
    return ModelFacts(
        kind=_kind(first),
        title=first.text("general.name")[:200],
        architecture=first.architecture[:60],
        quantization=_quantization(headers),
        parameters=sum(tensor.elements for tensor in tensors),
        trained_context=first.number("context_length"),
        licence=_licence(first),
        has_template="tokenizer.chat_template" in first.metadata,
        weights=sum(header.size for header in headers),
        read_per_token=int(read),
        memory_per_token=context_bytes(first, 1),
        width=first.number("embedding_length"),
        layers=first.number("block_count"),
    )


def _is_adapter(header: GgufHeader) -> bool:
    return header.text("general.type") == "adapter"


def _adapter_facts(header: GgufHeader) -> ModelFacts:
    """What a model has to be like is read off the tensors that are changed."""
    base = header.text("general.base_model.0.name") or header.text("general.base_model.0.repo_url")
    layers, width = 0, 0
    for tensor in header.tensors:
        if part := _PART.match(tensor.name):
            layers = max(layers, int(part[1]) + 1 if part[1] else 0)
            if part[2] in STATE_INPUTS:
                width = tensor.shape[0]
    return ModelFacts(
        kind="adapter",
        refusal=_adapter_refusal(header),
        title=header.text("general.name")[:200],
        architecture=header.architecture[:60],
        quantization=_quantization([header]),
        parameters=sum(tensor.elements for tensor in header.tensors),
        licence=_licence(header),
        weights=header.size,
        base=base[:200],
        width=width,
        layers=layers,
    )


def _adapter_refusal(header: GgufHeader) -> str:
    if header.text("adapter.type") != "lora":
        return N_("is an adapter of another type than LoRA")
    if any(key.startswith(ALORA_PREFIX) for key in header.kinds):
        return N_("is an activated LoRA, which works only from certain words on")
    return ""


def _licence(header: GgufHeader) -> str:
    return (header.text("general.license.name") or header.text("general.license"))[:200]


def _kind(header: GgufHeader) -> ModelKind:
    architecture = header.architecture
    if architecture == "clip" or header.text("general.type") == "mmproj":
        return "image part"
    other = header.text("general.type") in ("imatrix", "controlvector")
    if architecture in IMAGE_ARCHITECTURES or other or not architecture:
        return "other"
    pooling = f"{architecture}.pooling_type" in header.metadata
    if (
        pooling
        or "bert" in architecture
        or header.metadata.get(f"{architecture}.attention.causal") is False
    ):
        return "embedder"
    return "chat"


def _quantization(headers: list[GgufHeader]) -> str:
    """Of the whole file where it says so, else of most of its bytes."""
    said = headers[0].metadata.get("general.file_type")
    if isinstance(said, int) and (named := _FILE_TYPES.get(said)):
        return named
    sizes: dict[str, int] = {}
    for header in headers:
        for tensor in header.tensors:
            sizes[tensor.kind] = sizes.get(tensor.kind, 0) + tensor.size
    return max(sizes, key=sizes.__getitem__, default="").upper()


BLOCK_BYTES = 48 * 2**20
"""Bytes for each thread: more than the caches of usual processors hold."""

MEASURED_ROUNDS = 4
"""The fastest counts: other programs only slow it down."""


def measure_bandwidth(threads: int) -> float:
    """Measure how fast `threads` threads read memory together, in a fraction of a second.

    Returns: bytes per second.
    """
    blocks = [
        (ctypes.create_string_buffer(BLOCK_BYTES), ctypes.create_string_buffer(BLOCK_BYTES))
        for _ in range(threads)
    ]

    def copy(pair: tuple[ctypes.Array[ctypes.c_char], ctypes.Array[ctypes.c_char]]) -> None:
        # Python's lock is not held while it copies.
        ctypes.memmove(pair[0], pair[1], BLOCK_BYTES)

    best = float("inf")
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(MEASURED_ROUNDS):
            began = perf_counter()
            list(pool.map(copy, blocks))
            best = min(best, perf_counter() - began)
    # A copy reads every byte and writes every byte.
    return 2 * BLOCK_BYTES * threads / best
