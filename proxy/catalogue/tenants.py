"""A host and a company's ids in, the headers out that let only that company's accounts into a service (tenants.yaml).

Rules
1. A header is for the hosts of its entry only: elsewhere it would tell a stranger the company's ids.
2. It replaces what the client sent under that name, every occurrence of it; it is never added beside it.
3. A value that the vendor would not understand is an error here: vendors take an unreadable one for no restriction.
"""

import base64
import json
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from proxy.catalogue.hosts import HostIndex, normalise

_FILE = Path(__file__).with_name("tenants.yaml")
_RESOURCES = "google-resources"


@dataclass(frozen=True, slots=True)
class Restriction:
    """One entry of tenants.yaml. `service` is empty where the catalogue has none there.

    `shared`: its hosts serve more than AI. `opens` are decrypted where a deployment names the restriction. `partner` is
    an entry that has to be named as well, `without` are entries that may not be.
    """

    id: str
    service: str
    header: str
    hosts: tuple[str, ...]
    item: str = ""
    most: int = 100
    shared: bool = False
    fixed: str = ""
    partner: str = ""
    opens: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    written: str = "list"
    exempt: tuple[str, ...] = ()

    def value(self, items: Sequence[str] = ()) -> str:
        """Return the header's value for these ids. Raises ValueError, saying which rule they break."""
        if self.fixed:
            return self.fixed
        if not items:
            raise ValueError(f"{self.id}: name at least one id, or leave {self.id} out")
        if len(items) > self.most:
            raise ValueError(f"{self.id}: the vendor takes at most {self.most} ids")
        for item in items:
            if not re.fullmatch(self.item, item, re.ASCII):
                raise ValueError(f'{self.id}: "{item[:80]}" is not an id of this vendor')
        if self.written == _RESOURCES:
            named = {"resources": [f"organizations/{item}" for item in items], "options": "strict"}
            return base64.b64encode(json.dumps(named, separators=(",", ":")).encode()).decode()
        return ",".join(items)

    def applies(self, path: str) -> bool:
        """Tell whether a request for `path` carries the header."""
        return not any(path == start or path.startswith((start + "/", start + "?")) for start in self.exempt)


@cache
def load() -> Mapping[str, Restriction]:
    """Return the shipped restrictions by id."""
    return read(_FILE.read_text(encoding="utf-8"))


def read(text: str) -> Mapping[str, Restriction]:
    """Return the restrictions of a text in tenants.yaml's form. Raises ValueError or KeyError where it is wrong."""
    result: dict[str, Restriction] = {}
    for entry in yaml.load(text, Loader=yaml.CSafeLoader)["restrictions"]:
        restriction = _restriction(entry)
        if restriction.id in result:
            raise ValueError(f'two restrictions are called "{restriction.id}"')
        result[restriction.id] = restriction
    return result


def of_host(host: str, named: Container[str] | None = None) -> tuple[Restriction, ...]:
    """Return the restrictions of a host, in the order of the table, each header once: the closest host pattern wins.

    `named`: only these; None for all.
    """
    found: dict[str, Restriction] = {}
    for restriction in _index().get(normalise(host)):
        if named is None or restriction.id in named:
            found.setdefault(restriction.header.lower(), restriction)
    return tuple(found.values())


@cache
def _index() -> HostIndex[Restriction]:
    index: HostIndex[Restriction] = HostIndex()
    for restriction in load().values():
        for pattern in restriction.hosts:
            index.add(pattern, restriction)
    return index


def _restriction(entry: Mapping[str, Any]) -> Restriction:
    fixed = entry["value"] if entry.get("fixed") else ""
    return Restriction(
        id=entry["id"],
        service=entry.get("service", ""),
        header=entry["header"],
        hosts=tuple(entry["hosts"]),
        item=entry.get("item", ""),
        most=entry.get("most", 100),
        shared=entry.get("shared", False),
        fixed=fixed,
        partner=entry.get("partner", ""),
        written=entry.get("value", "list") if not fixed else "list",
        exempt=tuple(entry.get("except", ())),
        opens=tuple(entry.get("opens", entry["hosts"])),
        without=tuple(entry.get("without", ())),
    )
