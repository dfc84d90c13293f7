"""What every ConversationStore keeps to: what a search finds, where, and in which order."""

from datetime import timedelta

import pytest

from assistant.core.ports.conversations import ConversationStore
from assistant.core.values.changes import ConversationSearchResult
from assistant.core.values.conversation import Role
from tests.support.clocks import START, SteppingClock
from tests.support.conversation_stores import LISTED, Open, answer, ask

pytestmark = LISTED


def talk(store: ConversationStore, title: str, *texts: str, prompt: str = "") -> str:
    """A conversation in which question and answer take turns."""
    id = store.create(title=title, system_prompt=prompt).id
    parent: str | None = None
    for place, text in enumerate(texts):
        role: Role = "assistant" if place % 2 else "user"
        parent = store.append(id, parent, role, text).id
    return id


def titles(findings: ConversationSearchResult) -> list[str]:
    return [found.conversation.title for found in findings.conversations]


def found(store: ConversationStore, query: str) -> set[str]:
    """The conversations that are found."""
    return set(titles(store.find(query)))


def hits(store: ConversationStore, query: str) -> list[str]:
    """The texts of the messages that are found, matches unmarked."""
    return [hit.snippet.replace("\x02", "").replace("\x03", "") for hit in store.search(query)]


def test_a_finding_tells_conversation_title_prompt_and_messages(store: ConversationStore) -> None:
    id = talk(
        store, "Contrato de aluguel", "O aluguel sobe?", "Sim.", prompt="Fale do ALUGUEL, sempre."
    )
    store.pin(id)
    talk(store, "Other", "nothing of it")

    findings = store.find("aluguel")

    (finding,) = findings.conversations
    assert finding.conversation == store.conversations(pinned=True)[0]
    assert finding.title == "Contrato de \x02aluguel\x03"
    assert finding.prompt == "Fale do \x02ALUGUEL\x03, sempre."
    (hit,) = finding.hits
    assert hit.message_id == store.branch(id)[0].id
    assert (hit.snippet, hit.role, hit.title) == (
        "O \x02aluguel\x03 sobe?",
        "user",
        "Contrato de aluguel",
    )
    assert (finding.messages, findings.messages, findings.is_capped) == (1, 1, False)


def test_messages_are_gathered_by_conversation_best_first(store: ConversationStore) -> None:
    talk(store, "few", "cheese, once, among many other words that say nothing of it")
    talk(store, "much", *["cheese, cheese and cheese"] * 5)

    findings = store.find("cheese")

    assert titles(findings) == ["much", "few"]
    much, few = findings.conversations
    assert (len(much.hits), much.messages) == (3, 5)
    assert (len(few.hits), few.messages) == (1, 1)
    assert findings.messages == 6


def test_a_title_counts_more_than_a_message(store: ConversationStore) -> None:
    talk(store, "Cheese", "what is this about")
    talk(store, "other", "cheese cheese")
    talk(store, "padding", "nothing", "of", "it")

    assert titles(store.find("cheese")) == ["Cheese", "other"]


def test_of_two_that_fit_as_well_the_newer_one_comes_first(store: ConversationStore) -> None:
    talk(store, "older", "the same words about cheese")
    talk(store, "newer", "the same words about cheese")

    assert titles(store.find("cheese")) == ["newer", "older"]
    assert [hit.title for hit in store.search("cheese")] == ["newer", "older"]


