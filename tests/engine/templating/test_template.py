"""Templates are foreign code: sandboxed, and limited in time and memory."""

from time import sleep

import pytest

from assistant.engine.templating import template
from assistant.engine.templating.template import ChatTemplate, TemplateError, TemplateLimitError

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


@pytest.mark.parametrize(
    "flood",
    [
        """{{ "a"|replace("","x"*9999999) }}""",
        "{% for i in range(90000) %}{{ 'a line of text' }}{% endfor %}",
        "{{ messages[0]['content'] * 90000 }}",
        "{% for m in messages %}{{ m.content }}{{ '\n' * 900000 }}{% endfor %}",
        "{{ 'word ' * 99999 }}",
    ],
)
def test_a_template_that_writes_far_more_than_it_is_given_is_refused(flood: str) -> None:
    with pytest.raises(TemplateLimitError, match="characters around"):
        render(flood)


def test_a_template_may_quote_and_repeat_what_it_is_given() -> None:
    long = [{"role": "user", "content": '"\n' * 300_000}]

    text = ChatTemplate("{{ messages | tojson }}{{ messages[0].content }}").render(long)

    assert len(text) > 1_500_000


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
    with pytest.raises(TemplateError, match="did not end within"):
        render(endless)


def test_a_template_that_has_to_wait_is_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine any of them may take long; only its own work counts."""
    monkeypatch.setattr(template, "TIME_LIMIT", 0.3)
    monkeypatch.setattr(template, "_to_json", lambda _: sleep(0.4) or "waited")
    assert render("{{ messages | tojson }}") == "waited"


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


@pytest.mark.parametrize(
    "tail", ["", "{% if add_generation_prompt %}<|bot|>\\n{% endif %}", "{{ '\\n' }}", " "]
)
def test_line_breaks_that_someone_wrote_out_are_line_breaks(tail: str) -> None:
    source = "{% for m in messages %}<|{{ m.role }}|>\\n{{ m.content }}\\n{% endfor %}" + tail
    text = ChatTemplate(source).render([{"role": "user", "content": r"a\nb"}])
    assert text.startswith("<|user|>\n" + r"a\nb" + "\n")
    assert "\\n" not in text.replace(r"a\nb", "")


def test_a_template_with_line_breaks_keeps_what_it_writes_out() -> None:
    source = "{% for m in messages %}\nWrite \\n for a line break: {{ m.content }}{% endfor %}"
    assert "Write \\n for" in ChatTemplate(source).render([{"role": "user", "content": "x"}])


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        ("", '{"b": "é<\'", "a": [1]}'),
        ("ensure_ascii=True", '{"b": "\\u00e9<\'", "a": [1]}'),
        ("separators=(',', ':')", '{"b":"é<\'","a":[1]}'),
        ("sort_keys=True", '{"a": [1], "b": "é<\'"}'),
        ("indent=1", '{\n "b": "é<\'",\n "a": [\n  1\n ]\n}'),
    ],
)
def test_json_is_written_as_the_reference_writes_it(arguments: str, written: str) -> None:
    source = "{{ {'b': \"é<'\", 'a': [1]} | tojson(" + arguments + ") }}"
    assert ChatTemplate(source).render([]) == written
