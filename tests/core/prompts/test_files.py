"""The syntax of a prompt file."""

import time
from itertools import cycle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.core.prompts.files import BadPromptError, clean, parse, write
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.prompts import Prompt, PromptVariable, escape_placeholders, example_pairs
from assistant.core.values.sampling import SamplingChanges
from assistant.system.front_matter import load

FULL = """---
title: Sentiment
description: What a text feels like.
language: pt-BR
variables:
  scale: positive or negative
  tópico:
sampling:
  temperature: 0
  max_tokens: 4
model: small
collections: [reviews, "2024"]
---

Judge {{tópico}}: {{scale}}.

## User

I love it!

## Assistant

positive

## User

\\## User

## Assistant

no heading
"""


def parsed(source: str) -> Prompt:
    return parse("name", source, load)


def headed(body: str, matter: str = "title: x") -> str:
    return f"---\n{matter}\n---\n{body}"


def test_a_file_says_everything_about_a_prompt() -> None:
    prompt = parse("sentiment", FULL, load, "/p/sentiment.md")

    assert prompt == Prompt(
        name="sentiment",
        title="Sentiment",
        description="What a text feels like.",
        language="pt-BR",
        variables=(
            PromptVariable(name="scale", default="positive or negative"),
            PromptVariable(name="tópico"),
        ),
        sampling=SamplingChanges(temperature=0, max_tokens=4),
        model="small",
        collections=("reviews", "2024"),
        text="Judge {{tópico}}: {{scale}}.",
        examples=prompt.examples,
        path="/p/sentiment.md",
    )
    assert example_pairs(prompt.examples) == [("I love it!", "positive"), ("## User", "no heading")]
    assert [example.role for example in prompt.examples] == ["user", "assistant"] * 2


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_endings_and_byte_order_marks_do_not_matter(ending: str, mark: str) -> None:
    assert parsed(mark + FULL.replace("\n", ending)) == parsed(FULL)


@pytest.mark.parametrize(
    "value", ["no", "yes", "on", "2024-01-01", "1.0", "0x10", "12:30", "1_000", "<<", "="]
)
def test_a_title_is_a_text_whatever_it_looks_like(value: str) -> None:
    assert parsed(headed("x", f"title: {value}\nlanguage: no")).title == value


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_a_variable_without_a_default_differs_from_one_with_an_empty_one(nothing: str) -> None:
    prompt = parsed(headed("x", f"title: x\nvariables:\n  a: {nothing}\n  b: ''"))

    assert [variable.default for variable in prompt.variables] == [None, ""]


@pytest.mark.parametrize(
    ("source", "reason", "fix"),
    [
        ("no front matter", "does not begin with front matter", "`title: …`"),
        ("---\ntitle: x\nno end", "does not begin with front matter", "`title: …`"),
        (headed("x", "description: y"), "`title` is missing", "Add a line `title: …`"),
        (headed("x", ""), "`title` is missing", "Add a line"),
        (headed("x", "title:"), "`title` cannot be none", "Correct it"),
        (headed("x", "title: x\ncolour: red"), "`colour` is not a key", "title, description"),
        (headed("x", "- a list"), "the front matter has no keys", "`key: value`"),
        (headed("x", "just words"), "the front matter has no keys", "`key: value`"),
        (headed("x", "\ntitle: ["), "line 3: ", "quotation marks"),
        (headed("x", "title: Tutor: two"), "line 2: mapping values are not allowed", "quotation"),
        (headed("x", "title: x\ntitle: y"), "line 3: the key 'title' is given twice", ""),
        (headed("x", "title: x\nlanguage: Português"), "`language` is not a language", "pt-BR"),
        (headed("x", "title: x\nvariables: [a]"), "`variables` has no keys", "Indent"),
        (headed("x", "title: x\nvariables:\n  a b: c"), "'a b' is not a name for a variable", ""),
        (
            headed("x", "title: x\nvariables:\n  a: [b]"),
            "variables.a` cannot be ['b']",
            "Correct it",
        ),
        (headed("x", "title: x\nsampling: hot"), "`sampling` has no keys", "Indent"),
        (headed("x", "title: x\nsampling:\n  heat: 1"), "`sampling.heat` is not a key", "top_k"),
        (
            headed("x", "title: x\nsampling:\n  temperature: warm"),
            "`sampling.temperature` cannot be 'warm': input should be a valid number",
            "Correct it",
        ),
        (
            headed("x", "title: x\nsampling:\n  temperature: -1"),
            "input should be greater than or equal to 0",
            "Correct it",
        ),
        (
            headed("x", "title: x\nsampling:\n  top_p: .nan"),
            "`sampling.top_p` cannot be '.nan'",
            "Correct it",
        ),
        (
            headed("x", "title: x\ncollections: docs"),
            "collections` is not a list",
            "[one, another]",
        ),
        (headed("x", "title: x\ncollections: ['']"), "`collections.0` cannot be ''", "Correct it"),
        (headed(" \n\n"), "it is empty", "Write"),
        (headed("{{topic}}"), "{{topic}} is not a variable", "\\{{topic}}"),
        (headed("x\n## User\n{{a}}\n## Assistant\ny"), "{{a}} is not a variable", "`variables`"),
        (headed("x\n## Assistant\ny"), "line 5: an example is `## User`", "`## User`"),
        (headed("## User\ny\n## User\nz"), "line 6: an example is `## User`", "`## Assistant`"),
        (headed("x\n## user\ny"), "line 5: the last example has no answer", "`## Assistant`"),
        (headed("## User\n\n## Assistant\nz"), "line 4: there is nothing below it", ""),
    ],
)
def test_a_bad_file_is_one_clear_line_with_what_to_do(source: str, reason: str, fix: str) -> None:
    with pytest.raises(BadPromptError) as caught:
        parsed(source)

    assert reason in caught.value.reason.replace("None", "none")
    assert fix in caught.value.fix
    assert caught.value.fix.endswith(".")
    assert "\n" not in caught.value.reason + caught.value.fix
    assert not caught.value.reason.endswith(".")


