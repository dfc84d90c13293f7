"""Turns that look into the user's files, on a real database."""

from collections.abc import Sequence
from threading import Event

import pytest

from assistant.core.errors import ContextOverflowError
from assistant.core.grounding import retrieval as grounding
from assistant.core.grounding.retrieval import MAX_PASSAGES
from assistant.core.grounding.scope import NOWHERE, RetrievalScope
from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask, Continue, Regenerate, Request
from assistant.core.values.conversation import Message
from assistant.core.values.events import Answered, Retrieved, Searching, TurnEvent
from assistant.core.values.library import (
    Collection,
    FileEntry,
    IndexingProgress,
    LibraryStatus,
    NearestSentence,
    SearchResult,
)
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_library import ScriptedLibrary, found
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.passages import passage

RENT = passage("The landlord may raise the rent once every twelve months.")
ANSWER = "The landlord may raise the rent once every twelve months. Bananas are yellow."


class Talk:
    """A conversation about files."""

    def __init__(self, store: FakeConversations, model: ScriptedModel, files: ScriptedLibrary):
        self.store = store
        self.id = store.create(system_prompt="S").id
        self.chat_library = files
        self.chat = Chat(store, ScriptedModels(model), library=files)

    def run(self, request: Request, sources: RetrievalScope | None) -> list[TurnEvent]:
        return list(self.chat.turn(request, Event(), sources=sources))

    def ask(self, text: str, sources: RetrievalScope | None = RetrievalScope()) -> Message:  # noqa: B008
        last = self.run(Ask(conversation_id=self.id, text=text), sources)[-1]
        assert isinstance(last, Answered)
        return last.message


def test_the_model_reads_the_passages_and_the_answer_cites_them(
    store: FakeConversations,
) -> None:
    model = ScriptedModel(ANSWER)
    talk = Talk(store, model, found(RENT))

    answer = talk.ask("When may the rent go up?")

    read = model.questions[0].messages[-1].content
    assert RENT.text in read
    assert read.endswith("When may the rent go up?")
    [citation] = store.message(answer.id).citations
    assert (citation.number, citation.strength, citation.place.page) == (1, "verbatim", 4)
    assert answer.text[citation.start : citation.end].startswith("The landlord")
    assert citation.content_hash == RENT.content_hash
    assert store.branch(talk.id)[0].text == "When may the rent go up?"


def test_earlier_passages_stay_where_they_were_sent(store: FakeConversations) -> None:
    model = ScriptedModel("Once.", "Yes.")
    talk = Talk(store, model, found(RENT))
    talk.ask("When may the rent go up?")
    talk.ask("Sure?", NOWHERE)

    first, second = (question.messages for question in model.questions)

    assert second[: len(first)] == first
    assert second[-1].content == "Sure?"


def test_when_the_files_are_silent_and_nothing_else_is_wanted_no_model_is_asked(
    store: FakeConversations,
) -> None:
    model = ScriptedModel()
    talk = Talk(store, model, found(RENT, needs="rent"))

    answer = talk.ask("Who won?", RetrievalScope(collections=("housing",), only=True))

    assert answer.text == "I found nothing about this in housing (7 passages searched)."
    assert answer.state == "complete"
    assert model.loads == 0


@pytest.mark.parametrize(
    ("evidence", "told"), [(0.2, " The closest passage is lease.md, page 4."), (0.01, "")]
)
def test_silence_names_a_passage_that_may_have_something_to_do_with_it(
    evidence: float, told: str
) -> None:
    result = SearchResult(passages=(RENT,), evidence=evidence, searched=7)

    said = grounding.nothing_found_text(result, RetrievalScope(collections=("housing",)))

    assert said == f"I found nothing about this in housing (7 passages searched).{told}"


