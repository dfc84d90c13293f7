"""Loss of power: the file operations of a run, recorded by a shim and replayed up to any of them.

What was not synced is lost, kept or torn at random, as a disk may reorder it; names of files are
kept up to a point of their own, as a journal keeps them in order.
"""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

SECTOR = 512

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* One line for each operation below RECORD_IN, and its data, into RECORD_TO. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void put(int out, const void *data, size_t size) {
    while (size) {
        ssize_t done = syscall(SYS_write, out, data, size);
        if (done <= 0) abort();
        data = (const char *)data + done;
        size -= done;
    }
}

static void record(char kind, const char *path, const char *other, const void *data, long size,
                   long at) {
    const char *in = getenv("RECORD_IN"), *to = getenv("RECORD_TO");
    char line[9000];
    if (!in || !to || (path && strncmp(path, in, strlen(in)) != 0)) return;
    pthread_mutex_lock(&lock);
    int out = syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int length = snprintf(line, sizeof line, "%c\t%ld\t%ld\t%s\t%s\n", kind, at, size,
                          path ? path : "", other ? other : "");
    put(out, line, length);
    if (data) put(out, data, size);
    syscall(SYS_close, out);
    pthread_mutex_unlock(&lock);
}

static const char *path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, 4095);
    path[size < 0 ? 0 : size] = 0;
    return path;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    char path[4096];
    long at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = real(fd, data, size);
    if (fd == 1 && done > 0 && ((const char *)data)[done - 1] == '\n')
        record('A', NULL, NULL, NULL, 0, 0);
    else if (fd > 2 && done > 0) record('W', path_of(fd, path), NULL, data, done, at);
    return done;
}
#define PWRITE(name, offset)                                                       \
    ssize_t name(int fd, const void *data, size_t size, offset at) {               \
        REAL(name);                                                                \
        char path[4096];                                                           \
        ssize_t done = real(fd, data, size, at);                                   \
        if (done > 0) record('W', path_of(fd, path), NULL, data, done, at);        \
        return done;                                                               \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)
#define SYNC(name)                                                                 \
    int name(int fd) {                                                             \
        REAL(name);                                                                \
        char path[4096];                                                           \
        int done = real(fd);                                                       \
        if (!done) record('S', path_of(fd, path), NULL, NULL, 0, 0);               \
        return done;                                                               \
    }
SYNC(fsync)
SYNC(fdatasync)
#define TRUNCATE(name, offset)                                                     \
    int name(int fd, offset size) {                                                \
        REAL(name);                                                                \
        char path[4096];                                                           \
        int done = real(fd, size);                                                 \
        if (!done) record('T', path_of(fd, path), NULL, NULL, 0, size);            \
        return done;                                                               \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)
int rename(const char *old, const char *new) {
    REAL(rename);
    int done = real(old, new);
    if (!done) record('R', old, new, NULL, 0, 0);
    return done;
}
int unlink(const char *path) {
    REAL(unlink);
    int done = real(path);
    if (!done) record('U', path, NULL, NULL, 0, 0);
    return done;
}
"""


class FileOperation(NamedTuple):
    """One operation on a file, or `A`: a line was told on standard output."""

    kind: str
    path: str = ""
    other: str = ""
    at: int = 0
    data: bytes = b""


def recorded(code: str, build: Path, folder: Path) -> list[FileOperation]:
    """Run Python code and record what it does to the files in `folder`."""
    source, shim, log = build / "record.c", build / "record.so", build / "record.log"
    source.write_text(SOURCE)
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-o", str(shim), str(source), "-ldl"], check=True
    )
    subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "LD_PRELOAD": str(shim),
            "RECORD_IN": str(folder.resolve()),
            "RECORD_TO": str(log),
        },
        stdout=subprocess.PIPE,
        check=True,
    )
    return list(_parsed(log.read_bytes()))


def _parsed(log: bytes) -> Iterator[FileOperation]:
    while log:
        line, _, log = log.partition(b"\n")
        kind, at, size, path, other = line.decode().split("\t")
        length = int(size)
        yield FileOperation(kind, path, other, int(at), log[:length])
        log = log[length:]


def told(operations: Sequence[FileOperation]) -> int:
    """How many lines were told."""
    return sum(operation.kind == "A" for operation in operations)


def lose_power(operations: Sequence[FileOperation], folder: Path, chance: random.Random) -> None:
    """Make the folder what a disk may hold when the power goes after these operations."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    root = str(folder.resolve())
    names: dict[str, int] = {}
    """Which file a name is of, by its number."""
    kept: dict[int, bytearray] = {}
    pending: dict[int, list[FileOperation]] = {}
    waiting: list[tuple[str, int | None]] = []
    """Changes of names since the folder was synced; None takes one away."""
    now: dict[str, int] = {}

    for operation in operations:
        kind, path = operation.kind, operation.path
        if kind in ("W", "T") and path.endswith("-shm"):
            continue
        if kind in ("W", "T"):
            if path not in now:
                number = now[path] = len(kept)
                kept[number], pending[number] = bytearray(), []
                waiting.append((path, number))
            pending[now[path]].append(operation)
        elif kind == "S" and path in now:
            for each in pending[now[path]]:
                _apply(kept[now[path]], each)
            pending[now[path]] = []
        elif kind == "S":
            _rename(names, waiting)
            waiting = []
        elif kind == "R" and path in now:
            waiting += [(path, None), (operation.other, now[path])]
            now[operation.other] = now.pop(path)
        elif kind == "U" and path in now:
            waiting.append((path, None))
            del now[path]

    _rename(names, waiting[: chance.randint(0, len(waiting))])
    for path, number in names.items():
        content = kept[number]
        lost = pending[number]
        for each in chance.sample(lost, chance.randint(0, len(lost))):
            _apply(content, _torn(each, chance))
        Path(root, os.path.relpath(path, root)).write_bytes(content)


def _rename(names: dict[str, int], changes: Sequence[tuple[str, int | None]]) -> None:
    for path, number in changes:
        if number is None:
            names.pop(path, None)
        else:
            names[path] = number


def _apply(content: bytearray, operation: FileOperation) -> None:
    size = operation.at if operation.kind == "T" else operation.at + len(operation.data)
    if len(content) < size:
        content.extend(bytes(size - len(content)))
    if operation.kind == "T":
        del content[size:]
    else:
        content[operation.at : size] = operation.data


def _torn(operation: FileOperation, chance: random.Random) -> FileOperation:
    """The operation, or some whole sectors of what it writes."""
    if operation.kind == "T" or chance.random() < 0.5:
        return operation
    sectors = chance.randint(0, len(operation.data) // SECTOR)
    return operation._replace(data=operation.data[: sectors * SECTOR])
