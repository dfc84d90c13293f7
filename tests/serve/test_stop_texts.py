"""Texts that end an answer."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.serve.answers.stop_texts import StopTexts


def sent(pieces: list[str], texts: list[str]) -> str:
    cut = StopTexts(texts)
    return "".join(map(cut.feed, pieces)) + cut.flush()


@given(st.lists(st.text("abc")), st.lists(st.text("abc", min_size=1, max_size=4), max_size=3))
def test_an_answer_ends_before_the_first_of_them_however_it_is_cut(
    pieces: list[str], texts: list[str]
) -> None:
    whole = "".join(pieces)
    # What is found first is what ends first: it is looked for with every piece.
    for end in range(len(whole) + 1):
        places = [at for text in texts if (at := whole[:end].find(text)) >= 0]
        if places:
            expected = {whole[:at] for at in places}
            break
    else:
        expected = {whole}

    found = sent(list(whole), texts)

    assert found in expected
    assert not any(text in found for text in texts)


def test_what_may_begin_one_is_held_back() -> None:
    cut = StopTexts(["\n\nUser:"])

    assert [cut.feed(piece) for piece in ("Hello.\n", "\nUs", "ual", "\n\nUser: hi", "more")] == [
        "Hello.",
        "",
        "\n\nUsual",
        "",
        "",
    ]
    assert cut.has_ended
    assert cut.flush() == ""


def test_without_texts_nothing_is_held_back() -> None:
    cut = StopTexts(["", ""])

    assert [cut.feed(piece) for piece in ("a", "", "b")] == ["a", "", "b"]
