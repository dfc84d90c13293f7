"""Every sentence of the program that a person reads goes through the catalog."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.checkout import CHECKOUT
from tests.support.packaging_tools import load_tool

extract = load_tool("extract")

FRONT_ENDS = ("tui", "cli", "doctor")
"""Whose texts are shown as they stand."""

TABLES = ("formula_symbols.py",)
"""Modules of names, not of texts."""

NOT_SENTENCES = (
    *("\b", "    assistant ", "/adapters /", "A ship lies", "import ctypes", "bold on "),
    "no answer",
)
"""What begins so is help that is translated whole, typed, run, a style, to embed, or a state."""

MODULES = ("command_table.py", "allowed_values.py", "core/wording.py", "forgetting.py")

MARKS = {"_", "N_", "ngettext", "pgettext"}

PARSING = {
    *("compile", "findall", "finditer", "fullmatch", "group", "match", "search", "sub"),
    *("count", "encode", "endswith", "find", "index", "partition", "removeprefix", "removesuffix"),
    *("replace", "rpartition", "split", "startswith", "strip", "execute", "getattr"),
    *("add_class", "query", "query_one", "query_exactly_one", "remove_class", "set_class"),
    *("argument", "cast", "command", "option"),
}
"""Calls whose texts are looked for or taken apart, and those of help, which is translated whole."""

NAMES = {"id", "classes", "name", "group", "key", "action", "type", "variant", "style", "selector"}
"""Arguments that are for the program itself."""

DECLARED = re.compile(r"CSS$|^BINDINGS$|SQL$|PATTERN$")


def is_sentence(text: str) -> bool:
    """Whether a text is words for a person: two or more, with a space between."""
    prose = re.sub(r"\{[^{}]*\}|`[^`]*`|\$[a-z-]+", " ", text)
    return " " in text.strip() and len(re.findall(r"[^\W\d_]{2,}", prose)) >= 2


def unmarked(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Sentences that are not marked, with their lines."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=values):
                parts = [str(v.value) if isinstance(v, ast.Constant) else "{}" for v in values]
                text = "".join(parts)
            case ast.Constant(value=str(text)) if not isinstance(parents.get(node), ast.JoinedStr):
                pass
            case _:
                continue
        if not is_sentence(text) or text.startswith(NOT_SENTENCES):
            continue
        if not _is_exempt(node, parents):
            yield node.lineno, text


def _is_exempt(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    child, parent = node, parents.get(node)
    if isinstance(parent, ast.Expr):
        return True
    while parent is not None:
        match parent:
            case ast.Call():
                name = extract.called(parent)
                if name in MARKS | PARSING or extract.is_error(parent):
                    return True
            case ast.keyword(arg=str(name)) if name in NAMES:
                return True
            case ast.Subscript(slice=inner) if inner is child:
                return True
            case ast.Compare() | ast.MatchValue() | ast.Assert():
                return True
            case ast.Dict(keys=keys) if child in keys:
                return True
            case ast.AnnAssign(annotation=annotation) if annotation is child:
                return True
            case ast.FunctionDef(returns=annotation) if annotation is child:
                return True
            case ast.Assign(targets=[ast.Name(id=name), *_]) if DECLARED.search(name):
                return True
            case ast.AnnAssign(target=ast.Name(id=name)) if DECLARED.search(name):
                return True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.arg() | ast.Raise():
                return isinstance(parent, ast.arg)
        if isinstance(parent, ast.stmt):
            return False
        child, parent = parent, parents.get(parent)
    return False


def files() -> list[Path]:
    """The modules whose texts are shown as they stand."""
    package = CHECKOUT / "assistant"
    found = [
        file
        for room in FRONT_ENDS
        for file in (package / room).rglob("*.py")
        if file.name not in TABLES
    ]
    return sorted([*found, *(package / name for name in MODULES)])


def test_no_sentence_reaches_a_person_past_the_catalog() -> None:
    found = [
        f"{file.relative_to(CHECKOUT)}:{line}: {text}"
        for file in files()
        for line, text in unmarked(ast.parse(file.read_text("utf-8")))
    ]
    assert len(files()) > 150
    assert found == []


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('line("Nothing was found.")', ["Nothing was found."]),
        ('line(f"{n} files left")', ["{} files left"]),
        ('line(_("Nothing was found."))', []),
        ('raise NotFoundError("Nothing was found.", f"{x} is not there.")', []),
        ('"""Doc string of it."""', []),
        ('query_one("#one Two")', []),
        ('line("word")', []),
        ('if text == "two words": pass', []),
        ('x = {"two words": "three other words"}', ["three other words"]),
        ('DEFAULT_CSS = "Widget { width auto }"', []),
    ],
)
def test_what_counts_as_a_sentence(source: str, texts: list[str]) -> None:
    assert [text for _line, text in unmarked(ast.parse(source))] == texts
