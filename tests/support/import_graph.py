"""Which modules import which, and whether there is a circle: imports for types only and inside
functions count like all others."""

import ast
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

Graph = Mapping[str, set[str]]
"""Names and what each needs."""


def modules_of(package: Path) -> dict[str, Path]:
    """Every module of a package by its dotted name; a folder's is that of its `__init__.py`."""
    found = {}
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def import_graph(package: Path) -> dict[str, set[str]]:
    """The modules of a package and what each of them imports of the package."""
    modules = modules_of(package)
    graph: dict[str, set[str]] = {}
    for name, file in modules.items():
        inside = name if file.name == "__init__.py" else name.rpartition(".")[0]
        imported = _imported(ast.parse(file.read_text(encoding="utf-8")), inside)
        graph[name] = {found for one in imported if (found := _module(one, modules))} - {name}
    return graph


def siblings(graph: Graph) -> dict[str, dict[str, set[str]]]:
    """For every folder the graph of what lies right in it, each folder there taken as one.

    A file of a folder that also holds folders is a thing of its own: what an application begins
    with and what all of it rests on may lie beside the folders in between.
    """
    levels: dict[str, dict[str, set[str]]] = {}
    for name, needs in graph.items():
        for needed in needs:
            parent, one, other = _parting(name, needed)
            if one and other:
                levels.setdefault(parent, {}).setdefault(one, set()).add(other)
                levels[parent].setdefault(other, set())
    return levels


def circles(graph: Graph) -> list[list[str]]:
    """One circle, as short as there is, for each group of names that all need each other.

    Returns:
        Names in the order in which each needs the next, and the last the first.
    """
    groups = (group for group in _groups(graph) if len(group) > 1)
    return sorted(_shortest({name: graph[name] & group for name in group}) for group in groups)


def _imported(tree: ast.AST, package: str) -> Iterator[str]:
    """Dotted names of what is imported, and of what may be a module in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(above if node.level else ()), *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _module(name: str, modules: Mapping[str, Path]) -> str:
    """The module that an imported name is or lies in; empty when it is not of the package."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def _parting(one: str, other: str) -> tuple[str, str, str]:
    """The folder that holds both, and what in it each is or lies in; empty for that folder."""
    first, second = one.split("."), other.split(".")
    common = 0
    while common < min(len(first), len(second)) and first[common] == second[common]:
        common += 1
    return (
        ".".join(first[:common]),
        ".".join(first[: common + 1]) if common < len(first) else "",
        ".".join(second[: common + 1]) if common < len(second) else "",
    )


def _groups(graph: Graph) -> Iterator[set[str]]:
    """The strongly connected components; Tarjan, "Depth-first search and linear graph algorithms",
    SIAM Journal on Computing 1 (1972), with a stack of its own instead of recursion."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_: list[str] = []
    is_open: set[str] = set()
    for root in graph:
        todo = [] if root in order else [(root, iter(sorted(graph[root])))]
        while todo:
            name, needs = todo[-1]
            if name not in order:
                order[name] = lowest[name] = len(order)
                open_.append(name)
                is_open.add(name)
            for needed in needs:
                if needed not in order:
                    todo.append((needed, iter(sorted(graph[needed]))))
                    break
                if needed in is_open:
                    lowest[name] = min(lowest[name], order[needed])
            else:
                todo.pop()
                if todo:
                    above = todo[-1][0]
                    lowest[above] = min(lowest[above], lowest[name])
                if lowest[name] == order[name]:
                    place = open_.index(name)
                    yield set(open_[place:])
                    is_open -= set(open_[place:])
                    del open_[place:]


def _shortest(graph: Graph) -> list[str]:
    """The shortest circle of a graph in which everything needs everything."""
    return min((_circle_through(name, graph) for name in sorted(graph)), key=len)


def _circle_through(start: str, graph: Graph) -> list[str]:
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while start not in came_from:
        name = waiting.popleft()
        for needed in sorted(graph[name]):
            if needed not in came_from:
                came_from[needed] = name
                waiting.append(needed)
    circle = [start]
    while (before := came_from[circle[-1]]) != start:
        circle.append(before)
    return [start, *reversed(circle[1:])]