class BeingRead(ScriptedLibrary):
    """Its files are read between the third and the fourth look at how far they are."""

    looks = 0

    def search(
        self,
        question: str,
        collections: Sequence[str] | None,
        limit: int,
        stop: Event | None = None,
    ) -> SearchResult:
        found = super().search(question, collections, limit, stop)
        return found if self.looks > 3 else SearchResult()

    def status(self) -> LibraryStatus:
        self.looks += 1
        job = (
            IndexingProgress(done=0, files=1, rate=0, eta=None, current="")
            if self.looks < 4
            else None
        )
        return super().status().model_copy(update={"job": job})


def test_a_question_waits_for_the_files_it_came_before(
    store: FakeConversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grounding, "POLL_SECONDS", 0.01)
    files = BeingRead(found(RENT).result)
    talk = Talk(store, ScriptedModel(ANSWER), files)

    events = talk.run(Ask(conversation_id=talk.id, text="When?"), RetrievalScope(only=True))

    waited = [event.unread for event in events if isinstance(event, Searching)]
    assert waited == [False, True, True, True]
    [used] = [event.used for event in events if isinstance(event, Retrieved)]
    assert used == (RENT,)


def test_a_question_that_waits_for_files_is_stopped_at_once(store: FakeConversations) -> None:
    talk = Talk(store, ScriptedModel(), BeingRead(found(RENT).result))
    stop = Event()
    request = Ask(conversation_id=talk.id, text="When?")
    for event in talk.chat.turn(request, stop, sources=RetrievalScope(only=True)):
        if isinstance(event, Searching) and event.unread:
            stop.set()

    assert store.branch(talk.id)[-1].state == "stopped"


def test_silence_says_what_is_still_to_be_read(store: FakeConversations) -> None:
    entries = [FileEntry(path="/h/a.pdf", size=9, state="waiting", passages=0)]
    files = found(RENT, needs="rent")
    files.entries = entries
    talk = Talk(store, ScriptedModel(), files)

    answer = talk.ask("Who won?", RetrievalScope(collections=("housing",), only=True))

    assert answer.text.endswith("1 file has not been read yet: ask again later.")


def test_when_the_files_are_silent_the_model_answers_without_them(
    store: FakeConversations,
) -> None:
    model = ScriptedModel("Brazil.")
    talk = Talk(store, model, found(RENT, needs="rent"))

    events = talk.run(Ask(conversation_id=talk.id, text="Who won?"), RetrievalScope())

    assert [event.used for event in events if isinstance(event, Retrieved)] == [()]
    assert model.questions[0].messages[-1].content == "Who won?"
    assert store.branch(talk.id)[-1].citations == ()


def test_a_question_that_says_little_is_searched_with_the_one_before(
    store: FakeConversations,
) -> None:
    files = found(RENT, needs="rent")
    talk = Talk(store, ScriptedModel("Ok."), files)
    talk.ask("When may the rent go up?")

    talk.ask("And by how much?")

    assert [question for question, _, _ in files.asked] == [
        "When may the rent go up?",
        "And by how much?",
        f"When may the rent go up?\n{RENT.text}\nAnd by how much?",
    ]
    assert RENT.text in (store.branch(talk.id)[2].sent or "")


def test_passages_give_way_when_the_window_is_small(store: FakeConversations) -> None:
    model = ScriptedModel("Ok.", window=600)
    long = [passage("word " * 120, id=str(number)) for number in range(4)]
    talk = Talk(store, model, found(*long))

    events = talk.run(Ask(conversation_id=talk.id, text="When?"), RetrievalScope())

    [retrieved] = [event for event in events if isinstance(event, Retrieved)]
    assert len(retrieved.used) == 1


def test_an_answer_that_can_not_be_checked_is_kept_without_citations(
    store: FakeConversations,
) -> None:
    talk = Talk(store, ScriptedModel(ANSWER), found(RENT, dies=True))

    answer = talk.ask("When may the rent go up?")

    assert (answer.state, answer.text, answer.citations) == ("complete", ANSWER, ())


def test_regenerating_without_files_keeps_the_question_as_it_was_sent(
    store: FakeConversations,
) -> None:
    model = ScriptedModel("One.", "Two.")
    talk = Talk(store, model, found(RENT))
    answer = talk.ask("When may the rent go up?")

    talk.run(Regenerate(message_id=answer.id), None)

    assert model.questions[1].messages == model.questions[0].messages


