"""The CA's key in, leaves by name out: only for names of the catalogue, and only in the supervisor."""

import logging
from collections.abc import Callable

from cryptography.hazmat.primitives import serialization

from proxy import metrics
from proxy.ca.authority import AuthorityError, create_key, load_key
from proxy.ca.reach import open_for
from proxy.ca.signer import FileSigner
from proxy.config import Config
from proxy.control import Message
from proxy.metrics import Metrics

logger = logging.getLogger("hushgate.supervisor")


class Issuer:
    """Issues the leaves of one hushgate; the leaves' own key is one for all of them."""

    def __init__(self, config: Config, counters: Metrics) -> None:
        """Make or read the keys. Raises AuthorityError, OSError, ValueError."""
        self._config = config
        self._metrics = counters
        path = config.state / "keys" / "leaf.key"
        self._key = load_key(path) if path.exists() else create_key(path)
        self._open()

    def _open(self) -> None:
        authority = open_for(self._config.state, self._config.own_host)
        self._signer = FileSigner(authority, self._key)
        self._metrics.set(metrics.CA_EXPIRY, authority.not_after.timestamp())

    def reopen(self) -> None:
        """Take over the authority that lies on disk now; the old one stays where that cannot be."""
        try:
            self._open()
        except AuthorityError as error:
            logger.error("the authority stays as it was: %s", error)

    async def issue(self, host: str, decrypts: Callable[[str], bool]) -> Message:
        """Answer a worker that asks for a leaf."""
        if host != self._config.own_host and not decrypts(host):
            return {"error": "not a host of the catalogue"}
        leaf = await self._signer.sign(host)
        return {"cert": leaf.chain_pem.decode()}

    def leaf_key(self) -> str:
        """Return the leaves' private key in PEM, for the workers."""
        plain = serialization.NoEncryption()
        return self._key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()
