"""What is told about the sources of an answer."""

from assistant.core.grounding import references
from assistant.core.values.conversation import Citation, Place, Strength
from assistant.core.values.library import Retrieval, SearchResult, UnusedPassage
from tests.support.passages import passage

LEASE = passage("Once every twelve months. In writing.", id="a")
NOTES = passage("Talked about the rent.", id="b", path="/files/notes.md")


def cited(number: int, strength: Strength, quote: str, start: int) -> Citation:
    return Citation(
        number=number,
        strength=strength,
        start=0,
        end=5,
        path="/files/lease.md",
        title="Lease",
        place=Place(page=4),
        quote=quote,
        quote_start=start,
        content_hash="ab" * 32,
    )


def test_each_passage_has_its_number_its_best_strength_and_its_quotes_in_order() -> None:
    retrieval = Retrieval(result=SearchResult(), used=(LEASE, NOTES))
    citations = (
        cited(1, "weak", "In writing.", 126),
        cited(1, "verbatim", "Once every twelve months.", 100),
        cited(1, "supported", "In writing.", 126),
    )

    first, second = references.used_references(retrieval, citations)

    assert (first.number, first.strength, first.path) == (1, "verbatim", "/files/lease.md")
    assert [quote.text for quote in first.quotes] == ["Once every twelve months.", "In writing."]
    assert first.quote.start == 100
    assert (second.number, second.strength, second.quotes) == (2, None, ())
    assert second.quote.text == NOTES.text


def test_an_answer_without_a_known_retrieval_has_the_sources_that_it_cites() -> None:
    [only] = references.used_references(None, (cited(3, "weak", "In writing.", 126),))

    assert (only.number, only.text, only.start) == (3, "In writing.", 126)
    assert references.unused_references(None) == ()


def test_what_was_found_and_not_read_has_its_reason() -> None:
    near = passage("Near", id="near").model_copy(update={"score": 0.5})
    far = passage("Far", id="far").model_copy(update={"score": 0.1})
    twin = passage("Twin", id="twin")
    result = SearchResult(
        passages=(LEASE, near, far),
        sufficient=True,
        unused=(UnusedPassage(passage=twin, reason="duplicate"),),
    )

    over = references.unused_references(Retrieval(result=result, used=(LEASE,)))

    assert [(each.text, each.unfit) for each in over] == [
        ("Near", "budget"),
        ("Far", "score"),
        ("Twin", "duplicate"),
    ]


def test_where_the_files_are_silent_everything_is_too_far_from_the_question() -> None:
    result = SearchResult(passages=(LEASE, NOTES), sufficient=False)

    over = references.unused_references(Retrieval(result=result, used=()))

    assert [each.unfit for each in over] == ["score", "score"]
