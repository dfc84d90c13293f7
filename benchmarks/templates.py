"""Chat templates of a folder, compared with how transformers renders them.

`python -m benchmarks.templates FOLDER` prints a line for each `*.jinja`: whether conversations are
rendered alike, whether an unfinished answer is gone on with alike, how thoughts are recognised, and
whether the prompt without thoughts is the template's own. Where transformers refuses, or drops what
it is given, ours is right when everything that was said is in the prompt.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from assistant.core.values.conversation import ChatMessage
from assistant.engine.templating.form import learn_form
from assistant.engine.templating.rendering import choose_template
from assistant.engine.templating.template import ChatTemplate
from assistant.engine.templating.thought_probes import learn_thinking

BOS, EOS = "<s>", "</s>"
SYSTEM, QUESTION, SAID, AGAIN = "Be brief.", "What is 2+2?", "The answer is 4.", "And 3+3?"
UNFINISHED = "The answer "
SWITCHES = ("enable_thinking", "thinking")
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
    thoughts: str
    off: str


def measure_template(path: Path) -> TemplateRow:
    """Compare one template with its reference."""
    source = path.read_text(encoding="utf-8")
    chosen = choose_template(source, frozenset(), bos=BOS, eos=EOS)
    renderer = chosen.renderer
    if chosen.problem:
        return TemplateRow(path.stem, chosen.problem[:60], "-", "-", "-")
    alike = whole = 0
    for said in CONVERSATIONS:
        ours = renderer.text([_message(*each) for each in said])
        alike += ours == _reference(source, said)
        whole += all(text in ours for _, text in said)
    begun = (("user", QUESTION), ("assistant", UNFINISHED))
    ours = renderer.text([_message(*each) for each in begun])
    reference = _reference(source, begun, continues=True)
    # The reference strips blanks at the end; ours goes on right behind what was written.
    if ours.endswith(UNFINISHED) and ours.rstrip() == (reference or "").rstrip():
        continued = "alike"
    else:
        continued = "otherwise" if ours.endswith(UNFINISHED) and QUESTION in ours else "WRONG"
    off = renderer.text([_message("user", QUESTION)], "off")
    switched = [_reference(source, CONVERSATIONS[0], **{name: False}) for name in SWITCHES]
    usual = _reference(source, CONVERSATIONS[0])
    own = [each for each in switched if each is not None and each != usual]
    template = ChatTemplate(source, BOS, EOS)
    markers = learn_thinking(template, learn_form(template), frozenset()).markers
    return TemplateRow(
        name=path.stem,
        rendered=f"{alike}/{len(CONVERSATIONS)} alike, {whole}/{len(CONVERSATIONS)} whole",
        continued=continued,
        thoughts=f"{markers.opening} … {markers.closing}" if markers else "none",
        off=("own form" if off in own else "OTHERWISE") if own else "no switch",
    )


def _message(role: str, content: str) -> ChatMessage:
    return ChatMessage.model_validate({"role": role, "content": content})


def _reference(
    source: str, said: Sequence[tuple[str, str]], *, continues: bool = False, **given: Any
) -> str | None:
    """The prompt that transformers makes; None where the template refuses."""
    from transformers.utils.chat_template_utils import render_jinja_template  # noqa: PLC0415

    for typed in (False, True):
        messages = [
            {"role": role, "content": [{"type": "text", "text": text}] if typed else text}
            for role, text in said
        ]
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
    for row in (TemplateRow("template", "rendered", "continued", "thoughts", "off"), *rows):
        print(f"{row.name:<20}{row.rendered:<26}{row.continued:<11}{row.off:<11}{row.thoughts!r}")


if __name__ == "__main__":
    main()