def test_a_hit_in_another_version_can_be_gone_to(store: ConversationStore) -> None:
    id = talk(store, "versions", "question")
    question = store.branch(id)[0]
    first = answer(store, question, "the uncommon answer")
    after = ask(store, id, "what follows")
    answer(store, question, "another")

    (hit,) = store.find("uncommon").conversations[0].hits
    store.select(hit.message_id)

    assert [message.id for message in store.branch(id)] == [question.id, first.id, after.id]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("rent", {"The rent of the flat.", "Rent is due.", "A rental car."}),
        ('"rent"', {"The rent of the flat.", "Rent is due."}),
        ("ren*", {"The rent of the flat.", "Rent is due.", "A rental car."}),
        ('"of the flat"', {"The rent of the flat."}),
        ('"flat of the"', set()),
        ('rent "of the"', {"The rent of the flat."}),
        ('"rent" -flat', {"Rent is due."}),
        ('"rent" -"of the"', {"Rent is due."}),
        ("ren* -rent", {"A rental car."}),
        ('"rent" -due -flat', set()),
        ("-rent", set()),
        ('role:user "rent"', {"The rent of the flat."}),
        ("role:assistant rent", {"Rent is due."}),
        ("-role:user rent", {"Rent is due."}),
        ("role:user role:assistant -car", {"The rent of the flat.", "Rent is due."}),
        ("role:system rent", set()),
        ("role:cook rent", set()),
        ("RENT due", {"Rent is due."}),
        ("role:user", {"The rent of the flat.", "A rental car."}),
        ("role:user -flat", {"A rental car."}),
    ],
)
def test_operators_limit_what_is_found(
    store: ConversationStore, query: str, wanted: set[str]
) -> None:
    talk(store, "x", "The rent of the flat.", "Rent is due.", "A rental car.")

    assert set(hits(store, query)) == wanted


def test_an_operator_that_makes_no_sense_is_told(store: ConversationStore) -> None:
    talk(store, "x", "words before tomorrow")

    findings = store.find("before:tomorrow")

    assert titles(findings) == ["x"]
    assert "searched as words" in findings.notes[0]


def test_places_are_conversations_by_id_and_title_and_folders(store: ConversationStore) -> None:
    one = talk(store, "Aluguel de São Paulo", "word")
    two = talk(store, "Reports", "word")
    three = talk(store, "Third", "word")
    store.move(two, "Trabalho")
    store.move(three, "trabalho/relatórios")

    assert found(store, "in:paulo word") == {"Aluguel de São Paulo"}
    assert found(store, 'in:"sao paulo" word') == {"Aluguel de São Paulo"}
    assert found(store, f"in:{one[:8]} word") == {"Aluguel de São Paulo"}
    assert found(store, "in:TRABALHO word") == {"Reports", "Third"}
    assert found(store, "in:trabalho/relatorios word") == {"Third"}
    assert found(store, "in:trabalho in:paulo word") == {
        "Reports",
        "Third",
        "Aluguel de São Paulo",
    }
    assert found(store, "-in:trabalho word") == {"Aluguel de São Paulo"}
    assert found(store, "in:nosuch word") == set()
    assert found(store, "in:trabalho") == {"Reports", "Third"}
    assert found(store, "in:trab word") == set()


def test_tags_have_to_be_there_or_not(store: ConversationStore) -> None:
    for title, tags in (("a", ["Ação"]), ("b", ["ação", "to do"]), ("c", [])):
        store.tag(talk(store, title, "word"), tags)

    assert found(store, "tag:acao word") == {"a", "b"}
    assert found(store, 'tag:acao tag:"to do" word') == {"b"}
    assert found(store, "-tag:acao word") == {"c"}
    assert found(store, 'tag:acao -tag:"to do" word') == {"a"}
    assert found(store, "tag:acao") == {"a", "b"}
    assert found(store, "tag:nosuch word") == set()


def test_many_conversations_in_a_folder_are_searched_as_few_are(store: ConversationStore) -> None:
    for number in range(230):
        id = store.create(title=f"c{number}").id
        store.append(id, None, "user", f"word{number} common")
        if number % 20:
            store.move(id, "big")

    assert found(store, "in:big word7") == {f"c{n}" for n in (7, *range(70, 80)) if n % 20}
    assert found(store, "in:big word40") == set()
    assert found(store, "-in:big word40") == {"c40"}
    assert store.find("in:big common").messages == 230 - 12


