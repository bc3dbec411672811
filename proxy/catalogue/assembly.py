"""Texts in, the services of one deployment out: shipped catalogue, further files and services.yaml, checked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from policies.problem import Path as Place
from policies.problem import Problem, suggest
from policies.reader import Document
from proxy.catalogue import catalogue_file, error_shapes
from proxy.catalogue import services as services_file
from proxy.catalogue.catalogue_file import CatalogueFile, Families
from proxy.catalogue.categories import Categories
from proxy.catalogue.endpoint import Service
from proxy.catalogue.hosts import HostIndex
from proxy.catalogue.services import Deployment, Listing

UNKNOWN = "unknown-ai"
_FOLDER = Path(__file__).parent / "endpoints"


class CatalogueError(ValueError):
    """The catalogue or services.yaml cannot be used. `problems` holds everything that is wrong, each with its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.message)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Assembly:
    """What a catalogue is made of."""

    services: tuple[Service, ...]
    deployment: Deployment = field(default_factory=Deployment)
    switch_on: frozenset[str] = frozenset()
    categories: Categories = field(default_factory=Categories)


def assemble(texts: Mapping[str, str], switch_on: Sequence[str] = ()) -> Assembly:
    """Return the services in force. `texts` as for `catalogue.from_texts`. Raises CatalogueError."""
    services, families = _shipped()
    files, deployment, categories = [], Deployment(), Categories()
    for name, text in texts.items():
        kind, _, file = name.partition(":")
        if kind == "services":
            deployment = services_file.read_services(file or "services.yaml", text)
        elif kind == "list":
            category, _, file = file.partition(":")
            categories.add(category, file, text)
        else:
            files.append(catalogue_file.read_file(file or name, text, error_shapes.names()))
    categories.names.update(deployment.categories)
    problems: list[Problem] = list(categories.problems)
    services = _merged(services, files, families, problems)
    services = _deployed(services, deployment)
    if deployment.document is not None:
        problems.extend(deployment.document.problems)
    problems.extend(_unknown_switches(services, switch_on))
    if problems:
        raise CatalogueError(problems)
    return Assembly(services, deployment, frozenset(switch_on), categories)


@cache
def _shipped() -> tuple[tuple[Service, ...], Families]:
    """Return the shipped services, in the order of their files, and the families that they speak."""
    shapes = error_shapes.names()
    paths = sorted(_FOLDER.glob("*.yaml"))
    files = [catalogue_file.read_file(path.name, path.read_text(encoding="utf-8"), shapes) for path in paths]
    families = {name: endpoints for file in files for name, endpoints in file.families.items()}
    problems: list[Problem] = []
    services = _merged((), files, families, problems)
    if problems:
        raise CatalogueError(problems)
    return services, families


def _merged(
    services: tuple[Service, ...], files: Sequence[CatalogueFile], families: Families, problems: list[Problem]
) -> tuple[Service, ...]:
    """Return `services` and those of `files`; ids and hosts that occur twice are problems."""
    known = _Known(services)
    families = {**families, **{name: endpoints for file in files for name, endpoints in file.families.items()}}
    result = list(services)
    for file in files:
        for service, place in catalogue_file.services(file, families):
            known.add(service, file.document, place)
            result.append(service)
        problems.extend(catalogue_file.problems(file))
    return tuple(result)


