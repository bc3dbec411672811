"""Lists of hosts as people have them in, the categories of a host out: for hosts that are not decrypted.

Forms, line by line, in any mixture: a plain name (`name.example`, `.name.example`, `*.name.example`), a hosts file
(`0.0.0.0 name.example`), dnsmasq (`address=/name.example/`, `server=`, `local=`), filter lists (`||name.example^`).
A folder is one of the kind that UT1 and its likes distribute: its file `domains`; without one, all its files.
A name stands for the hosts below it too; in a hosts file it stands for itself.

Sources: hosts(5), dnsmasq(8), https://dsi.ut-capitole.fr/blacklists/index_en.php
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from policies.problem import Problem
from proxy.catalogue.hosts import normalise

MOST = 1_000_000  # names of all lists together
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f:]*:[0-9a-f:.]+(?:%\w+)?", re.IGNORECASE)
_DNSMASQ = re.compile(r"(?:address|server|local|ipset|nftset)=/(.+)/[^/]*")
_FILTER = re.compile(r"\|\|([^/^$*|]+)\^(?:\$.*)?")
_REMARK = re.compile(r"(?:^|\s)#.*")
_OF_THE_MACHINE = frozenset({"localhost", "localhost.localdomain", "local", "broadcasthost", "ip6-localhost",
                             "ip6-loopback"})  # fmt: skip


class Categories:
    """Which categories a host is in."""

    def __init__(self) -> None:
        self._exact: dict[str, tuple[str, ...]] = {}
        self._below: dict[str, tuple[str, ...]] = {}
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.names: set[str] = set()
        self.problems: list[Problem] = []

    def add(self, category: str, file: str, text: str) -> None:
        """Take in one list; what is no list of hosts is added to `problems`, at most one a file."""
        self.names.add(category)
        for number, line in enumerate(text.splitlines(), 1):
            found = list(_entries(line))
            if None in found:
                help_ = "one host a line, a hosts file, dnsmasq's address=/…/ or a filter list's ||…^"
                self.problems.append(Problem(file, number, 1, "this line names no host", help_))
                return
            for name, below in (entry for entry in found if entry is not None):
                kept = self._below if below else self._exact
                both = tuple(dict.fromkeys((*kept.get(name, ()), category)))
                kept[name] = self._shared.setdefault(both, both)
            if len(self._exact) + len(self._below) > MOST:
                message = f"the lists hold more than {MOST} hosts together"
                self.problems.append(Problem(file, number, 1, message, "name only the lists that are about AI"))
                return

    def of(self, host: str) -> tuple[str, ...]:
        """Return the categories of a host, sorted."""
        if not self.names:
            return ()
        name = normalise(host)
        found = {*self._exact.get(name, ()), *self._below.get(name, ())}
        while "." in name:
            name = name.partition(".")[2]
            found.update(self._below.get(name, ()))
        return tuple(sorted(found))


def _entries(line: str) -> Iterator[tuple[str, bool] | None]:
    """Yield the names of a line and whether they stand for what is below them; None for what is no name."""
    text = _REMARK.sub("", line).strip()
    if not text or text[0] in "!;[":
        return
    first, *more = text.split()
    if _ADDRESS.fullmatch(first) and more:
        yield from (
            (normalise(name), False) if _host(name) else None for name in more if name not in (*_OF_THE_MACHINE, first)
        )
    elif listed := _DNSMASQ.fullmatch(text):
        yield from ((normalise(name), True) if _host(name) else None for name in listed[1].split("/") if name != "#")
    elif filtered := _FILTER.fullmatch(text):
        yield (normalise(filtered[1]), True) if _host(filtered[1]) else None
    elif more or not _host(first):
        yield None
    else:
        yield normalise(re.sub(r"\A(?:\*\.|\.)", "", first)), True


def _host(name: str) -> bool:
    bare = normalise(re.sub(r"\A(?:\*\.|\.)", "", name))
    return _NAME.fullmatch(bare) is not None or _ADDRESS.fullmatch(bare) is not None


def read_lists(named: Mapping[str, tuple[str, ...]], folder: Path) -> dict[str, str]:
    """Return the texts of the lists that a services.yaml in `folder` names: `list:CATEGORY:FILE`. Raises OSError."""
    texts: dict[str, str] = {}
    for category, places in named.items():
        for place in places:
            for file in files(folder / place):
                texts[f"list:{category}:{file}"] = file.read_text(encoding="utf-8", errors="replace")
    return texts


def files(place: Path) -> list[Path]:
    """Return the files of a list: itself, `domains` of a folder, or all that lies there."""
    if not place.is_dir():
        return [place]
    domains = place / "domains"
    return [domains] if domains.exists() else sorted(f for f in place.iterdir() if f.is_file() and f.name[0] != ".")
