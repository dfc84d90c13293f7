"""Steps of a backtracking regular expression, counted by a matcher of its own.

Python's `re` tells no steps, and a clock tells more of the machine than of the expression. This
matcher tries what `re` tries, in its order, and counts each look at a character.
"""

import re
from collections.abc import Callable, Iterator
from itertools import product
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Continuation = Callable[[int], bool]
Matcher = Callable[[int, Continuation], bool]
Test = Callable[[str], bool]
Pattern = re.Pattern[str] | re.Pattern[bytes]

MAX_STEPS = 300_000
"""From here on an expression counts as exponential."""


class TooManyStepsError(Exception):
    """More than `MAX_STEPS`."""


class StepCounter:
    """Counts the steps of one expression on texts."""

    def __init__(self, pattern: Pattern) -> None:
        self._tree = _parsed(pattern)
        self._flags = self._tree.state.flags
        self._text = ""
        self._steps = 0
        self._groups: dict[int, tuple[int, int]] = {}
        self._matcher = self._sequence(list(self._tree))

    def steps(self, text: str, *, anchored: bool) -> int:
        """Steps to find all matches, or with `anchored` the one at the beginning.

        Raises: TooManyStepsError.
        """
        self._steps = 0
        self.ends(text, anchored=anchored)
        return self._steps

    def ends(self, text: str, *, anchored: bool = False) -> list[int]:
        """Where the matches end."""
        self._text = text
        found: list[int] = []
        start = 0
        while start <= len(text):
            self._groups = {}
            end = _first_end(self._matcher, start)
            if end is not None:
                found.append(end)
            if anchored:
                break
            start = start + 1 if end is None or end == start else end
        return found

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooManyStepsError

    def _sequence(self, nodes: list[Any]) -> Matcher:
        matchers = [self._node(op, argument) for op, argument in nodes]

        def run(index: int, position: int, then: Continuation) -> bool:
            if index == len(matchers):
                return then(position)
            return matchers[index](position, lambda end: run(index + 1, end, then))

        return lambda position, then: run(0, position, then)

    def _node(self, op: Any, argument: Any) -> Matcher:
        test = self._test(op, argument)
        if test is not None:
            return self._one(test)
        match op:
            case code.BRANCH:
                return self._branch([self._sequence(list(part)) for part in argument[1]])
            case code.SUBPATTERN:
                return self._group(argument[0], self._sequence(list(argument[3])))
            case code.MAX_REPEAT | code.MIN_REPEAT | code.POSSESSIVE_REPEAT:
                return self._repeat(op, *argument)
            case code.ATOMIC_GROUP:
                return self._atomic(self._sequence(list(argument)))
            case code.ASSERT | code.ASSERT_NOT:
                return self._assertion(op, argument[0], argument[1])
            case code.AT:
                return self._at(argument)
            case code.GROUPREF:
                return self._reference(argument)
        raise NotImplementedError(str(op))

    def _test(self, op: Any, argument: Any) -> Test | None:
        """What one character has to be; None for what is no single character."""
        match op:
            case code.LITERAL:
                return self._literal(argument)
            case code.NOT_LITERAL:
                same = self._literal(argument)
                return lambda character: not same(character)
            case code.ANY:
                if self._flags & re.DOTALL:
                    return lambda _: True
                return lambda character: character != "\n"
            case code.IN:
                negated = argument[0][0] is code.NEGATE
                tests = [self._member(*item) for item in argument if item[0] is not code.NEGATE]
                return lambda character: any(test(character) for test in tests) != negated
        return None

    def _literal(self, value: int) -> Test:
        wanted = chr(value)
        if self._flags & re.IGNORECASE:
            return lambda character: character.lower() == wanted.lower()
        return lambda character: character == wanted

    def _member(self, op: Any, argument: Any) -> Test:
        match op:
            case code.LITERAL:
                return self._literal(argument)
            case code.RANGE:
                low, high = argument
                both = bool(self._flags & re.IGNORECASE)
                return lambda character: any(
                    low <= ord(form) <= high
                    for form in (character, *((character.swapcase()[:1],) if both else ()))
                )
        return _CATEGORIES[argument]

    def _one(self, test: Test) -> Matcher:
        def run(position: int, then: Continuation) -> bool:
            self._step()
            return position < len(self._text) and test(self._text[position]) and then(position + 1)

        return run

    def _branch(self, parts: list[Matcher]) -> Matcher:
        return lambda position, then: any(part(position, then) for part in parts)

    def _group(self, number: int | None, inside: Matcher) -> Matcher:
        if number is None:
            return inside

        def run(position: int, then: Continuation) -> bool:
            def ended(end: int) -> bool:
                before = self._groups.get(number)
                self._groups[number] = (position, end)
                if then(end):
                    return True
                if before is None:
                    del self._groups[number]
                else:
                    self._groups[number] = before
                return False

            return inside(position, ended)

        return run

    def _repeat(self, op: Any, least: int, most: Any, body: Any) -> Matcher:
        highest = 10**9 if most is code.MAXREPEAT else most
        nodes = list(body)
        test = self._test(*nodes[0]) if len(nodes) == 1 else None
        if test is not None:
            return self._run(op, test, least, highest)
        inside = self._sequence(nodes)

        def run(position: int, then: Continuation, done: int = 0) -> bool:
            def again(end: int) -> bool:
                return not (end == position and done >= least) and run(end, then, done + 1)

            more = done < highest
            if op is code.MIN_REPEAT:
                return (done >= least and then(position)) or (more and inside(position, again))
            return (more and inside(position, again)) or (done >= least and then(position))

        return self._atomic(run) if op is code.POSSESSIVE_REPEAT else run

    def _run(self, op: Any, test: Test, least: int, most: int) -> Matcher:
        """A repetition of one character."""

        def longest(position: int, limit: int) -> int:
            count = 0
            while count < limit and position + count < len(self._text):
                self._step()
                if not test(self._text[position + count]):
                    break
                count += 1
            return count

        def greedy(position: int, then: Continuation) -> bool:
            for count in range(longest(position, most), least - 1, -1):
                self._step()
                if then(position + count):
                    return True
            return False

        def lazy(position: int, then: Continuation) -> bool:
            count = longest(position, least)
            while count >= least:
                if then(position + count):
                    return True
                if count == most or not longest(position + count, 1):
                    return False
                count += 1
            return False

        def possessive(position: int, then: Continuation) -> bool:
            count = longest(position, most)
            return count >= least and then(position + count)

        return {code.MAX_REPEAT: greedy, code.MIN_REPEAT: lazy}.get(op, possessive)

    def _atomic(self, inside: Matcher) -> Matcher:
        def run(position: int, then: Continuation) -> bool:
            end = _first_end(inside, position)
            return end is not None and then(end)

        return run

    def _assertion(self, op: Any, direction: int, body: Any) -> Matcher:
        inside = self._sequence(list(body))
        width = body.getwidth()[1] if direction < 0 else 0

        def run(position: int, then: Continuation) -> bool:
            start = position - width
            holds = start >= 0 and inside(start, lambda _: True)
            return holds == (op is code.ASSERT) and then(position)

        return run

    def _at(self, where: Any) -> Matcher:
        def word(position: int) -> bool:
            return 0 <= position < len(self._text) and _is_word(self._text[position])

        def holds(position: int) -> bool:
            text = self._text
            lines = bool(self._flags & re.MULTILINE)
            match where:
                case code.AT_BEGINNING_STRING:
                    return position == 0
                case code.AT_BEGINNING:
                    return position == 0 or (lines and text[position - 1] == "\n")
                case code.AT_END_STRING:
                    return position == len(text)
                case code.AT_END:
                    return text[position:] in ("", "\n") or (lines and text[position] == "\n")
                case code.AT_BOUNDARY:
                    return word(position - 1) != word(position)
                case code.AT_NON_BOUNDARY:
                    return word(position - 1) == word(position)
            raise NotImplementedError(str(where))

        return lambda position, then: holds(position) and then(position)

    def _reference(self, group: int) -> Matcher:
        def run(position: int, then: Continuation) -> bool:
            self._step()
            start, end = self._groups.get(group, (0, -1))
            length = end - start
            same = self._text[start:end] == self._text[position : position + length]
            return length >= 0 and same and then(position + length)

        return run


