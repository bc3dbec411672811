import socket

import pytest

from proxy.supervisor.handover import Listening
from proxy.supervisor.listening import bind, inherited


def test_a_listening_socket_names_its_protocol() -> None:
    """Without it asyncio sets no TCP_NODELAY on accepted sockets."""
    with bind("127.0.0.1:0") as sock:
        assert sock.proto == socket.IPPROTO_TCP
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)


def test_a_port_that_is_taken_is_named() -> None:
    with bind("127.0.0.1:0") as sock, pytest.raises(OSError, match=r"cannot listen on 127\.0\.0\.1:"):
        bind(f"127.0.0.1:{sock.getsockname()[1]}")


def test_what_listens_already_is_taken_where_the_address_is_the_same() -> None:
    sock = bind("127.0.0.1:0")
    port = sock.getsockname()[1]
    with inherited("127.0.0.1:0", Listening("127.0.0.1:0", sock.detach())) as taken:
        assert taken.getsockname()[1] == port
        assert taken.proto == socket.IPPROTO_TCP
        assert not taken.getblocking()
        left = Listening("127.0.0.1:0", taken.dup().detach())
        with inherited("127.0.0.2:0", left) as other:
            assert other.getsockname()[0] == "127.0.0.2"


def test_without_one_it_binds() -> None:
    with inherited("127.0.0.1:0", None) as sock:
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
