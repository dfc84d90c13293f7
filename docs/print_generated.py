"""Prints the generated documents for users in another language, as JSON by name.

Arguments: the language, and the folder of the compiled catalogs.
"""

import json
import sys
from pathlib import Path

from assistant.language.messages import use_language


def main() -> None:
    """The language comes first: what is imported after it has its texts in it."""
    use_language(sys.argv[1], Path(sys.argv[2]))
    from docs.generate import user_documents  # noqa: PLC0415

    print(json.dumps(user_documents()))


if __name__ == "__main__":
    main()