class _Known:
    """Ids and hosts that were seen."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._owners: dict[str, str] = {}
        self._ids: set[str] = set()
        for service in services:
            self._ids.update((service.id, *(endpoint.id for endpoint in service.endpoints)))
            self._owners.update(dict.fromkeys(service.hosts, service.id))

    def add(self, service: Service, document: Document, place: Place) -> None:
        """Take in a service, reporting what another has already."""
        # A service and one endpoint of it may bear the same name.
        for kind, names in (("service", [service.id]), ("endpoint", [e.id for e in service.endpoints])):
            seen: set[str] = set()
            for name in names:
                if name in self._ids or name in seen:
                    document.report(
                        (*place, "id"), f'two {kind}s are called "{name}"', "ids are unique in the catalogue"
                    )
                seen.add(name)
        self._ids.update((service.id, *(endpoint.id for endpoint in service.endpoints)))
        for host in service.hosts:
            owner = self._owners.setdefault(host, service.id)
            if owner != service.id:
                help_ = "give one of the two `hosts` on its endpoints, or list the host in services.yaml"
                document.report((*place, "hosts"), f'"{host}" belongs to "{owner}" already', help_)


def _deployed(services: tuple[Service, ...], deployment: Deployment) -> tuple[Service, ...]:
    """Return the services with what the deployment adds: hosts, and services of its own."""
    by_id = {service.id: service for service in services}
    index: HostIndex[str] = HostIndex()
    for service in services:
        for pattern in {*service.hosts, *(host for e in service.endpoints for host in e.hosts)}:
            index.add(pattern, service.id)
    known = {pattern for pattern, _ in index.items()}
    for listing in deployment.listings:
        if listing.like and listing.like not in by_id:
            deployment.report(listing, "like", f'unknown service "{listing.like}"', suggest(listing.like, by_id))
        elif listing.is_host and listing.like:
            by_id[listing.like] = _extended(by_id[listing.like], by_id[listing.like], (listing.name,))
        elif listing.is_host:
            if listing.name not in known and not index.get(
                listing.name.replace("*", "x").replace("{region}", "eu-west-1")
            ):
                help_ = "write `like: <service id>` to have it decrypted and read as that service"
                deployment.report(listing, "", f'"{listing.name}" is no host of the catalogue', help_)
        elif listing.name in by_id:
            base = by_id[listing.like or listing.name]
            by_id[listing.name] = _extended(by_id[listing.name], base, listing.hosts)
        elif listing.like and listing.hosts:
            by_id[listing.name] = _own(listing, by_id[listing.like])
        else:
            help_ = suggest(listing.name, by_id) or "a service of your own needs `hosts` and `like`"
            deployment.report(listing, "", f'unknown service "{listing.name}"', help_)
    for target in deployment.routes.values():
        if target.service and target.service not in by_id and deployment.document is not None:
            place = ("routes", target.name, "service")
            deployment.document.report(place, f'unknown service "{target.service}"', suggest(target.service, by_id))
    return tuple(by_id.values())


def _extended(service: Service, base: Service, hosts: tuple[str, ...]) -> Service:
    """Return `service` with further hosts, which take what `base` takes."""
    if not hosts:
        return service
    templates = [endpoint for endpoint in base.endpoints if endpoint.hosts == base.hosts] or base.endpoints
    added = [replace(template, service=service.id, hosts=hosts, intercept="host") for template in templates]
    return replace(service, added=(*service.added, *added), added_hosts=(*service.added_hosts, *hosts))


def _own(listing: Listing, base: Service) -> Service:
    """Return a service of the deployment's own, which takes what `base` takes."""
    service = replace(
        base,
        id=listing.name,
        vendor=listing.vendor or base.vendor,
        title=listing.title or listing.name,
        category=listing.category or base.category,
        hosts=(),
        endpoints=(),
        added=(),
        added_hosts=(),
        intercept="host",
    )
    return _extended(service, base, listing.hosts)


def _unknown_switches(services: Iterable[Service], switch_on: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem for each name of `switch_on` that has nothing to switch on."""
    names: set[str] = set()
    for service in services:
        if service.intercept == "path":
            names.update((service.id, *service.hosts))
        for endpoint in service.endpoints:
            if endpoint.intercept == "path":
                names.update((endpoint.id, endpoint.service, *endpoint.hosts))
    for name in switch_on:
        if name not in names:
            help_ = suggest(name, names) or f"these can be switched on: {', '.join(sorted(names))}"
            yield Problem("switch_on", 0, 0, f'"{name}" has nothing to switch on', help_)
