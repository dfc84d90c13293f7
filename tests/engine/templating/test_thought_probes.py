"""What a template does with thoughts is learnt from its own rendering."""

import pytest

from assistant.core.values.sampling import Thinking
from assistant.engine.templating.form import learn_form
from assistant.engine.templating.reasoning import ReasoningMarkers, ReasoningText
from assistant.engine.templating.rendering import PromptRenderer
from assistant.engine.templating.template import ChatTemplate
from assistant.engine.templating.thinking import EFFORT_BUDGETS, ThinkingStyle
from assistant.engine.templating.thought_probes import learn_thinking
from tests.support.chat_templates import CONTINUED, SHAPES, SILENCED, THOUGHTS, USES
from tests.support.engine import said

QUESTION = [said("user", "What is 2+2?")]
BEGUN = said("assistant", "The answer ")

every_use = pytest.mark.parametrize("use", USES)


def style(source: str, vocabulary: frozenset[str] = frozenset()) -> ThinkingStyle:
    template = ChatTemplate(source, "<s>", "</s>")
    return learn_thinking(template, learn_form(template), vocabulary)


def prompts(use: str) -> PromptRenderer:
    return PromptRenderer(ChatTemplate(USES[use], "<s>", "</s>"))


@every_use
def test_a_template_tells_what_stands_around_thoughts(use: str) -> None:
    assert style(USES[use]).markers == ReasoningMarkers(*THOUGHTS[use])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_template_that_knows_no_thoughts_tells_none(shape: str) -> None:
    assert style(SHAPES[shape]).markers is None


