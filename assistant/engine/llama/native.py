"""llama.cpp's log and abort flag."""

import ctypes
import logging
from collections import deque
from typing import ClassVar

import llama_cpp


class AbortFlag:
    """A flag that ends a computation of llama.cpp, set from any thread.

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


log = logging.getLogger(__name__)

_WARNING, _ERROR = 3, 4
"""Levels of ggml's log."""


class NativeLog:
    """llama.cpp's log: the only place that says why a load failed."""

    _callback: ClassVar[object] = None
    """The one that llama.cpp calls, whoever has forgotten to close its log: it has to be there."""

    def __init__(self, abort: AbortFlag) -> None:
        """While `abort` is set the errors are only those that it causes."""
        self._abort = abort
        self._errors: deque[str] = deque(maxlen=20)
        NativeLog._callback = llama_cpp.llama_log_callback(self._on_log)
        llama_cpp.llama_log_set(NativeLog._callback, ctypes.c_void_p(0))

    def clear(self) -> None:
        self._errors.clear()

    def errors(self) -> list[str]:
        """The last error lines of the log, oldest first."""
        return list(self._errors)

    def close(self) -> None:
        """Log nothing from here on: native code may end after Python has."""
        llama_cpp.llama_log_set(llama_cpp.llama_log_callback(), ctypes.c_void_p(0))
        NativeLog._callback = None

    def _on_log(self, level: int, text: bytes | None, _: object) -> None:
        line = (text or b"").decode("utf-8", "replace").strip()
        if not line or self._abort.is_set():
            return
        if level == _ERROR:
            self._errors.append(line)
            log.error("%s", line)
        elif level == _WARNING:
            log.warning("%s", line)


def set_abort_callback(context: llama_cpp.llama_context_p, abort: AbortFlag) -> None:
    """Have `abort` end computations in `context`; the flag must outlive it."""
    callback = ctypes.cast(abort.callback, llama_cpp.ggml_abort_callback)
    llama_cpp.llama_set_abort_callback(context, callback, abort.data)


def has_broken_amx() -> bool:
    """Whether this llama.cpp would run its AMX kernels.

    Compiled by gcc 12 they crash: the compiler drops the stores of the tile configuration. They
    are only reached through the extra buffer types, which the loader then does without.
    """
    return b"AMX_INT8 = 1" in llama_cpp.llama_print_system_info()
