"""Intent of a question about documents as a whole: to have them summed up, or compared.

"Summarise this report" and "what are its main points" ask about all of it; "summarise the risks"
and "what are the main points about rent" ask about something in it. So a question is one of these
only where it says nothing else. English and Portuguese; what a language has for it are its words,
folded.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from assistant.core.grounding import mentions

Kind = Literal["summarise", "compare"]

COMMANDS: Final[dict[str, Kind]] = {
    "/summarise": "summarise",
    "/summarize": "summarise",
    "/compare": "compare",
}
"""What a question begins with that asks for it outright."""

_SUMMING = (
    "summarise summarize summarised summarized summarising summarizing summary summaries sum recap"
    " recapitulate overview gist synopsis abstract condense digest outline tldr tl dr precis"
    " resuma resume resumir resumo resumos resumida resumido resumidamente sintetize sintetizar"
    " sintese sumario sumarize sumarizar panorama recapitule condense sinopse"
)
_COMPARING = (
    "compare compares compared comparing comparison contrast differ differs differing difference"
    " differences different changed changes change similarities similar versus vs diff"
    " compara comparar comparacao comparativo comparando diferem difere diferenca diferencas"
    " diferente diferentes mudou mudancas mudanca mudou mudaram semelhancas contraste contrastar"
    " distingue distinguem"
)
_MAIN = (
    "main key major central essential important most principal primary core biggest top"
    " principais principal essenciais essencial importantes importante centrais chave maiores"
)
_POINTS = (
    "point points idea ideas topic topics theme themes message messages takeaway takeaways"
    " conclusion conclusions finding findings argument arguments subject subjects content contents"
    " thesis essence"
    " ponto pontos ideia ideias topico topicos tema temas mensagem mensagens conclusao conclusoes"
    " argumento argumentos assunto assuntos conteudo tese essencia"
)
_ABOUT = (
    "about say says said tell tells cover covers covered discuss discusses describe describes"
    " deal deals contain contains concern concerns explain explains treat treats"
    " trata tratam fala falam diz dizem aborda abordam sobre contem descreve descrevem explica"
    " explicam explique refere conta consiste consist consists"
)
_DOCUMENTS = (
    "document documents file files report reports paper papers article articles text texts pdf book"
    " books contract contracts lease letter letters manual manuals thesis page pages chapter"
    " chapters notes note doc docs presentation slides spreadsheet essay story version versions"
    " one ones two both attachment attached draft drafts work piece"
    " documento documentos arquivo arquivos ficheiro ficheiros relatorio relatorios artigo artigos"
    " texto textos livro livros contrato contratos carta cartas paginas pagina capitulo capitulos"
    " notas nota apresentacao planilha tese versao versoes dois duas ambos ambas anexo anexos"
    " trabalho rascunho historia"
)
_NEUTRAL = (
    "a all an and any are as at be between brief briefly by can could did do does each everything"
    " for from general generally give get have help here how i if in into is it its just know let"
    " like long make matter me mine my need now of on or our out over please quick quickly read"
    " reading sentence sentences short shortly should show so some that the their them then there"
    " these they thing things this those through to up us want was we were what whats which whole"
    " will with would write you your entire complete full detail details detailed main line lines"
    " word words paragraph paragraphs bullet bullets list few simple simply plain terms exactly"
    " s re m"
    " ao aos as com como da das de deste desta destes destas desse dessa do dos e ela ele eles em"
    " entre esse essa este esta esses essas estes estas eu faca fazer faz favor foi gere geral ha"
    " isso isto la me mim meu minha meus minhas mostre na nas nesse nessa neste nesta no nos num"
    " numa o os para pela pelo pode podem poderia por pra preciso qual quais quais quero que quem"
    " ser se seja seu sua seus suas so sao tem tudo todo toda todos todas um uma voce breve"
    " brevemente curto curta rapido rapidamente detalhes detalhado completo completa inteiro"
    " inteira frase frases palavras lista linha linhas paragrafo paragrafos em gostaria queria"
    " ler leia entender entenda diga dizer exatamente forma simples topicos itens item"
    " outro outra outros outras other another few poucas poucos"
)
_NUMBER_WORDS = (
    "one um uma | two dois duas | three tres | four quatro | five cinco | six seis | seven"
    " sete | eight oito | nine nove | ten dez | eleven onze | twelve doze"
)
"""The words for 1, 2 and so on."""
_NUMBERS: Final[dict[str, int]] = {
    word: number
    for number, words in enumerate(_NUMBER_WORDS.split("|"), start=1)
    for word in words.split()
}
_COUNTED_WORDS = (
    "point points sentence sentences bullet bullets item items line lines idea ideas takeaway"
    " takeaways topic topics thing things ponto pontos frase frases topico topicos itens"
    " linhas ideias tese teses coisas"
)
_COUNTED: Final = frozenset(_COUNTED_WORDS.split())
_JOINING_WORDS = "in into as em com with by"
_JOINING: Final = frozenset(_JOINING_WORDS.split())

_SETS: Final[dict[str, frozenset[str]]] = {
    name: frozenset(words.split())
    for name, words in {
        "summing": _SUMMING,
        "comparing": _COMPARING,
        "main": _MAIN,
        "points": _POINTS,
        "about": _ABOUT,
        "documents": _DOCUMENTS,
        "neutral": _NEUTRAL,
    }.items()
}
_KNOWN: Final = frozenset[str]().union(*_SETS.values(), _NUMBERS, _JOINING, _COUNTED)
_ASKING_WORDS = (
    "what whats which que qual quais explain explique explica describe descreva descreve"
)
_ASKING: Final = frozenset(_ASKING_WORDS.split())
_WORD = re.compile(r"[^\W_]+")
_POINTING_WORDS = (
    "this that these those it its esse essa este esta isso isto deste desta disso disto desse"
    " dessa ele ela"
)
_POINTING: Final = frozenset(_POINTING_WORDS.split())

MAX_POINTS: Final = 30

A_DOCUMENT: Final = "document"
"""What stands for a document's name."""


