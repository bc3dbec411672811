"""A Negotiate token (RFC 4559, Kerberos through SPNEGO) in, the principal that it proves out.

Needs the extra `kerberos`: gssapi and MIT's libraries. A token is good once (the library keeps a replay cache) and has
to suffice alone: what would need a second round, such as NTLM, is refused. Blocks: call it in a thread.
"""

import importlib
from typing import Any

from proxy.identity_section import Kerberos


class NegotiateError(Exception):
    """Kerberos cannot be used here: what is missing."""


class NotProvedError(Exception):
    """A token that proves nothing."""


class Negotiate:
    """The accepting side."""

    def __init__(self, settings: Kerberos, keytab: str) -> None:
        """Open the keytab. Raises NegotiateError where the extra or the keytab is missing."""
        self._settings = settings
        try:
            self._gssapi: Any = importlib.import_module("gssapi")
        except ImportError:
            raise NegotiateError("Kerberos needs the extra `kerberos`: pip install hushgate[kerberos]") from None
        try:
            self._credentials = self._gssapi.Credentials(usage="accept", store={"keytab": keytab})
        except self._gssapi.exceptions.GSSError:
            raise NegotiateError(f"the keytab {keytab} holds no key that can be used") from None

    def accept(self, token: bytes) -> str:
        """Return the principal, without its realm where the section says so. Raises NotProvedError."""
        try:
            context = self._gssapi.SecurityContext(creds=self._credentials, usage="accept")
            context.step(token)
            if not context.complete:
                raise NotProvedError
            name, _, realm = str(context.initiator_name).rpartition("@")
        except self._gssapi.exceptions.GSSError:
            raise NotProvedError from None
        if realm not in self._settings.realms or not name:
            raise NotProvedError
        return name if self._settings.strip_realm else f"{name}@{realm}"
