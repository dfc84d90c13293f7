"""Follow-up questions: those that say only together with the one before what they are about.

English, Portuguese and Spanish. What a language has for it are its words; they are folded, and one
list serves all three, as nobody says in which language a question is asked.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from assistant.core.values.conversation import Message
from assistant.core.values.library import Retrieval

MAX_ANTECEDENTS = 3
"""Questions that are searched together with a follow-up at most."""

MAX_QUOTED = 300
"""Characters of what the last answer cites that are searched with it."""

_MAX_OWN_WORDS = 4
"""Telling words of a question beside which a pronoun may mean something outside of it."""

_OPENING = "and but also so or then e mas entao ou y pero entonces tambem tambien"
"""First words that go on with what was said."""

_PHRASES = (
    "what about",
    "how about",
    "que tal",
    "what else",
    "que mais",
    "que mas",
    "tell me more",
    "more about",
)

_PRONOUNS = (
    "it its he him his she her hers they them their theirs this that these those one ones"
    " there ele ela eles elas dele dela deles delas nele nela neles nelas lhe lhes isso isto"
    " aquilo disso disto nisso nisto esse essa esses essas este esta estes estas aquele aquela"
    " aqueles aquelas desse dessa deste desta nesse nessa neste nesta seu sua seus suas ella"
    " ellos ellas eso esto aquello ese esa esos esas estos estas aquel aquella aquellos"
    " aquellas su sus suyo suya les"
)
_ACCENTED_PRONOUNS = frozenset({"él"})
"""Without its accent it is an article."""

_DEMONSTRATIVES = (
    "this that these those esse essa este esta nesse nessa neste nesta ese esa estos estas"
)
_TIMES = (
    "year years month months week weeks day days morning afternoon evening night time century"
    " ano anos mes meses semana semanas dia dias manha tarde noite vez seculo ano anos semana"
    " dia manana noche siglo"
)
"""What stands behind a demonstrative that means the present."""

_FUNCTION_WORDS = (
    "a about after all am an any are as at be because been before being between by can could"
    " did do does doing done during each ever exactly far few for from get gets got had has"
    " have how i if in into is just kind know less like long many may me might more most much"
    " must my need no not now of off often old on only other our out over please same say says"
    " shall should show since some sort still such tell than the thing things through to too"
    " under until up us very was we well were what when where which while who whom whose why"
    " will with within without would yes yet you your explain describe give list mean means"
    " meant happen happens happened ok okay ainda ao aos as ate bem com como da das de do dos"
    " durante em entre era eram esta estao estava eu foi foram ha havia ja la mais mas me"
    " menos meu meus minha minhas muita muito na nas nao nem no nos nossa nosso num numa o"
    " onde os outra outro para pela pelas pelo pelos pode podem por porque pra qual quais"
    " quando quanta quantas quanto quantos que quem sao se sem ser sera sim so sobre tambem"
    " tao tem tempo tenho ter teve tudo um uma voce explique diga conte mostre fale descreva"
    " significa acontece aconteceu favor al algo algun ante antes aqui asi aun cada con contra"
    " cual cuales cuando cuanta cuantas cuanto cuantos del desde donde el en eres es estaba"
    " estan fue fueron haber hacia han hasta hay la las lo los mis mucha mucho muy ni nosotros"
    " otra otro pero poco puede pueden quien quienes ser si sido sin sobre son soy su tal tan"
    " tanto te tener tiene tienen tiempo todo tu tus un una unas uno unos usted ya yo explica"
    " dime cuenta muestra describe pasa paso significa"
)
_INTERROGATIVES = "who where when how why quem onde quando como quanto quien donde cuando cuanto"
"""Those behind which a verb stands at once where the thing itself is not named."""

_CLITICS = frozenset({"a", "o", "as", "os", "la", "lo", "las", "los"})
"""Pronouns before a verb, as in "quem a pintou"; before a noun they are articles."""

_BEING = (
    "e sao foi foram era eram fora sera serao seria esta estao estava estavam fue fueron es son"
)
"""What a participle stands behind where the thing itself is not named: "quando foi construída"."""

_PARTICIPLE = re.compile(
    r"\w{2,}[ai]d[oa]s?|\w*(?:feit|escrit|abert|post|vist|dit|eleit|mort|pres|pag|gast)[oa]s?"
    r"|\w*(?:hech|abiert|puest|dich|rot|muert)[oa]s?|entregues?"
)
"""Regular ones, and those that are not, of Portuguese and Spanish."""

_AMOUNTS = frozenset({"tempo", "tiempo"})
"""What may stand between the two, as in "quanto tempo"."""

_CHOOSING = frozenset({"which", "the", "that", "this", "another", "each", "either"})
"""What "one" stands behind where it is no number."""

_PERSONS = frozenset({"who", "quem", "quien"})
"""They ask for the very one that a participle speaks of, as in "quem foi eleito"."""

_FOLLOWING = frozenset(_OPENING.split())
_POINTING = frozenset(_PRONOUNS.split())
_DEMONSTRATIVE = frozenset(_DEMONSTRATIVES.split())
_PRESENT = frozenset(_TIMES.split())
_FUNCTION = frozenset(_FUNCTION_WORDS.split()) | _POINTING | _FOLLOWING
_IS = frozenset(_BEING.split())
_ASKING = frozenset(_INTERROGATIVES.split())
_WORD = re.compile(r"[^\W_]+")


def is_follow_up(question: str) -> bool:
    """Whether a question has a pronoun for what it is about, goes on with what was said, or has no
    noun of its own."""
    typed = _WORD.findall(unicodedata.normalize("NFC", question))
    words = [_folded(word) for word in typed]
    if not words:
        return False
    own = [at for at, word in enumerate(words) if word not in _FUNCTION]
    if words[0] in _FOLLOWING or " ".join(words[:3]).startswith(_PHRASES):
        return True
    if len(own) <= _MAX_OWN_WORDS and any(
        _points_back(typed, words, at) for at in range(len(words))
    ):
        return True
    if not own:
        return True
    asking = [word for word in words[: own[0]] if word not in _AMOUNTS]
    if len(own) > 1 or not asking:
        return False
    return asking[-1] in _ASKING or _leaves_it_out(typed, words, own[0])


def _leaves_it_out(typed: Sequence[str], words: Sequence[str], verb: int) -> bool:
    """Whether a question that ends with its only telling word has a clitic or nothing for what it
    is about: "quem a pintou", "quando foi construída"."""
    before = words[:verb]
    if verb != len(words) - 1 or len(before) < 2 or before[-2] not in _ASKING:
        return False
    if before[-1] in _CLITICS:
        return True
    is_participle = typed[verb][0].islower() and _PARTICIPLE.fullmatch(words[verb]) is not None
    return before[-1] in _IS and before[-2] not in _PERSONS and is_participle


@dataclass(frozen=True)
class Antecedents:
    """What a follow-up goes on with."""

    texts: tuple[str, ...] = ()
    """The questions before it back to one that speaks for itself, oldest first, and what of the
    files the last answer quotes."""
    files: frozenset[str] = frozenset()
    """The paths of the files that it quotes."""

    @classmethod
    def of(
        cls, history: Sequence[Message], retrieval_of: Callable[[str], Retrieval | None]
    ) -> Self:
        """Args:
        retrieval_of: what was searched for the answer with this id.
        """
        questions = tuple(_questions_before(history))
        answer = next((each for each in reversed(history) if each.role == "assistant"), None)
        quoted = [(each.path, each.quote) for each in answer.citations] if answer else []
        retrieval = retrieval_of(answer.id) if answer else None
        if retrieval and retrieval.saying:
            passage = retrieval.used[retrieval.saying.number - 1]
            quoted.append((passage.path, retrieval.saying.text))
        quotes = " ".join(dict.fromkeys(quote for _, quote in quoted))[:MAX_QUOTED]
        texts = (*questions, quotes) if questions and quotes else questions
        return cls(texts, frozenset(path for path, _ in quoted))


def _questions_before(history: Sequence[Message]) -> list[str]:
    questions: list[str] = []
    for message in reversed(history):
        if message.role == "user":
            questions.insert(0, message.asked)
            if len(questions) == MAX_ANTECEDENTS or not is_follow_up(message.asked):
                break
    return questions


def _points_back(typed: Sequence[str], words: Sequence[str], at: int) -> bool:
    """Whether the word there stands for something that the question does not name."""
    word, behind = words[at], words[at + 1] if at + 1 < len(words) else ""
    if typed[at].lower() in _ACCENTED_PRONOUNS:
        return True
    if word not in _POINTING:
        return False
    before = words[at - 1] if at else ""
    if word == "that" and before and before not in _FUNCTION:
        # "the fee that members pay"
        return False
    if word == "there" and behind in ("is", "are", "was", "were", "be"):
        return False
    if word == "there" and before in ("is", "are", "was", "were", "be"):
        return False
    is_last = at == len(words) - 1
    if word == "one" and not (is_last or before in _CHOOSING):
        return False
    if word == "esta" and not is_last:
        # It may be the verb, typed without its accent.
        return False
    return not (word in _DEMONSTRATIVE and behind in _PRESENT)


def _folded(word: str) -> str:
    spread = unicodedata.normalize("NFKD", word.casefold())
    return "".join(mark for mark in spread if not unicodedata.combining(mark))