def test_a_question_limits_itself_to_the_collections_it_names(store: FakeConversations) -> None:
    model = ScriptedModel("Once.")
    files = found(RENT)
    files.sets = [Collection(name="housing", roots=(), files=1, passages=1)]
    talk = Talk(store, model, files)

    talk.ask("#housing When may the rent go up?", None)

    assert files.asked == [("When may the rent go up?", ("housing",), MAX_PASSAGES)]
    assert "#housing" not in model.questions[0].messages[-1].content
    assert store.branch(talk.id)[0].text == "#housing When may the rent go up?"


def test_a_conversation_is_about_the_collections_that_were_chosen_for_it(
    store: FakeConversations,
) -> None:
    files = found(RENT, needs="rent")
    talk = Talk(store, ScriptedModel(), files)
    store.set_collections(talk.id, ["housing"])

    answer = talk.ask("Who won?", None)

    assert answer.text == "I found nothing about this in housing (7 passages searched)."
    assert [scope for _, scope, _ in files.asked] == [("housing",)]


def test_a_conversation_may_leave_the_files_alone(store: FakeConversations) -> None:
    files = found(RENT)
    talk = Talk(store, ScriptedModel("Hello."), files)
    store.set_collections(talk.id, [])

    talk.ask("Hi", None)

    assert files.asked == []


def test_an_attached_file_goes_whole_with_its_question_and_is_cited(
    store: FakeConversations,
) -> None:
    model = ScriptedModel(RENT.text, "Again.")
    files = found()
    files.texts["/files/lease.md"] = f"A lease.\n{RENT.text}"
    talk = Talk(store, model, files)
    request = Ask(conversation_id=talk.id, text="When?", attached=("/files/lease.md",))

    answered = talk.run(request, None)[-1]
    assert isinstance(answered, Answered)
    talk.run(Regenerate(message_id=answered.message.id), None)

    first, again = (question.messages[-1].content for question in model.questions)
    assert "> A lease." in first
    assert again == first
    assert [citation.path for citation in answered.message.citations] == ["/files/lease.md"]
    assert files.asked == []
    assert store.branch(talk.id)[0].attached == ("/files/lease.md",)


LONG = " ".join(f"On day {number} nothing of note was written down." for number in range(400))


def test_of_an_attached_file_that_is_too_long_the_nearest_passages_are_read(
    store: FakeConversations,
) -> None:
    files = found()
    files.texts["/files/book.md"] = f"{LONG} The rent is raised every May. {LONG}"
    model = ScriptedModel("The rent is raised every May.", window=1024)
    talk = Talk(store, model, files)
    request = Ask(
        conversation_id=talk.id, text="When is the rent raised?", attached=("/files/book.md",)
    )

    events = talk.run(request, None)

    read = model.questions[0].messages[-1].content
    assert "The rent is raised every May." in read
    assert len(read) < 4000
    [told] = [event for event in events if isinstance(event, Retrieved)]
    assert told.result.excerpted_text == (
        "book.md is larger than the window: only the nearest passages are read"
    )
    assert isinstance(events[-1], Answered)
    [citation] = events[-1].message.citations
    assert citation.strength == "verbatim"


def test_an_attached_file_of_which_no_passage_fits_is_refused(store: FakeConversations) -> None:
    files = found()
    files.texts["/files/book.md"] = "word " * 5000
    talk = Talk(store, ScriptedModel(window=128), files)
    store.set_system_prompt(talk.id, "rule " * 60, None)
    request = Ask(conversation_id=talk.id, text="When?", attached=("/files/book.md",))

    with pytest.raises(ContextOverflowError) as caught:
        talk.run(request, None)

    assert caught.value.hint


