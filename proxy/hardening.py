"""What a process that holds prompts or keys gives up: core dumps, files, outliving its parent, idle memory."""

import contextlib
import ctypes
import os
import platform
import resource
import signal
import struct
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PR_SET_DUMPABLE = 4
_PR_SET_NAME = 15
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h of glibc
_LARGE = 1 << 20  # bytes
_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}  # numbers of the system call
_SCHED_ATTR = struct.Struct("=IIQiIQQQ")  # linux/sched/types.h: size, policy, flags, nice, priority, runtime, …
_SLICE = 20_000_000  # nanoseconds


def forbid_core_dumps() -> None:
    """Leave no core dump of this process and its children, nor let the same user read its memory.

    RLIMIT_CORE alone does not bind a handler that the kernel pipes dumps to (core(5)); PR_SET_DUMPABLE does
    (prctl(2)), and is set anew after every exec.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(_PR_SET_DUMPABLE, 0)


def return_memory() -> None:
    """Give memory back when it is freed: one arena for all threads, large blocks apart (mallopt(3); glibc only).

    By default each thread keeps an arena of its own, and a large block that was freed once makes later ones, up to
    32 MB, be cut out of arenas, which a single small block beyond them then holds up.
    """
    with contextlib.suppress(AttributeError):
        for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE)):
            ctypes.CDLL(None).mallopt(option, value)


def forbid_files() -> None:
    """Let no byte reach a regular file from now on: writing one raises OSError (EFBIG). Sockets are not concerned."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that forked it ends (prctl(2)); nothing outside Linux."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def give_way() -> None:
    """Be a batch process with a long slice of time: whoever wakes up, a worker say, takes the processor at once.

    The share of the processor stays the same (sched(7); slices since Linux 6.12). Where the system does not know it, or
    forbids it, nothing changes.
    """
    number = _SCHED_SETATTR.get(platform.machine()) if sys.platform == "linux" else None
    if number is not None:
        attributes = _SCHED_ATTR.pack(_SCHED_ATTR.size, os.SCHED_BATCH, 0, os.nice(0), 0, _SLICE, 0, 0)
        ctypes.CDLL(None).syscall(number, 0, ctypes.c_char_p(attributes), 0)


def name_process(name: str) -> None:
    """Set what `ps -o comm` shows, at most 15 characters (prctl(2)); nothing outside Linux."""
    _prctl(_PR_SET_NAME, ctypes.c_char_p(name.encode()))


def _prctl(option: int, value: int | ctypes.c_char_p) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
