"""Answer of a server as it arrives: blocks of bytes become events, whatever the server's habits.

It is finished when a reason was given or `[DONE]` came; anything else is an answer that was cut
off. Comments, empty lines, unknown fields and chunks without choices are no reason to stop.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from assistant.core.errors import EndpointError
from assistant.core.values.conversation import StopReason, Usage
from assistant.core.values.events import PrefillProgress, Thought, Wrote
from assistant.endpoints.wire import chunks
from assistant.endpoints.wire.address import EndpointAddress
from assistant.endpoints.wire.chunks import ChunkText, mapping
from assistant.endpoints.wire.refusals import failure_in_stream, told_error
from assistant.language.messages import N_

MAX_LINE: Final = 16 * 2**20
"""Bytes of a line; more come from no server."""

OPENING, CLOSING = "<think>", "</think>"
"""Marks of thoughts that a server leaves in the answer."""

AnswerEvent = PrefillProgress | Thought | Wrote


class StreamedAnswer:
    """Reads an answer; what was told besides its text is kept."""

    def __init__(self, address: EndpointAddress, *, begun: str = "") -> None:
        """Args:
        begun: what it goes on with; thoughts come before that, and some servers send it again.
        """
        self._address = address
        self._lines = _Lines()
        self._marks = _ThoughtMarks(is_open=not begun)
        self._echo = _Echo(begun)
        self._half = ""
        self._is_error = False
        self._reason = ""
        self.is_done = False
        """Whether nothing more comes."""
        self.usage: Usage | None = None
        self.prefill_ms = self.speed = 0.0
        self.reasoning_field = ""
        self.pieces = 0
        """Chunks with text: about as many as tokens."""
        self.has_begun = False

    @property
    def is_finished(self) -> bool:
        """Whether the server has said that this is all."""
        return bool(self._reason) or self.is_done

    @property
    def reason(self) -> StopReason:
        return chunks.stop_reason(self._reason)

    def feed(self, block: bytes) -> Iterator[AnswerEvent]:
        """Events of a block of bytes, wherever it is cut.

        Raises:
            AssistantError: the server tells of an error.
        """
        pieces: list[ChunkText] = []
        for line in self._lines.feed(block):
            if len(line) > MAX_LINE:
                raise EndpointError(f"{self._address.host} sends a line without an end.")
            chunk = self._chunk(line)
            if chunk is None:
                continue
            choice = chunks.choice_of(chunk)
            if (error := self._error_of(chunk, choice)) is not None:
                yield from self._texts(pieces)
                raise failure_in_stream(self._address, error)
            if (progress := chunks.progress_of(chunk)) is not None:
                yield PrefillProgress(
                    done=progress.done, total=progress.total, cached=progress.cached
                )
            pieces += self._read(chunk, choice)
        yield from self._texts(pieces)

    def end(self) -> Iterator[AnswerEvent]:
        """What is left when nothing more arrives."""
        yield from self.feed(b"\n")
        rest = [*self._echo.end(), *self._marks.end()]
        if self._half:
            rest.append(ChunkText(False, "\N{REPLACEMENT CHARACTER}"))
        yield from _events(rest)

    def take_whole(self, value: object) -> Iterator[AnswerEvent]:
        """An answer that came in one piece, from a server that does not stream."""
        chunk = mapping(value)
        if error := told_error(value):
            raise failure_in_stream(self._address, error)
        yield from self._texts(self._read(chunk, chunks.choice_of(chunk)))
        self.is_done = self.is_done or bool(chunk.get("choices"))
        yield from _events(self._marks.end())

    def _chunk(self, line: bytes) -> dict[str, Any] | None:
        """The chunk of a line; None where it holds none."""
        name, colon, value = line.partition(b":")
        if name == b"event":
            self._is_error = value.strip() == b"error"
            return None
        if line.startswith(b"{"):
            text = line
        elif colon and name in (b"data", b"error"):
            self._is_error |= name == b"error"
            text = value
        else:
            return None
        if text.strip() == b"[DONE]":
            self.is_done = True
            return None
        try:
            chunk = json.loads(text)
        except ValueError:
            return {"error": text.decode("utf-8", "replace").strip()} if self._is_error else None
        if self._is_error and not told_error(chunk):
            return {"error": chunk}
        if isinstance(chunk, list) and (error := told_error(chunk)):
            return {"error": error}
        return mapping(chunk) or None

    def _error_of(self, chunk: dict[str, Any], choice: dict[str, Any]) -> dict[str, Any] | None:
        error = told_error(chunk)
        if error:
            return error
        word = chunks.ending_of(choice)
        if word == chunks.ERROR_REASON:
            return {"message": N_("it gives no reason")}
        if word == chunks.FILTERED_REASON:
            return {"message": N_("the rest was withheld by its content filter")}
        return None

    def _read(self, chunk: dict[str, Any], choice: dict[str, Any]) -> list[ChunkText]:
        usage = chunks.usage_of(chunk)
        if usage is not None:
            self.usage = usage
            read, speed = chunks.speed_of(chunk)
            self.prefill_ms, self.speed = read or self.prefill_ms, speed or self.speed
        if not choice:
            return []
        self._reason = chunks.ending_of(choice) or self._reason
        found = [self._echo.without(piece) for piece in chunks.pieces(choice)]
        found = [piece for piece in found if piece.text]
        if found:
            self.pieces += 1
            self.has_begun = True
            if not self.reasoning_field and any(piece.is_thought for piece in found):
                self.reasoning_field = chunks.reasoning_field(choice)
        return found

    def _texts(self, pieces: list[ChunkText]) -> Iterator[AnswerEvent]:
        separated: list[ChunkText] = []
        for piece in pieces:
            if piece.is_thought or self.reasoning_field:
                separated.append(piece)
            else:
                separated += self._marks.split(piece.text)
        yield from _events([self._whole(piece) for piece in separated])

    def _whole(self, piece: ChunkText) -> ChunkText:
        """A piece without half a character at its end, which is kept for the next one."""
        text = self._half + piece.text
        self._half = ""
        try:
            text.encode()
        except UnicodeEncodeError:
            if "\ud800" <= text[-1] <= "\udbff":
                text, self._half = text[:-1], text[-1]
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return ChunkText(piece.is_thought, text)


class _Lines:
    """Lines of what arrives in blocks."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, block: bytes) -> list[bytes]:
        data = self._rest + block
        at = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        self._rest = data[at:]
        lines = data[:at].splitlines()
        if len(self._rest) > MAX_LINE:
            lines.append(self._rest)
            self._rest = b""
        return lines


