"""Exports the embedder that comes with the program from sentence-transformers to ONNX.

Needs torch, sentence-transformers and onnx. The result computes the same hidden states: weights
are stored in 16 bits, word embeddings in 8 bits with a scale per word, and everything is computed
in 32 bits.

Usage: python packaging/embedder/export.py FOLDER
"""

import argparse
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from sentence_transformers import SentenceTransformer

from assistant.library.embedding.onnx import CARD_FILE, MODEL_FILE, TOKENIZER_FILE, Card
from assistant.library.embedding.sentence_transformers import identity_of, starter_folder

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


def export(source: Path, target: Path) -> None:
    """Write the exported embedder of the folder `source` into the folder `target`."""
    model = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    _check_supported(model)
    target.mkdir(parents=True, exist_ok=True)
    _trace(model, target / MODEL_FILE)
    graph = onnx.load(target / MODEL_FILE)
    _shrink(graph)
    onnx.checker.check_model(graph)
    onnx.save(graph, target / MODEL_FILE)
    for name in KEPT:
        shutil.copyfile(source / name, target / name)
    marks = model.tokenizer.backend_tokenizer.num_special_tokens_to_add(False)
    card = Card(
        name=source.parent.name,
        identity=identity_of(source),
        dimensions=model.get_embedding_dimension(),
        max_tokens=model.max_seq_length - marks,
    )
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


def _shrink(model: onnx.ModelProto) -> None:
    graph = model.graph
    first: list[onnx.NodeProto] = []
    for weight in list(graph.initializer):
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < LARGE:
            continue
        gathering = [n for n in graph.node if n.op_type == "Gather" and n.input[0] == weight.name]
        values = numpy_helper.to_array(weight)
        graph.initializer.remove(weight)
        if gathering:
            _in_eight_bits(graph, weight.name, values, gathering)
        else:
            half = f"{weight.name}.half"
            graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), half))
            first.append(helper.make_node("Cast", [half], [weight.name], to=TensorProto.FLOAT))
    for node in reversed(first):
        graph.node.insert(0, node)


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
    parser = argparse.ArgumentParser(description="Export the embedder to ONNX.")
    parser.add_argument("folder", type=Path)
    source = starter_folder()
    if source is None:
        raise SystemExit("The embedder is not installed: pip install 'assistant[starter]'.")
    export(source, parser.parse_args().folder)


if __name__ == "__main__":
    main()
