"""Documents summed up in a turn: what is shown is borne out, and nothing is read twice."""

from collections.abc import Iterator
from threading import Event

import pytest

from assistant.core.errors import NotFoundError, UnreadableFileError
from assistant.core.summarising import summary
from assistant.core.summarising.reading import TRIAL
from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask, Continue, Regenerate
from assistant.core.values.conversation import Message
from assistant.core.values.documents import Block, Document
from assistant.core.values.events import Answered, SectionRead, Summarised, TurnEvent, Wrote
from assistant.core.values.library import Collection, FileEntry
from assistant.core.wording import summarised_text
from tests.support.conversations import PROMPTS
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_library import ScriptedLibrary
from tests.support.fake_models import ScriptedModel, ScriptedModels

PATH = "/d/report.pdf"
SUBJECTS = ("harbour", "railway", "airport", "library", "hospital", "market", "theatre")


def sentence(subject: str, number: int) -> str:
    words = ("opened", "costs", "feeds", "serves", "employs", "needs", "draws", "keeps")
    return f"The {subject} of the old town {words[number]} some {number + 2} hundred people."


def report(*subjects: str, words: int = 8) -> Document:
    """A page and a heading for each subject, and so many sentences below it."""
    text, blocks = "", list[Block]()
    for page, subject in enumerate(subjects, 1):
        for kind, said in (
            ("heading", subject.title()),
            ("paragraph", " ".join(sentence(subject, number) for number in range(words))),
        ):
            level = 1 if kind == "heading" else None
            block = Block(start=len(text), end=len(text) + len(said), level=level, page=page)
            blocks.append(block.model_copy(update={"kind": kind}))
            text += f"{said}\n\n"
    return Document(title="A report", text=text, blocks=tuple(blocks), has_lines=False)


class Scene:
    """A conversation about documents, and a model that says the same of each section."""

    def __init__(self, store: FakeConversations, *answers: str) -> None:
        self.store = store
        self.library = ScriptedLibrary()
        self.model = ScriptedModel(*(answers or ("Nobody knows what the moon is made of today.",)))
        self.chat = Chat(store, ScriptedModels(self.model), library=self.library, prompts=PROMPTS)
        self.id = store.create().id
        self.library.documents[PATH] = report(*SUBJECTS[:3])
        self.events: list[TurnEvent] = []

    def ask(self, text: str, *paths: str, stop: Event | None = None) -> Message:
        request = Ask(conversation_id=self.id, text=text, attached=paths)
        return self.run(self.chat.turn(request, stop or Event()))

    def run(self, turn: Iterator[TurnEvent]) -> Message:
        self.events = list(turn)
        last = self.events[-1]
        assert isinstance(last, Answered)
        return last.message

    @property
    def summarised(self) -> Summarised:
        return next(event for event in self.events if isinstance(event, Summarised))

    @property
    def sections_asked(self) -> int:
        """How often the model was asked about a section."""
        asked = [question.messages[-1].content for question in self.model.questions]
        return sum("Summarise the quotation" in each for each in asked)


@pytest.fixture
def scene(store: FakeConversations) -> Scene:
    return Scene(store)


def test_every_sentence_of_a_summary_is_the_documents_and_has_its_page(scene: Scene) -> None:
    answer = scene.ask("/summarise @report.pdf", PATH)

    assert answer.state == "complete"
    assert "**Harbour** (page 1):" in answer.text
    assert answer.text.index("**Harbour**") < answer.text.index("**Airport**")
    document = scene.library.documents[PATH].text
    lines = [line for line in answer.text.split("\n") if line[:2] in ("- ", "1.", "2.")]
    assert len(answer.citations) >= len(lines) > 3
    for citation in answer.citations:
        shown = answer.text[citation.start : citation.end]
        page = citation.place.page
        assert shown == f"“{citation.quote[:-1]}” (p. {page})."
        assert document[citation.quote_start :].startswith(citation.quote)
        assert SUBJECTS[(page or 0) - 1] in citation.quote
    retrieval = scene.store.retrieval(answer.id)
    assert retrieval is not None
    for citation in answer.citations:
        assert citation.quote in retrieval.used[citation.number - 1].text


def test_what_a_model_writes_is_shown_only_where_the_document_supports_it(
    store: FakeConversations,
) -> None:
    true = "The harbour of the town opened some 2 hundred people old."
    scene = Scene(store, f"{true} The harbour was sold to a bank by the mayor.")

    answer = scene.ask("/summarise @report.pdf", PATH)

    assert f"- {true[:-1]} (p. 1)." in answer.text
    assert "bank" not in answer.text
    assert scene.summarised.supported < scene.summarised.written


