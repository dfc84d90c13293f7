"""`python -m benchmarks.certified`: which made sentences the check certifies.

Of sentences made from passages, right and wrong ones (see `made_pairs`), the share that is marked
supported or word for word. Ends with status 1 when a goal is missed. `--show KIND` prints those
that are marked wrongly.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from time import process_time

from assistant.core.values.library import CheckedPassage
from assistant.library.check.check import AnswerChecker
from assistant.library.embedding.sentence_transformers import Embedder, starter_folder
from assistant.library.embedding.serving import open_embedder
from assistant.library.text.analysis import Analyzer
from benchmarks.made_pairs import RIGHT, SENTENCES, WRONG, MadePair, made_pairs
from benchmarks.question_sets import NAMES, data_folder, load

GOALS = {
    "negated": 2.0,
    "number changed": 1.0,
    "entity changed": 1.0,
}
"""Percent of the wrong ones that are certified, at most."""
RIGHT_GOAL = 95.0
"""Percent of the right ones, at least."""

Marking = Callable[[MadePair], str | None]
"""The strength of the citation that a pair gets."""


def marking(embedder: Embedder) -> Marking:
    """The check of the program."""
    checker = AnswerChecker(Analyzer())

    def mark(pair: MadePair) -> str | None:
        paragraph = pair.paragraph
        passage = CheckedPassage(
            text=paragraph.text, path=f"/all/{paragraph.article}.txt", title=paragraph.title
        )
        checked = checker.check([pair.sentence], [passage], pair.question, embedder)
        return checked.support[0][0].strength

    return mark


def certified(pairs: Sequence[MadePair], mark: Marking, shown: str) -> dict[str, Counter[str]]:
    """How often each kind gets each strength."""
    found: dict[str, Counter[str]] = {kind: Counter() for kind in (*RIGHT, *WRONG)}
    for pair in pairs:
        strength = mark(pair) or "none"
        found[pair.kind][strength] += 1
        is_certified = strength in ("supported", "verbatim")
        if pair.kind == shown and is_certified == (shown in WRONG):
            print(
                f"{strength}: {pair.sentence}\n    ? {pair.question}\n    {pair.paragraph.text}\n"
            )
    return found


def missed(language: str, found: dict[str, Counter[str]]) -> list[str]:
    """The goals that are missed."""
    right = sum((found[kind] for kind in SENTENCES), Counter[str]())
    wrong = []
    if _share(right) < RIGHT_GOAL:
        wrong.append(f"{language}: only {_share(right):.1f} % of the right ones are certified")
    for kind, most in GOALS.items():
        if _share(found[kind]) > most:
            wrong.append(f"{language}, {kind}: {_share(found[kind]):.1f} % certified")
    return wrong


def _share(counts: Counter[str]) -> float:
    whole = counts.total()
    return 100 * (counts["supported"] + counts["verbatim"]) / whole if whole else 0.0


def show(title: str, found: dict[str, Counter[str]]) -> None:
    strengths = ("verbatim", "supported", "weak", "contradicted", "none")
    print(f"\n{title:<26}{'pairs':>7}{'certified':>11}" + "".join(f"{s:>14}" for s in strengths))
    for kind, counts in found.items():
        each = "".join(f"{counts[strength]:>14}" for strength in strengths)
        print(f"  {kind:<24}{counts.total():>7}{_share(counts):>10.1f}%{each}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.certified", description=__doc__)
    parser.add_argument("--split", default="test", choices=("dev", "test"))
    parser.add_argument("--pairs", type=int, default=60, help="of each kind in each language")
    parser.add_argument("--show", default="", choices=("", *RIGHT, *WRONG))
    chosen = parser.parse_args()
    data, model = data_folder(), starter_folder()
    if data is None or model is None:
        print("The questions or the starter embedder are not there; see CONTRIBUTING.md.")
        return 2
    mark = marking(open_embedder(model))
    failures = []
    for language in NAMES:
        pairs = list(made_pairs(load(data, language), chosen.split, chosen.pairs))
        started = process_time()
        found = certified(pairs, mark, chosen.show)
        each = 1000 * (process_time() - started) / len(pairs)
        show(f"{language}, {chosen.split}", found)
        print(f"  {len(pairs)} pairs, {each:.1f} CPU ms each")
        failures += missed(language, found)
    print("\n" + ("\n".join(failures) if failures else "All goals of the check are met."))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
