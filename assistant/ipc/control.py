"""The frames that every worker understands besides its own."""

from typing import Literal

from assistant.core.models import Value


class Cancel(Value):
    """Caller → worker: the request is no longer wanted."""

    kind: Literal["cancel"] = "cancel"


class Retire(Value):
    """Caller → worker, instead of a request: end as soon as nobody needs you."""

    kind: Literal["retire"] = "retire"


class Leaving(Value):
    """Worker → caller: the request was not served, since the worker is about to end."""

    kind: Literal["leaving"] = "leaving"
