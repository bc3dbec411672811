"""Host, method and path in, the AI service and endpoint they belong to out; the catalogue as the deployment has it.

Rules
1. What is decrypted: hosts of `intercept: host`, hosts that the deployment lists, shared hosts (`intercept: path`)
   that it switches on, and hosts of the tenant restrictions that it names. Nothing else, whatever a path looks like.
2. Every request to a decrypted host has an endpoint: the closest route, else the dialect its path looks like, else the
   service's catch-all (generic codec). Only the other paths of a shared host pass unread, and `Match.inspect` says so.
3. A host belongs to one service; where a deployment lists a host, the deployment's service has it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path

from proxy.catalogue import pac, tenants
from proxy.catalogue.assembly import UNKNOWN, Assembly, CatalogueError, assemble
from proxy.catalogue.categories import read_lists
from proxy.catalogue.endpoint import Endpoint, Match, Route, Service
from proxy.catalogue.hosts import HostIndex, normalise
from proxy.catalogue.routes import Routes
from proxy.catalogue.services import DEFAULT_STATUS, UNKNOWN_STATUS, Listing, Target, read_services

__all__ = ["Catalogue", "CatalogueError", "Endpoint", "Match", "Route", "Service", "from_texts", "load"]

_DAY = 86400.0  # seconds
_REMEMBERED = 4096  # hosts whose routes are kept compiled


@dataclass(frozen=True, slots=True)
class _Site:
    """One host: who has it, its routes, what its other paths are, and whether it is decrypted."""

    owner: Service
    routes: Routes
    rest: Endpoint
    intercepted: bool


class Catalogue:
    """The services in force. Unchanging but for a memory of compiled hosts."""

    def __init__(self, assembly: Assembly) -> None:
        self._services = {service.id: service for service in assembly.services}
        self._switch_on = assembly.switch_on
        self._targets = assembly.deployment.routes
        self._target_endpoints = frozenset(target.endpoint for target in self._targets.values())
        self._tenants = assembly.deployment.tenants
        self._categories = assembly.categories
        self._restricted: HostIndex[str] = HostIndex()
        for one in map(tenants.load().__getitem__, self._tenants):
            for pattern in one.opens:
                self._restricted.add(pattern, one.service or UNKNOWN)
        self._evidence: Mapping[tuple[str, ...], float] = {
            (one.name, name): datetime.combine(day, time(), UTC).timestamp() + _DAY
            for one in assembly.deployment.listings
            for name, day in one.evidence
        }
        self._zones = frozenset(one.trust_zone for one in assembly.deployment.listings if one.trust_zone)
        self._listed = {listing.name: listing for listing in assembly.deployment.listings if not listing.is_host}
        self._listed_hosts: HostIndex[Listing] = HostIndex()
        for listing in assembly.deployment.listings:
            if listing.is_host:
                self._listed_hosts.add(listing.name, listing)
        self._endpoints: HostIndex[Endpoint] = HostIndex()
        self._rests: HostIndex[Endpoint] = HostIndex()
        self._sites: dict[str, _Site | None] = {}
        for service in assembly.services:  # the deployment's hosts first: rule 3
            self._enter(service.added, service.catch_all(service.added_hosts, "host"))
        for service in assembly.services:
            self._enter(service.endpoints, service.catch_all(service.hosts, service.intercept))
        unknown = self._services[UNKNOWN]
        self._unknown = Match(unknown, unknown.catch_all((), "shape"), catalogued=False)
        self._shapes = Routes(unknown.endpoints)

    def intercepts(self, host: str) -> bool:
        """Tell whether a CONNECT to `host` is to be decrypted."""
        site = self._site(normalise(host))
        return site is not None and site.intercepted

    def decrypts(self, host: str) -> bool:
        """Tell whether a CONNECT to `host` may be decrypted at all: always, or after an upload to it was announced."""
        return self.intercepts(host) or self.links(host)

    def links(self, host: str, service: str = "") -> bool:
        """Tell whether uploads to `host` are announced (`intercept: linked`), by `service` if it is given."""
        endpoints = self._endpoints.get(normalise(host))
        return any(one.intercept == "linked" and service in ("", one.service) for one in endpoints)

    def announces(self, service: str) -> bool:
        """Tell whether answers of a service announce uploads to hosts that are not its own."""
        found = self._services.get(service)
        return found is not None and any(endpoint.intercept == "linked" for endpoint in found.endpoints)

    def match(self, host: str, method: str, path: str) -> Match:
        """Return what a request is; `path` is a request target, its query does not count. Raises nothing.

        A host outside the catalogue gives `unknown-ai`, with the dialect that the path looks like.
        """
        site = self._site(normalise(host))
        if site is None:
            looks = self._shapes.find(method, path)
            return replace(self._unknown, endpoint=looks) if looks else self._unknown
        found = site.routes.find(method, path)
        if found is not None:
            return Match(self._services[found.service], found)
        rest = site.rest
        if rest.intercept != "host":
            return Match(site.owner, rest, inspect=False)
        looks = self._shapes.find(method, path)
        if looks is None:
            return Match(site.owner, rest)
        return Match(site.owner, replace(looks, service=rest.service, rewrite=rest.rewrite, intercept=rest.intercept))

    def service(self, id: str) -> Service | None:
        """Return a service by its id."""
        return self._services.get(id)

    def services(self) -> tuple[Service, ...]:
        """Return every service, in the order of the files."""
        return tuple(self._services.values())

    def status(self, service_id: str, host: str = "") -> str:
        """Return `sanctioned`, `tolerated`, `unsanctioned`, `prohibited` or `unknown`; a host's listing goes first."""
        listed = self._listing(service_id, host, "status")
        if listed:
            return listed
        service = self._services.get(service_id)
        return DEFAULT_STATUS if service is not None and service.intercept != "shape" else UNKNOWN_STATUS

    def trust_zone(self, service_id: str, host: str = "") -> str:
        """Return the deployment's word for where data goes; empty where it says nothing."""
        return self._listing(service_id, host, "trust_zone")

    def trust_zones(self) -> frozenset[str]:
        """Return every zone that the deployment gives to a service or a host."""
        return self._zones

    def evidence(self) -> Mapping[tuple[str, ...], float]:
        """Return, by service (or host) and name of the evidence, when its last day is over: seconds since 1970, UTC."""
        return self._evidence

    def categories(self, host: str) -> tuple[str, ...]:
        """Return the categories of the deployment's own lists that a host is in, sorted."""
        return self._categories.of(host)

    def category_names(self) -> frozenset[str]:
        """Return the categories that the deployment has lists of."""
        return frozenset(self._categories.names)

    def route_targets(self) -> Mapping[str, Target]:
        """Return where a rule's `route` may send requests, by name."""
        return self._targets

    def route_endpoints(self) -> frozenset[tuple[str, int]]:
        """Return host and port of every route target: the operator named them, as with `--connect-to`."""
        return self._target_endpoints

    def restrictions(self, host: str, path: str) -> list[tuple[str, str]]:
        """Return the tenant headers (name and value) that a request carries, as the deployment has them."""
        ids = self._tenants
        found = [one for one in tenants.of_host(host, ids) if one.applies(path)] if ids else []
        return [(one.header, one.value(ids[one.id])) for one in found]

    def own_tenants(self, service_id: str) -> frozenset[str]:
        """Return the ids of our organisations at a service, in small letters."""
        listed = self._listed[service_id].tenants if service_id in self._listed else ()
        restricted = [ids for id, ids in self._tenants.items() if tenants.load()[id].service == service_id]
        return frozenset(id.lower() for ids in (listed, *restricted) for id in ids)

    def residency(self, service_id: str) -> tuple[str, ...]:
        """Return the regions where a service keeps data; empty where the deployment says nothing."""
        return self._listed[service_id].residency if service_id in self._listed else ()

    def attributes(self, service_id: str) -> frozenset[str]:
        """Return what the deployment says of a service's contract; its trust zone where it says nothing else."""
        listed = self._listed[service_id].attributes if service_id in self._listed else ()
        return frozenset(listed) or frozenset(filter(None, [self.trust_zone(service_id)]))

    def hosts(self) -> tuple[str, ...]:
        """Return the patterns of all hosts that are decrypted, sorted."""
        found = {
            pattern
            for index in (self._endpoints, self._rests)
            for pattern, endpoints in index.items()
            if any(self._opens(endpoint, pattern) for endpoint in endpoints)
        }
        return tuple(sorted(found | {pattern for pattern, _ in self._restricted.items()}))

    def pac(self, proxy: str, *more: str) -> str:
        """Return a proxy auto-configuration file that sends these hosts, and `more`, through `proxy` (HOST:PORT)."""
        return pac.render((*self.hosts(), *more), proxy)

    def _enter(self, endpoints: Sequence[Endpoint], rest: Endpoint) -> None:
        for pattern in rest.hosts if rest.intercept != "shape" else ():
            self._rests.add(pattern, rest)
        for endpoint in endpoints:
            for pattern in endpoint.hosts if endpoint.intercept != "shape" else ():
                self._endpoints.add(pattern, endpoint)

    def _listing(self, service_id: str, host: str, key: str) -> str:
        listings = self._listed_hosts.get(normalise(host)) if host else []
        if service_id in self._listed:
            listings.append(self._listed[service_id])
        values: list[str] = [getattr(listing, key) for listing in listings]
        return next((value for value in values if value), "")

    def _opens(self, endpoint: Endpoint, host: str) -> bool:
        if endpoint.intercept == "path":
            return not self._switch_on.isdisjoint((endpoint.id, endpoint.service, host, *endpoint.hosts))
        return endpoint.intercept == "host"

    def _site(self, host: str) -> _Site | None:
        if host not in self._sites:
            if len(self._sites) >= _REMEMBERED:
                self._sites.clear()
            self._sites[host] = self._compile(host)
        return self._sites[host]

    def _compile(self, host: str) -> _Site | None:
        endpoints, rests = self._endpoints.get(host), self._rests.get(host)
        restricted = self._restricted.get(host)
        if not endpoints and not rests:
            if not restricted:
                return None
            owner = self._services[restricted[0]]
            return _Site(owner, Routes(()), owner.catch_all((host,), "path"), intercepted=True)
        owner = self._services[(rests or endpoints)[0].service]
        everything = [*rests, *endpoints]
        dedicated = any(endpoint.intercept == "host" for endpoint in everything)
        return _Site(
            owner=owner,
            routes=Routes(endpoints),
            rest=owner.catch_all((host,), "host" if dedicated else everything[0].intercept),
            intercepted=bool(restricted) or any(self._opens(endpoint, host) for endpoint in everything),
        )


def load(extra: Sequence[Path] = (), services_file: Path | None = None, switch_on: Sequence[str] = ()) -> Catalogue:
    """Return the shipped catalogue, with further files or folders of them, under a deployment's services.yaml.

    `switch_on` names services, endpoints or hosts of `intercept: path` that are decrypted all the same. Raises
    CatalogueError, or OSError where a file cannot be read.
    """
    texts: dict[str, str] = {}
    for path in extra:
        for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
            texts[f"catalogue:{file}"] = file.read_text(encoding="utf-8")
    if services_file is not None:
        texts[f"services:{services_file}"] = text = services_file.read_text(encoding="utf-8")
        texts |= read_lists(read_services(str(services_file), text).categories, services_file.parent)
    return from_texts(texts, switch_on)


def from_texts(texts: Mapping[str, str], switch_on: Sequence[str] = ()) -> Catalogue:
    """Return the shipped catalogue with further files, given as texts. Raises CatalogueError.

    `services` (or `services:FILE`) is a deployment's services.yaml, `catalogue:FILE` a catalogue file.
    """
    return Catalogue(assemble(texts, tuple(switch_on)))