def test_a_summary_that_was_stopped_goes_on_where_it_was(store: FakeConversations) -> None:
    whole = Scene(store).ask("/summarise @report.pdf", PATH)
    scene = Scene(FakeConversations())
    stop = Event()
    turn = scene.chat.turn(
        Ask(conversation_id=scene.id, text="/summarise @report.pdf", attached=(PATH,)), stop
    )

    def stopping() -> Iterator[TurnEvent]:
        for event in turn:
            if isinstance(event, SectionRead) and event.done == 2:
                stop.set()
            yield event

    stopped = scene.run(stopping())
    assert stopped.state == "stopped"
    assert "**Railway**" in stopped.text
    assert "**Airport**" not in stopped.text
    assert stopped.citations
    assert (scene.summarised.read, scene.summarised.left) == (2, 1)
    assert summarised_text(scene.summarised).startswith("read 2 parts, 1 left; the model wrote")
    asked = scene.sections_asked

    ended = scene.run(scene.chat.turn(Continue(message_id=stopped.id), Event()))

    assert ended.text == whole.text
    assert ended.citations == whole.citations
    assert ended.state == "complete"
    assert scene.sections_asked == asked + 1
    assert scene.summarised.read == 1


def test_what_was_read_by_a_program_that_was_killed_is_not_read_again(
    store: FakeConversations,
) -> None:
    scene = Scene(store)
    turn = scene.chat.turn(
        Ask(conversation_id=scene.id, text="/summarise @report.pdf", attached=(PATH,)), Event()
    )
    for event in turn:
        if isinstance(event, SectionRead) and event.done == 1:
            break
    turn.close()
    asked = scene.sections_asked

    again = scene.ask("/summarise @report.pdf", PATH)

    assert again.state == "complete"
    assert scene.sections_asked == asked + 2


def test_the_second_time_only_what_changed_is_read(scene: Scene) -> None:
    first = scene.ask("/summarise @report.pdf", PATH)
    asked = scene.sections_asked

    second = scene.run(scene.chat.turn(Regenerate(message_id=first.id), Event()))
    assert second.text == first.text
    assert scene.sections_asked == asked
    assert (scene.summarised.read, scene.summarised.parts) == (0, 3)

    scene.library.documents[PATH] = report("harbour", "tunnel", "airport")
    third = scene.ask("/summarise @report.pdf", PATH)
    assert "tunnel" in third.text
    assert "railway" not in third.text
    assert scene.sections_asked == asked + 1


def test_a_document_that_changed_meanwhile_is_summed_up_below_what_is_there(scene: Scene) -> None:
    stop = Event()
    turn = scene.chat.turn(
        Ask(conversation_id=scene.id, text="/summarise @report.pdf", attached=(PATH,)), stop
    )

    def stopping() -> Iterator[TurnEvent]:
        for event in turn:
            if isinstance(event, SectionRead) and event.done == 1:
                stop.set()
            yield event

    stopped = scene.run(stopping())
    scene.library.documents[PATH] = report("tunnel", "railway")
    ended = scene.run(scene.chat.turn(Continue(message_id=stopped.id), Event()))

    assert ended.text.startswith(f"{stopped.text}\n\n**Tunnel**")
    for citation in ended.citations:
        assert citation.quote[:-1] in ended.text[citation.start : citation.end]


def test_as_many_points_as_were_asked_for_come_last(scene: Scene) -> None:
    answer = scene.ask("/summarise @report.pdf in three points", PATH)

    points = answer.text.split("**In short**:\n\n")[1].split("\n")
    assert [point[:2] for point in points] == ["1.", "2.", "3."]


def test_one_page_is_summed_up_in_its_points_alone(scene: Scene) -> None:
    scene.library.documents[PATH] = report("harbour")

    answer = scene.ask("/summarise @report.pdf", PATH)

    assert answer.text.startswith("**In short**:\n\n1. “The harbour")


def test_a_document_in_portuguese_is_summed_up_in_its_words(scene: Scene) -> None:
    said = " ".join(f"O porto da cidade velha recebe {n} navios de carga no verão." for n in (2, 3))
    scene.library.texts["/d/porto.md"] = said

    answer = scene.ask("/summarise @porto.md", "/d/porto.md")

    assert answer.text.startswith("**Em resumo**:\n\n1. “O porto")
    assert "(linha 1)." in answer.text


def test_several_documents_are_told_of_one_after_the_other(scene: Scene) -> None:
    scene.library.documents["/d/two.pdf"] = report("market", "theatre")
    scene.library.unreadable["/d/three.pdf"] = "encrypted"

    answer = scene.ask("/summarise @a @b", PATH, "/d/two.pdf", "/d/three.pdf")

    assert answer.text.index("**report.pdf**:") < answer.text.index("**two.pdf**:")
    assert answer.text.endswith("Not read: three.pdf.")
    assert {citation.path for citation in answer.citations} == {PATH, "/d/two.pdf"}