def _first_end(matcher: Matcher, position: int) -> int | None:
    ends: list[int] = []

    def then(end: int) -> bool:
        ends.append(end)
        return True

    return ends[0] if matcher(position, then) else None


def hostile_pieces(pattern: Pattern) -> Iterator[tuple[str, str, str]]:
    """Beginnings, pieces to be repeated and ends, of the characters an expression speaks of."""
    tree = _parsed(pattern)
    letters = list(dict.fromkeys(_characters(tree)))[:12]
    beginnings = list(dict.fromkeys(["", *_beginnings(list(tree))]))[:6]
    pairs = ("".join(pair) for pair in product(letters[:8], repeat=2))
    for piece in dict.fromkeys([*letters, *pairs, *beginnings[1:]]):
        for before in beginnings:
            for after in ("", "\x00"):
                yield before, piece, after


def _beginnings(nodes: list[Any], before: str = "") -> Iterator[str]:
    """What the first parts of an expression match, in the shortest way, up to each of them."""
    text = before
    for op, argument in nodes:
        match op:
            case code.LITERAL:
                text += chr(argument)
                continue
            case code.IN | code.NOT_LITERAL | code.ANY:
                text += next(_characters([(op, argument)]), "a")
                continue
            case code.SUBPATTERN:
                *_, text = text, *_beginnings(list(argument[3]), text)
            case code.BRANCH:
                *_, text = text, *_beginnings(list(argument[1][0]), text)
            case code.ATOMIC_GROUP:
                *_, text = text, *_beginnings(list(argument), text)
            case code.MAX_REPEAT | code.MIN_REPEAT | code.POSSESSIVE_REPEAT:
                yield text
                for _ in range(min(argument[0], 5)):
                    *_, text = text, *_beginnings(list(argument[2]), text)
            case _:
                continue
    yield text


