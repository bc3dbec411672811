"""The text of a catalogue file (`schema: catalogue/v1`) in, its services out; what is wrong is named with its place."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.problem import Path, Problem, suggest
from policies.reader import Document, read
from policies.shape import Key, ListOf, Named, Record, Text
from policies.words import ACTIVITIES, APP_CATEGORIES
from policies.yaml_source import read as read_yaml
from proxy.catalogue import hosts, routes
from proxy.catalogue.endpoint import Endpoint, Route, Service
from proxy.codecs import dialect_table

VERSION = "catalogue/v1"
_ID = Text(pattern=r"[a-z0-9][a-z0-9-]{0,59}", wants="an id of small letters, digits and -")
_WORDS = ListOf(Text())
_ROUTES = ListOf(Text(), shortest=1)
_INTERCEPT = Text(choices=("host", "path", "linked", "shape"))
_REWRITE = Text(choices=("sigv4", "body-signed"))
_LABELS = ("auth", "telemetry", "asset")
_ENDPOINT = Record(
    {
        "id": Key(_ID, "the endpoint's id, unique in the catalogue", required=True),
        "paths": Key(_ROUTES, "methods and paths: [POST /v1/chat]", required=True),
        "hosts": Key(_WORDS, "hosts, where they are not the service's"),
        "dialect": Key(Text(choices=tuple(sorted(dialect_table.names()))), "the codec"),
        "activity": Key(Text(choices=ACTIVITIES), "what is done there"),
        "refusal": Key(Text(), "a shape of error_shapes.yaml"),
        "rewrite": Key(_REWRITE, "when the body must not be changed"),
        "read_only": Key(_WORDS, "JSONPaths that must not be changed"),
        "intercept": Key(_INTERCEPT, "whether its hosts are decrypted"),
    }
)
_SERVICE = Record(
    {
        "id": Key(_ID, "what policies call the service", required=True),
        "vendor": Key(Text(), "who runs it", required=True),
        "title": Key(Text(), "what people read", required=True),
        "category": Key(Text(choices=APP_CATEGORIES), "one of genai.*", required=True),
        "hosts": Key(_WORDS, "its hosts; [] where only its endpoints have some", required=True),
        "refusal": Key(Text(), "a shape of error_shapes.yaml", required=True),
        "rewrite": Key(_REWRITE, "when bodies must not be changed"),
        "intercept": Key(_INTERCEPT, "whether its hosts are decrypted"),
        "speaks": Key(Named(r"[a-z][a-z0-9-]*", ListOf(Text(), shortest=1)), "families and their base paths"),
        "auth": Key(_ROUTES, "logins"),
        "telemetry": Key(_ROUTES, "telemetry"),
        "asset": Key(_ROUTES, "scripts, styles and pictures"),
        "endpoints": Key(ListOf(_ENDPOINT), "what else it takes"),
    }
)
_FILE = Record(
    {
        "schema": Key(Text(choices=(VERSION,)), f"write `schema: {VERSION}`", required=True),
        "families": Key(Named(r"[a-z][a-z0-9-]*", ListOf(_ENDPOINT, shortest=1)), "what many vendors speak"),
        "services": Key(ListOf(_SERVICE), "the services"),
    }
)

Families = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """One file, read: its services and families as plain data, and what is wrong so far."""

    document: Document

    @property
    def families(self) -> Families:
        """Return the families that the file defines."""
        families: Families = self.document.data.get("families", {})
        return families


def read_file(name: str, text: str, shapes: frozenset[str]) -> CatalogueFile:
    """Read one file. `shapes` are the names of error shapes. Raises nothing."""
    document = read(read_yaml(name, text), _FILE)
    for i, service in enumerate(document.data.get("services") or ()):
        if service is not None:
            _check(document, service, ("services", i), shapes)
    for family, endpoints in document.data.get("families", {}).items():
        for i, endpoint in enumerate(endpoints):
            if endpoint is not None:
                _check(document, endpoint, ("families", family, i), shapes)
    return CatalogueFile(document)


def services(file: CatalogueFile, families: Families) -> list[tuple[Service, Path]]:
    """Return the services of a file with their places. What cannot be made is added to the file's problems."""
    result = []
    for i, raw in enumerate(file.document.data.get("services") or ()):
        path: Path = ("services", i)
        if raw is None or not raw.keys() >= _SERVICE_KEYS:
            continue
        for family in raw.get("speaks", {}):
            if family not in families:
                help_ = suggest(family, families) or f"families are {', '.join(families)}"
                file.document.report((*path, "speaks", family), f'unknown family "{family}"', help_)
        result.append((_service(raw, families), path))
    return result


