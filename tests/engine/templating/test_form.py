"""A template is used in the form in which all that it is given comes out."""

import pytest

from assistant.engine.templating.form import learn_form
from assistant.engine.templating.rendering import PromptRenderer, choose_template
from assistant.engine.templating.template import ChatTemplate, TemplateError
from tests.support.chat_templates import CHATML, SHAPES, TYPED, TYPED_ALONE, USES
from tests.support.engine import said

CONVERSATION = [
    said("system", "Be brief."),
    said("user", "What is 2+2?"),
    said("assistant", "It is 4."),
    said("user", "E 3+3?"),
]


@pytest.mark.parametrize("source", [*SHAPES.values(), *USES.values()])
def test_most_templates_take_texts(source: str) -> None:
    assert not learn_form(ChatTemplate(source, "<s>", "</s>")).typed


@pytest.mark.parametrize("source", [TYPED, TYPED_ALONE])
def test_content_is_typed_where_a_text_does_not_come_out(source: str) -> None:
    chosen = choose_template(source, frozenset())
    text = chosen.renderer.text(CONVERSATION)
    places = [text.index(message.content) for message in CONVERSATION]
    assert places == sorted(places)
    assert not chosen.problem
    assert [span.end > span.start for span in chosen.renderer.layout(CONVERSATION).spans]
    unfinished = [*CONVERSATION, said("assistant", "It is ")]
    assert chosen.renderer.text(unfinished).endswith("<|assistant|>It is ")


WITHOUT_ANSWERS = CHATML.replace(
    "{{'<|im", "{% if message['role'] != 'assistant' %}{{'<|im"
).replace("{% endfor %}", "{% endif %}{% endfor %}")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("   \n ", "it shows nothing of what is said"),
        ("Hello!", "it shows nothing of what is said"),
        (WITHOUT_ANSWERS, "it leaves out the answers"),
        ("{{ messages[-1].content }}", "it leaves out questions"),
        ("{% for m in messages %}{{ m.text }}{% endfor %}", "it shows nothing of what is said"),
        ("{% for m in messages|reverse %}{{ m.content }}{% endfor %}", "it changes the order"),
        ("{{ functions[0].name }}" + CHATML, "'functions' is undefined"),
        ("{{- if .System }}{{ .System }}{{ end }}", "unexpected '.'"),
        ("{% for m in messages %}", "Unexpected end of template"),
    ],
)
def test_a_template_that_loses_what_is_said_is_not_used_and_says_why(
    source: str, reason: str
) -> None:
    chosen = choose_template(source, frozenset(("<|im_start|>", "<|im_end|>")))
    assert chosen.problem.startswith("its template cannot be used: ")
    assert reason in chosen.problem
    assert chosen.problem.endswith("; written as ChatML")
    assert "What is 2+2?" in chosen.renderer.text(CONVERSATION)


def test_a_template_that_takes_too_long_for_any_probe_is_not_used() -> None:
    slow = "{% for m in messages %}{% if m.reasoning %}" + "{% for a in range(99999) %}" * 4
    slow += "{% endfor %}" * 4 + "{% endif %}{{ m.content }}{% endfor %}"
    with pytest.raises(TemplateError, match=r"did not end|too much"):
        PromptRenderer(ChatTemplate(slow))
