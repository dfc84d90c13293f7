"""What can go wrong on the wire. Callers turn these into the errors a user meets."""


class WireError(Exception):
    """Everything below."""


class PeerGoneError(WireError):
    """The other side closed the connection or died."""


class ProtocolError(WireError):
    """The other side sent something that is not a frame."""


class TooSlowError(ProtocolError):
    """The other side said nothing in time."""


class StartError(WireError):
    """The worker could not be started or joined; the text says why in one sentence."""