MARKERS = [
    ("<think>", "</think>"),
    ("<pensar>", "</pensar>"),
    ("<mm:think>", "</mm:think>"),
    ("<think:aberto>", "</think:aberto>"),
    ("[REASON]", "[/REASON]"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("<|START_PONDER|>", "<|END_PONDER|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|note>musings", "<note|>"),
    ("◁reflect▷", "◁/reflect▷"),
    ("Os meus passos:", "[RESPOSTA FINAL]"),
]


def spelt(use: str, opening: str, closing: str) -> str:
    before, after, _ = THOUGHTS[use]
    return USES[use].replace(after, closing).replace(before, opening)


SPELT = [
    (use, *markers)
    for use in ("field", "always a block", "shown in full only")
    for markers in MARKERS
    # Prose in front of every answer is not told from its header.
    if use != "shown in full only" or not markers[0].endswith(":")
]


@pytest.mark.parametrize(("use", "opening", "closing"), SPELT)
def test_markers_are_learnt_however_they_are_spelt(use: str, opening: str, closing: str) -> None:
    source = spelt(use, opening, closing)
    found = style(source).markers
    assert found is not None
    assert (found.opening, found.closing) == (opening, closing)
    writer = PromptRenderer(ChatTemplate(source, "<s>", "</s>"))
    silent = writer.text(QUESTION, "off").rstrip()
    assert silent.endswith(closing)
    assert not writer.is_thinking(silent)
    within = BEGUN.model_copy(update={"content": "", "reasoning": "Dois e"})
    assert writer.text([*QUESTION, within]).count(opening) == 1
    finished = writer.text([*QUESTION, said("assistant", f"a{opening}b{closing}c"), *QUESTION])
    assert f"b{closing}c" not in finished


@pytest.mark.parametrize(
    "word", ["/no_think", "/nothink", "PENSA_NÃO", "detailed thinking off", "<no-thoughts>"]
)
def test_a_word_in_the_system_message_that_switches_is_learnt(word: str) -> None:
    source = USES["a word of the system"].replace("/no_think", word)
    writer = PromptRenderer(ChatTemplate(source, "<s>", "</s>"))
    asked = [said("system", "Sê breve."), *QUESTION]
    for messages in (asked, QUESTION):
        assert writer.text(messages, "off").endswith("<|assistant|>\n<think></think>")
        assert writer.text(messages, "high").endswith("<|assistant|>\n<think>\n")
        assert word not in writer.text(messages, "off")
    assert "<|system|>Sê breve.</s>" in writer.text(asked, "off")
    assert writer.layout(asked, "off").text == writer.text(asked, "off")


def test_a_word_that_is_shown_or_changes_nothing_is_no_switch() -> None:
    for change in (
        (".replace('/no_think', '')", ""),
        ("'<think></think>' if ns.silent else ", ""),
    ):
        learnt = style(USES["a word of the system"].replace(*change))
        assert (learnt.on_word, learnt.off_word) == ("", "")


def test_a_word_that_switches_on_is_learnt() -> None:
    source = USES["a word of the system"].replace("'/no_think' in", "'/think' not in")
    source = source.replace("'/no_think'", "'/think'").replace("silent=false", "silent=true")
    writer = PromptRenderer(ChatTemplate(source, "<s>", "</s>"))
    assert writer.text(QUESTION).endswith("<think></think>")
    assert writer.text(QUESTION, "low").endswith("<think>\n")
    assert style(source).on_word == "/think"


def test_a_comment_or_a_text_for_tools_tells_nothing() -> None:
    mentions = "{# <think></think> #}{% if tools %}Write <thinking></thinking>.{% endif %}"
    assert style(mentions + SHAPES["ChatML"]).markers is None


def test_the_vocabulary_tells_markers_that_the_template_does_not() -> None:
    found = style(SHAPES["ChatML"], frozenset(("[THINK]", "[/THINK]", "<|im_end|>")))
    assert found.markers == ReasoningMarkers("[THINK]", "[/THINK]")


@every_use
def test_an_answer_is_gone_on_with_as_the_template_writes_answers(use: str) -> None:
    text = prompts(use).text([*QUESTION, BEGUN])
    assert text.endswith(f"{CONTINUED[use]}The answer ")
    assert text.count("What is 2+2?") == 1


@every_use
@pytest.mark.parametrize("level", ["off", 0])
def test_without_thoughts_an_answer_begins_in_the_models_own_way(use: str, level: Thinking) -> None:
    assert prompts(use).text(QUESTION, level).endswith(SILENCED[use])


@every_use
def test_thoughts_are_gone_on_with_where_they_stopped(use: str) -> None:
    opening, closing, _ = THOUGHTS[use]
    writer = prompts(use)
    within = BEGUN.model_copy(update={"content": "", "reasoning": "Two and"})
    text = writer.text([*QUESTION, within])
    assert text.endswith("Two and")
    spoken = 1 if use == "words" else 0
    assert text.count(opening) == 1 + spoken
    behind = BEGUN.model_copy(update={"reasoning": "Two and two"})
    text = writer.text([*QUESTION, behind])
    assert text.endswith("The answer ")
    assert text.rindex(opening) < text.index("Two and two") < text.rindex(closing)
    assert text.count(opening) == 1 + spoken
    # Where thoughts have a message of their own, their end looks like the beginning of an answer.
    assert text.count(closing) == 1 + spoken + (use == "a message of their own")


@every_use
def test_what_a_template_writes_with_thoughts_is_told_apart_again(use: str) -> None:
    writer = prompts(use)
    asked = writer.text(QUESTION, "high")
    behind = BEGUN.model_copy(update={"reasoning": "Two and two"})
    answered = writer.text([*QUESTION, behind], "high")
    assert answered.startswith(asked)
    reasoning = ReasoningText(writer.markers, begun=writer.is_thinking(asked))
    pieces = [*reasoning.feed(answered[len(asked) :]), *reasoning.flush()]
    assert "".join(one.text for one in pieces if one.is_thought).strip() == "Two and two"
    assert "".join(one.text for one in pieces if not one.is_thought) == "The answer "


@pytest.mark.parametrize(
    ("use", "level", "words"),
    [
        ("channels", "high", "Reasoning: high"),
        ("channels", "low", "Reasoning: low"),
        ("channels", 300, "Reasoning: medium"),
        ("channels", "auto", "Reasoning: medium"),
        ("tools", "high", "<|turn>model\n"),
        ("tools", 300, "<|turn>model\n"),
        ("words", "medium", "Think within"),
        ("effort alone", "high", "<|assistant|><hm>"),
        ("effort alone", 300, "<|assistant|><hm>"),
        ("effort alone", "auto", "<|assistant|><hm></hm>"),
    ],
)
def test_a_level_reaches_the_template_in_its_own_words(
    use: str, level: Thinking, words: str
) -> None:
    text = prompts(use).text(QUESTION, level)
    assert words in text
    if text.rstrip().endswith(words.rstrip()):
        assert text.endswith(words)


@pytest.mark.parametrize(
    ("use", "level", "budget"),
    [
        ("channels", "low", None),
        ("channels", 40, 40),
        ("field", "low", EFFORT_BUDGETS["low"]),
        ("field", "medium", EFFORT_BUDGETS["medium"]),
        ("field", "high", None),
        ("field", "auto", None),
        ("field", None, None),
        ("field", "off", 0),
        ("field", 0, 0),
        ("effort alone", "low", None),
        ("effort alone", "medium", EFFORT_BUDGETS["medium"]),
    ],
)
def test_a_level_is_a_budget_where_the_template_knows_no_effort(
    use: str, level: Thinking | None, budget: int | None
) -> None:
    assert style(USES[use]).budget(level) == budget


def test_a_block_that_a_template_closes_itself_is_not_written_twice() -> None:
    """There, nothing but a line break stands before an answer."""
    bare = (
        "{% for m in messages %}{{ m.content.split('</think>')[-1] }}\n{% endfor %}"
        "{% if add_generation_prompt %}{{ '<think>\n\n</think>\n\n' if enable_thinking == false "
        "else '<think>\n' }}{% endif %}"
    )
    text = PromptRenderer(ChatTemplate(bare)).text(QUESTION, "off")
    assert text == "What is 2+2?\n<think>\n\n</think>\n\n"


def test_a_budget_is_told_to_a_template_that_knows_one() -> None:
    source = (
        SHAPES["ChatML"] + "{% if thinking_budget is defined %}[{{ thinking_budget }}]{% endif %}"
    )
    writer = PromptRenderer(ChatTemplate(source))
    assert writer.text(QUESTION, 300).endswith("[300]")
    assert writer.text(QUESTION, "off").endswith("[0]")
    assert not writer.text(QUESTION).endswith("]")


INSTRUCTING = (
    "{% if messages[0].role == 'system' %}[SYS]{{ messages[0].content }}[/SYS]"
    "{% else %}[SYS]Think first: [THINK]…[/THINK].[/SYS]{% endif %}"
    "{% for m in messages if m.role != 'system' %}[{{ m.role }}]"
    "{% if m.reasoning_content %}[THINK]{{ m.reasoning_content }}[/THINK]{% endif %}"
    "{{ m.content }}</s>{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}"
)


def test_a_role_does_not_take_away_the_words_that_ask_for_thoughts() -> None:
    writer = PromptRenderer(ChatTemplate(INSTRUCTING))
    asked = [said("system", "You are a poet."), *QUESTION]
    assert "[SYS]Think first: [THINK]…[/THINK].\n\nYou are a poet.[/SYS]" in writer.text(asked)
    assert "[SYS]You are a poet.[/SYS]" in writer.text(asked, "off")
    layout = writer.layout(asked)
    assert "You are a poet." in layout.text[slice(*layout.spans[0])]


def test_other_words_of_a_template_give_way_to_a_role() -> None:
    plain = INSTRUCTING.replace("Think first: [THINK]…[/THINK].", "You are a model.")
    text = PromptRenderer(ChatTemplate(plain)).text([said("system", "You are a poet."), *QUESTION])
    assert "[SYS]You are a poet.[/SYS]" in text