def _parsed(pattern: Pattern) -> Any:
    source = pattern.pattern
    if isinstance(source, bytes):
        # Bytes as characters of the same numbers; only the flag that says so differs.
        return parser.parse(source.decode("latin-1"), pattern.flags)
    return parser.parse(source, pattern.flags)


def _characters(nodes: Any) -> Iterator[str]:
    for op, argument in nodes:
        match op:
            case code.LITERAL | code.NOT_LITERAL:
                yield chr(argument)
            case code.ANY:
                yield from "a "
            case code.IN:
                if argument[0][0] is code.NEGATE:
                    yield from "aé 1"
                for item, value in argument:
                    if item is code.LITERAL:
                        yield chr(value)
                    elif item is code.RANGE:
                        yield chr(value[0])
                    elif item is code.CATEGORY:
                        yield from _SAMPLES[value]
            case code.BRANCH:
                for part in argument[1]:
                    yield from _characters(part)
            case code.SUBPATTERN:
                yield from _characters(argument[3])
            case code.MAX_REPEAT | code.MIN_REPEAT | code.POSSESSIVE_REPEAT:
                yield from _characters(argument[2])
            case code.ATOMIC_GROUP:
                yield from _characters(argument)
            case code.ASSERT | code.ASSERT_NOT:
                yield from _characters(argument[1])


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


_CATEGORIES: dict[Any, Test] = {
    code.CATEGORY_DIGIT: str.isdecimal,
    code.CATEGORY_NOT_DIGIT: lambda character: not character.isdecimal(),
    code.CATEGORY_SPACE: str.isspace,
    code.CATEGORY_NOT_SPACE: lambda character: not character.isspace(),
    code.CATEGORY_WORD: _is_word,
    code.CATEGORY_NOT_WORD: lambda character: not _is_word(character),
}
_SAMPLES = {
    code.CATEGORY_DIGIT: "1",
    code.CATEGORY_NOT_DIGIT: "a ",
    code.CATEGORY_SPACE: " \n",
    code.CATEGORY_NOT_SPACE: "a.",
    code.CATEGORY_WORD: "a_",
    code.CATEGORY_NOT_WORD: " .",
}
