"""Messages in the source: what is marked, what errors say, help texts, descriptions of settings.

Errors are raised in English as f-strings, so that logs and workers keep them as they are; here
each becomes a message with names for its values, in the words it is raised with.
"""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "assistant"

DOCUMENTS = ROOT / "docs" / "generate.py"

CLICK_MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
"""Where click has words of its own."""

STRING_METHODS = ("strip", "rstrip", "lower", "upper", "capitalize")

RECOMMENDED = PACKAGE / "engine" / "recommended.toml"
"""Says what a model is good for."""

API = ("serve/api", "serve/http")
"""What answers other programs, in English."""


class Message(NamedTuple):
    """A text to translate."""

    text: str
    plural: str = ""
    context: str = ""
    place: tuple[str, int] = ("", 0)
    """File, and the line in it."""


class UnnamedValueError(ValueError):
    """A text whose words depend on a condition inside of it: it cannot be translated whole."""


def messages(package: Path = PACKAGE) -> Iterator[Message]:
    """Every message of the program, of click, and of the settings."""
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = list(_marked(tree))
        if not name.startswith(API):
            found += _of_errors(tree)
        for message, line in found:
            yield message._replace(place=(f"assistant/{name}", line))
    for message, line in _marked(ast.parse(DOCUMENTS.read_text(encoding="utf-8"))):
        yield message._replace(place=("docs/generate.py", line))
    # How a language writes numbers is read off this one.
    yield Message("1,234.5", context="number", place=("assistant/language/numbers.py", 0))
    yield from _of_click()
    yield from _of_commands()
    yield from _of_settings()
    yield from _of_recommended_models()


def template(node: ast.expr) -> str:
    """The text of a literal or an f-string, with names for its values.

    Raises:
        UnnamedValueError: it is neither, or a value in it is a choice between words.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        raise UnnamedValueError(ast.unparse(node))
    parts, taken = [], set[str]()
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value).replace("{", "{{").replace("}", "}}"))
        else:
            assert isinstance(value, ast.FormattedValue)
            if isinstance(value.value, ast.IfExp):
                raise UnnamedValueError(ast.unparse(node))
            name = base = value_name(value.value)
            number = 2
            while name in taken:
                name, number = f"{base}_{number}", number + 1
            taken.add(name)
            parts.append(f"{{{name}}}")
    return "".join(parts)


def value_name(node: ast.expr) -> str:
    """A name for what an expression gives: its last word."""
    match node:
        case ast.Name(id=name):
            return name.strip("_").lower() or "value"
        case ast.Attribute(attr=name):
            return name.strip("_").lower()
        case ast.Call(func=ast.Name(id="len"), args=[first]):
            return value_name(first)
        case ast.Call(func=ast.Attribute(attr="join"), args=[first]):
            return value_name(first)
        case ast.Call(func=ast.Attribute(value=owner, attr=method)) if method in STRING_METHODS:
            return value_name(owner)
        case ast.Call(args=[first, *_]) if not isinstance(first, ast.Constant):
            return value_name(first)
        case ast.Call(func=function):
            return value_name(function)
        case ast.Subscript(value=value) | ast.Starred(value=value):
            return value_name(value)
        case ast.GeneratorExp(elt=elt) | ast.ListComp(elt=elt):
            return value_name(elt)
        case ast.BinOp(left=left):
            return value_name(left)
        case _:
            return "value"


def called(node: ast.expr) -> str:
    """Name of what is called or decorates: `option` of `click.option(…)`."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _marked(tree: ast.AST) -> Iterator[tuple[Message, int]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [
            argument.value
            for argument in node.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if node.func.id == "N_" and isinstance(node.args[0], ast.JoinedStr):
            # A worker's reason: English there, and translated where it is shown.
            texts = [template(node.args[0])]
        match node.func.id, texts:
            case ("_" | "N_", [text, *_]) if text:
                yield Message(text), node.lineno
            case "ngettext", [one, many, *_]:
                yield Message(one, plural=many), node.lineno
            case "pgettext", [context, text, *_]:
                yield Message(text, context=context), node.lineno


def _of_errors(tree: ast.AST) -> Iterator[tuple[Message, int]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not is_error(node):
            continue
        given = [*node.args, *(word.value for word in node.keywords)]
        for argument in given:
            for choice in _choices(argument):
                try:
                    text = template(choice)
                except UnnamedValueError:
                    continue
                if is_sentence(text):
                    yield Message(text), choice.lineno


def is_error(call: ast.Call) -> bool:
    """Whether a call makes an error that a user may meet."""
    name = called(call)
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return name.endswith("Error") or (owner is not None and called(owner).endswith("Error"))


def is_sentence(text: str) -> bool:
    """Whether a text has words beside its values."""
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\{[^{}]*\}", "", text))
    return (len(words) >= 2 and " " in text) or (
        len(words) == 1 and text.rstrip().endswith((".", "!", "?"))
    )


def _choices(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from _choices(node.body)
        yield from _choices(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _choices(value)
    else:
        yield node


def _of_commands() -> Iterator[Message]:
    from assistant.cli.entry import command  # noqa: PLC0415 -- needs the whole program
    from assistant.cli.translation import help_texts  # noqa: PLC0415
    from assistant.command_table import BY_NAME  # noqa: PLC0415 -- as below

    for name in BY_NAME:
        yield Message(name, context="command", place=("assistant/command_table.py", 0))
    for text in help_texts(command):
        yield Message(text, place=("assistant/cli", 0))


def _of_click() -> Iterator[Message]:
    for module in CLICK_MODULES:
        found = importlib.util.find_spec(f"click.{module}")
        assert found is not None
        assert found.origin is not None
        for message, _line in _marked(ast.parse(Path(found.origin).read_text(encoding="utf-8"))):
            yield message._replace(place=(f"click.{module}", 0))


def _of_recommended_models() -> Iterator[Message]:
    for line in RECOMMENDED.read_text(encoding="utf-8").splitlines():
        name, _equals, text = line.partition(" = ")
        if name in ("good_for", "languages") and is_sentence(text):
            yield Message(text.strip('"'), place=(RECOMMENDED.relative_to(ROOT).as_posix(), 0))


def _of_settings() -> Iterator[Message]:
    from assistant.settings import Settings  # noqa: PLC0415 -- as above
    from assistant.settings_reference import describe, section_about  # noqa: PLC0415

    for setting in describe(Settings()):
        if setting.description:
            yield Message(setting.description, place=("assistant/settings.py", 0))
        yield Message(section_about(setting.path), place=("assistant/settings.py", 0))
