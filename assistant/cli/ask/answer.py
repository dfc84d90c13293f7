"""Answer output: one turn streamed to standard output, its progress to standard error."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from assistant.cli.console import Console, short_id
from assistant.cli.interruption import InterruptedWriteError, Interruption
from assistant.core.errors import AssistantError
from assistant.core.grounding.scope import RetrievalScope
from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask, Continue, Regenerate
from assistant.core.values.conversation import Message, Timings, Usage
from assistant.core.values.events import (
    Answered,
    Asked,
    CardFailed,
    Finished,
    Loaded,
    Loading,
    PrefillProgress,
    Queued,
    Retrieved,
    Searching,
    SectionRead,
    Summarised,
    Thought,
    TurnEvent,
    Wrote,
)
from assistant.core.values.models import ModelInfo
from assistant.core.values.sampling import Sampling
from assistant.core.wording import card_failed_text, section_progress, summarised_text
from assistant.language.messages import _, localized, ngettext

if TYPE_CHECKING:
    from assistant.cli.ask.output_form import OutputForm
    from assistant.core.grounding.unconfirmed import StreamedMarks
    from assistant.core.values.documents import Passage
    from assistant.core.values.library import NearestSentence, SearchResult

INCOMPLETE = 11
"""Exit status of an answer that was cut off by the window, or is none."""

NOTHING_HINT = _("Ask again, with `--thinking low` or `off` for a model that thinks too long.")

MAX_WRITE = 512
"""Characters that a pipe which takes anything takes at once, four bytes each: half a PIPE_BUF."""


def rounded_timings(timings: Timings) -> dict[str, float]:
    """Timings rounded to the digits that a clock has."""
    return {name: round(value, 3) for name, value in timings.model_dump().items()}


class ConsoleAnswer:
    """Prints one answer while it is written."""

    def __init__(
        self,
        console: Console,
        interruption: Interruption,
        as_json: bool,
        no_stream: bool,
        form: OutputForm | None = None,
        *,
        reasoning: bool = False,
    ) -> None:
        """Args:
        reasoning: whether what the model thinks is printed before its answer.
        form: what the answer has to be.
        """
        self._form = form
        self._reasoning = reasoning
        self._thought = False
        self._console = console
        self._interruption = interruption
        self._as_json = as_json
        self._streams = not (as_json or no_stream)
        self._model = ""
        self._end_of_output = ""
        self._marks: StreamedMarks | None = None
        """Of an answer to which passages were read."""
        self._message: Message | None = None
        self._passages: tuple[Passage, ...] = ()
        self._found: SearchResult | None = None
        self._question = ""
        self._saying: NearestSentence | None = None
        self._summary: Summarised | None = None

    def run(
        self,
        chat: Chat,
        request: Ask | Continue | Regenerate,
        sampling: Sampling | None = None,
        sources: RetrievalScope | None = None,
    ) -> int:
        """Ask, or go on with an answer, and print all of it.

        Returns: the exit status.

        Raises:
            AssistantError: the turn failed; what was written is stored, and shown if it streams.
        """
        self._question = request.text if isinstance(request, Ask) else ""
        try:
            with closing(chat.turn(request, self._interruption.stop, sampling, sources)) as turn:
                for event in turn:
                    self._handle(event)
        except InterruptedWriteError:
            # The reader is not reading: neither the rest nor a last new line can be written.
            self._console.discard()
            return self._interruption.exit_code
        finally:
            self._console.end_progress()
            self._end_line()
        return self._finish(self._message)

    def _handle(self, event: TurnEvent) -> None:
        match event:
            case Asked(answer=answer) if answer.text:
                self._write(answer.text)
            case Summarised():
                self._summary = event
                show_summarised(event, self._console)
            case Retrieved(used=used) if self._summary is not None:
                self._passages = used
            case Retrieved(used=used, result=result):
                self._passages, self._found = used, result
                if used and self._form is None:
                    # Behind the question, and never where there are no files.
                    from assistant.core.grounding.unconfirmed import (  # noqa: PLC0415
                        StreamedMarks,
                    )

                    self._marks = StreamedMarks()
                    # What the files say comes before an answer that they do not support.
                    self._streams &= self._console.is_terminal
                # Seldom needed before the first word, and never where there are no files.
                from assistant.cli.ask.sources import print_search  # noqa: PLC0415

                print_search(event, self._question, self._console)
            case Loaded(info=info):
                if self._model != info.name:
                    show_template_problem(info, self._console)
                self._model = info.name
            case Thought(text=text):
                self._show_thought(text)
            case Wrote(text=text):
                self._separate()
                self._write(self._marks.feed(text) if self._marks else text)
            case Finished():
                # Whoever reads along does not wait until it is stored.
                self._end_line()
            case Answered(message=message, saying=saying):
                self._message, self._saying = message, saying
            case _:
                show_progress(event, self._console)

    def _write(self, text: str) -> None:
        if self._streams:
            for start in range(0, len(text), MAX_WRITE):
                if self._console.descriptor is not None:
                    self._interruption.wait_for_output(self._console.descriptor)
                self._console.write(text[start : start + MAX_WRITE])
            self._end_of_output = (self._end_of_output + text)[-2:]
        else:
            self._console.progress(_("writing"))

    def _show_thought(self, text: str) -> None:
        if self._reasoning:
            self._thought = True
            self._write(text)
        else:
            self._console.progress(_("thinking"))

    def _separate(self) -> None:
        """A blank line between the reasoning and the answer."""
        if self._thought and self._streams:
            lines = (
                ""
                if self._end_of_output.endswith("\n\n")
                else "\n" * (2 - self._end_of_output.endswith("\n"))
            )
            self._write(lines)
        self._thought = False

    def _end_line(self) -> None:
        """The shell's prompt, or an error, belongs on a line of its own."""
        if self._marks and self._streams:
            self._write(self._marks.end())
        if self._end_of_output and not self._end_of_output.endswith("\n"):
            self._console.line()
        self._end_of_output = ""

    def _finish(self, message: Message | None) -> int:
        if message is None:
            return self._interruption.exit_code
        problem = self._form.problem(message) if self._form else None
        if self._as_json:
            self._console.json(self._object(message, problem))
        elif not self._streams and message.text:
            self._write_whole(message)
        if self._passages and not self._as_json:
            self._print_sources(message)
        if message.state == "stopped":
            return self._interruption.exit_code
        if problem is not None:
            self._console.error(problem.message, problem.hint)
            return problem.exit_code
        return self._completeness(message)

    def _write_whole(self, message: Message) -> None:
        """Write an answer that was not streamed."""
        from assistant.cli.ask.sources import quoted_first  # noqa: PLC0415 -- behind the answer
        from assistant.core.grounding.citations import annotate  # noqa: PLC0415

        # Numbers of sources would break the form.
        answer = (
            message.text
            if self._form
            else annotate(message.text, message.citations, checked=bool(self._passages))
        )
        if self._reasoning and message.reasoning:
            self._console.write(f"{message.reasoning}\n\n")
        if self._saying is not None and self._form is None:
            answer = quoted_first(self._saying, self._passages, answer)
        self._console.write(answer if answer.endswith("\n") else f"{answer}\n")

    def _print_sources(self, message: Message) -> None:
        from assistant.cli.ask import sources  # noqa: PLC0415 -- behind the answer

        if self._summary is None:
            sources.print_citations(message.citations, self._console, self._saying)
            if not self._form and not message.citations:
                sources.print_unconfirmed(message.text, self._console)
        if self._saying is not None:
            sources.print_nearest_sentence(
                self._saying, self._passages, message.citations, self._console
            )
        sources.print_partly_read(self._passages, self._console)

    def _completeness(self, message: Message) -> int:
        """Tell of an answer that is none, or not all of it.

        Returns: the exit status; a limit that was asked for is none of its own.
        """
        asked_for = message.sampling.max_tokens if message.sampling else None
        if message.text.strip() and message.stop_reason != "length":
            return 0
        usage = message.usage
        written = usage.completion_tokens if usage else 0
        go_on = _("`assistant chats continue {id}` continues it.", id=short_id(message.id))
        if not message.text.strip():
            self._console.error(_nothing_text(message), NOTHING_HINT)
            return INCOMPLETE
        if asked_for is not None and written >= asked_for:
            cut_off = ngettext(
                "The answer was cut off after {tokens:,} token.",
                "The answer was cut off after {tokens:,} tokens.",
                asked_for,
                tokens=asked_for,
            )
            self._console.error(cut_off, go_on)
            return 0
        self._console.error(_("The answer was cut off: the context window is full."), go_on)
        return INCOMPLETE

    def _object(self, message: Message, problem: AssistantError | None) -> dict[str, Any]:
        from assistant.cli.ask.sources import (  # noqa: PLC0415 -- behind the answer
            SourcedAnswer,
            partial_files,
        )
        from assistant.core.grounding.citations import annotated  # noqa: PLC0415
        from assistant.core.grounding.versions import disagreements  # noqa: PLC0415

        sourced = SourcedAnswer.from_answer(
            annotated(message.text, message.citations, checked=bool(self._passages)),
            checked=bool(self._passages),
        )
        usage = message.usage or Usage(prompt_tokens=0, cached_tokens=0, completion_tokens=0)
        return {
            "answer": message.text if self._form else sourced.text,
            "reasoning": message.reasoning,
            "problem": problem.message if problem else None,
            "stopped": message.state == "stopped",
            "stop_reason": message.stop_reason,
            "model": self._model or message.model,
            "adapters": [use.model_dump() for use in message.adapters],
            "sampling": message.sampling.model_dump(exclude={"constraint"})
            if message.sampling
            else None,
            "conversation_id": message.conversation_id,
            "message_id": message.id,
            "citations": sourced.citations,
            "sentences": sourced.sentences,
            "corrections": [each.model_dump() for each in self._found.corrections]
            if self._found
            else [],
            "disagreements": [each.text for each in disagreements(self._passages)],
            "saying": self._saying.model_dump() if self._saying else None,
            "partial": partial_files(self._passages),
            "summary": self._summary.model_dump(exclude={"kind"}) if self._summary else None,
            "usage": usage.model_dump(),
            "timings": rounded_timings(message.timings or Timings()),
        }


