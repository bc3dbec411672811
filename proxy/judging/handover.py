"""The texts of a policy in, compiled and kept until the supervisor says that it is in force; out then."""

import asyncio

from proxy.judging.snapshot import Snapshot, Texts, compile_texts


class Handover:
    """What a worker has prepared. Numbers rise from one reload to the next."""

    def __init__(self) -> None:
        self._prepared: dict[int, Snapshot] = {}
        self._latest = 0

    async def prepare(self, number: int, texts: Texts) -> str:
        """Compile, and return the revision. Raises PolicyError and CatalogueError.

        In a thread: compiling hundreds of rules and the catalogue takes longer than a request should wait.
        """
        self._prepared[number] = snapshot = await asyncio.to_thread(compile_texts, texts)
        return snapshot.revision

    def commit(self, number: int) -> Snapshot | None:
        """Return what is in force from now on; None where it was not prepared, or is older than what is."""
        snapshot = self._prepared.pop(number, None)
        if snapshot is None or number < self._latest:
            return None
        self._latest = number
        self._prepared = {later: kept for later, kept in self._prepared.items() if later > number}
        return snapshot
