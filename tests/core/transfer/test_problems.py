"""Problems of one cause are one line."""

from assistant.core.transfer.problems import problem_lines
from assistant.core.values.transcript import ReadingProblem


def test_problems_of_one_cause_are_one_line_that_says_where_and_how_often() -> None:
    image = "an image is named, but not kept."
    problems = [
        ("a.json", ReadingProblem(cause=image, place="“Lease”"), False),
        ("a.json", ReadingProblem(cause=image, place="“Lease”"), False),
        ("a.json", ReadingProblem(cause=image, place="“Roses”"), False),
        ("b.json", ReadingProblem(cause="It holds no conversation."), True),
        ("c.json", ReadingProblem(cause="It holds no conversation."), True),
        ("a.json", ReadingProblem(cause="left out.", place="entry 3"), False),
    ]

    lines = problem_lines(problems)

    assert [(line.files, line.text, line.is_refused) for line in lines] == [
        (("a.json",), f"“Lease” and 1 more: {image} (3 times)", False),
        (("b.json", "c.json"), "It holds no conversation.", True),
        (("a.json",), "entry 3: left out.", False),
    ]
