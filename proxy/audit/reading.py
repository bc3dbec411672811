"""A segment in, its lines out, packed or not."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import zstandard

from proxy.audit.chain import Segment


def lines(segment: Segment) -> Iterator[bytes]:
    """Yield the lines of a segment with their newlines; the last may lack it. Raises OSError for a broken one too."""
    with segment.path.open("rb") as file:
        if not segment.packed:
            yield from file
            return
        try:
            with zstandard.ZstdDecompressor().stream_reader(file) as stream:
                yield from io.BufferedReader(stream)
        except zstandard.ZstdError:
            raise OSError(f"{segment.path.name} is broken and cannot be unpacked") from None


def pack(path: Path) -> Path:
    """Compress a closed segment, keeping its time, and return the new file. Raises OSError; nothing is lost then."""
    fresh, packed = path.with_name(path.name + ".zst.new"), path.with_name(path.name + ".zst")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with path.open("rb") as source, os.fdopen(descriptor, "wb") as target:
        zstandard.ZstdCompressor(level=3, write_checksum=True).copy_stream(source, target)
        target.flush()
        os.fsync(target.fileno())
    times = path.stat()
    os.utime(fresh, ns=(times.st_atime_ns, times.st_mtime_ns))
    fresh.replace(packed)
    path.unlink()
    return packed
