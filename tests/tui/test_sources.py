"""The panel of sources: what an answer rests on, beside it."""

from pathlib import Path

from assistant.core.documents import Passage
from assistant.core.library import SearchResult, Unused
from assistant.core.models import Place
from tests.fake_library import ScriptedLibrary
from tests.tui.driving import Setting, opened, scripted

WIDE = (150, 34)
RENT = "The landlord may raise the rent once every twelve months."
NOTICE = "The notice of it must be given in writing."
ANSWER = f"{RENT} Bananas are yellow."


def passage(id: str, text: str, path: str, place: Place, score: float = 0.9) -> Passage:
    return Passage(
        id=id,
        path=path,
        title=path.rsplit("/", 1)[-1],
        text=text,
        place=place,
        start=0,
        end=len(text),
        content_hash="ab" * 32,
        score=score,
        dense_score=0.8,
        keyword_score=3.0,
    )


LEASE = passage("1", RENT, "/files/lease.pdf", Place(page=4))
NOTES = passage("2", NOTICE, "/files/notes.md", Place(line_start=31, line_end=31))
FAR = passage("3", "The cat sat.", "/files/faq.docx", Place(heading=("FAQ", "Cats")), 0.1)
TWIN = passage("4", RENT, "/files/copy.pdf", Place(page=4))


def library(**options: object) -> ScriptedLibrary:
    result = SearchResult(
        passages=(LEASE, NOTES, FAR),
        evidence=0.9,
        sufficient=True,
        unused=(Unused(passage=TWIN, reason="duplicate"),),
        searched=1204,
    )
    return ScriptedLibrary(result, **options)  # type: ignore[arg-type]


async def test_the_sources_of_an_answer_appear_beside_it(home: Path) -> None:
    setting = Setting(home, scripted(ANSWER), library=library())
    async with opened(setting, WIDE) as driver:
        assert not driver.screen.panel.display

        await driver.ask("When may the rent go up?")

        await driver.until_shown("1,204 passages in your files")
        await driver.until(lambda: "●●●" in line(driver.text, "1 lease.pdf"))
        assert "p. 4" in line(driver.text, "1 lease.pdf")
        assert "L 31" in line(driver.text, "2 notes.md")
        assert "○" in line(driver.text, "2 notes.md")
        assert "The landlord may raise" in panel(driver.text)
        assert "too far" in line(panel(driver.text), "faq.docx")
        assert "§ Cats" in line(panel(driver.text), "faq.docx")
        assert "duplicate" in line(panel(driver.text), "copy.pdf")


def line(text: str, words: str) -> str:
    """The line of the screen that has these words."""
    return next((row for row in text.split("\n") if words in row), "")


def panel(text: str) -> str:
    """The right side of the screen."""
    return "\n".join(row[110:] for row in text.split("\n"))
