"""The process that reads headers: one request and one answer per line, as JSON.

A request is `{"path": …}` or `{"bandwidth": threads}`. A file that makes native code end the
process is known by the answer that never comes.
"""

import json
import os
import sys
from pathlib import Path

from assistant.engine.backends import load_backends
from assistant.engine.bandwidth import measured_bandwidth
from assistant.engine.header_facts import HeaderFacts


def main() -> None:
    """Answer until standard input ends."""
    os.environ["GGML_NO_BACKTRACE"] = "1"
    # Native code may print, and standard output is for answers alone.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    load_backends()
    facts = HeaderFacts()
    for line in sys.stdin:
        request = json.loads(line)
        if "path" in request:
            answer = facts.of(Path(request["path"])).model_dump()
        else:
            answer = {"bandwidth": measured_bandwidth(int(request["bandwidth"]))}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
