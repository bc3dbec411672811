"""A user name in, the answer of an LDAP directory out: is the password right, and which groups is the user in.

Rules
1. What a client sent never becomes filter syntax (RFC 4515, 3) and an empty password is never sent: servers take it
   for an anonymous bind that succeeds (RFC 4513, 5.1.2).
2. Nothing is said before TLS is up, unless the section says `insecure`. Certificates are verified.
3. A directory that cannot be asked is `Down`, never a no: the policy decides about an unknown user.
Blocks: call it in a thread. Each question opens a connection of its own.
"""

import contextlib
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import ldap3
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

from proxy.identity_section import Ldap

_WRONG_PASSWORD = 49  # RFC 4511, appendix A
_MOST_GROUPS = 500


class Down(Exception):
    """The directory cannot be asked; the text is the exception's class, for the log."""


class _Verified(ldap3.Tls):  # type: ignore[misc]
    """TLS as OpenSSL verifies it: ldap3's own comparison of names knows no IP addresses."""

    def __init__(self, host: str, roots: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._host = host
        self._context = ssl.create_default_context(cadata=roots or None)

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        """Put TLS over the connection's socket."""
        connection.socket = self._context.wrap_socket(
            connection.socket, server_hostname=self._host, do_handshake_on_connect=do_handshake
        )


class Directory:
    """One LDAP server."""

    def __init__(self, settings: Ldap, password: str = "", roots: str = "") -> None:
        self._settings = settings
        self._password = password
        url = urlsplit(settings.url)
        secure = url.scheme == "ldaps"
        self._starttls = settings.starttls and not secure
        tls = _Verified(str(url.hostname), roots)
        self._server = ldap3.Server(
            url.hostname,
            port=url.port or (636 if secure else 389),
            use_ssl=secure,
            tls=tls if secure or self._starttls else None,
            connect_timeout=settings.timeout,
            get_info=ldap3.NONE,
        )

    def verify(self, user: str, password: str) -> bool:
        """Tell whether the password is right. Raises Down."""
        if not user or not password:
            return False
        with self._service() as service:
            name = self._find(service, user)
        if name is None:
            return False
        with self._connection(name, password) as connection:
            return bool(_bound(connection, may_be_wrong=True))

    def groups(self, user: str) -> tuple[str, ...]:
        """Return the names of the user's groups; none where the directory does not know the user. Raises Down."""
        settings = self._settings
        if not settings.group_base or not user:
            return ()
        with self._service() as service:
            name = self._find(service, user)
            if name is None:
                return ()
            wanted = _filled(settings.group_filter, dn=name, user=user)
            found = self._search(service, settings.group_base, wanted, [settings.group_name], _MOST_GROUPS)
        names = {str(value) for entry in found for value in entry["attributes"].get(settings.group_name) or ()}
        return tuple(sorted(names))

    def _find(self, service: Any, user: str) -> str | None:
        """Return the distinguished name of a user, None for none and for more than one."""
        settings = self._settings
        found = self._search(service, settings.user_base, _filled(settings.user_filter, user=user), [], 2)
        return str(found[0]["dn"]) if len(found) == 1 else None

    def _search(self, service: Any, base: str, wanted: str, attributes: list[str], most: int) -> list[Any]:
        service.search(base, wanted, attributes=attributes or ["1.1"], size_limit=most)
        if service.result["result"] not in (0, 4, 32):  # success, size limit exceeded, no such object
            raise Down(str(service.result["description"]))
        return [entry for entry in service.response or () if entry["type"] == "searchResEntry"]

    @contextlib.contextmanager
    def _service(self) -> Iterator[Any]:
        with self._connection(self._settings.bind_dn, self._password) as connection:
            if not _bound(connection):
                raise Down("service account refused")
            yield connection

    @contextlib.contextmanager
    def _connection(self, name: str, password: str) -> Iterator[Any]:
        connection = ldap3.Connection(
            self._server,
            user=name or None,
            password=password or None,
            authentication=ldap3.SIMPLE if name else ldap3.ANONYMOUS,
            receive_timeout=self._settings.timeout,
            auto_referrals=False,
            check_names=False,
        )
        try:
            connection.open()
            if self._starttls and not connection.start_tls():
                raise Down("StartTLS refused")
            yield connection
        except (LDAPException, OSError) as error:
            raise Down(type(error).__name__) from None
        finally:
            with contextlib.suppress(LDAPException, OSError):
                connection.unbind()


def _bound(connection: Any, *, may_be_wrong: bool = False) -> bool:
    if connection.bind():
        return True
    if may_be_wrong and connection.result["result"] == _WRONG_PASSWORD:
        return False
    raise Down(str(connection.result["description"]))


def _filled(template: str, **values: str) -> str:
    """Return a filter with its placeholders filled, every special character escaped."""
    for name, value in values.items():
        template = template.replace("{" + name + "}", escape_filter_chars(value))
    return template