def test_a_collection_is_summed_up_file_by_file(scene: Scene) -> None:
    scene.library.sets = [
        Collection(name="town", roots=("/d",), files=1, passages=3, skipped=0, waiting=0)
    ]
    scene.library.entries = [FileEntry(path=PATH, size=9, state="indexed", passages=3)]

    answer = scene.ask("/summarise #town")

    assert "**Harbour**" in answer.text


def test_a_document_that_gives_no_text_is_a_failure(scene: Scene) -> None:
    scene.library.unreadable[PATH] = "encrypted"
    with pytest.raises(UnreadableFileError):
        scene.ask("/summarise @report.pdf", PATH)
    with pytest.raises(NotFoundError, match="no document"):
        scene.ask("/summarise")


def test_a_document_without_sentences_says_so(scene: Scene) -> None:
    scene.library.documents[PATH] = Document(title="", text=" ", blocks=(), has_lines=False)

    answer = scene.ask("/summarise @report.pdf", PATH)

    assert answer.text == "Nothing in report.pdf can be summed up: it has no sentences."
    assert answer.citations == ()


def test_a_model_whose_sentences_nothing_supports_is_not_asked_for_ever(scene: Scene) -> None:
    scene.library.documents[PATH] = report(*SUBJECTS)

    scene.ask("/summarise @report.pdf", PATH)

    assert scene.sections_asked == TRIAL
    assert scene.summarised.written >= TRIAL


def test_progress_says_how_much_is_read_and_how_long_the_rest_takes(scene: Scene) -> None:
    scene.ask("/summarise @report.pdf", PATH)

    progress = [event for event in scene.events if isinstance(event, SectionRead)]
    assert [(event.done, event.total, event.pages) for event in progress] == [
        (0, 3, (1, 1)),
        (1, 3, (2, 2)),
        (2, 3, (3, 3)),
    ]
    assert progress[0].seconds_left is None
    assert progress[1].seconds_left is not None


def test_nothing_of_a_temporary_conversation_is_kept_for_others(scene: Scene) -> None:
    scene.id = scene.store.create(temporary=True).id
    scene.ask("/summarise @report.pdf", PATH)
    asked = scene.sections_asked

    scene.id = scene.store.create().id
    scene.ask("/summarise @report.pdf", PATH)

    assert scene.sections_asked == 2 * asked


def test_what_is_written_is_what_is_stored(scene: Scene) -> None:
    answer = scene.ask("/summarise @report.pdf", PATH)

    written = "".join(event.text for event in scene.events if isinstance(event, Wrote))
    assert written == answer.text


def test_a_question_for_all_of_a_large_file_is_answered_section_by_section(scene: Scene) -> None:
    scene.library.documents[PATH] = report(*SUBJECTS * 8)

    answer = scene.ask("What is @report.pdf about?", PATH)

    assert "**In short**" in answer.text


def test_a_file_that_a_model_reads_at_once_goes_whole_with_such_a_question(scene: Scene) -> None:
    answer = scene.ask("What is @report.pdf about?", PATH)

    assert answer.text == scene.model.answers[0]
    [question] = scene.model.questions
    assert sentence("airport", 7) in question.messages[-1].content


def test_a_question_about_something_in_a_large_file_is_answered_from_passages(
    scene: Scene,
) -> None:
    scene.library.documents[PATH] = report(*SUBJECTS * 8)

    scene.ask("Whom does the theatre draw, in @report.pdf", PATH)

    [question] = scene.model.questions
    assert "The theatre of the old town" in question.messages[-1].content


def test_of_a_book_a_model_reads_the_most_central_sentences_alone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary, "BOOK_PARTS", 2)

    answer = scene.ask("/summarise @report.pdf", PATH)

    assert scene.sections_asked == 0
    notes = [question.messages[-1].content for question in scene.model.questions]
    assert len(notes) == 3 + 1
    assert all(line[:2] == "- " for line in notes[0].split("\n\n")[0].split("\n"))
    assert "**Airport** (page 3):" in answer.text

    again = scene.ask("/summarise @report.pdf", PATH)
    assert again.text == answer.text
    assert len(scene.model.questions) == 4


def test_a_summary_that_is_stopped_at_its_end_has_no_empty_points(scene: Scene) -> None:
    stop = Event()
    turn = scene.chat.turn(
        Ask(conversation_id=scene.id, text="/summarise @report.pdf", attached=(PATH,)), stop
    )

    def stopping() -> Iterator[TurnEvent]:
        for event in turn:
            if isinstance(event, Wrote) and "Airport" in event.text:
                stop.set()
            yield event

    stopped = scene.run(stopping())
    assert "In short" not in stopped.text
    ended = scene.run(scene.chat.turn(Continue(message_id=stopped.id), Event()))
    assert ended.text.startswith(stopped.text)
    assert "**In short**:" in ended.text
