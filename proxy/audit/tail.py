"""One chain's files in, the lines that were added since the last look out; for whoever signs them."""

import os
from collections.abc import Callable, Iterator, Sequence

from proxy.audit import merkle, tombstone
from proxy.audit.chain import Segment, first_link, link
from proxy.audit.checkpoint import Head
from proxy.audit.journal import sync_file
from proxy.audit.reading import lines


class Changed(Exception):
    """A chain that is no longer what was read of it before."""


class Tail:
    """Where the reading of one chain stands."""

    def __init__(self, chain: str, known: Head | None = None) -> None:
        """`known` is what was signed of it already; `follow` skips that."""
        self.chain = chain
        self.ended = known.ended if known else False
        self.records = 0
        self.head = first_link(chain)
        self._known = known
        self._number = self._offset = 0

    @property
    def at(self) -> Head:
        """Return how far it was read."""
        return Head(self.chain, self.records, self.head, self.ended)

    def follow(self, segments: Sequence[Segment], sync: Callable[[int], None] = sync_file) -> list[bytes]:
        """Return the leaves that were added, of whole lines that are on disk now. Raises Changed, OSError."""
        found = []
        for line in self._lines(segments, sync):
            self.records += 1
            stone = tombstone.parse(line) if self._known and self.records <= self._known.records else None
            self.head = stone.line if stone else link(line)
            if self._known is None or self.records > self._known.records:
                found.append(merkle.leaf(line))
            elif self.records == self._known.records and self.head != self._known.head:
                raise Changed("a record that was signed was changed")
        if self._known and self.records < self._known.records:
            raise Changed(f"{self._known.records} records were signed, {self.records} are there")
        return found

    def torn(self, segments: Sequence[Segment]) -> int:
        """Cut off a last line without an end and return its size; 0 where there is none. Raises OSError."""
        if not segments or segments[-1].packed:
            return 0
        path = segments[-1].path
        data = path.read_bytes()
        size = len(data) - (data.rfind(b"\n") + 1)
        if size:
            os.truncate(path, len(data) - size)
        return size

    def _lines(self, segments: Sequence[Segment], sync: Callable[[int], None]) -> Iterator[bytes]:
        present = {segment.number for segment in segments}
        if self._number not in present and (self.records or present):
            raise Changed(f"file {self._number} of the chain is missing")
        for segment in segments:
            if segment.number < self._number:
                continue
            if segment.number > self._number:
                self._number, self._offset = segment.number, 0
            yield from self._of_packed(segment) if segment.packed else self._of_plain(segment, sync)

    def _of_packed(self, segment: Segment) -> Iterator[bytes]:
        position = 0
        for line in lines(segment):
            position += len(line)
            if position > self._offset:
                self._offset = position
                yield line.removesuffix(b"\n")

    def _of_plain(self, segment: Segment, sync: Callable[[int], None]) -> Iterator[bytes]:
        with segment.path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < self._offset:
                raise Changed(f"{segment.path.name} is shorter than it was")
            file.seek(self._offset)
            block = file.read()
            sync(file.fileno())
        for line in block.split(b"\n")[:-1]:
            self._offset += len(line) + 1
            yield line
