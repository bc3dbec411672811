"""Uploads to hosts that serve more than AI, and uploads in pieces: what the gate asks about them.

Rules
1. A tunnel to a shared host is opened for the client that an address of it was announced to; what that client then
   sends to other addresses there passes unread and is counted, as if the tunnel had never been opened.
2. An answer that may announce an address, or name a piece, is short JSON; it is held until that is noted, for the
   client may be quick.
"""

from mitmproxy import http

from addons.convert import host_of
from proxy.announced import LONGEST, Announced, places
from proxy.catalogue.catalogue import Catalogue
from proxy.exchange import Client, Exchange
from proxy.judging.judge import Ruling
from proxy.uploads.joining import Note, Uploads

_NOTE = "hushgate-upload"


class Linked:
    """What the gate asks about uploads."""

    def __init__(self, announced: Announced, uploads: Uploads) -> None:
        self._announced = announced
        self._uploads = uploads

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

    async def judge(self, flow: http.HTTPFlow, exchange: Exchange, client: Client) -> Ruling:
        """Judge a request, as a piece of an upload where it is one. Raises OSError."""
        ruling, flow.metadata[_NOTE] = await self._uploads.judge(exchange, client)
        return ruling

    def holds(self, flow: http.HTTPFlow, service: str, catalogue: Catalogue) -> bool:
        """Tell whether an answer may say something about an upload and is short enough to wait for."""
        request, response = flow.request, flow.response
        if response is None:
            return False
        size = response.headers.get("content-length", "0")
        if not size.isdigit() or int(size) > LONGEST:
            return False
        json = "json" in response.headers.get("content-type", "")
        note = _note(flow)
        if note is not None and (json or note.total >= 0):
            return True
        if not json or not catalogue.announces(service):
            return False
        return catalogue.match(host_of(request), request.method, request.path).endpoint.activity == "upload"

    async def note(self, flow: http.HTTPFlow, service: str, client: Client, catalogue: Catalogue) -> None:
        """Remember what an answer announces or names. Raises OSError."""
        if flow.response is None:
            return
        answer = flow.response.get_content(strict=False) or b""
        note = _note(flow)
        if note is not None:
            await self._uploads.answered(note, flow.response.headers.get("location", ""), answer)
        if catalogue.announces(service):
            found = [place for place in places(answer) if catalogue.links(place.host, service)]
            await self._announced.remember(client, found)


def _note(flow: http.HTTPFlow) -> Note | None:
    note = flow.metadata.get(_NOTE)
    return note if isinstance(note, Note) else None
