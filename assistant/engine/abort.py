"""Ending a computation of llama.cpp from any thread."""

import ctypes


class AbortFlag:
    """llama.cpp asks `bool callback(void *data)` between two nodes of its graph whether to end.

    That is some 500 times per token. `strlen` answers from a buffer of ours, 0 for "" and 1 for
    any single character, without Python or its lock.
    """

    def __init__(self) -> None:
        self._text = ctypes.create_string_buffer(2)
        self.callback = ctypes.CDLL(None).strlen
        self.data = ctypes.c_void_p(ctypes.addressof(self._text))

    def set(self) -> None:
        self._text[0] = b"x"

    def clear(self) -> None:
        self._text[0] = b"\0"

    def is_set(self) -> bool:
        return self._text[0] != b"\0"
