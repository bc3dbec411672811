import socket

import pytest

from proxy.supervisor.listening import bind


def test_a_listening_socket_names_its_protocol() -> None:
    """Without it asyncio sets no TCP_NODELAY on accepted sockets."""
    with bind("127.0.0.1:0") as sock:
        assert sock.proto == socket.IPPROTO_TCP
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)


def test_a_port_that_is_taken_is_named() -> None:
    with bind("127.0.0.1:0") as sock, pytest.raises(OSError, match=r"cannot listen on 127\.0\.0\.1:"):
        bind(f"127.0.0.1:{sock.getsockname()[1]}")
