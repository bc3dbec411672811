"""Uploads to hosts that serve more than AI: opened, read and judged where an inspected answer announced the address.

Rules
1. A tunnel to such a host is opened for the client that an address of it was announced to; what that client then sends
   to other addresses there passes unread and is counted, as if the tunnel had never been opened.
2. An answer that may announce one is short JSON; it is held until the address is noted, for the client may be quick.
"""

from mitmproxy import http

from addons.convert import host_of
from proxy.announced import LONGEST, Announced, places
from proxy.catalogue.catalogue import Catalogue
from proxy.exchange import Client


class Linked:
    """What the gate asks about uploads."""

    def __init__(self, announced: Announced) -> None:
        self._announced = announced

    def opens(self, request: http.Request, client: Client, catalogue: Catalogue) -> bool:
        """Tell whether this is a tunnel for an announced upload, or a request inside one."""
        host = host_of(request)
        return catalogue.links(host) and self._announced.opens(client, host)

    def passes(self, request: http.Request, client: Client, catalogue: Catalogue) -> bool:
        """Tell whether a request goes to an address of such a host that nobody announced."""
        host = host_of(request)
        if catalogue.intercepts(host) or not catalogue.links(host):
            return False
        return not self._announced.knows(client, host, request.path)

    def holds(self, flow: http.HTTPFlow, service: str, catalogue: Catalogue) -> bool:
        """Tell whether an answer may announce an upload and is short enough to wait for."""
        request, response = flow.request, flow.response
        if response is None or not catalogue.announces(service):
            return False
        match = catalogue.match(host_of(request), request.method, request.path)
        size = response.headers.get("content-length", "0")
        short = size.isdigit() and int(size) <= LONGEST
        return match.endpoint.activity == "upload" and "json" in response.headers.get("content-type", "") and short

    async def note(self, flow: http.HTTPFlow, service: str, client: Client, catalogue: Catalogue) -> None:
        """Remember what an answer announces. Raises OSError."""
        answer = flow.response.get_content(strict=False) if flow.response else None
        found = [place for place in places(answer or b"") if catalogue.links(place.host, service)]
        await self._announced.remember(client, found)
