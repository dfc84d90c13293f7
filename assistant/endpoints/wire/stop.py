"""Stop of a request: the stop flag was set while a server was waited for."""


class RequestStoppedError(Exception):
    """Nobody wants the answer any more; never reaches a user."""
