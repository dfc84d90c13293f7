"""Pairs of a sentence and the passage it was made from: right ones, and ones made wrong.

Right are a sentence of the passage that holds a known answer, the same behind a few words on its
source, shortened by what stands in brackets or between commas, and the known answer by itself.
Wrong are the sentence negated, with another number, with another name or thing in the place of the
answer, and without the condition it is under; and what another question on the passage is answered
with. The split `test` is made wrong in other ways than
`dev`: with other negations, numbers and things.
"""

import random
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from assistant.core.grounding.citations import sentences_of
from benchmarks.question_sets import Paragraph, Question, QuestionSet

RIGHT = ("word for word", "framed", "shortened", "answer alone")
SENTENCES = RIGHT[:-1]
"""Without the answers that are no sentences."""
WRONG = (
    "negated",
    "number changed",
    "entity changed",
    "names swapped",
    "condition dropped",
    "other answer alone",
)


class MadePair(NamedTuple):
    """A sentence to be checked against a passage."""

    kind: str
    question: str
    sentence: str
    paragraph: Paragraph


class _Ways(NamedTuple):
    """How sentences of a language are made wrong, on `dev` and on `test`."""

    verbs: str
    negations: tuple[tuple[str, ...], tuple[str, ...]]
    """`{}` is the verb."""
    fronts: tuple[tuple[str, ...], tuple[str, ...]]
    frames: tuple[str, ...]
    conditions: str
    numbers: tuple[str, ...]


_WAYS = {
    "English": _Ways(
        r"\b(is|are|was|were|can|could|will|would|has|have|had|may|must|should)\b(?! not)",
        (("{} not", "{}n't"), ("{} never", "{} no longer", "{} hardly", "{} by no means")),
        (("It is not true that ",), ("It is false that ", "Nobody can say that ")),
        ("According to the text, ", "The passage says that ", "Yes, "),
        r"(?:,? (?:if|unless|except|provided that|as long as|only when|only if) [^,.;]+)(?=[.,;])",
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve"),
    ),
    "Portuguese": _Ways(
        r"\b(é|são|foi|foram|era|eram|pode|podem|deve|devem|tem|têm|está|estão|possui|permite)\b",
        (("não {}",), ("nunca {}", "jamais {}", "já não {}", "de modo algum {}")),
        (("Não é verdade que ",), ("É falso que ", "Ninguém diz que ")),
        ("Segundo o texto, ", "O trecho diz que ", "Sim, "),
        r"(?:, (?:se|caso)|,? (?:salvo|exceto|a menos que|desde que|a não ser que)) [^,.;]+"
        r"(?=[.,;])",
        ("dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez", "doze"),
    ),
}
_NUMBER = re.compile(r"(?<![\w.,/-])\d+(?:[.,]\d+)*(?![\w/-])")
_NAME = re.compile(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Ý][\wÀ-ÿ-]+(?: [A-ZÀ-Ý][\wÀ-ÿ-]+)*")
_ASIDE = re.compile(r" \([^()]*\)|, [^,;.() ]+(?: +[^,;.() ]+)+(?=, )")
_MIN_WORDS, _MAX_WORDS = 6, 40


def made_pairs(questions: QuestionSet, split: str, count: int) -> Iterator[MadePair]:
    """Pairs of a set, at most `count` of a kind, those with most variety first."""
    drawn = random.Random(f"{questions.language} {split}")
    ways = _WAYS[questions.language]
    paragraphs = {paragraph.id: paragraph for paragraph in questions.paragraphs}
    asked = [question for question in questions.questions if question.split == split]
    drawn.shuffle(asked)
    left = dict.fromkeys((*RIGHT, *WRONG), count)
    for question in asked:
        paragraph = paragraphs[next(iter(sorted(question.relevant)))]
        found = _holding(question, paragraph)
        if found is None:
            continue
        sentence, answer = found
        for kind, made in _variants(sentence, answer, question, asked, ways, split, drawn):
            if left[kind] and made and made != sentence:
                left[kind] -= 1
                yield MadePair(kind, question.text, made, paragraph)
        if left["word for word"]:
            left["word for word"] -= 1
            yield MadePair("word for word", question.text, sentence, paragraph)
        other = _other_answer(question, asked)
        if left["other answer alone"] and other:
            left["other answer alone"] -= 1
            yield MadePair("other answer alone", question.text, other, paragraph)
    if left["condition dropped"]:
        yield from _without_conditions(questions, ways, left["condition dropped"], drawn)


def _holding(question: Question, paragraph: Paragraph) -> tuple[str, str] | None:
    """The sentence of a paragraph that holds a known answer, and that answer."""
    for sentence in sentences_of(paragraph.text):
        for answer in question.answers:
            words = len(sentence.text.split())
            if answer in sentence.text and _MIN_WORDS <= words <= _MAX_WORDS:
                return sentence.text, answer
    return None


