"""`assistant search`: the passages that fit a question."""

from typing import Any

import click

from assistant.cli.console import BOLD, DIM, Console
from assistant.cli.program import Program
from assistant.core.documents import Passage
from assistant.core.sanitize import one_line, printable


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--collection", "collections", multiple=True, metavar="NAME", help="Only here; repeatable."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, metavar="N", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.pass_obj
def search(
    program: Program,
    /,
    query: tuple[str, ...],
    collections: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    """Find the passages of your files that fit QUERY best."""
    console = program.console
    found = program.library().search(" ".join(query), collections or None, limit)
    if as_json:
        console.json([as_object(passage) for passage in found.passages])
        return
    for number, passage in enumerate(found.passages, 1):
        _print(console, number, passage)
    if not found.passages:
        console.note("Nothing was found.")
    elif not found.sufficient:
        console.note("Your files may not speak to this.")


def as_object(passage: Passage) -> dict[str, Any]:
    """A passage as other programs get it."""
    place = passage.place
    return {
        "path": passage.path,
        "title": passage.title,
        "page": place.page,
        "heading": " > ".join(place.heading) or None,
        "line_start": place.line_start,
        "line_end": place.line_end,
        "text": passage.text,
        "score": round(passage.score, 4),
        "dense_score": round(passage.dense_score, 4),
        "keyword_score": round(passage.keyword_score, 4),
    }


def _print(console: Console, number: int, passage: Passage) -> None:
    console.styled(one_line(f"[{number}] {passage.title}", 200), BOLD)
    place = str(passage.place)
    told = f"{passage.path}{f', {place}' if place else ''}  ({passage.score:.2f})"
    console.styled(one_line(told, 2000), DIM)
    console.line(printable(passage.text))
    console.line()
