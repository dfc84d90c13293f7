"""Chat templates of a folder, compared with how transformers renders them.

`python -m benchmarks.templates FOLDER` prints a line for each `*.jinja`, and how many there are of
each kind: whether conversations are rendered alike, whether an unfinished answer is gone on with
alike, how thoughts are recognised, whether an answer behind thoughts is written as the template
writes it, and whether the prompt without thoughts is the template's own. Where transformers
refuses, or drops what it is given, ours is right when everything that was said is in the prompt;
where it puts an answer inside of thoughts, ours is right when it closes them.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from assistant.core.values.conversation import ChatMessage
from assistant.engine.templating.form import learn_form
from assistant.engine.templating.rendering import PromptRenderer, choose_template
from assistant.engine.templating.template import ChatTemplate
from assistant.engine.templating.thought_probes import THOUGHT_FIELDS, learn_thinking

BOS, EOS = "<s>", "</s>"
SYSTEM, QUESTION, SAID, AGAIN = "Be brief.", "What is 2+2?", "The answer is 4.", "And 3+3?"
UNFINISHED = "The answer "
THOUGHTS = "Two and two make four."
SWITCHES: tuple[tuple[str, object], ...] = (
    ("enable_thinking", False),
    ("thinking", False),
    ("reasoning", False),
    ("thinking_mode", "disabled"),
    ("skip_reasoning", True),
    ("thinking_budget", 0),
    ("reasoning_effort", "none"),
    ("reasoning_effort", "no_think"),
    ("thinking_effort", "none"),
)
"""What templates are given for an answer without thoughts."""
CONVERSATIONS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("user", QUESTION),),
    (("system", SYSTEM), ("user", QUESTION)),
    (("user", QUESTION), ("assistant", SAID), ("user", AGAIN)),
    (("system", SYSTEM), ("user", QUESTION), ("assistant", SAID), ("user", AGAIN)),
)


class TemplateRow(NamedTuple):
    """What was found of one template."""

    name: str
    rendered: str
    """Conversations that are rendered alike, of how many, and those that hold all that was said."""
    continued: str
    off: str
    behind: str
    """An answer behind its thoughts, against how the template writes one where it shows any."""
    thoughts: str


def measure_template(path: Path) -> TemplateRow:
    """Compare one template with its reference."""
    source = path.read_text(encoding="utf-8")
    chosen = choose_template(source, frozenset(), bos=BOS, eos=EOS)
    renderer = chosen.renderer
    if chosen.problem:
        return TemplateRow(path.stem, "not used", "-", "-", "-", chosen.problem[:100])
    alike = whole = 0
    for said in CONVERSATIONS:
        ours = renderer.text([_message(*each) for each in said])
        alike += ours == _reference(source, said)
        whole += all(text in ours for _, text in said)
    template = ChatTemplate(source, BOS, EOS)
    markers = learn_thinking(template, learn_form(template), frozenset()).markers
    return TemplateRow(
        name=path.stem,
        rendered=f"{alike}/{len(CONVERSATIONS)} alike, {whole}/{len(CONVERSATIONS)} whole",
        continued=_continued(source, renderer),
        off=_off(source, renderer),
        behind=_behind(source, renderer),
        thoughts=f"{markers.opening} … {markers.closing}" if markers else "none",
    )


def _continued(source: str, renderer: PromptRenderer) -> str:
    begun = (("user", QUESTION), ("assistant", UNFINISHED))
    ours = renderer.text([_message(*each) for each in begun])
    reference = _reference(source, begun, continues=True) or ""
    # The reference strips blanks at the end; ours goes on right behind what was written.
    if ours.endswith(UNFINISHED) and ours.rstrip() == reference.rstrip():
        return "alike"
    if renderer.is_thinking(reference.rpartition(UNFINISHED.strip())[0]):
        return "closed"
    return "otherwise" if ours.endswith(UNFINISHED) and QUESTION in ours else "WRONG"


def _off(source: str, renderer: PromptRenderer) -> str:
    off = renderer.text([_message("user", QUESTION)], "off")
    usual = _reference(source, CONVERSATIONS[0])
    switched = [_reference(source, CONVERSATIONS[0], **{name: to}) for name, to in SWITCHES]
    # Some only say of an effort what they were given, and begin the answer as ever.
    own = [each for each in switched if each is not None and _begun(each) != _begun(usual or "")]
    return ("own form" if off in own else "OTHERWISE") if own else "no switch"


def _behind(source: str, renderer: PromptRenderer) -> str:
    said = (("user", QUESTION), ("assistant", SAID))
    reference = _reference(source, said, continues=True, thoughts=THOUGHTS)
    if reference is None or THOUGHTS not in reference:
        return "not shown"
    asked, answer = (_message(*each) for each in said)
    ours = renderer.text([asked, answer.model_copy(update={"reasoning": THOUGHTS})], "high")
    # Before the question, a level of thinking may be told of.
    return "alike" if _begun(ours).rstrip() == _begun(reference).rstrip() else "OTHERWISE"


def _begun(prompt: str) -> str:
    """How the answer begins."""
    return prompt.rpartition(QUESTION)[2]


def _message(role: str, content: str) -> ChatMessage:
    return ChatMessage.model_validate({"role": role, "content": content})


def _reference(
    source: str,
    said: Sequence[tuple[str, str]],
    *,
    continues: bool = False,
    thoughts: str = "",
    **given: Any,
) -> str | None:
    """The prompt that transformers makes; None where the template refuses."""
    from transformers.utils.chat_template_utils import render_jinja_template  # noqa: PLC0415

    for typed in (False, True):
        messages: list[dict[str, object]] = [
            {"role": role, "content": [{"type": "text", "text": text}] if typed else text}
            for role, text in said
        ]
        if thoughts:
            messages[-1].update(dict.fromkeys(THOUGHT_FIELDS, thoughts))
        try:
            rendered, _ = render_jinja_template(
                conversations=[messages],
                chat_template=source,
                add_generation_prompt=not continues,
                continue_final_message=continues,
                bos_token=BOS,
                eos_token=EOS,
                **given,
            )
        except Exception:  # noqa: BLE001 - a template refuses with whatever it likes
            continue
        if all(text.strip() in rendered[0] for _, text in said):
            return str(rendered[0])
    return None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.templates", description=__doc__)
    parser.add_argument("folder", type=Path)
    rows = [measure_template(path) for path in sorted(parser.parse_args().folder.glob("*.jinja"))]
    for row in (TemplateRow(*TemplateRow._fields), *rows):
        print(
            f"{row.name[:40]:<41}{row.rendered:<22}{row.continued:<11}{row.off:<11}"
            f"{row.behind:<11}{row.thoughts!r}"
        )
    for field in ("rendered", "continued", "off", "behind"):
        counts = Counter(getattr(row, field) for row in rows)
        print(f"{field}: " + ", ".join(f"{count} {kind}" for kind, count in counts.most_common()))
    print(f"thoughts: {sum(row.thoughts != 'none' for row in rows if row.off != '-')} recognised")


if __name__ == "__main__":
    main()
