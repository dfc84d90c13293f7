"""Templates are foreign code: sandboxed, and limited in time and memory."""

from time import monotonic

import pytest

from assistant.engine.templating import template
from assistant.engine.templating.template import ChatTemplate, TemplateError

USER = [{"role": "user", "content": "hi"}]


def render(source: str) -> str:
    return ChatTemplate(source, "<s>", "</s>").render(USER)


def test_the_usual_helpers_are_there() -> None:
    assert (
        render("{{ bos_token }}{{ messages | tojson }}") == '<s>[{"role": "user", "content": "hi"}]'
    )
    assert render("{{ strftime_now('%Y') }}").isdigit()
    assert render("{% generation %}x{% endgeneration %}") == "x"
    assert render("{% for m in messages %}{% break %}{% endfor %}y") == "y"
    assert render("{% if tools %}x{% else %}y{% endif %}") == "y"


def test_a_refusal_is_told() -> None:
    with pytest.raises(TemplateError, match="not like this"):
        render("{{ raise_exception('not like this') }}")


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages.append(1) }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
        "{{ self.__init__.__globals__ }}",
        "{{ strftime_now.__globals__.x }}",
        "{{ raise_exception.__globals__['jinja2'] }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{{ range(10**9) | list }}",
    ],
)
def test_nothing_outside_the_sandbox_can_be_reached(attack: str) -> None:
    with pytest.raises(TemplateError):
        render(attack)


def test_an_endless_template_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "TIME_LIMIT", 0.3)
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    started = monotonic()
    with pytest.raises(TemplateError, match="did not end within"):
        render(endless)
    assert monotonic() - started < 5


@pytest.mark.parametrize(
    "greedy",
    [
        "{% set ns = namespace(x='aaaaaaaaaaaaaaaa') %}"
        "{% for i in range(40) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{{ 'a' * 10**10 }}",
        "{{ '%10000000000d' % 1 }}",
        "{{ 'a' | center(10**10) }}",
    ],
)
def test_a_template_that_takes_all_memory_is_ended(greedy: str) -> None:
    with pytest.raises(TemplateError, match=r"too much memory|did not end"):
        render(greedy)


def test_after_a_limit_was_met_everything_is_as_before() -> None:
    with pytest.raises(TemplateError):
        render("{{ 'a' * 10**10 }}")
    assert len(bytearray(2**29)) == 2**29
    assert render("{{ messages[0].content }}") == "hi"


@pytest.mark.parametrize("source", ["{% for", "{{ 1 +", "{% nonsense %}"])
def test_what_is_no_template_is_refused(source: str) -> None:
    with pytest.raises(TemplateError):
        ChatTemplate(source)