class WholeRequest(NamedTuple):
    """What is wanted of documents as a whole."""

    kind: Kind
    points: int | None = None
    """In how many sentences; None leaves that open."""
    wish: str = ""
    """What else was asked for, as it was typed."""
    is_command: bool = False
    """Whether it was asked for outright, by a command."""
    names_documents: bool = False
    """Whether it speaks of documents, so that it can mean nothing else."""


def whole_request(
    question: str, names: Sequence[str] = (), collections: Sequence[str] = ()
) -> WholeRequest | None:
    """What a question wants of documents as a whole; None when it is about something else.

    Args:
        names: names of files that it may mention.
        collections: those that it may mention.
    """
    bare = mentions.without_collections(mentions.without_files(question, names), collections)
    first, _, rest = bare.strip().partition(" ")
    kind = COMMANDS.get(first.lower())
    if kind is not None:
        points, wish = _points_and_wish(rest.strip())
        return WholeRequest(kind, points, wish, is_command=True, names_documents=True)
    named = mentions.without_files(question, names, A_DOCUMENT)
    words = _words(mentions.without_collections(named, collections))
    if not words or any(word not in _KNOWN and not word.isdecimal() for word in words):
        return None
    kind = _kind(words)
    if kind is None:
        return None
    points, _ = _points_and_wish(bare)
    is_told = any(word in _SETS["documents"] for word in words)
    return WholeRequest(kind, points, names_documents=is_told)


def may_ask_for_all(question: str) -> bool:
    """Whether it is worth asking which files there are."""
    words = _words(question)
    # The name of a file may stand where the word for it would.
    return bool(words) and _kind([*words, A_DOCUMENT]) is not None


def _kind(words: Sequence[str]) -> Kind | None:
    has = {name: any(word in known for word in words) for name, known in _SETS.items()}
    if has["comparing"]:
        return "compare"
    if has["summing"]:
        return "summarise"
    if has["main"] and has["points"]:
        return "summarise"
    asks = any(word in _ASKING for word in words)
    means = has["documents"] or any(word in _POINTING for word in words)
    if has["documents"] and words[-2:-1] in (["about"], ["sobre"]) and words[-1] in _POINTING:
        # "What does the contract say about this?" asks for something that was said before.
        return None
    return "summarise" if asks and means and (has["about"] or has["points"]) else None


def _points_and_wish(text: str) -> tuple[int | None, str]:
    """The number of points that a text asks for, and what it says beside that."""
    tokens = text.split()
    plain = [folded(token).strip(".,;:!?|") for token in tokens]
    for at, word in enumerate(plain):
        number = _NUMBERS.get(word) or (int(word) if word.isdecimal() and len(word) < 4 else None)
        behind = plain[at + 1 : at + 3]
        counted = next((n for n, each in enumerate(behind) if each in _COUNTED), None)
        if number is None or counted is None:
            continue
        first = at - 1 if at and plain[at - 1] in _JOINING else at
        rest = [*tokens[:first], *tokens[at + counted + 2 :]]
        return max(1, min(number, MAX_POINTS)), " ".join(rest).strip(" |")
    return None, text.strip(" |")


def _words(text: str) -> list[str]:
    return _WORD.findall(folded(text))


def folded(text: str) -> str:
    """A text in small letters without accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in spread if not unicodedata.combining(mark))
