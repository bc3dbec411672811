import asyncio

from addons.cork import Cork


class Wire:
    """A writer that keeps what each call sends."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.gone = False

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def write_eof(self) -> None:
        self.sent.append(b"<eof>")

    def close(self) -> None:
        self.sent.append(b"<close>")

    def is_closing(self) -> bool:
        return self.gone

    async def drain(self) -> None:
        self.sent.append(b"<drain>")

    def get_extra_info(self, name: str) -> str:
        return f"the {name}"


def corked() -> tuple[Cork, Wire]:
    wire = Wire()
    return Cork(wire), wire  # type: ignore[arg-type]


async def test_what_is_written_in_one_turn_goes_out_at_once() -> None:
    cork, wire = corked()
    cork.write(b"head ")
    cork.write(b"body")
    assert wire.sent == []
    await asyncio.sleep(0)
    assert wire.sent == [b"head body"]
    cork.write(b"next")
    await asyncio.sleep(0)
    assert wire.sent == [b"head body", b"next"]


async def test_what_is_held_goes_before_an_end_a_close_and_a_wait_for_room() -> None:
    for act, mark in (("write_eof", b"<eof>"), ("close", b"<close>")):
        cork, wire = corked()
        cork.write(b"last words")
        getattr(cork, act)()
        await asyncio.sleep(0)
        assert wire.sent == [b"last words", mark]
    cork, wire = corked()
    cork.write(b"much")
    await cork.drain()
    assert wire.sent == [b"much", b"<drain>"]


async def test_nothing_is_sent_on_a_connection_that_is_gone() -> None:
    cork, wire = corked()
    cork.write(b"late")
    wire.gone = True
    await asyncio.sleep(0)
    assert wire.sent == []


async def test_the_rest_is_the_writer_itself() -> None:
    cork, _ = corked()
    assert cork.get_extra_info("peername") == "the peername"  # type: ignore[operator]
