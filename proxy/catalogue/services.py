"""The text of a deployment's services.yaml (`schema: services/v1`) in, what it says about services and hosts out.

schema: services/v1
services:
  openai-api: {status: sanctioned, trust_zone: enterprise_contract, attributes: [zero_retention]}
  azure-openai: {evidence: {iso27001: 2027-03-31, dpa: 2026-12-31}}   # until when proof of it holds
  chatgpt: {status: prohibited}
  gemini.google.com: {status: tolerated}        # one host, apart from its service
  own-llm:                                       # a service of your own
    title: Own LLM
    status: sanctioned
    trust_zone: on_prem
    hosts: [llm.example.internal]                # decrypted from now on
    like: openai-api                             # speaks what that service speaks
tenants:                                         # headers that let our accounts in and no others (tenants.yaml)
  chatgpt-workspaces: [0b1a2c3d-1111-4222-8333-444455556666]
categories:                                      # hosts that are not decrypted, by lists of yours
  ai-tools: [/etc/hushgate/lists/ai, hosts.txt]  # UT1 folder, plain list, hosts file, dnsmasq, filter list
routes:
  private: {url: "https://llm.example.internal/v1", service: own-llm, model: llama, key: llm}
"""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from policies.problem import Path, suggest
from policies.reader import Document, read
from policies.shape import Key, ListOf, Named, Record, Text
from policies.words import APP_CATEGORIES, STATUSES
from policies.yaml_source import Node, Table
from policies.yaml_source import read as read_yaml
from proxy.catalogue import hosts
from proxy.catalogue import tenants as restrictions