def test_an_attached_file_that_fits_but_for_the_system_prompt_is_read_in_part(
    store: FakeConversations,
) -> None:
    files = found()
    files.texts["/files/book.md"] = "word " * 260
    talk = Talk(store, ScriptedModel(window=512), files)
    request = Ask(conversation_id=talk.id, text="When?", attached=("/files/book.md",))
    whole = talk.run(request, None)
    store.set_system_prompt(talk.id, "rule " * 120, None)
    part = talk.run(request, None)

    def excerpted(events: Sequence[TurnEvent]) -> list[tuple[str, ...]]:
        return [event.result.excerpted for event in events if isinstance(event, Retrieved)]

    assert excerpted(whole) == [()]
    assert excerpted(part) == [("book.md",)]


def test_what_was_found_for_an_answer_is_kept_with_it(store: FakeConversations) -> None:
    talk = Talk(store, ScriptedModel(ANSWER), found(RENT))

    answer = talk.ask("When may the rent go up?")

    kept = store.retrieval(answer.id)
    assert kept is not None
    assert kept.used == (RENT,)
    assert kept.result.searched == 7


def test_an_answer_that_goes_on_is_not_searched_again(store: FakeConversations) -> None:
    files = found(RENT)
    model = ScriptedModel("The landlord may raise", " the rent once every twelve months.")
    talk = Talk(store, model, files)
    begun = talk.ask("When may the rent go up?")

    last = talk.run(Continue(message_id=begun.id), None)[-1]

    assert isinstance(last, Answered)
    assert len(files.asked) == 1
    assert [citation.number for citation in last.message.citations] == [1]


def test_where_was_searched_is_kept_with_an_answer(store: FakeConversations) -> None:
    files = found(RENT)
    files.texts["/files/lease.md"] = RENT.text
    talk = Talk(store, ScriptedModel(ANSWER), files)

    named = talk.ask("When?", RetrievalScope(collections=("housing",)))
    anywhere = talk.ask("When?")
    request = Ask(conversation_id=talk.id, text="When?", attached=("/files/lease.md",))
    attached = talk.run(request, None)[-1]

    assert isinstance(attached, Answered)
    kept = [store.retrieval(id) for id in (named.id, anywhere.id, attached.message.id)]
    assert [each.collections for each in kept if each] == [("housing",), None, ()]


def test_an_answer_that_no_passage_bears_out_tells_what_the_files_say(
    store: FakeConversations,
) -> None:
    talk = Talk(store, ScriptedModel("Bananas are yellow."), found(RENT))

    last = talk.run(Ask(conversation_id=talk.id, text="When may the rent go up?"), None)[-1]

    assert isinstance(last, Answered)
    assert last.saying == NearestSentence(number=1, text=RENT.text)
    kept = store.retrieval(last.message.id)
    assert kept is not None
    assert kept.saying == last.saying


@pytest.mark.parametrize("answer", [ANSWER, "Bananas are yellow."], ids=["cited", "quoted"])
def test_a_follow_up_goes_on_with_what_the_files_were_shown_to_say(
    store: FakeConversations, answer: str
) -> None:
    files = found(RENT)
    talk = Talk(store, ScriptedModel(answer), files)
    talk.ask("When may the landlord raise the rent?")

    talk.ask("And by how much?")

    _, alone, together = (text for text, *_ in files.asked)
    assert alone == "And by how much?"
    assert together.splitlines() == ["When may the landlord raise the rent?", RENT.text, alone]


def test_an_answer_that_is_borne_out_needs_no_other_saying(store: FakeConversations) -> None:
    talk = Talk(store, ScriptedModel(ANSWER), found(RENT))

    last = talk.run(Ask(conversation_id=talk.id, text="When may the rent go up?"), None)[-1]

    assert isinstance(last, Answered)
    assert last.saying is None


def test_a_question_about_the_library_itself_needs_no_model(store: FakeConversations) -> None:
    model = ScriptedModel(ANSWER)
    talk = Talk(store, model, found(RENT))
    talk.chat_library.sets = [Collection(name="home", roots=("/home",), files=2, passages=7)]

    answer = talk.ask("How many documents do you have?")

    assert answer.text == "There are 2 files in your library: 2 indexed, 0 skipped, 0 to be read."
    assert answer.state == "complete"
    assert model.loads == 0
    assert talk.chat_library.asked == []
