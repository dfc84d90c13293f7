"""A disk that fails: a shim, compiled when there is a compiler, that has writes and syncs fail."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* FAIL_AT: the number of the operation below FAIL_IN from which on all of them fail with EIO. */
static long count;

static int fails(int fd) {
    char link[64], path[4096];
    const char *in = getenv("FAIL_IN"), *at = getenv("FAIL_AT");
    if (!in || !at) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) return 0;
    path[size] = 0;
    if (strncmp(path, in, strlen(in)) != 0) return 0;
    if (__atomic_add_fetch(&count, 1, __ATOMIC_RELAXED) < atol(at)) return 0;
    errno = EIO;
    return 1;
}

#define WRAP(type, name, parameters, arguments)                                  \
    type name parameters {                                                       \
        static type (*real) parameters;                                          \
        if (!real) real = dlsym(RTLD_NEXT, #name);                               \
        return fails(fd) ? -1 : real arguments;                                  \
    }

WRAP(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
WRAP(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
WRAP(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, fdatasync, (int fd), (fd))
WRAP(int, ftruncate, (int fd, off_t size), (fd, size))
WRAP(int, ftruncate64, (int fd, off64_t size), (fd, size))
"""

needs_compiler = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="there is no C compiler"
)


@cache
def _shim(folder: Path) -> Path:
    source, shim = folder / "failing_disk.c", folder / "failing_disk.so"
    source.write_text(SOURCE)
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-o", str(shim), str(source), "-ldl"], check=True
    )
    return shim


def run_on_failing_disk(
    code: str, build: Path, folder: Path, operation: int
) -> "subprocess.CompletedProcess[str]":
    """Run Python code in which writes into `folder` fail from an operation on.

    Args:
        build: where the shim is made, outside `folder`.
        operation: counted from 1.
    """
    return subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "LD_PRELOAD": str(_shim(build)),
            "FAIL_IN": str(folder.resolve()),
            "FAIL_AT": str(operation),
        },
        capture_output=True,
        text=True,
        check=False,
    )
