"""Narrow columns of justified text, as word processors print them: their spaces are no gaps."""

from pathlib import Path

import pytest

from tests.support.documents import read_bytes

MADE = Path(__file__).with_name("made")
"""Printed by LibreOffice 7.4: `narrow` in three columns, `estreito` in two."""

NARROW = (
    "The garden behind the old mill was planted by the miller's daughter in the spring of the year"
    " after the flood. She brought young pear trees from the monastery, and for each of them she"
    " dug a pit that was deep enough to reach the moist ground below the gravel.",
    "In the first summer hardly anything grew. The gravel dried out within hours, and the watering"
    " can had to be carried up from the river forty times a day. Only the comfrey, which nobody had"
    " planted, stood green between the rows.",
    "A neighbour who understood irrigation offered her his wooden pipes. Together they led the"
    " overflow of the millrace along the wall, and distributed the water evenly through notched"
    " boards. The following year the pears flowered.",
    "What the daughter had not considered were the bullfinches. They ate the buds before the"
    " flowers opened, notwithstanding the scarecrows, whose extraordinarily colourful garments had"
    " been contributed by the whole neighbourhood.",
)
ESTREITO = (
    "Sirlei guardava as sementes em vidros de conserva, etiquetados com a data da colheita e o nome"
    " da horta de onde vinham. Quem quisesse plantar recebia um punhado, com a condição de devolver"
    " o dobro na estação seguinte.",
    "Assim a coleção cresceu rapidamente, e as prateleiras da cooperativa tornaram-se"
    " insuficientes. Os agricultores construíram então um armazém subterrâneo, impermeabilizado com"
    " argila, onde a temperatura permanecia constante.",
    "Quando a estiagem prolongada destruiu as plantações convencionais, somente as variedades"
    " tradicionais da coleção sobreviveram, e o município inteiro recomeçou com elas.",
)


@pytest.mark.parametrize(("name", "paragraphs"), [("narrow", NARROW), ("estreito", ESTREITO)])
def test_stretched_lines_are_prose_in_its_order(name: str, paragraphs: tuple[str, ...]) -> None:
    document = read_bytes(f"{name}.pdf", (MADE / f"{name}.pdf").read_bytes())
    assert {block.kind for block in document.blocks} == {"paragraph"}
    flat = " ".join(document.text.split())
    places = [flat.find(paragraph) for paragraph in paragraphs]
    assert min(places) >= 0
    assert places == sorted(places)