def _nothing_text(message: Message) -> str:
    """What is said of an answer without a word."""
    match bool(message.reasoning), message.stop_reason == "length":
        case True, True:
            return _(
                "The model gave no answer, only reasoning, before the context window was full."
            )
        case True, False:
            return _("The model gave no answer, only reasoning.")
        case False, True:
            return _("The model gave no answer before the context window was full.")
    return _("The model gave no answer.")


def show_template_problem(info: ModelInfo, console: Console) -> None:
    """Tell on standard error that a model is not written to as its makers meant it."""
    if info.template_problem:
        console.end_progress()
        console.error(f"{info.name}: {localized(info.template_problem)}.")


def show_summarised(event: Summarised, console: Console) -> None:
    """Tell a person on standard error how much of a summary is the model's."""
    console.end_progress()
    console.info(summarised_text(event))


def show_progress(event: TurnEvent, console: Console) -> None:
    """Show on standard error how far the answer is; events without progress show nothing."""
    match event:
        case Searching(unread=True):
            console.progress(_("waiting until your files are read"))
        case Searching():
            console.progress(_("searching your files"))
        case Queued(ahead=ahead) if ahead:
            console.progress(
                ngettext(
                    "waiting for one other question",
                    "waiting for {ahead} other questions",
                    ahead,
                    ahead=ahead,
                )
            )
        case CardFailed():
            console.end_progress()
            console.error(card_failed_text(event))
        case Loading(model=model, window=window) if window:
            console.progress(
                _(
                    "enlarging the context window of {model} to {window:,} tokens",
                    model=model,
                    window=window,
                )
            )
        case Loading(model=model, done=done):
            console.progress(_("loading {model}: {done:.0%}", model=model, done=done))
        case SectionRead():
            console.progress(section_progress(event))
        case PrefillProgress(done=done, total=total) if total:
            console.progress(
                _("reading: {done:.0%} of {total:,} tokens", done=done / total, total=total)
            )
        case _:
            pass