def _variants(
    sentence: str,
    answer: str,
    question: Question,
    others: Sequence[Question],
    ways: _Ways,
    split: str,
    drawn: random.Random,
) -> Iterator[tuple[str, str]]:
    held = int(split == "test")
    lower = sentence[0].lower() + sentence[1:]
    yield "framed", drawn.choice(ways.frames) + (lower if not _is_name(sentence) else sentence)
    asides = [each for each in _ASIDE.finditer(sentence) if answer not in each.group()]
    if asides:
        aside = drawn.choice(asides)
        yield "shortened", _without_aside(sentence, aside)
    yield "answer alone", answer
    yield "negated", _negated(sentence, lower, ways, held, drawn)
    yield "number changed", _renumbered(sentence, ways, held, drawn)
    yield "entity changed", _exchanged(sentence, answer, question, others, held, drawn)
    yield "names swapped", _swapped(sentence, drawn)


def _is_name(sentence: str) -> bool:
    first = sentence.split()[0]
    return first.isupper() and len(first) > 1


def _without_aside(sentence: str, aside: re.Match[str]) -> str:
    end = aside.end() + (1 if sentence[aside.end()] == "," else 0)
    return sentence[: aside.start()] + sentence[end if aside.group()[0] == "," else aside.end() :]


def _negated(sentence: str, lower: str, ways: _Ways, held: int, drawn: random.Random) -> str:
    if drawn.random() < 0.2:
        return drawn.choice(ways.fronts[held]) + lower
    verbs = list(re.finditer(ways.verbs, sentence))
    if not verbs:
        return ""
    verb = verbs[0]
    said = drawn.choice(ways.negations[held]).format(verb.group())
    return sentence[: verb.start()] + said + sentence[verb.end() :]


def _renumbered(sentence: str, ways: _Ways, held: int, drawn: random.Random) -> str:
    """The sentence with another number; on `test` every second time one in letters."""
    found = list(_NUMBER.finditer(sentence))
    spelled = [w for w in ways.numbers if re.search(rf"\b{w}\b", sentence)]
    if spelled and (held or not found):
        word = drawn.choice(spelled)
        other = drawn.choice([each for each in ways.numbers if each != word])
        return re.sub(rf"\b{word}\b", other, sentence, count=1)
    if not found:
        return ""
    number = drawn.choice(found)
    changed = _other_number(number.group(), held, drawn)
    return sentence[: number.start()] + changed + sentence[number.end() :]


def _other_number(text: str, held: int, drawn: random.Random) -> str:
    digits = list(text)
    places = [at for at, char in enumerate(digits) if char.isdigit()]
    if held and len(places) > 1 and digits[places[-1]] != digits[places[-2]]:
        digits[places[-1]], digits[places[-2]] = digits[places[-2]], digits[places[-1]]
    else:
        at = drawn.choice(places)
        digits[at] = drawn.choice([each for each in "123456789" if each != digits[at]])
    return "".join(digits)


def _exchanged(
    sentence: str,
    answer: str,
    question: Question,
    others: Sequence[Question],
    held: int,
    drawn: random.Random,
) -> str:
    """The sentence with another question's answer; on `test` one of any article."""
    if len(answer.split()) > 4 or any(map(str.isdigit, answer)):
        return ""
    article = next(iter(question.relevant)).partition("::")[0]
    known = " ".join(question.answers).lower()

    def fits(other: str) -> bool:
        return (
            other[0].isupper() == answer[0].isupper()
            and not any(map(str.isdigit, other))
            and abs(len(other.split()) - len(answer.split())) <= 1
            and other.lower() not in known
            and other.lower() not in sentence.lower()
        )

    choices = [
        each.answers[0]
        for each in others
        if fits(each.answers[0])
        and (held or next(iter(each.relevant)).partition("::")[0] == article)
    ]
    return sentence.replace(answer, drawn.choice(choices), 1) if choices else ""


def _other_answer(question: Question, others: Sequence[Question]) -> str:
    """The answer of the next question on the same passage, a number where this one's is one."""
    known = " ".join(question.answers).lower()
    words = set(known.split())
    has_digit = any(map(str.isdigit, question.answers[0]))
    for other in others:
        answer = other.answers[0]
        if (
            other.relevant == question.relevant
            and other.text != question.text
            and any(map(str.isdigit, answer)) == has_digit
            and words.isdisjoint(answer.lower().split())
            and abs(len(answer.split()) - len(question.answers[0].split())) <= 2
        ):
            return answer
    return ""


def _swapped(sentence: str, drawn: random.Random) -> str:
    """The sentence with two names in each other's place, a verb between them."""
    names = list(_NAME.finditer(sentence))
    pairs = [
        (one, other)
        for one, other in pairwise(names)
        if one.group() != other.group()
        and len(sentence[one.end() : other.start()].split()) > 3
        and "," not in sentence[one.end() : other.start()]
    ]
    if not pairs:
        return ""
    one, other = drawn.choice(pairs)
    between = sentence[one.end() : other.start()]
    return sentence[: one.start()] + other.group() + between + one.group() + sentence[other.end() :]


def _without_conditions(
    questions: QuestionSet, ways: _Ways, count: int, drawn: random.Random
) -> Iterator[MadePair]:
    found = []
    for paragraph in questions.paragraphs:
        for sentence in sentences_of(paragraph.text):
            shorter = re.sub(ways.conditions, "", sentence.text, count=1)
            if shorter != sentence.text and len(shorter.split()) >= _MIN_WORDS:
                found.append(MadePair("condition dropped", "", shorter, paragraph))
    drawn.shuffle(found)
    yield from found[:count]
