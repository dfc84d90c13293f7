"""Exports an embedder of sentence-transformers to ONNX, in 8 bits.

Needs torch, sentence-transformers and onnx. Word embeddings have a scale for each word, weights one
for each channel; what is multiplied with these is brought to 8 bits while it runs.

Usage: python packaging/embedder/export.py NAME SOURCE FOLDER
"""

import argparse
import json
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from sentence_transformers import SentenceTransformer

from assistant.library.embedding.onnx import (
    CARD_FILE,
    MODEL_FILE,
    TOKENIZER_FILE,
    Card,
    OnnxEmbedder,
)
from assistant.library.embedding.sentence_transformers import (
    identity_of,
    max_tokens_of,
    passage_prompt,
)
from assistant.library.embedding.similarity import unrelated_cosine

OPSET = 17
LARGE = 10_000
"""Weights from which storing them smaller is worth it."""
KEPT = ("modules.json", TOKENIZER_FILE)


class HiddenStates(torch.nn.Module):
    """The transformer alone, as a function of two tensors."""

    def __init__(self, transformer: Any) -> None:
        super().__init__()
        self._transformer = transformer

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states: torch.Tensor = self._transformer(
            input_ids=input_ids, attention_mask=attention_mask
        ).last_hidden_state
        return states


def export(name: str, source: Path, target: Path) -> None:
    """Write the exported embedder of the folder `source` into the folder `target`."""
    model = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    _check_supported(model)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        traced = Path(scratch) / MODEL_FILE
        _trace(model, traced)
        _shrink(traced, target / MODEL_FILE)
    for kept in KEPT:
        shutil.copyfile(source / kept, target / kept)
    card = Card(
        name=name,
        identity=identity_of(source),
        dimensions=model.get_embedding_dimension(),
        max_tokens=max_tokens_of(model),
        question_prompt=model.prompts.get("query", ""),
        passage_prompt=passage_prompt(model),
    )
    _write(card, target)
    measured = round(unrelated_cosine(OnnxEmbedder(target).embed), 3)
    _write(card.model_copy(update={"unrelated_cosine": measured}), target)


def _write(card: Card, target: Path) -> None:
    (target / CARD_FILE).write_text(json.dumps(card.model_dump(), indent=2) + "\n")


def _check_supported(model: SentenceTransformer) -> None:
    """The program takes the mean of the hidden states and makes its length 1, nothing else."""
    kinds = [type(part).__name__ for part in model]
    mean = len(kinds) > 1 and model[1].get_config_dict().get("pooling_mode") == "mean"
    if kinds != ["Transformer", "Pooling", "Normalize"] or not mean:
        raise SystemExit(f"This embedder works in another way: {kinds}.")


def _trace(model: SentenceTransformer, file: Path) -> None:
    transformer = model[0].auto_model.eval()
    # The other implementations of attention have no counterpart in ONNX.
    transformer.set_attn_implementation("eager")
    ids = torch.tensor([[101, 2003, 102, 0], [101, 2003, 2003, 102]])
    axes = {0: "texts", 1: "tokens"}
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            HiddenStates(transformer),
            (ids, (ids != 0).long()),
            str(file),
            input_names=["input_ids", "attention_mask"],
            output_names=["hidden"],
            dynamic_axes=dict.fromkeys(("input_ids", "attention_mask", "hidden"), axes),
            opset_version=OPSET,
            dynamo=False,
        )


def _shrink(traced: Path, target: Path) -> None:
    """Weights and word embeddings in 8 bits.

    Signed weights leave one bit unused: processors without VNNI add up products in 16 bits, which
    overflow otherwise, and lose more than that bit.
    """
    quantize_dynamic(
        traced,
        target,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )
    model = onnx.load(target)
    graph = model.graph
    for weight in list(graph.initializer):
        gathering = [n for n in graph.node if n.op_type == "Gather" and n.input[0] == weight.name]
        large = weight.data_type == TensorProto.FLOAT and np.prod(weight.dims) >= LARGE
        if gathering and large:
            graph.initializer.remove(weight)
            _in_eight_bits(graph, weight.name, numpy_helper.to_array(weight), gathering)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def _in_eight_bits(
    graph: onnx.GraphProto, name: str, values: np.ndarray, gathering: list[onnx.NodeProto]
) -> None:
    """A table of which rows are taken: only the rows that are taken become floats."""
    scale = np.maximum(np.abs(values).max(axis=1, keepdims=True), 1e-9) / 127
    rows = np.rint(values / scale).astype(np.int8)
    graph.initializer.append(numpy_helper.from_array(rows, f"{name}.rows"))
    graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), f"{name}.scale"))
    for node in gathering:
        at, ids, out = list(graph.node).index(node), node.input[1], node.output[0]
        parts = [f"{out}.rows", f"{out}.floats", f"{out}.scale"]
        graph.node.remove(node)
        made = [
            helper.make_node("Gather", [f"{name}.rows", ids], [parts[0]]),
            helper.make_node("Cast", [parts[0]], [parts[1]], to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{name}.scale", ids], [parts[2]]),
            helper.make_node("Mul", [parts[1], parts[2]], [out]),
        ]
        for node_made in reversed(made):
            graph.node.insert(at, node_made)


def main() -> None:
    parser = argparse.ArgumentParser(description="Export an embedder to ONNX.")
    parser.add_argument("name")
    parser.add_argument("source", type=Path)
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    export(chosen.name, chosen.source, chosen.folder)


if __name__ == "__main__":
    main()
