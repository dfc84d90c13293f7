"""The tree behind the `mapping` of a conversation in ChatGPT's export."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Tree(NamedTuple):
    """Which node follows which."""

    roots: list[str]
    children: dict[str, list[str]]
    """In the order in which they are listed."""
    problems: list[str]

    def order(self) -> list[str]:
        """All nodes, parents before children."""
        order: list[str] = []
        stack = self.roots[::-1]
        while stack:
            key = stack.pop()
            order.append(key)
            stack += self.children.get(key, [])[::-1]
        return order


def connect(mapping: Mapping[str, Mapping[str, Any]]) -> Tree:
    """The tree by what every node says of its parent, or by whose children it is among.

    A node whose parent is missing is a root; a circle is broken at its first node.
    """
    problems: list[str] = []
    ranks: dict[str, int] = {}
    parents: dict[str, str] = {}
    for key, node in mapping.items():
        listed = node.get("children")
        for place, child in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(child, str) and child in mapping:
                ranks.setdefault(child, place)
                parents.setdefault(child, key)
    for key, node in mapping.items():
        parent = node.get("parent")
        if isinstance(parent, str) and parent in mapping:
            parents[key] = parent
        elif parent is not None and key not in parents:
            problems.append(f"what node {key} follows is missing.")
    children: dict[str, list[str]] = {}
    for key in mapping:
        if key in parents:
            children.setdefault(parents[key], []).append(key)
    for siblings in children.values():
        siblings.sort(key=lambda child: ranks.get(child, len(ranks)))
    tree = Tree([key for key in mapping if key not in parents], children, problems)
    reached = set(tree.order())
    for key in mapping:
        if key not in reached:
            problems.append(f"the circle of nodes at {key} was broken there.")
            children[parents[key]].remove(key)
            tree.roots.append(key)
            reached.update(Tree([key], children, []).order())
    return tree
