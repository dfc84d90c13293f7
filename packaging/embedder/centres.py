"""Finds the centres of languages of an embedder, and puts them into its folders.

The texts in `centres.tsv` say the same in each language, about things that have nothing to do with
each other.

Usage: python packaging/embedder/centres.py SOURCE FOLDER
"""

import argparse
from pathlib import Path

import numpy as np

from assistant.library.embedding.centres import CENTRES_FILE, Centres
from assistant.library.embedding.onnx import CARD_FILE, OnnxEmbedder, read_card
from assistant.library.embedding.sentence_transformers import (
    Embedder,
    SentenceTransformerEmbedder,
    identity_of,
)
from assistant.library.embedding.similarity import Vectors, unrelated_cosine

TEXTS = Path(__file__).with_suffix(".tsv")
DIGITS = 5


def centres_of(embedder: Embedder) -> Centres:
    rows = [line.split("\t") for line in TEXTS.read_text(encoding="utf-8").splitlines()]
    languages = list(dict.fromkeys(language for language, _, _ in rows))
    passages, questions = [], []
    for wanted in languages:
        passages.append(_mean(embedder.embed([text for one, text, _ in rows if one == wanted])))
        asked = [embedder.embed_question(text) for one, _, text in rows if one == wanted]
        questions.append(_mean(np.array(asked)))
    return Centres(passages=tuple(passages), questions=tuple(questions))


def _mean(vectors: Vectors) -> tuple[float, ...]:
    return tuple(round(value, DIGITS) for value in vectors.mean(axis=0).tolist())


def main() -> None:
    parser = argparse.ArgumentParser(description="Find the centres of an embedder's languages.")
    parser.add_argument("source", type=Path)
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    centres = centres_of(SentenceTransformerEmbedder(chosen.source)).model_dump_json()
    for folder in (chosen.source, chosen.folder):
        (folder / CENTRES_FILE).write_text(centres + "\n")
    card = read_card(chosen.folder).model_copy(update={"identity": identity_of(chosen.source)})
    card_file = chosen.folder / CARD_FILE
    card_file.write_text(card.model_dump_json(indent=2) + "\n")
    measured = max(0.0, round(unrelated_cosine(OnnxEmbedder(chosen.folder).embed), 3))
    card = card.model_copy(update={"unrelated_cosine": measured})
    card_file.write_text(card.model_dump_json(indent=2) + "\n")


if __name__ == "__main__":
    main()
