"""An audit folder and a record in, the record on disk out: in a chain of the command line's own."""

import os
import pwd
from pathlib import Path

from proxy.cli.voice import Failure


def enter(folder: Path, *records: dict[str, object]) -> str:
    """Write records down, on disk when this returns, and return the chain's name, where they are all.

    Raises Failure where that cannot be done.
    """
    from proxy.audit.writer import AuditWriter

    try:
        writer = AuditWriter.open(folder, slot="cli")
        try:
            for written in [writer.append(record) for record in records]:
                written.result(30)
        finally:
            writer.end()
    except OSError as error:
        raise Failure(f"the audit log cannot be written: {error.strerror or error}") from None
    return writer.chain


def operator() -> str:
    """Return the account that asks."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
