"""Styles: declarations and simple rules of CSS, as far as they say what is shown.

Of a style sheet in the page only rules of a single tag, class or id count (`.note`, `p.note.old`,
`#offer`), and of these only `display` and `visibility`. A rule that needs more to be understood
hides nothing; one that shows something, there, has what it may mean shown everywhere.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

Declarations = Mapping[str, str]
"""Values by property, both in small letters."""

_SHEET = re.compile(
    r"<!--.*?-->|<script\b.*?</script|<style\b(?P<attributes>[^>]*)>(?P<css>.*?)</style",
    re.IGNORECASE | re.DOTALL,
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))")
_DECLARATION = re.compile(r"([-\w]+)\s*:((?:[^;(\"']|\([^)]*\)?|\"[^\"]*\"?|'[^']*'?)*)")
_IMPORTANT = re.compile(r"\s*!\s*important\s*$")
_COMPOUND = re.compile(r"([a-z][\w-]*|\*)?((?:[.#][\w-]+)*)")
_NAME = re.compile(r"[.#][\w-]+")
_LAST_NAMES = re.compile(r"[a-z][\w-]*|[.#][\w-]+")
_WIDTH = re.compile(r"(min|max)-(?:device-)?width\s*:\s*([\d.]+)(px|em|rem)?")
_DESKTOP = 1280.0
"""Pixels: the width of the screen on which a page is read."""
_MAX_SHEET = 500_000
"""Characters of the style sheets of a page that are looked at."""
_MAX_RULES = 5_000
_REVEALING_LATER = (":hover", ":focus", ":active", ":target", ":checked", "::", ":before", ":after")


@lru_cache(maxsize=256)
def declarations(style: str) -> Declarations:
    """The declarations in a `style` attribute or a rule; of several of one property the last one
    that counts.
    """
    found: dict[str, str] = {}
    fixed: set[str] = set()
    text = _ESCAPE.sub(_unescaped, _COMMENT.sub("", style)).lower()
    for name, value in _DECLARATION.findall(text):
        value = value.strip()
        short = _IMPORTANT.sub("", value)
        if short != value:
            fixed.add(name)
        elif name in fixed:
            continue
        found[name] = short
    return found


def _unescaped(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return escape[2]
    code = int(escape[1], 16)
    return (
        chr(code)
        if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
        else "\N{REPLACEMENT CHARACTER}"
    )


class _Rule(NamedTuple):
    order: tuple[bool, int, int, int]
    """What goes before: importance, ids, classes and tags of the selector, place in the sheet."""
    tag: str
    names: frozenset[str]
    value: str


class StyleSheet:
    """The rules of a page's own style sheets."""

    def __init__(self, page: str) -> None:
        self._rules: dict[str, dict[str, list[_Rule]]] = {"display": {}, "visibility": {}}
        """By property, and by a name or tag that an element must have."""
        self._shown: set[str] = set()
        """Names and tags that a rule shows which is not understood."""
        self._keys: set[str] = set()
        """Names and tags of which there is a rule."""
        self._count = 0
        left = _MAX_SHEET
        for sheet in _SHEET.finditer(page) if "<style" in page.lower() else ():
            if sheet["css"] is not None and _applies(sheet["attributes"].lower()) and left > 0:
                self._read(_COMMENT.sub("", sheet["css"][:left]))
                left -= len(sheet["css"])

    def __bool__(self) -> bool:
        return bool(self._keys)

    def of(self, tag: str, attributes: Mapping[str, str]) -> Declarations:
        """What the rules say of an element: `display` and `visibility`, where they say it."""
        names = {f".{name}" for name in attributes.get("class", "").lower().split()}
        if id := attributes.get("id", "").strip().lower():
            names.add(f"#{id}")
        found: dict[str, str] = {}
        if tag not in self._keys and self._keys.isdisjoint(names) and "*" not in self._keys:
            return found
        for name, rules in self._rules.items():
            applying = [
                rule
                for key in (*names, tag, "*")
                for rule in rules.get(key, ())
                if rule.tag in (tag, "*") and rule.names <= names
            ]
            if applying and not (self._shown & {*names, tag}):
                found[name] = max(applying).value
        return found

    def _read(self, css: str) -> None:
        for selectors, body in _rules(css):
            for name in self._rules:
                if (value := declarations(body).get(name)) is not None:
                    important = (
                        re.search(rf"{name}\s*:[^;]*!\s*important", body.lower()) is not None
                    )
                    for selector in selectors.split(","):
                        self._add(" ".join(selector.lower().split()), name, value, important)

    def _add(self, selector: str, name: str, value: str, important: bool) -> None:
        if self._count >= _MAX_RULES:
            return
        self._count += 1
        simple = _COMPOUND.fullmatch(selector)
        if simple is None or not selector:
            hides = value in {"none", "hidden", "collapse"}
            if not hides and not any(pseudo in selector for pseudo in _REVEALING_LATER):
                last = re.split(r"[\s>+~]", selector)[-1]
                found = _LAST_NAMES.findall(last)
                self._shown |= {each for each in found if each[0] in ".#"} or set(found[:1])
            return
        tag, names = simple[1] or "*", frozenset(_NAME.findall(simple[2]))
        ids = sum(each[0] == "#" for each in names)
        weight = 10_000 * ids + 10 * (len(names) - ids) + (tag != "*")
        rule = _Rule((important, weight, self._count, 0), tag, names, value)
        key = next(iter(sorted(names)), tag)
        self._keys.add(key)
        self._rules[name].setdefault(key, []).append(rule)


def _rules(css: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The selectors and the body of each rule; those of a screen's media are taken out of it."""
    at = 0
    while (opening := css.find("{", at)) >= 0:
        head = css[at:opening].rpartition(";")[2].strip()
        is_group = head.startswith(("@media", "@supports", "@layer"))
        end = _end_of(css, opening) if is_group else css.find("}", opening)
        end = len(css) if end < 0 else end
        body = css[opening + 1 : end]
        if is_group and depth < 3 and (not head.startswith("@media") or _applies(head.lower())):
            yield from _rules(body, depth + 1)
        elif head and not head.startswith("@"):
            yield head, body
        at = end + 1


def _end_of(css: str, opening: int) -> int:
    """The bracket that closes the one at `opening`."""
    depth = 0
    for bracket in re.finditer("[{}]", css[opening:]):
        depth += 1 if bracket[0] == "{" else -1
        if not depth:
            return opening + bracket.start()
    return -1


def _applies(media: str) -> bool:
    """Whether what holds for these media holds for a page on a screen of usual size."""
    if "prefers-" in media or ("print" in media and "screen" not in media and "all" not in media):
        return False
    for bound, number, unit in _WIDTH.findall(media):
        width = float(number.rstrip(".") or 0) * (16 if unit in ("em", "rem") else 1)
        if width < _DESKTOP if bound == "max" else width > _DESKTOP:
            return False
    return True
