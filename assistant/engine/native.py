"""llama.cpp's log, abort flag and build."""

import ctypes
import logging
from collections import deque

import llama_cpp

from assistant.engine.abort import AbortFlag

log = logging.getLogger(__name__)

_WARNING, _ERROR = 3, 4
"""Levels of ggml's log."""


class NativeLog:
    """Takes what llama.cpp logs: the only place that says why a load failed."""

    def __init__(self, abort: AbortFlag) -> None:
        """While `abort` is set the errors are only those that it causes."""
        self._abort = abort
        self._errors: deque[str] = deque(maxlen=20)
        # ctypes callbacks must outlive every call that native code may make.
        self._callback = llama_cpp.llama_log_callback(self._take)
        llama_cpp.llama_log_set(self._callback, ctypes.c_void_p(0))

    def forget(self) -> None:
        self._errors.clear()

    def errors(self) -> list[str]:
        """The last error lines, oldest first."""
        return list(self._errors)

    def close(self) -> None:
        """Nothing is logged from here on: native code may end after Python has."""
        llama_cpp.llama_log_set(llama_cpp.llama_log_callback(), ctypes.c_void_p(0))

    def _take(self, level: int, text: bytes | None, _: object) -> None:
        line = (text or b"").decode("utf-8", "replace").strip()
        if not line or self._abort.is_set():
            return
        if level == _ERROR:
            self._errors.append(line)
            log.error("%s", line)
        elif level == _WARNING:
            log.warning("%s", line)


def obey(context: llama_cpp.llama_context_p, abort: AbortFlag) -> None:
    """Let `abort` end computations in `context`, which it must outlive."""
    callback = ctypes.cast(abort.callback, llama_cpp.ggml_abort_callback)
    llama_cpp.llama_set_abort_callback(context, callback, abort.data)


def has_broken_amx() -> bool:
    """Whether this llama.cpp would run its AMX kernels.

    Compiled by gcc 12 they crash: the compiler drops the stores of the tile configuration. They
    are only reached through the extra buffer types, which the loader then does without.
    """
    return b"AMX_INT8 = 1" in llama_cpp.llama_print_system_info()
