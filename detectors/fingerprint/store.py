"""Arrays and names in, an index file out, and back, memory-mapped.

A file is a line of JSON (format, kind, where each array stands, a sealed note) and the arrays behind it, each sorted.
The note, which holds the names of documents and columns, is sealed with AES-256-GCM under a key derived from the index
key: the file shows how large it is, and nothing else.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

FORMAT = "hushgate-index/4"
_HEAD = 1 << 16  # bytes of the first line at most, without the note
_NOTE = 1 << 28


class BadIndex(ValueError):
    """An index file that cannot be used: which, and why."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index: `kind` is `documents` or `table`; `revision` differs whenever the contents do."""

    name: str
    kind: str
    note: dict[str, Any] = field(repr=False)
    arrays: Mapping[str, NDArray[Any]] = field(repr=False)
    revision: str = ""


def subkey(key: bytes, purpose: str) -> bytes:
    """Return 32 bytes for one purpose out of the index key."""
    return blake2b(purpose.encode(), key=key, digest_size=32).digest()


def save(path: Path, kind: str, note: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], key: bytes) -> None:
    """Write an index beside `path`, then put it in its place: readers see the old one or the new one, whole."""
    nonce = os.urandom(12)
    sealed = AESGCM(subkey(key, "note")).encrypt(nonce, json.dumps(note).encode(), FORMAT.encode())
    rows = {name: [array.dtype.str, len(array)] for name, array in arrays.items()}
    digest = blake2b(sealed, digest_size=8)
    for array in arrays.values():
        digest.update(np.ascontiguousarray(array).view(np.uint8))
    said = {"format": FORMAT, "kind": kind, "arrays": rows, "note": len(sealed), "nonce": nonce.hex()}
    head = json.dumps(said | {"revision": digest.hexdigest()}).encode()
    fresh = path.with_suffix(path.suffix + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(head + b"\n" + sealed)
        file.write(bytes(-file.tell() % 64))
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).tobytes())
            file.write(bytes(-file.tell() % 64))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def load(path: Path, key: bytes) -> Index:
    """Return the index at `path`; its arrays stay on disk until they are looked at. Raises BadIndex."""
    try:
        with path.open("rb") as file:
            line = file.readline(_HEAD)
            head = json.loads(line)
            if not isinstance(head, dict) or head.get("format") != FORMAT:
                raise BadIndex(f"{path} is no index of this version; build it anew")
            sealed = file.read(min(head["note"], _NOTE))
        note = AESGCM(subkey(key, "note")).decrypt(bytes.fromhex(head["nonce"]), sealed, FORMAT.encode())
        arrays, position = {}, len(line) + head["note"]
        for name, (kind, count) in head["arrays"].items():
            position += -position % 64
            shape = np.dtype(kind)
            empty = np.empty(0, shape)
            arrays[name] = np.asarray(np.memmap(path, shape, "r", position, (count,))) if count else empty
            position += shape.itemsize * count
        return Index(path.stem, str(head["kind"]), json.loads(note), arrays, str(head["revision"]))
    except InvalidTag:
        raise BadIndex(f"{path} was built with another key than this state's; build it anew") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, BadIndex):
            raise
        raise BadIndex(f"{path} is no index: {getattr(error, 'strerror', None) or type(error).__name__}") from None