def problems(file: CatalogueFile) -> list[Problem]:
    """Return everything that is wrong with a file."""
    return file.document.problems


_SERVICE_KEYS = {name for name, key in _SERVICE.keys.items() if key.required}
_ENDPOINT_KEYS = {"id", "paths"}


def _check(document: Document, raw: Mapping[str, Any], path: Path, shapes: frozenset[str]) -> None:
    for i, pattern in enumerate(raw.get("hosts", ())):
        if pattern is not None and (wrong := hosts.fault(pattern)):
            document.report((*path, "hosts", i), f'"{pattern}" is not a host pattern', wrong)
    for key in ("paths", *_LABELS):
        for i, text in enumerate(raw.get(key, ())):
            if text is not None and (wrong := routes.fault(text)):
                document.report((*path, key, i), f'"{text}" is not a route', wrong)
    shape = raw.get("refusal")
    if shape is not None and shape not in shapes:
        help_ = suggest(shape, shapes) or f"shapes are {', '.join(sorted(shapes))}"
        document.report((*path, "refusal"), f'unknown error shape "{shape}"', help_)
    if str(raw.get("id", "")).endswith("-other"):
        document.report(
            (*path, "id"), f'"{raw["id"]}" ends in -other', "that is the catch-all's, which is made by itself"
        )
    for i, endpoint in enumerate(raw.get("endpoints", ())):
        if endpoint is not None:
            _check(document, endpoint, (*path, "endpoints", i), shapes)


def _service(raw: Mapping[str, Any], families: Families) -> Service:
    endpoints = [_endpoint(raw, e, e["id"]) for e in raw.get("endpoints", ()) if e and e.keys() >= _ENDPOINT_KEYS]
    for label in _LABELS:
        if label in raw:
            given = {"paths": raw[label], "activity": label}
            endpoints.append(_endpoint(raw, given, f"{raw['id']}-{label}"))
    for family, bases in raw.get("speaks", {}).items():
        for template in families.get(family, ()):
            paths = [_below(base, path) for base in bases if base for path in template["paths"]]
            endpoints.append(_endpoint(raw, {**template, "paths": paths}, f"{raw['id']}-{template['id']}"))
    return Service(
        id=raw["id"],
        vendor=raw["vendor"],
        title=raw["title"],
        category=raw["category"],
        refusal=raw["refusal"],
        hosts=_hosts(raw["hosts"]),
        endpoints=tuple(endpoints),
        intercept=raw.get("intercept", "host"),
        rewrite=raw.get("rewrite", ""),
    )


def _endpoint(service: Mapping[str, Any], raw: Mapping[str, Any], id_: str) -> Endpoint:
    return Endpoint(
        id=id_,
        service=service["id"],
        hosts=_hosts(raw.get("hosts", service["hosts"])),
        routes=tuple(_route(text) for text in raw["paths"] if text and not routes.fault(text)),
        dialect=raw.get("dialect", "generic"),
        activity=raw.get("activity", "other"),
        refusal=raw.get("refusal", service["refusal"]),
        rewrite=raw.get("rewrite", service.get("rewrite", "")),
        intercept=raw.get("intercept", service.get("intercept", "host")),
        read_only=tuple(path for path in raw.get("read_only", ()) if path),
    )


def _hosts(patterns: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(hosts.normalise(pattern) for pattern in patterns if pattern and not hosts.fault(pattern))


def _route(text: str) -> Route:
    method, _, path = text.partition(" ")
    return Route(method, path)


def _below(base: str, route: str) -> str:
    """Return `POST /chat` below `/v1` as `POST /v1/chat`."""
    method, _, path = route.partition(" ")
    return f"{method} {re.sub('/+$', '', base)}{path}"