class _Echo:
    """Takes away what an answer goes on with, from servers that send it again (llama-server)."""

    def __init__(self, begun: str) -> None:
        self._begun = begun
        self._held = ""

    def without(self, piece: ChunkText) -> ChunkText:
        """A piece without what was there before; what may be that is held back."""
        if piece.is_thought or not self._begun:
            return piece
        self._held += piece.text
        if self._begun.startswith(self._held) and self._held != self._begun:
            return ChunkText(False, "")
        text = self._held.removeprefix(self._begun)
        self._begun = self._held = ""
        return ChunkText(False, text)

    def end(self) -> list[ChunkText]:
        """What was held back and is no echo, as it does not go to the end of that."""
        return [ChunkText(False, self._held)] if self._held else []


class _ThoughtMarks:
    """Separates thoughts that stand between marks at the beginning of an answer."""

    def __init__(self, *, is_open: bool) -> None:
        """Args:
        is_open: whether the answer may begin with thoughts.
        """
        self._state = "beginning" if is_open else "answer"
        self._held = ""

    def split(self, text: str) -> list[ChunkText]:
        """Pieces of the next text; what may be half a mark is held back."""
        if self._state == "answer":
            return [ChunkText(False, text)]
        if self._state == "between":
            # White space between the two is part of neither.
            return self._answer(text.lstrip()) if text.strip() else []
        self._held += text
        if self._state == "beginning":
            bare = self._held.lstrip()
            if bare.startswith(OPENING):
                self._state, self._held = "thoughts", bare[len(OPENING) :].lstrip("\n")
            elif OPENING.startswith(bare):
                return []
            else:
                return self._answer(self._held)
        thought, mark, answer = self._held.partition(CLOSING)
        if mark:
            begun = [ChunkText(True, thought.rstrip("\n"))] if thought.rstrip("\n") else []
            self._state, self._held = "between", ""
            return [*begun, *self.split(answer)]
        kept = next((n for n in range(len(CLOSING) - 1, 0, -1) if thought.endswith(CLOSING[:n])), 0)
        at = len(thought) - kept
        self._held = thought[at:]
        return [ChunkText(True, thought[:at])] if at else []

    def end(self) -> list[ChunkText]:
        """What was held back."""
        held, self._held = self._held, ""
        return [ChunkText(self._state == "thoughts", held)] if held else []

    def _answer(self, text: str) -> list[ChunkText]:
        self._state, self._held = "answer", ""
        return [ChunkText(False, text)] if text else []


def _events(pieces: list[ChunkText]) -> Iterator[AnswerEvent]:
    """Events of pieces; neighbours of one kind are one."""
    for at, piece in enumerate(pieces):
        if at and pieces[at - 1].is_thought == piece.is_thought:
            continue
        text = piece.text
        for following in pieces[at + 1 :]:
            if following.is_thought != piece.is_thought:
                break
            text += following.text
        if text:
            yield Thought(text=text) if piece.is_thought else Wrote(text=text)