VERSION = "services/v1"
DEFAULT_STATUS = "tolerated"
UNKNOWN_STATUS = "unknown"
KINDS = ("openai", "azure-openai", "bedrock")
_LISTING = Record(
    {
        "status": Key(
            Text(choices=tuple(word for word in STATUSES if word != UNKNOWN_STATUS)), "whether it may be used"
        ),
        "trust_zone": Key(Text(pattern=r"[a-z][a-z0-9_]*", wants="a word of small letters and _"), "where data goes"),
        "hosts": Key(ListOf(Text(), shortest=1), "further hosts, decrypted from now on"),
        "like": Key(Text(), "the service whose endpoints these hosts have"),
        "title": Key(Text(), "what people read"),
        "vendor": Key(Text(), "who runs it"),
        "category": Key(Text(choices=APP_CATEGORIES), "one of genai.*"),
        "tenants": Key(ListOf(Text(), shortest=1), "ids of our organisations there: their accounts are corporate"),
        "residency": Key(ListOf(Text(), shortest=1), "regions where it keeps data"),
        "attributes": Key(
            ListOf(Text(pattern=r"[a-z][a-z0-9_]*", wants="a word of small letters and _"), shortest=1),
            "what holds of its contract, for `policy prove`: zero_retention, no_training",
        ),
        "evidence": Key(
            Named(r"[a-z][a-z0-9_]*", Text(pattern=r"\d{4}-\d\d-\d\d", wants="a date such as 2027-03-31")),
            "the last day on which a certificate, report or contract of its vendor holds",
        ),
    }
)
_ROUTE = Record(
    {
        "url": Key(Text(pattern=r"https?://.+", wants="an http or https URL"), "where requests go", required=True),
        "service": Key(Text(), "the service that answers there", required=True),
        "kind": Key(Text(choices=KINDS), "what it speaks; default openai"),
        "key": Key(Text(), "name of a key of `hushgate keys`; without it none is sent"),
        "model": Key(Text(), "the model (Azure: deployment) to ask for; default: what the client asked for"),
        "models": Key(Named(r"\S+", Text()), "the client's model to the target's"),
        "region": Key(
            Text(pattern=r"[a-z]{2}(?:-[a-z]+)+-[0-9]", wants="eu-central-1"),
            "bedrock: of the signature, where the host names none",
        ),
        "api_version": Key(Text(pattern=r"[0-9A-Za-z-]{1,40}", wants="a version"), "azure-openai: its api-version"),
    }
)
_FILE = Record(
    {
        "schema": Key(Text(choices=(VERSION,)), f"write `schema: {VERSION}`", required=True),
        "services": Key(Named(r"(?:\*\.)?[A-Za-z0-9][^\s/:]*", _LISTING), "service id or host to what holds for it"),
        "tenants": Key(Named(r"[a-z][a-z0-9-]*", ListOf(Text())), "restriction of tenants.yaml to ids of ours"),
        "categories": Key(Named(r"[a-z][a-z0-9_-]*", ListOf(Text(), shortest=1)), "lists of hosts, by category"),
        "routes": Key(Named(r"[a-z][a-z0-9_-]*", _ROUTE), "where a rule's `route` may send requests"),
    }
)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a deployment says about one service or host. Empty = nothing said."""

    name: str
    status: str = ""
    trust_zone: str = ""
    hosts: tuple[str, ...] = ()
    like: str = ""
    title: str = ""
    vendor: str = ""
    category: str = ""
    tenants: tuple[str, ...] = ()
    residency: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    evidence: tuple[tuple[str, date], ...] = ()
    written: str = field(default="", compare=False)  # its name as it stands in the file
    place: tuple[int, int] = field(default=(0, 0), compare=False)  # line and column of that

    @property
    def is_host(self) -> bool:
        """Tell whether `name` is a host: service ids have no dot."""
        return "." in self.name


@dataclass(frozen=True, slots=True)
class Target:
    """Where a rule's `route` may send a request."""

    name: str
    url: str
    service: str
    kind: str = "openai"
    key: str = ""
    model: str = ""
    models: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    api_version: str = "2024-10-21"
    region: str = ""

    @property
    def endpoint(self) -> tuple[str, int]:
        """Return host and port."""
        url = urlsplit(self.url)
        return url.hostname or "", url.port or (443 if url.scheme == "https" else 80)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A services.yaml, read. `document` reports further problems with their place; None where there is no file."""

    listings: tuple[Listing, ...] = ()
    tenants: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    routes: Mapping[str, Target] = field(default_factory=lambda: MappingProxyType({}))
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    document: Document | None = field(default=None, repr=False, compare=False)

    def report(self, listing: Listing, key: str, message: str, help: str) -> None:
        """Add a problem at a key of a listing, or at its name where `key` is empty."""
        if self.document is not None and key:
            self.document.report(("services", listing.written, key), message, help)
        elif self.document is not None:
            self.document.problems.append(self.document.source.problem(*listing.place, message, help))


def read_services(name: str, text: str) -> Deployment:
    """Read a services.yaml. Raises nothing: what is wrong stands in `document.problems`."""
    document = read(read_yaml(name, text), _FILE)
    data = document.data
    places = _key_places(document.source.root)
    listings = tuple(_listing(document, key, raw, places[key]) for key, raw in data.get("services", {}).items())
    targets = {key: Target(key, **{"url": "", "service": "", **raw}) for key, raw in data.get("routes", {}).items()}
    tenants = {key: tuple(filter(None, ids)) for key, ids in data.get("tenants", {}).items()}
    for key, ids in tenants.items():
        _check_tenants(document, key, ids, tenants)
    for key, target in targets.items():
        if target.url and not _names_host(target.url):
            document.report(("routes", key, "url"), f'"{target.url}" names no host', "write https://host/path")
    lists = {key: tuple(filter(None, places)) for key, places in data.get("categories", {}).items()}
    return Deployment(
        listings, MappingProxyType(tenants), MappingProxyType(targets), MappingProxyType(lists), document=document
    )


def _check_tenants(document: Document, key: str, ids: Sequence[str], named: Container[str]) -> None:
    """Report a restriction that does not exist, and ids that the vendor would take for no restriction."""
    known = restrictions.load()
    if key not in known:
        help_ = suggest(key, known) or f"these are known: {', '.join(known)}"
        document.report(("tenants", key), f'unknown restriction "{key}"', help_)
        return
    try:
        known[key].value(ids)
    except ValueError as error:
        document.report(("tenants", key), str(error), f"it becomes the header {known[key].header}")
    if known[key].partner and known[key].partner not in named:
        document.report(("tenants", key), f'"{key}" cannot be set alone', f"name {known[key].partner} as well")
    for other in known[key].without:
        if other in named:
            help_ = f"take {other} out: {key} stands in its place"
            document.report(("tenants", key), f'"{key}" cannot be set beside "{other}"', help_)


def _names_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:  # an IPv6 address without its bracket
        return False


def _key_places(root: Node | None) -> dict[str, tuple[int, int]]:
    """Return line and column of each name under `services`; the reader keeps those of the values."""
    entries = root.entries if isinstance(root, Table) else ()
    tables = [node for key, node in entries if key.text == "services" and isinstance(node, Table)]
    return {key.text: (key.line, key.column) for table in tables for key, _ in table.entries}


def _listing(document: Document, name: str, raw: Mapping[str, Any], place: tuple[int, int]) -> Listing:
    path: Path = ("services", name)

    def at_name(message: str, help_: str) -> None:
        document.problems.append(document.source.problem(*place, message, help_))

    for i, pattern in enumerate(raw.get("hosts", ())):
        if pattern is not None and (wrong := hosts.fault(pattern)):
            document.report((*path, "hosts", i), f'"{pattern}" is not a host pattern', wrong)
    if "." in name:
        if wrong := hosts.fault(name):
            at_name(f'"{name}" is not a host pattern', wrong)
        if "hosts" in raw:
            document.report((*path, "hosts"), "a host has no further hosts", "list it under its service's id")
    elif not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", name):
        at_name(f'"{name}" is neither a service id nor a host', "ids are small letters, digits and -")
    patterns = [p for p in raw.get("hosts", ()) if p and not hosts.fault(p)]
    return Listing(
        name=hosts.normalise(name) if "." in name else name,
        status=raw.get("status", ""),
        trust_zone=raw.get("trust_zone", ""),
        hosts=tuple(hosts.normalise(pattern) for pattern in patterns),
        like=raw.get("like", ""),
        title=raw.get("title", ""),
        vendor=raw.get("vendor", ""),
        category=raw.get("category", ""),
        tenants=tuple(filter(None, raw.get("tenants", ()))),
        residency=tuple(filter(None, raw.get("residency", ()))),
        attributes=tuple(filter(None, raw.get("attributes", ()))),
        evidence=tuple(_dates(document, (*path, "evidence"), raw.get("evidence", {}))),
        written=name,
        place=place,
    )


def _dates(document: Document, path: Path, raw: Mapping[str, str | None]) -> Iterator[tuple[str, date]]:
    for name, text in raw.items():
        try:
            if text:
                yield name, date.fromisoformat(text)
        except ValueError:
            document.report((*path, name), f'"{text}" is no day', "write year-month-day, such as 2027-03-31")
