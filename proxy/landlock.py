"""A folder in, a process that can no longer read or change what lies in it: Landlock, the kernel's (landlock(7)).

Landlock only takes everything away and gives back what is named, so everything beside the path to the folder is named:
each entry of each of its ancestors. What is made in one of those ancestors later cannot be opened either. A confined
process cannot trace one outside, so that one's memory is out of reach too, nor (since Linux 6.12) signal it.
"""

import ctypes
import errno
import os
import stat
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_PATH_BENEATH = 1
_NO_NEW_PRIVS = 38
_WRITE_FILE, _READ_FILE, _TRUNCATE = 1 << 1, 1 << 2, 1 << 14  # linux/landlock.h
_OF_FOLDERS = sum(1 << bit for bit in range(4, 13))  # remove and make, of every kind
_SCOPE_SIGNAL = 1 << 1
_TRUNCATE_SINCE, _SCOPE_SINCE = 3, 6  # versions of the interface


def version() -> int:
    """Return the version of the kernel's interface, 0 where there is none (or a filter forbids it)."""
    return max(_call(_CREATE_RULESET, None, 0, _VERSION), 0) if sys.platform == "linux" else 0


def can_keep(folder: Path) -> bool:
    """Tell whether `keep_out_of` would have an effect: Landlock is there, and the folders above can be listed."""
    return version() > 0 and all(os.access(above, os.R_OK) for above in folder.resolve().parents)


def keep_out_of(folder: Path) -> bool:
    """Take a folder away from this process and whatever it starts, for good; tell whether the kernel can (`can_keep`).

    Raises OSError where it can and does not, or where threads run already: they would keep their view.
    """
    if not can_keep(folder):
        return False
    if len(os.listdir("/proc/self/task")) > 1:
        raise OSError(errno.EBUSY, "threads run already: they would not be confined")
    known = version()
    of_files = _READ_FILE | _WRITE_FILE | (_TRUNCATE if known >= _TRUNCATE_SINCE else 0)
    attributes = struct.pack("=QQQ", of_files | _OF_FOLDERS, 0, _SCOPE_SIGNAL)
    ruleset = _checked(_CREATE_RULESET, attributes, 24 if known >= _SCOPE_SINCE else 8, 0)
    try:
        for path in _beside(folder.resolve()):
            _allow(ruleset, path, of_files)
        if ctypes.CDLL(None, use_errno=True).prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")
        _checked(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return True


def _beside(folder: Path) -> Iterator[str]:
    """Yield what stands beside the folder and beside each folder above it."""
    below = folder
    for above in folder.parents:
        with os.scandir(above) as entries:
            yield from (entry.path for entry in entries if entry.name != below.name and not entry.is_symlink())
        below = above


def _allow(ruleset: int, path: str, of_files: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rights = of_files | (_OF_FOLDERS if stat.S_ISDIR(os.fstat(handle).st_mode) else 0)
        _checked(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, handle), 0)
    finally:
        os.close(handle)


def _checked(number: int, *arguments: object) -> int:
    result = _call(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return result


def _call(number: int, *arguments: object) -> int:
    system = ctypes.CDLL(None, use_errno=True)
    wide = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    return int(system.syscall(ctypes.c_long(number), *wide))
