"""What the catalogue holds, as values: services and their endpoints."""

from dataclasses import dataclass
from typing import Literal

Intercept = Literal["host", "path", "linked", "shape"]
Rewrite = Literal["", "sigv4", "body-signed"]


@dataclass(frozen=True, slots=True)
class Route:
    """A method (or `ANY`) and a path pattern: `{name}` is one segment or a part of one, `*` is anything."""

    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One kind of request that a service takes.

    `dialect` names the codec, `refusal` the error shape. `rewrite` says when the body must not be changed: `sigv4` =
    when AWS Signature Version 4 covers it, `body-signed` = never. `intercept` says whether its hosts are decrypted:
    `host` = yes, `path` = where the deployment switches it on, `linked` and `shape` = never because of the host.
    `read_only` holds JSONPaths (RFC 9535) that must not be changed.
    """

    id: str
    service: str
    hosts: tuple[str, ...]
    routes: tuple[Route, ...]
    dialect: str = "generic"
    activity: str = "other"
    refusal: str = "none"
    rewrite: Rewrite = ""
    intercept: Intercept = "host"
    read_only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """An AI service as people know it. `hosts` are its own; an endpoint may have others.

    `added` are the endpoints that it has on hosts which the deployment lists, `added_hosts` those hosts.
    """

    id: str
    vendor: str
    title: str
    category: str
    refusal: str
    hosts: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    intercept: Intercept = "host"
    rewrite: Rewrite = ""
    added: tuple[Endpoint, ...] = ()
    added_hosts: tuple[str, ...] = ()

    def catch_all(self, hosts: tuple[str, ...], intercept: Intercept) -> Endpoint:
        """Return the endpoint for paths that nobody listed, so that nothing passes unread."""
        return Endpoint(
            id=f"{self.id}-other",
            service=self.id,
            hosts=hosts,
            routes=(Route("ANY", "/*"),),
            refusal=self.refusal,
            rewrite=self.rewrite,
            intercept=intercept,
        )


@dataclass(frozen=True, slots=True)
class Match:
    """What a request is.

    `catalogued`: its host is in the catalogue. `inspect` is False for the other paths of a shared host: they pass
    unchanged and are counted.
    """

    service: Service
    endpoint: Endpoint
    catalogued: bool = True
    inspect: bool = True