def test_it_is_looked_into_what_is_named(store: ConversationStore) -> None:
    talk(store, "cheese in the title", "x")
    talk(store, "prompt", "x", prompt="You sell cheese.")
    talk(store, "message", "I like cheese.")

    assert found(store, "cheese") == {"cheese in the title", "prompt", "message"}
    assert found(store, "in:title cheese") == {"cheese in the title"}
    assert found(store, "in:prompts cheese") == {"prompt"}
    assert found(store, "in:messages cheese") == {"message"}
    assert found(store, "in:title in:messages cheese") == {"cheese in the title", "message"}
    assert found(store, "role:user cheese") == {"message"}
    assert store.search("in:title cheese") == []


@pytest.mark.parametrize("month", [1, 3, 11, 12])
def test_dates_have_their_limits_at_midnight_where_the_user_is(
    open_store: Open, clock: SteppingClock, month: int
) -> None:
    store = open_store()
    for year, day in ((2024, 15), (2025, 14), (2025, 15), (2026, 1)):
        moment = START.replace(year=year, month=month, day=day).astimezone()
        clock.time = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        talk(store, f"{year}-{day}", "word")
        clock.time -= timedelta(minutes=1)
        talk(store, f"eve of {year}-{day}", "word")
    clock.time = START.replace(year=2026, month=12, day=30)

    day = f"2025-{month:02}-15"
    later = {"2025-15", "2026-1", "eve of 2026-1"}
    earlier = {"2024-15", "eve of 2024-15", "2025-14", "eve of 2025-14", "eve of 2025-15"}
    assert found(store, f"after:{day} word") == later
    assert found(store, f"before:{day} word") == earlier
    assert found(store, f"after:2025-{month:02}-14 before:{day} word") == {
        "2025-14",
        "eve of 2025-15",
    }
    assert found(store, f"after:{day}") == later
    assert found(store, f"before:{day} -nosuch") == earlier
    assert found(store, "after:9999 word") == found(store, "before:0001 word") == set()
    assert len(found(store, "before:9999 after:0001 word")) == 8


def test_what_is_in_the_trash_is_not_found_and_what_is_archived_is(
    store: ConversationStore,
) -> None:
    for title in ("trashed", "archived"):
        talk(store, title, "word in the message", prompt="word in the prompt")
    ids = {line.title: line.id for line in store.conversations()}
    store.delete(ids["trashed"])
    store.archive(ids["archived"])

    for query in (
        "word",
        "in:prompts word",
        "archived",
        "trashed",
        "role:user",
        "-role:system word",
    ):
        assert found(store, query) <= {"archived"}
    assert found(store, "word") == {"archived"}


def test_a_changed_title_and_prompt_are_found_under_their_new_words(
    store: ConversationStore,
) -> None:
    id = talk(store, "before", "x", prompt="earlier")
    store.rename(id, "afterwards")
    store.set_system_prompt(id, "later", None)

    assert found(store, "before") == found(store, "earlier") == set()
    assert found(store, "afterwards") == found(store, "later") == {"afterwards"}


def test_the_limit_is_of_conversations(store: ConversationStore) -> None:
    for number in range(5):
        talk(store, f"c{number}", "word", "word")

    findings = store.find("word", limit=2)
    assert len(findings.conversations) == 2
    assert findings.messages == 10
    assert store.find("word", limit=0).conversations == ()


def test_of_very_many_messages_the_newest_are_ranked(store: ConversationStore) -> None:
    id = talk(store, "old", "word word word")
    parent = store.branch(id)[-1].id
    for _ in range(1000):
        store.append(id, parent, "user", "word")
    talk(store, "new", "word")

    findings = store.find("word")
    assert findings.is_capped
    assert findings.messages == 1000
    assert titles(findings)[0] == "new"


@pytest.mark.parametrize(
    "query",
    [
        "in:\x02 x",
        'in:"%_" x',
        "tag:'; x",
        "in:{marks} x",
        "cdeadbeef",
        "y2026",
        "user",
        "marks:user",
        'x" OR "y',
        "role:user -role:user x",
        "after:2026-12 before:2026-01 x",
        'in:"" x',
        "in:" + "a" * 10_000,
    ],
)
def test_no_query_reaches_what_is_not_text(store: ConversationStore, query: str) -> None:
    talk(store, "hidden", "harmless")

    assert store.search(query) == []
    assert store.find(query).conversations == ()
