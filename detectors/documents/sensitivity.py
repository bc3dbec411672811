"""What a file says of its own classification in, labels out (Microsoft Purview and its kin).

Sources: Microsoft Information Protection SDK, "Label metadata" (learn.microsoft.com/information-protection/develop/
concept-mip-metadata), [MS-OFFCRYPTO] 2.6, [MS-OI29500] 3.4.1.5. Only labels that are enabled and not removed count.
"""

import re
from collections.abc import Iterable

from detectors.documents.harvest import Label

_PROPERTY = re.compile(r"MSIP_Label_([0-9a-fA-F-]{36})_(Enabled|Name|Removed)", re.IGNORECASE)
_ELEMENT = re.compile(rb"<(?:[\w-]{1,20}:)?label\s([^<>]{1,2000})>")
_ATTRIBUTE = re.compile(rb"([\w:]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_NO = frozenset({"false", "0", "no"})


def of_properties(pairs: Iterable[tuple[str, str]]) -> list[Label]:
    """Return the labels in custom properties, document information or the `msip_labels` mail header."""
    known: dict[str, dict[str, str]] = {}
    for key, value in pairs:
        found = _PROPERTY.search(key)
        if found:
            known.setdefault(found[1].lower(), {})[found[2].lower()] = value.strip()
    return [
        Label(guid, says.get("name", ""))
        for guid, says in known.items()
        if says.get("enabled", "true").lower() not in _NO and says.get("removed", "false").lower() in _NO
    ]


def of_label_info(data: bytes) -> list[Label]:
    """Return the labels of `docMetadata/LabelInfo.xml`, which may also stand inside an encrypted file's storage."""
    labels = []
    for element in _ELEMENT.finditer(data):
        says = {
            key.decode("latin-1").rpartition(":")[2].lower(): (double or single).decode("utf-8", "replace")
            for key, double, single in _ATTRIBUTE.findall(element[1])
        }
        enabled = says.get("enabled", "1").lower() not in _NO and says.get("removed", "0").lower() in _NO
        if enabled and "id" in says:
            labels.append(Label(says["id"].strip("{}").lower(), says.get("name", "")))
    return labels


def header_pairs(value: str) -> list[tuple[str, str]]:
    """Return the pairs of a `msip_labels` header: `KEY=VALUE; KEY=VALUE`."""
    fields = (field.partition("=") for field in value.split(";"))
    return [(key.strip(), said.strip()) for key, _, said in fields if key.strip()]
