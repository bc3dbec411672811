"""Layers are left out only where they have no part any more; that traffic goes on without them, tests/proxy show."""

from mitmproxy import options
from mitmproxy.connection import Client
from mitmproxy.proxy import commands, context, layer
from mitmproxy.proxy.layers import modes

from addons import tower


def top() -> modes.HttpProxy:
    client = Client(peername=("127.0.0.1", 1), sockname=("127.0.0.1", 2), timestamp_start=0)
    return modes.HttpProxy(context.Context(client, options.Options()))


def test_a_connection_that_has_not_said_anything_keeps_its_layers() -> None:
    assert tower.shortened(top()) is None


def test_a_layer_that_waits_is_busy() -> None:
    waiting = top()
    assert not tower.busy(waiting)
    waiting._paused = layer.Paused(commands.OpenConnection(None), iter(()))  # type: ignore[arg-type]
    assert tower.busy(waiting)


def test_what_stands_behind_a_question_is_found() -> None:
    found = top()
    question = layer.NextLayer(found.context)
    question.layer = found
    assert tower.behind(question) is found
    assert tower.behind(found) is found
