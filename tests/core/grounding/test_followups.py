"""A question that goes on with the one before is told from one that speaks for itself."""

import pytest

from assistant.core.grounding.followups import is_follow_up

FOLLOW_UPS = [
    "Who built it?",
    "Where did he train?",
    "And how long does delivery take?",
    "What about the warranty?",
    "How much?",
    "Why?",
    "When was that?",
    "What is her phone number?",
    "How old are they?",
    "Does it need oil?",
    "Which one is cheaper?",
    "Tell me more",
    "Who won?",
    "What does that table cost?",
    "E quanto custa a entrega?",
    "Quanto custa?",
    "Quem o construiu e onde ele mora?",
    "Onde ela estudou?",
    "Quem a pintou?",
    "Quem o escreveu?",
    "Quando os entregaram?",
    "Quando foi construída?",
    "Onde foram assinados?",
    "Como é feito?",
    "¿Quién la pintó?",
    "¿Cuándo fue construida?",
    "¿Dónde fue escrito?",
    "Qual é o telefone dele?",
    "E o prazo?",
    "Quando foi isso?",
    "Por quê?",
    "Quanto tempo demora?",
    "Essa mesa tem garantia?",
    "¿Y cuánto tarda la entrega?",
    "¿Quién la hizo y dónde vive ella?",
    "¿Cuánto cuesta?",
    "¿Dónde estudió él?",
    "¿Cuál es su teléfono?",
    "¿Por qué?",
    "¿Qué más?",
]

ON_THEIR_OWN = [
    "How much does the pine shelf cost?",
    "Where did Emil Kraft train?",
    "What is photosynthesis?",
    "What is the fee that members of the club pay?",
    "Is there a boiler in the cellar?",
    "How many tables are there in the hall?",
    "What did the club decide this year?",
    "How much is one loaf of rye bread?",
    "hello",
    "thanks",
    "",
    "?!",
    "Quanto custa a estante de pinho?",
    "O que é fotossíntese?",
    "Onde fica Lyon?",
    "Quem foi Machado?",
    "Quem foi eleito?",
    "Onde está Eldorado?",
    "Quando foi a pintura restaurada?",
    "Quem a pintou, a casa amarela?",
    "Quando é a feira?",
    "¿Cuándo es la boda?",
    "Onde está a chave do moinho?",
    "Quem construiu a mesa de carvalho?",
    "O que a associação decidiu este ano?",
    "¿Cuánto cuesta la mesa de roble?",
    "¿Qué es la fotosíntesis?",
    "¿Dónde está la llave del molino?",
    "¿Quién decidió esta semana el presupuesto del club?",
    "租金是多少？",
]


@pytest.mark.parametrize("question", FOLLOW_UPS)
def test_a_follow_up(question: str) -> None:
    assert is_follow_up(question)


@pytest.mark.parametrize("question", ON_THEIR_OWN)
def test_a_question_of_its_own(question: str) -> None:
    assert not is_follow_up(question)
