import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.library.limits import UnreadableError
from assistant.library.readers.base.builder import clean
from assistant.library.readers.base.decoding import decode

PORTUGUESE = "Não há informações disponíveis sobre a locação do imóvel em São Paulo."


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_utf8_is_read_as_it_was_written(text: str) -> None:
    assert decode(text.encode()) == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_at_the_beginning_decides(encoding: str) -> None:
    assert decode(PORTUGUESE.encode(encoding)) == PORTUGUESE


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "cp1252", "cp850", "mac_roman"])
def test_portuguese_is_read_in_any_encoding(encoding: str) -> None:
    assert decode(PORTUGUESE.encode(encoding)) == PORTUGUESE


@pytest.mark.parametrize("text", ["ação", "Größe", "naïve café", "10 € por mês", "São João"])
def test_a_single_word_of_windows_is_enough(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


def test_the_first_accent_may_stand_far_into_the_file() -> None:
    text = "plain words\n" * 50_000 + PORTUGUESE
    assert decode(text.encode("cp1252")) == text


def test_a_flaw_in_a_long_text_does_not_change_its_encoding() -> None:
    text = f"{PORTUGUESE}\n" * 20
    data = text.encode() + b"\xff" + text.encode()
    assert decode(data) == f"{text}\ufffd{text}"


def test_a_text_cut_in_the_middle_of_a_letter_is_still_utf8() -> None:
    text = f"{PORTUGUESE}\n" * 10 + "é"
    assert decode(text.encode()[:-1]) == text[:-1] + "\ufffd"


def test_what_was_declared_counts_where_it_can_be() -> None:
    data = "Привет".encode("cp1251")
    assert decode(data, "cp1251") == "Привет"
    assert decode(b"abc \x80", "no-such-encoding").startswith("abc")
    assert decode("ação".encode(), "cp1251") == "ação"


@pytest.mark.parametrize("data", [b"\x7fELF\x02\x01\x01" + bytes(40), bytes(range(256)) * 4])
def test_binary_data_is_no_text(data: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        decode(data)
    assert caught.value.reason == "corrupt"
    assert decode(data, surely_text=True)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_text_or_a_reason(data: bytes) -> None:
    assert isinstance(decode(data, surely_text=True), str)


@pytest.mark.parametrize(
    "data",
    [
        "A conta é de 30 euros.\n".encode() * 9 + b"\0",
        b"\0\0\0" + "A conta é de 30 euros.\n".encode() * 9,
        "A conta é\0 de 30 euros.\n".encode() * 9,
        b"The bill\0is due.\n" * 9,
        b"The bill is due.\n" * 99 + bytes(4096) + b"The bill is paid.\n" * 99,
    ],
)
def test_stray_zero_bytes_do_not_spoil_a_text(data: bytes) -> None:
    text = decode(data)
    assert set(clean(text).split()) == set(data.replace(b"\0", b" ").decode().split())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["The bill is due.\n", "каждый месяц 500\n", "每月租金是多少？\n"])
def test_zero_bytes_that_belong_to_the_encoding_are_no_stray_ones(encoding: str, text: str) -> None:
    assert decode((text * 40).encode(encoding)) == text * 40


@pytest.mark.parametrize(
    "data",
    [b"\x7fELF" + bytes(3000) + b"abc", bytes(range(256)) * 40, "あいう\n".encode("utf-16-le") * 9],
)
def test_binary_data_with_zero_bytes_is_no_text(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="corrupt"):
        decode(data)
