"""`assistant eval`: retrieval and citation metrics on the user's own questions and files."""

import os
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.console import Console
from assistant.cli.interruption import Interruption
from assistant.cli.program import Program
from assistant.core import evaluation
from assistant.core.conversations.start import begin_conversation
from assistant.core.errors import AssistantError, NotFoundError
from assistant.core.evaluation import EvaluationQuestion, EvaluationReport, RankingQuality, Row
from assistant.core.grounding.scope import chosen_scope
from assistant.core.ports.library import Library
from assistant.core.trust import open_file
from assistant.core.turn.requests import Ask
from assistant.core.values.conversation import Message
from assistant.core.values.events import Answered
from assistant.core.wording import duration
from assistant.language.messages import _, ngettext
from assistant.language.messages import number as number_text

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant


SEARCH_DEPTH = 30
"""Passages that are looked at for each question, so that they are of ten files or more."""

FILE_FORMAT_HELP = """\b
FILE has one JSON object a line:
    question    what is asked (needed)
    path        the file that answers it: absolute, or the end of a path
    paths       several such files, any of which answers it
    page        the page of the file where the answer stands
    text        words that the right passage contains
    answer      what a right answer contains, or a list of wordings
    collection  where to look; everywhere without it
"""


@click.command("eval", epilog=FILE_FORMAT_HELP)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--answers", is_flag=True, help="Ask the model, too, and check what it cites.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def eval_(program: Program, /, file: Path, answers: bool, as_json: bool) -> int:
    """Measure search and citations on the questions and answers in FILE.

    Tells how often the right file and the right passage are found, and whether the files are seen
    to speak to the questions. Nothing is stored. Ctrl+C ends it and prints what was measured.
    """
    questions = read_questions(file)
    console = program.console
    with Interruption() as interruption:
        run = _Run(console, interruption, questions)
        with program.forgetful_assistant() if answers else nullcontext() as assistant:
            library = assistant.library if assistant else program.library()
            _check_library(library, file, questions)
            try:
                run.collect(library, assistant)
            except AssistantError:
                if run.rows and not as_json:
                    print_report(console, run.rows, len(questions), as_json)
                raise
            finally:
                console.end_progress()
            unknown = [] if interruption.stop.is_set() else _unknown_files(library, run.rows)
        print_report(console, run.rows, len(questions), as_json, unknown)
        return interruption.exit_code


def read_questions(file: Path) -> list[EvaluationQuestion]:
    """Read the questions of a JSON Lines file.

    Raises:
        click.UsageError: names the file and the line that is no question.
    """
    questions = []
    try:
        with open_file(file) as stream:
            lines = stream.read().removeprefix(b"\xef\xbb\xbf").splitlines()
    except OSError as failure:
        raise click.UsageError(f"{file} cannot be read: {failure.strerror}.") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            questions.append(evaluation.parse_question(line.decode("utf-8")))
        except UnicodeDecodeError:
            raise click.UsageError(f"Line {number} of {file} is not UTF-8.") from None
        except evaluation.QuestionError as problem:
            raise click.UsageError(f"Line {number} of {file} is not valid: {problem}.") from None
    if not questions:
        raise click.UsageError(f"{file} has no questions.")
    return [_with_resolved_paths(question) for question in questions]


class _Run:
    """Run over the questions, with its progress on the console.

    Attributes:
        rows: what was found so far.
    """

    def __init__(
        self, console: Console, interruption: Interruption, questions: Sequence[EvaluationQuestion]
    ) -> None:
        self.rows: list[Row] = []
        self._console = console
        self._interruption = interruption
        self._questions = questions

    def collect(self, library: Library, assistant: "Assistant | None") -> None:
        """Search for all questions, and ask them where there is an assistant."""
        total, stop = len(self._questions), self._interruption.stop
        started = monotonic()
        self._console.progress(
            ngettext("0 of {total:,} question", "0 of {total:,} questions", total, total=total)
        )
        for question in self._questions:
            scope = (question.collection,) if question.collection else None
            result = evaluation.judge_search(
                question, library.search(question.question, scope, SEARCH_DEPTH, stop)
            )
            message = _ask(assistant, question, stop) if assistant and not stop.is_set() else None
            if stop.is_set():
                return
            if message is not None:
                result = evaluation.judge_answer(result, question, message)
            self.rows.append((question, result))
            done = len(self.rows)
            left = (monotonic() - started) / done * (total - done)
            self._console.progress(
                ngettext(
                    "{done:,} of {total:,} question, {left} left",
                    "{done:,} of {total:,} questions, {left} left",
                    total,
                    done=done,
                    total=total,
                    left=duration(left),
                )
            )


