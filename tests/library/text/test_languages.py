"""Whether a text is in a language that is known."""

import pytest

from assistant.library.text.languages import Language, is_in_another


@pytest.mark.parametrize(
    ("text", "language", "is_another"),
    [
        ("Quando é devolvida a caução?", "en", True),
        ("Quando é devolvida a caução?", "pt", False),
        ("Em que dia vem o canalizador?", "en", True),
        ("Quem paga a limpeza da escada do prédio do lado do mercado?", "en", True),
        ("De que lado posso tomar banho?", "en", True),
        ("Que cargo ficou vago?", "en", True),
        ("O contrato inclui televisão?", "en", True),
        ("Preciso cobrir o cabelo dentro da água?", "en", True),
        ("Que cargo ficou vago?", "pt", False),
        ("¿Qué puesto quedó libre?", "en", True),
        ("When is the deposit paid back?", "pt", True),
        ("When did the tram to La Paz stop running?", "en", False),
        ("How do I get from Rio de Janeiro to the coast?", "en", False),
        ("When is the deposit paid back?", "en", False),
        ("¿Cuándo se devuelve la fianza?", "es", False),
        ("garage", "pt", False),
        ("Quando é devolvida a caução?", "simple", False),
        ("", "en", False),
    ],
)
def test_a_text_is_known_not_to_be_in_a_language(
    text: str, language: Language, is_another: bool
) -> None:
    assert is_in_another(text, language) == is_another
