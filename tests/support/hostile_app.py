"""Puts texts at every place of the screen where foreign text can appear.

usage: python -m tests.support.hostile_app HOME hostile|harmless talk|files|chats
"""

import sys
from asyncio import sleep
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from textual.screen import Screen
from textual.widgets import Input, OptionList

from assistant.core.errors import AssistantError, EngineDiedError
from assistant.core.ports.conversations import ConversationStore
from assistant.core.values.conversation import Conversation
from assistant.core.values.events import Loaded
from assistant.core.values.models import ModelInfo
from assistant.core.values.prompts import Prompt, PromptProblem
from assistant.storage.conversations import SqliteConversations
from assistant.tui.app import run
from assistant.tui.chat.model_loading import ModelAdvanced
from assistant.tui.prompts.dialogs import PromptPicker
from assistant.tui.toolkit.dialogs import AskForLine, OpenLink
from tests.support.driver import RecordingClipboard, ScreenDriver, Setting, make_app
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.hostile_adding_files import coming_in
from tests.support.hostile_conversations import in_chats
from tests.support.hostile_files import citation, in_files
from tests.support.hostile_texts import harmless_texts, hostile_texts

END = "all texts were shown"
FRAME = 0.017
"""Seconds in which a frame is drawn; the terminal's bytes are what is looked at."""
TOGETHER = 12
"""Texts that are shown at once where there is room."""


async def of_files(driver: ScreenDriver, texts: Sequence[str]) -> None:
    """Show each text wherever files are told of, then say so."""
    for some in _batches(texts):
        await in_files(driver, some)
        await coming_in(driver, some)
    driver.say(END)


async def of_chats(driver: ScreenDriver, texts: Sequence[str]) -> None:
    """Show each text wherever conversations are found and ordered, then say so."""
    for some in _batches(texts):
        await in_chats(driver, some)
    driver.say(END)


async def of_talk(driver: ScreenDriver, texts: Sequence[str]) -> None:
    """Show each text everywhere else, then say so."""
    for some in _batches(texts):
        await _stored(driver, some)
        await _streamed(driver, some)
        await _listed(driver, some)
        await _asked(driver, some)
    for text in texts[: len(texts) // 2]:
        await _around(driver, text[:1000])
    await _in_the_list(driver, texts)
    driver.say(END)


async def _stored(driver: ScreenDriver, texts: Sequence[str]) -> None:
    """Questions, answers and failures of a stored conversation."""
    store = driver.services.store
    conversation = store.create()
    parent = None
    for text in texts:
        parent = _store_turn(store, conversation, parent, text)
    await driver.open(conversation.id)
    for _ in range(3):
        await sleep(FRAME)
        driver.transcript.turn_page(-1)


def _store_turn(
    store: ConversationStore, conversation: Conversation, parent: str | None, text: str
) -> str:
    question = store.append(conversation.id, parent, "user", text)
    answer = store.append(conversation.id, question.id, "assistant", "", state="streaming")
    store.journal(answer.id, text)
    store.finish(answer.id, "failed", error=text)
    cited = store.append(conversation.id, answer.id, "assistant", "", state="streaming")
    store.journal(cited.id, text)
    store.finish(cited.id, "complete", citations=[citation(text[:1000])])
    return cited.id


async def _streamed(driver: ScreenDriver, texts: Sequence[str]) -> None:
    """A question that is typed, and an answer that comes in small pieces and ends in an error."""
    model = driver.services.models.open(None)
    assert isinstance(model, ScriptedModel)
    text = "\n\n".join(text[:200] for text in texts)
    model.answers = ([text[place : place + 3] for place in range(0, len(text), 3)],)
    model.stream_error = EngineDiedError(texts[0], texts[-1])
    model.error_after = len(text)
    await driver.begin_new()
    await driver.submit(texts[0])
    while not driver.is_idle:
        await sleep(0.001)
    await sleep(FRAME)


async def _listed(driver: ScreenDriver, texts: Sequence[str]) -> None:
    """The prompts to choose from, and the files that cannot be used."""
    prompts = [Prompt(name=t, title=t, description=t, language=t, text=t) for t in texts]
    problems = [PromptProblem(path=text, reason=text) for text in texts]
    await _show(driver, PromptPicker(prompts, problems, texts[0]))


async def _asked(driver: ScreenDriver, texts: Sequence[str]) -> None:
    """The title to change, the address to open."""
    joined = " · ".join(text[:200] for text in texts)
    await _show(driver, AskForLine(joined, joined))
    await _show(driver, OpenLink(joined))


async def _show(driver: ScreenDriver, dialog: Screen[Any]) -> None:
    await driver.app.push_screen(dialog)
    await sleep(FRAME)
    await driver.app.pop_screen()


async def _around(driver: ScreenDriver, text: str) -> None:
    """Title, prompt name, draft, paste, line, notice, model."""
    store = driver.services.store
    conversation = store.create(title=text, system_prompt=text, prompt_name=text)
    store.append(conversation.id, None, "user", "?")
    store.set_draft(conversation.id, text)
    await driver.open(conversation.id)
    driver.paste(text)
    driver.transcript.queue([text])
    info = ModelInfo(name=text, path=text, description="", context_window=4, trained_context=4)
    driver.screen.post_message(ModelAdvanced(Loaded(info=info)))
    driver.notice.fail(AssistantError(text, text))
    await sleep(FRAME)


async def _in_the_list(driver: ScreenDriver, texts: Sequence[str]) -> None:
    """Titles in the list of conversations, and words that are looked for."""
    driver.show_sidebar(True)
    listing = driver.screen.query_one("#conversations", OptionList)
    for text in texts:
        with driver.screen.prevent(Input.Changed):
            driver.screen.query_one("#filter", Input).value = text[:1000]
        await sleep(FRAME)
    for words in ("before", "x", ""):
        driver.screen.query_one("#filter", Input).value = words
        await driver.refresh_list()
        for _ in range(6):
            await sleep(FRAME)
            listing.scroll_relative(y=40, animate=False)


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[place : place + TOGETHER] for place in range(0, len(texts), TOGETHER))


def main() -> int:
    home, which = Path(sys.argv[1]), sys.argv[2]
    parade = {"talk": of_talk, "files": of_files, "chats": of_chats}[sys.argv[3]]
    texts = hostile_texts() if which == "hostile" else harmless_texts()
    store = SqliteConversations(home / "chats.db")
    models = ScriptedModels(ScriptedModel(window=1_000_000))
    app = make_app(Setting(home, models, clipboard=RecordingClipboard()), store)
    driver = ScreenDriver(app)

    async def show() -> None:
        await driver.until_open()
        await parade(driver, texts)

    app.call_later(lambda: app.run_worker(show()))
    status = run(app)
    store.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
