"""Chat session: the conversation on the screen, opened, asked and followed; its draft.

What was typed and not sent is on disk within a second.
"""

from asyncio import Lock, sleep
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final

from assistant.core.errors import NotFoundError
from assistant.core.turn.requests import Ask, Continue, Edit, Request
from assistant.core.values.conversation import Conversation, Message, QuestionPrompt
from assistant.core.values.events import Answered, Asked, TurnEvent
from assistant.tui.chat.progress import TurnProgress
from assistant.tui.chat.turns import RunningTurn, RunningTurns, TurnAdvanced, TurnEnded
from assistant.tui.composer.composer import Composer, without_questions
from assistant.tui.composer.mentions import resolve_mentions
from assistant.tui.services import Services
from assistant.tui.transcript.transcript import TranscriptView

UNSAVED_SECONDS: Final = 0.5
"""The longest time that what is typed waits before it is saved."""

Prepare = Callable[[str], Awaitable[tuple[str, QuestionPrompt | None]]]


async def as_typed(question: str) -> tuple[str, QuestionPrompt | None]:
    """Question without a prompt of its own."""
    return question, None


class Session:
    """Conversation on the screen; keeps transcript, prompt and store the same."""

    def __init__(
        self,
        services: Services,
        turns: RunningTurns,
        transcript: TranscriptView,
        composer: Composer,
        progress: TurnProgress,
        do: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        """`do` runs something that waits, and shows when it fails."""
        self.conversation: Conversation | None = None
        self._services = services
        self._turns = turns
        self._transcript = transcript
        self._composer = composer
        self._progress = progress
        self._do = do
        self.changed: Callable[[], object] = lambda: None
        """Called when another conversation or title is shown, or messages came."""
        self._lock = Lock()
        self._selected: tuple[str | None, str] = (None, "")
        self._will_save = False
        self.is_temporary = False
        """Whether the conversation lives in memory only, or will when it is made."""
        self.has_been_temporary = False
        """Whether there may be conversations in memory."""
        self._asking = Lock()
        """Keeps questions in their order while it is found out what goes with them."""

    @property
    def id(self) -> str | None:
        return self.conversation.id if self.conversation else None

    @property
    def messages(self) -> Sequence[Message]:
        return self._transcript.messages

    @property
    def turn(self) -> RunningTurn | None:
        """Running turn of this conversation; None without one."""
        return self._turns.running(self.id)

    def text_of(self, message: Message) -> str:
        """The whole text of a message, as far as it is written."""
        turn = self.turn
        growing = turn is not None and turn.answer is not None and turn.answer.id == message.id
        return turn.text if growing and turn else message.text

    def select(self, selected: str) -> None:
        """Keep a text that was selected in the conversation, for a prompt that uses it."""
        self._selected = (self.id, selected)

    @property
    def selected(self) -> str:
        """The text that was selected last in this conversation."""
        id, selected = self._selected
        return selected if id == self.id else ""

    # Which conversation

    async def restore(self) -> None:
        """Restore at the start a first question that was typed and never sent.

        Where nothing can be written the conversation that is begun is a temporary one.
        """
        if self._services.store.unwritable() and self.conversation is None:
            self.is_temporary = self.has_been_temporary = True
            self.changed()
            return
        unsent = await self._services.run(self._services.store.unsent)
        async with self._lock:
            if unsent is not None and self.conversation is None and not self._composer.draft(()):
                await self._show(unsent, [])

    async def open(self, id: str, message_id: str | None = None, snippet: str = "") -> None:
        """Show another conversation; at this message, on its branch, when one is given.

        Args:
            snippet: the surroundings of what was found in the message.
        """
        await self.save_draft()
        async with self._lock:
            if message_id is not None and not self._services.store.unwritable():
                await self._services.run(self._services.store.select, message_id)
            conversation = await self._services.run(self._services.store.conversation, id)
            messages = await self._services.run(self._services.store.branch, id)
            await self._show(conversation, messages)
            if message_id is not None:
                await self._transcript.go_to(message_id, snippet)

    async def begin_new(self, *, temporary: bool = False) -> None:
        """Show an empty conversation; it is made when there is something to keep.

        Args:
            temporary: whether it lives in memory only.
        """
        await self.save_draft()
        async with self._lock:
            await self._show(None, [], temporary=temporary)

    async def refresh(self) -> None:
        """Show the conversation as it is stored, changed here or in another window."""
        async with self._lock:
            if self.conversation is None:
                return
            id = self.conversation.id
            self.conversation = await self._services.run(self._services.store.conversation, id)
            await self._transcript.update(await self._services.run(self._services.store.branch, id))
        self.changed()

    async def make(self) -> Conversation:
        """Conversation on the screen, stored now when it was not.

        Returns: the stored conversation.
        """
        async with self._lock:
            return await self._make()

    async def use_collections(self, id: str, collections: Sequence[str] | None) -> None:
        """Set the collections that a conversation searches; None is all of them."""
        await self._services.run(self._services.store.set_collections, id, collections)
        if id == self.id:
            await self.refresh()

    async def _make(self) -> Conversation:
        if self.conversation is None:
            self.conversation = await self._services.begin(temporary=self.is_temporary)
        return self.conversation

    async def _show(
        self,
        conversation: Conversation | None,
        messages: Sequence[Message],
        *,
        temporary: bool = False,
    ) -> None:
        self.conversation = conversation
        temporary = temporary or bool(self._services.store.unwritable())
        self.is_temporary = conversation.temporary if conversation else temporary
        self.has_been_temporary |= self.is_temporary
        turn = self.turn
        written = {turn.answer.id: turn.text} if turn and turn.answer else {}
        draft = conversation.draft if conversation else ""
        self._composer.show(without_questions(draft, self._turns.waiting(self.id)))
        self._composer.remember(*(m.text for m in messages if m.role == "user"))
        await self._transcript.show(messages, written)
        self._transcript.queue(self._queued_questions())
        self._progress.begin(messages, turn)
        self.changed()

    def save_soon(self) -> None:
        """Save the draft within a second; not more often while the typing goes on."""
        if not self._will_save:
            self._will_save = True
            self._do(self._save_soon())

    async def _save_soon(self) -> None:
        await sleep(UNSAVED_SECONDS)
        self._will_save = False
        await self.save_draft()

    async def save_draft(self) -> None:
        """Save what is typed, in the conversation it was typed in."""
        here = self.conversation
        if self._services.store.unwritable() and here is not None and not here.temporary:
            return
        async with self._lock:
            draft = self._composer.draft(self._turns.waiting(self.id))
            if draft or self.conversation is not None:
                conversation = await self._make()
                if draft != conversation.draft:
                    await self._services.run(self._services.store.set_draft, conversation.id, draft)
                    self.conversation = conversation.model_copy(update={"draft": draft})

    # Questions and answers

    async def submit(self, question: str, prepare: Prepare = as_typed) -> None:
        """Submit a question: ask it, ask an edited one anew, or queue it behind the running answer.

        Args:
            prepare: finds the prompt that the question names, and completes the question.

        Raises:
            FolderNotAddedError: the question names folders that are in no collection.
        """
        edited = self._composer.end_editing(question)
        self._composer.on_their_way.append(question)
        self._transcript.queue(self._queued_questions())
        try:
            async with self._asking:
                conversation = await self.make()
                completed, prompt = await prepare(question)
                self._replace(question, completed)
                question = completed
                await self._ask(conversation, question, edited, prompt)
        except Exception:
            self._composer.on_their_way.remove(question)
            self._composer.put_back(question, edited)
            self._transcript.queue(self._queued_questions())
            raise

    async def _ask(
        self,
        conversation: Conversation,
        question: str,
        edited: Message | None,
        prompt: QuestionPrompt | None,
    ) -> None:
        before = edited.attached if edited else ()
        resolved = await resolve_mentions(self._services.library, question, before)
        self._replace(question, resolved.text)
        self._progress.say_missing(resolved.missing)
        ask = Ask(
            conversation_id=conversation.id,
            text=resolved.text,
            attached=resolved.attached,
            prompt=prompt,
        )
        async with self._lock:
            if self._turns.running(conversation.id) is not None:
                self._turns.wait_in_line(ask)
                self._composer.on_their_way.remove(ask.text)
            elif edited is not None:
                edit = Edit(
                    message_id=edited.id, text=ask.text, attached=ask.attached, prompt=prompt
                )
                self._turns.start(conversation.id, edit)
            else:
                self._turns.start(conversation.id, ask)

    def _replace(self, question: str, completed: str) -> None:
        """A question on its way has another text now."""
        on_their_way = self._composer.on_their_way
        if completed != question and question in on_their_way:
            on_their_way[on_their_way.index(question)] = completed

    def start(self, request: Request) -> None:
        """Begin a turn in this conversation."""
        assert self.conversation is not None
        self._turns.start(self.conversation.id, request)

    async def advance(self, event: TurnAdvanced) -> None:
        """Handle progress of a turn; it is shown when its conversation is."""
        turn = event.turn
        asked = next((step for step in event.events if isinstance(step, Asked)), None)
        if asked is not None:
            self._arrived(turn)
        if turn.conversation_id != self.id:
            if asked is not None and asked.question is not None:
                await self._services.run(self._forget, turn.conversation_id, asked.question.text)
            return
        if asked is not None:
            await self._show_asked(turn, asked)
        await self._show_progress(turn, event.events)

    async def end(self, event: TurnEnded) -> None:
        """Handle the end of a turn; the next question in line is asked."""
        turn = event.turn
        self._turns.ended(turn)
        self._arrived(turn)
        question = self._turns.next(turn.conversation_id)
        if question is not None:
            if turn.conversation_id == self.id:
                self._composer.on_their_way.append(question.text)
            self._turns.start(turn.conversation_id, question)
        elif turn.goes_on and turn.answer is not None and event.failure is None:
            self._turns.start(turn.conversation_id, Continue(message_id=turn.answer.id))
        if turn.conversation_id == self.id:
            answer = turn.answer
            async with self._lock:
                if event.failure is not None and answer is not None:
                    answer = await self._services.run(self._services.store.message, answer.id)
                await self._progress.end(event.failure, answer)
        self.changed()

    def _arrived(self, turn: RunningTurn) -> None:
        """The question is on disk: the draft need not keep it any longer."""
        if (
            isinstance(turn.request, Ask | Edit)
            and turn.request.text in self._composer.on_their_way
        ):
            self._composer.on_their_way.remove(turn.request.text)

    def _forget(self, conversation_id: str, question: str) -> None:
        """Take a question that is on disk out of the draft of a conversation nobody looks at."""
        store = self._services.store
        draft = store.conversation(conversation_id).draft
        if draft:
            store.set_draft(conversation_id, without_questions(draft, [question]))

    async def _show_progress(self, turn: RunningTurn, events: Sequence[TurnEvent]) -> None:
        """Show events of a turn; a message that has ended as it is stored by now.

        What an event brings may be older than what is shown, which was read meanwhile.
        """
        if not any(isinstance(event, Answered) for event in events):
            await self._progress.advance(turn, events)
            return
        async with self._lock:
            if turn.conversation_id == self.id:
                await self._progress.advance(turn, [await self._stored(each) for each in events])

    async def _stored(self, event: TurnEvent) -> TurnEvent:
        if not isinstance(event, Answered):
            return event
        with suppress(NotFoundError):
            message = await self._services.run(self._services.store.message, event.message.id)
            return event._replace(message=message)
        return event

    async def _show_asked(self, turn: RunningTurn, asked: Asked) -> None:
        async with self._lock:
            if turn.conversation_id != self.id:
                return
            if isinstance(turn.request, Ask) and asked.question is not None:
                shown = {message.id for message in self.messages}
                added = (asked.question, asked.answer)
                messages = [*self.messages, *(each for each in added if each.id not in shown)]
            else:
                branch = self._services.store.branch
                messages = await self._services.run(branch, turn.conversation_id)
            self._transcript.queue(self._queued_questions())
            self._transcript.following = True
            await self._transcript.update(messages)
        if self.conversation is not None and not self.conversation.title:
            await self.refresh()
        self.changed()

    def _queued_questions(self) -> list[str]:
        return [*self._composer.on_their_way, *self._turns.waiting(self.id)]