def _ask(assistant: "Assistant", question: EvaluationQuestion, stop: Event) -> Message | None:
    """The answer as `assistant ask` would give it; None when it was stopped."""
    settings = assistant.settings
    scope = (question.collection,) if question.collection else ()
    sources = chosen_scope(scope, no_library=False, fall_back=settings.library.fall_back)
    conversation = begin_conversation(
        assistant.store, assistant.prompts.get(settings.chat.prompt), None
    )
    request = Ask(conversation_id=conversation.id, text=question.question)
    for event in assistant.chat.turn(request, stop, sources=sources):
        if isinstance(event, Answered) and event.message.state == "complete":
            return event.message
    return None


def _with_resolved_paths(question: EvaluationQuestion) -> EvaluationQuestion:
    """Absolute paths as the library names them: links followed, `~` replaced."""
    files = tuple(_resolved(path) for path in question.files)
    return question.model_copy(update={"path": None, "paths": files or None})


def _resolved(path: str) -> str:
    expanded = os.path.expanduser(path)  # noqa: PTH111 - `~nobody` is a name
    return os.path.realpath(expanded) if expanded.startswith("/") else path.removeprefix("./")


def _check_library(library: Library, file: Path, questions: list[EvaluationQuestion]) -> None:
    """Raises NotFoundError when there is nothing to look into."""
    if library.is_empty():
        raise NotFoundError("There are no files to search.", "`assistant add FOLDER` adds some.")
    there = {collection.name for collection in library.collections()}
    for question in questions:
        if question.collection is not None and question.collection not in there:
            raise NotFoundError(
                f"{file} asks for the collection {question.collection!r}, which does not exist.",
                "`assistant library list` lists the collections.",
            )


def _unknown_files(library: Library, rows: Sequence[Row]) -> list[str]:
    """The files that questions name and that the library does not have."""
    missed = [question for question, result in rows if question.files and not result.file_rank]
    if not missed:
        return []
    there = [entry.path for entry in library.files()]
    names = dict.fromkeys(name for question in missed for name in question.files)
    return [
        name for name in names if not any(evaluation.is_same_file(name, path) for path in there)
    ]


MAX_NAMED = 5
"""Questions whose file was not found, and files that are not there, that are named."""

RANKING_HEADING = ("", _("questions"), "recall@1", "recall@5", "MRR@10", "nDCG@10")


def print_report(
    console: Console, rows: Sequence[Row], total: int, as_json: bool, unknown: Sequence[str] = ()
) -> None:
    """Print the metrics of the questions that were reached.

    Args:
        total: questions of the file.
        unknown: files that questions name and that are not in the library.
    """
    report = evaluation.summarise(rows)
    if as_json:
        console.json(_report_object(report, rows, total, unknown))
    else:
        _print_tables(console, report, total)
        _print_missed(console, rows, unknown)


def _print_tables(console: Console, report: EvaluationReport, total: int) -> None:
    done = report.questions
    if done < total:
        reached = ngettext(
            "{done:,} of {total:,} question",
            "{done:,} of {total:,} questions",
            total,
            done=done,
            total=total,
        )
    else:
        reached = ngettext("{n:,} question", "{n:,} questions", done, n=done)
    console.line(reached)
    ranked = [
        _ranking_row(_("right file"), report.files, report.files_asked),
        _ranking_row(_("right passage"), report.passages, report.passages_asked),
    ]
    if any(ranked):
        console.line()
        console.table([row for row in ranked if row], RANKING_HEADING, numbers=[1, 2, 3, 4, 5])
    shares = [
        (_("answered from the files"), report.evidence_kept),
        (_("answers with a citation"), report.cited),
        (_("answers citing the right file"), report.right_file_cited),
        (_("answers containing the known one"), report.contains_answer),
    ]
    known = [
        (what, _("{percent:.1f} %", percent=share)) for what, share in shares if share is not None
    ]
    if known:
        console.line()
        console.table(known, numbers=[1])


def _print_missed(console: Console, rows: Sequence[Row], unknown: Sequence[str]) -> None:
    missed = [q.question for q, result in rows if q.files and result.file_rank is None]
    for what, names in ((_("not found"), missed), (_("not in the library"), unknown)):
        for name in names[:MAX_NAMED]:
            console.info(f"{what}: {name}")
        if len(names) > MAX_NAMED:
            console.info(_("{what}: {names:,} more", what=what, names=len(names) - MAX_NAMED))


def _ranking_row(what: str, figures: RankingQuality | None, asked: int) -> tuple[str, ...]:
    if figures is None:
        return ()
    shown = (figures.recall_1, figures.recall_5, figures.mrr_10, figures.ndcg_10)
    return (what, number_text(asked), *(number_text(figure, ".1f") for figure in shown))


def _report_object(
    report: EvaluationReport, rows: Sequence[Row], total: int, unknown: Sequence[str]
) -> dict[str, Any]:
    return {
        "questions": total,
        "measured": report.questions,
        "files": _figures_object(report.files, report.files_asked),
        "passages": _figures_object(report.passages, report.passages_asked),
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
        "details": [result.model_dump(mode="json") for _question, result in rows],
    }


def _figures_object(figures: RankingQuality | None, asked: int) -> dict[str, float] | None:
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
