"""Real clients that upload files in pieces through the real proxy: fine ones arrive whole, others never become a file."""

import pytest

from tests.clients.prompts import CARD, MESSAGE
from tests.clients.stage import Stage
from tests.clients.stores import Stores

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

WHOLE = ("openai-file", "gemini", "signed-put")
PIECES = ("openai-pieces", "gemini-pieces", "azure-blocks", "tus")
FINE = "Größe: they are large 🐦"
MARKED = "\nCONFIDENTIAL - do not distribute\n"


@pytest.fixture
def stores(stage: Stage) -> Stores:
    stores = Stores()
    stage.upstream.script = stores.answer
    return stores


@pytest.mark.parametrize("call", [*WHOLE, *PIECES])
def test_a_fine_file_arrives_as_it_was(stage: Stage, stores: Stores, call: str) -> None:
    seen = stage.driver("uploads_python").ask(call, FINE)
    assert seen.error is None
    assert seen.text
    sent = [body for body in seen.sent if body]
    if call == "tus":  # its file is what has arrived, nothing more is said
        assert stores.pieces == sent
    else:
        received = [request for request in stage.upstream.received if "/backend-api/" not in request.path]
        assert [request.body for request in received if request.body] == sent
        assert stores.files == 1
    assert call not in PIECES or len(stores.pieces) >= 3


@pytest.mark.parametrize("call", [*WHOLE, *PIECES])
@pytest.mark.parametrize("text", [MARKED, f" {CARD} "], ids=["marked", "card"])
def test_what_must_not_leave_never_becomes_a_file(stage: Stage, stores: Stores, call: str, text: str) -> None:
    seen = stage.driver("uploads_python").ask(call, text)
    assert len(set(seen.sent)) == len(seen.sent), "a refused piece was sent again"
    if call in ("openai-file", "signed-put") and text != MARKED:  # a text in one piece can be redacted
        assert seen.error is None
        assert CARD.encode() not in b"".join(request.body for request in stage.upstream.received)
        return
    assert seen.error is not None, seen.text
    assert stores.files == 0
    assert text.strip().encode() not in b"".join(stores.pieces)
    assert call == "tus" or text != MARKED or MESSAGE in seen.error["message"]  # that client shows a status only
    assert stage.proxy.records()[-1]["decision"]["action"] == "block"