HOSTILE = {
    "bomb": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]",
    "alias": "title: &a x\ndescription: *a",
    "recursive": "title: &a [*a]",
    "object": "title: !!python/object/apply:os.system [id]",
    "name": "title: !!python/name:os.system",
    "binary": "title: !!binary aGk=",
    "set": "variables: !!set {a, b}",
    "own tag": "title: !mine x",
    "directive": "%TAG ! tag:evil,2000:\ntitle: !x y",
    "deep flow": "title: " + "[" * 15_000,
    "deep mapping": "title: " + "{a: " * 15_000,
    "deep block": "\n".join(" " * n + f"k{n}:" for n in range(300)),
    "deep list": "title: " + "- " * 10_000,
    "question marks": "? " * 10_000,
    "complex key": "? [a, b]\n: c",
    "escape": "title: \x1b[2J",
    "merge": "<<: {title: x}",
    "documents": "title: x\n...\ntitle: y",
    "tabs": "\ttitle: x",
    "many keys": "\n".join(f"k{n}: v" for n in range(10_000)),
    "long": "title: " + "x" * 200_000,
    "quotes": "title: '" + "''" * 50_000,
    "surrogate": 'title: "\\ud800"',
    "lone surrogate": "title: \ud800",
    "many errors": "variables:\n" + "\n".join(f"  k{n}: [v]" for n in range(5_000)),
}


@pytest.mark.parametrize("matter", HOSTILE.values(), ids=HOSTILE)
def test_hostile_front_matter_is_refused_at_once(matter: str) -> None:
    started = time.process_time()

    with pytest.raises(BadPromptError) as caught:
        parsed(headed("x", matter))

    assert time.process_time() - started < 3
    assert "\n" not in caught.value.reason
    assert len(caught.value.reason) < 300


@given(st.text() | st.builds(headed, st.text(), st.text()))
@example(headed("x", "title: \x85"))
@example(headed("x", "? : :"))
def test_any_text_is_a_prompt_or_a_problem(source: str) -> None:
    told = "a prompt"
    try:
        parsed(source)
    except BadPromptError as bad:
        told = bad.reason
    assert told
    assert "\n" not in told


texts = st.text(min_size=1).map(clean).filter(bool)
headings = st.sampled_from(["## User", "## Assistant", "\\## User", "##user", "\\\\##  ASSISTANT "])
bodies = st.lists(texts | headings | st.just("---"), min_size=1, max_size=4).map(
    lambda parts: escape_placeholders(clean("\n".join(parts)))
)
lines = st.text(min_size=1, max_size=30).map(clean).map(str.strip).filter(bool)
names = st.from_regex(r"[a-zA-Zçãé_][a-z0-9ç_]{0,8}(-[a-z0-9]{1,3})?", fullmatch=True).map(
    lambda name: clean(name)
)
changes = st.builds(
    SamplingChanges,
    temperature=st.none() | st.floats(0, 5),
    top_k=st.none() | st.integers(0, 2**40),
    top_p=st.none() | st.floats(0, 1, exclude_min=True),
    min_p=st.none() | st.floats(0, 1),
    repeat_penalty=st.none() | st.floats(0, 5, exclude_min=True),
    seed=st.none() | st.integers(0, 2**32 - 2),
    max_tokens=st.none() | st.integers(1, 10**9),
)


@st.composite
def prompts(draw: st.DrawFn) -> Prompt:
    variables = draw(st.dictionaries(names, st.none() | texts | st.just(""), max_size=3))
    text = draw(bodies)
    for name in draw(
        st.lists(st.sampled_from(sorted(variables)), max_size=2) if variables else st.just([])
    ):
        text = f"{text} {{{{{name}}}}}"
    contents = draw(st.lists(st.tuples(bodies, bodies), max_size=3))
    roles = cycle(("user", "assistant"))
    return Prompt(
        name="name",
        title=draw(lines),
        description=draw(st.just("") | texts),
        language=draw(st.sampled_from(["en", "pt", "pt-BR", "no", "zh-Hant-TW"])),
        text=text,
        variables=tuple(PromptVariable(name=n, default=d) for n, d in variables.items()),
        sampling=draw(changes),
        model=draw(st.none() | lines),
        collections=draw(st.none() | st.lists(lines, max_size=3).map(tuple)),
        examples=tuple(
            ChatMessage.model_validate({"role": next(roles), "content": content})
            for pair in contents
            for content in pair
        ),
    )


@given(prompts())
def test_what_is_written_is_read_again(prompt: Prompt) -> None:
    assert parsed(write(prompt)) == prompt


@given(prompts())
def test_writing_is_stable_and_plain_utf8(prompt: Prompt) -> None:
    text = write(prompt)

    assert write(parsed(text)) == text
    text.encode()
    assert text.endswith("\n")
