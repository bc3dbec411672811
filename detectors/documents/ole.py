"""Compound files in ([MS-CFB]: Office 97 to 2003, mails of Outlook, encrypted Office files), what stands plainly out.

Nothing takes such a file apart here: its words are those that stand in it uncompressed, and the rest is unread.
"""

from detectors.documents import sensitivity
from detectors.documents.harvest import Harvest
from detectors.documents.strings import strings

_LOCKED = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))


def read(data: bytes, harvest: Harvest) -> None:
    """Take words and labels into `harvest`, and the reason: `encrypted` ([MS-OFFCRYPTO] 2.3.4) or `media`."""
    harvest.unpack(len(data))
    harvest.labels.update(dict.fromkeys(sensitivity.of_label_info(data)))
    if all(name in data for name in _LOCKED):
        harvest.miss("encrypted")
        return
    harvest.miss("media")
    harvest.add(strings(data))
