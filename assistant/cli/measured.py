"""What `assistant eval` prints."""

from collections.abc import Sequence
from typing import Any

from assistant.cli.console import Console
from assistant.core import evaluation
from assistant.core.evaluation import Report, Row
from assistant.core.measures import Quality

NAMED = 5
"""Questions whose file was not found, and files that are not there, that are named."""

RANKS = ("", "questions", "recall@1", "recall@5", "MRR@10", "nDCG@10")


def tell(
    console: Console, rows: Sequence[Row], total: int, as_json: bool, unknown: Sequence[str] = ()
) -> None:
    """Print the figures of the questions that were reached.

    Args:
        total: questions of the file.
        unknown: files that questions name and that are not in the library.
    """
    report = evaluation.sum_up(rows)
    if as_json:
        console.json(_object(report, rows, total, unknown))
    else:
        _print(console, report, total)
        _name_missed(console, rows, unknown)


def _print(console: Console, report: Report, total: int) -> None:
    of_all = f" of {total:,}" if report.questions < total else ""
    console.line(f"{report.questions:,}{of_all} questions")
    ranked = [
        _ranked("right file", report.files, report.files_asked),
        _ranked("right passage", report.passages, report.passages_asked),
    ]
    if any(ranked):
        console.line()
        console.table([row for row in ranked if row], RANKS, numbers=[1, 2, 3, 4, 5])
    shares = [
        ("answered from the files", report.evidence_kept),
        ("answers with a citation", report.cited),
        ("answers citing the right file", report.right_file_cited),
        ("answers containing the known one", report.contains_answer),
    ]
    told = [(what, f"{share:.1f} %") for what, share in shares if share is not None]
    if told:
        console.line()
        console.table(told, numbers=[1])


def _name_missed(console: Console, rows: Sequence[Row], unknown: Sequence[str]) -> None:
    missed = [q.question for q, finding in rows if q.files and finding.file_rank is None]
    for what, names in (("not found", missed), ("not in the library", unknown)):
        for name in names[:NAMED]:
            console.note(f"{what}: {name}")
        if len(names) > NAMED:
            console.note(f"{what}: {len(names) - NAMED:,} more")


def _ranked(what: str, figures: Quality | None, asked: int) -> tuple[str, ...]:
    if figures is None:
        return ()
    shown = (figures.recall_1, figures.recall_5, figures.mrr_10, figures.ndcg_10)
    return (what, f"{asked:,}", *(f"{figure:.1f}" for figure in shown))


def _object(
    report: Report, rows: Sequence[Row], total: int, unknown: Sequence[str]
) -> dict[str, Any]:
    return {
        "questions": total,
        "measured": report.questions,
        "files": _figures(report.files, report.files_asked),
        "passages": _figures(report.passages, report.passages_asked),
        "evidence_kept": _rounded(report.evidence_kept),
        "answers": {
            "asked": report.answered,
            "cited": _rounded(report.cited),
            "right_file_cited": _rounded(report.right_file_cited),
            "contains_answer": _rounded(report.contains_answer),
        }
        if report.answered
        else None,
        "unknown_files": list(unknown),
        "details": [finding.model_dump(mode="json") for _, finding in rows],
    }


def _figures(figures: Quality | None, asked: int) -> dict[str, float] | None:
    if figures is None:
        return None
    return {
        "questions": asked,
        "recall_1": round(figures.recall_1, 2),
        "recall_5": round(figures.recall_5, 2),
        "mrr_10": round(figures.mrr_10, 2),
        "ndcg_10": round(figures.ndcg_10, 2),
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 2)
