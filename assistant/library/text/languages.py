"""Language detection, by a text's commonest words; case and accent folding; stop words.

Accents are folded throughout, as many people do not type them. A word that several languages
share counts for each of them in part.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Literal

Language = Literal["en", "pt", "es", "fr", "de", "it", "simple"]
"""`simple`: not recognised, or one without rules here; its words are folded, not stemmed."""

_COMMON_WORDS: dict[Language, str] = {
    "en": (
        "a about after all also an and any are as at be because been before being between but by"
        " can could did do does doing during each for from had has have having he her here him his"
        " how i if in into is it its just may me might more most my no not of on one only or other"
        " our out over s she should so some such than that the their them then there these they"
        " this those through to under up was we were what when where which while who whom whose"
        " why will with would you your"
    ),
    "pt": (
        "a ao aos aquela aquele aquilo as ate com como da das de dela dele deles depois do dos e"
        " ela elas ele eles em entre era eram essa essas esse esses esta estao estar estas este"
        " estes eu foi foram ha isso isto ja lhe mais mas me meu minha muito na nao nas nem no nos"
        " nossa nosso num numa o onde os ou para pela pelas pelo pelos por porque quais qual"
        " quando quantas quanto quantos que quem sao se seja sem ser seu seus sido so sob sobre"
        " sua suas tambem te tem teve um uma umas uns voce"
    ),
    "es": (
        "a al algo ante antes aquel aquella asi como con cual cuales cuando cuanto cuantos de del"
        " desde donde durante e el ella ellas ellos en entre era eran es esa ese eso esta estaba"
        " estan este esto estos fue fueron ha han hasta hay la las le les lo los mas me mi mientras"
        " mucho muy ni no nos o otra otro para pero por porque pues que quien quienes se sea segun"
        " ser si sido sin sobre son su sus tambien tanto te tiene tienen un una unas uno unos y ya"
        " yo"
    ),
    "fr": (
        "a au aussi aux avec avoir c ce ces cet cette comme comment d dans de des donc dont du elle"
        " elles en entre est et etaient etait ete etre eu fut il ils j je l la le les leur leurs"
        " lui m mais me meme mes mon n ne nos notre nous on ont ou par pas plus pour pourquoi"
        " qu quand que quel quelle quelles quels qui s sa sans se ses si son sont sous sur tout"
        " tres tu un une vers vos votre vous y"
    ),
    "de": (
        "aber als also am an auch auf aus bei beim bis da damit dann das dass dem den denn der des"
        " die dies diese diesem dieser dieses doch durch ein eine einem einen einer eines er es"
        " fur hat hatte haben ich ihr ihre im in ist ja je kann kein keine mehr mein mit nach nicht"
        " noch nur ob oder ohne sehr sein seine sich sie sind so um und uns unter vom von vor wann"
        " war waren was wegen wer welche welcher welches wenn werden wie wieder wird wir wird wo"
        " wurde wurden zu zum zur zwischen"
    ),
    "it": (
        "a ad agli ai al alla alle allo anche che chi ci come con cosa cui d da dagli dai dal dalla"
        " dalle dei del della delle dello di dopo dove e era erano essere fu gli ha hanno i il in"
        " io l la le lo loro ma mi molto ne negli nei nel nella nelle nello no noi non o ogni per"
        " perche piu poi prima qual quale quali quando quanto quanti quella quello questa queste"
        " questi questo se sono stata stato su sua sue sugli sui sul sulla suo tra tutti un una"
        " uno"
    ),
}
_STOP_WORDS = {language: frozenset(words.split()) for language, words in _COMMON_WORDS.items()}
_SHARED = Counter(word for words in _STOP_WORDS.values() for word in words)

_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE_CHARS = 6000
"""Characters: some thousand words are more than enough."""
_MIN_SHARE = 0.12
"""Running text has three times as many stop words; lists of names and code have fewer."""
_MIN_LEAD = 1.25
"""How far the likeliest language has to be ahead of the next."""


def fold(text: str) -> str:
    """Fold case, accents, ligatures and full-width forms."""
    if text.isascii():
        return text.lower()
    # What looks like a letter but is a sign of mathematics becomes a capital only here.
    spread = unicodedata.normalize("NFKD", text.casefold()).casefold()
    return "".join(mark for mark in spread if not unicodedata.combining(mark))


def stop_words(language: Language) -> frozenset[str]:
    """The stop words of a language, folded."""
    return _STOP_WORDS.get(language, frozenset())


def guess_language(text: str, otherwise: Language = "simple") -> Language:
    """The language of a text; `otherwise` when its words do not tell."""
    scores, total = _scores(text, list(_STOP_WORDS))
    first, second = sorted(scores, key=lambda language: -scores[language])[:2]
    sure = scores[first] >= _MIN_SHARE * total and scores[first] >= _MIN_LEAD * scores[second]
    return first if total and sure else otherwise


def is_in_another(text: str, language: Language) -> bool:
    """Whether the words of a text are rather those of any other language than of this one; False
    when it is not known, or they do not tell. Which one it is may stay open: a Portuguese question
    that could be Spanish is not in English, and a word of both counts whole. A word that comes
    again tells nothing new."""
    if language == "simple":
        return False
    words = set(_WORD.findall(fold(text[:_SAMPLE_CHARS])))
    own = words & _STOP_WORDS[language]
    others = len((words & _SHARED.keys()) - own)
    least = _MIN_LEAD * sum(1 / _SHARED[word] for word in own)
    return others > 0 and others >= max(_MIN_SHARE * len(words), least)


def likeliest_language(text: str, among: Sequence[Language]) -> Language:
    """The language of a text as short as a question, of those it can be in."""
    if len(among) == 1:
        return among[0]
    scores, _ = _scores(text, [language for language in among if language in _STOP_WORDS])
    best = sorted(scores, key=lambda language: -scores[language])[:2]
    if not best or not scores[best[0]] or len({scores[language] for language in best}) < len(best):
        return "simple"
    return best[0]


def _scores(text: str, among: Sequence[Language]) -> tuple[dict[Language, float], int]:
    found = Counter(_WORD.findall(fold(text[:_SAMPLE_CHARS])))
    scores = {
        language: sum(found[word] / _SHARED[word] for word in found.keys() & _STOP_WORDS[language])
        for language in among
    }
    return scores, sum(found.values())
