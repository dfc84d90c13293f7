"""YAML subset of a prompt file's head: keys, texts and lists, and nothing else of YAML.

Values are texts, whatever they look like, so that `language: no` is Norwegian and no refusal; only
an empty value, `~` and `null` are nothing. Tags, anchors and aliases, with which a small file can
ask for any object or for gigabytes, are refused, and so are keys that are given twice.
"""

from typing import Any, ClassVar

import yaml
from yaml.events import AliasEvent
from yaml.nodes import MappingNode, Node

from assistant.language.messages import N_

MAX_DEPTH = 8
"""Levels of lists and keys within each other."""

NULL = "tag:yaml.org,2002:null"


def load(text: str) -> object:
    """Value of a YAML document: keys, texts and lists.

    Raises:
        ValueError: it is not such YAML; one line that says where.
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as failure:
        mark = failure.problem_mark or failure.context_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{line}{' '.join((failure.problem or 'no YAML').split())}") from None
    except yaml.YAMLError as failure:
        raise ValueError(" ".join(str(failure).split())) from None


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: ClassVar[Any] = {  # type: ignore[misc]
        first: [(tag, pattern) for tag, pattern in resolvers if tag == NULL]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    _depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise _refused(N_("anchors and aliases (& and *) are not understood"), event)
        if getattr(event, "tag", None) is not None:
            raise _refused(N_("tags (!) are not understood"), event)
        if self._depth > MAX_DEPTH:
            raise _refused(N_("this is nested too deeply"), event)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refused(N_("a key is a text"), key)
            if key.value in seen:
                raise _refused(N_(f"the key {key.value!r} is given twice"), key)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _refused(problem: str, place: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=place.start_mark)
