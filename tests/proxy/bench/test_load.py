import asyncio
import itertools
import json
from pathlib import Path

from proxy.bench import programs
from proxy.bench.load import CHAT, chat, post_while, prose, stream_all


def test_prose_has_its_length_and_differs_by_seed() -> None:
    texts = [prose(2000, seed) for seed in range(50)]
    assert all(2000 <= len(text) < 2040 for text in texts)
    assert len(set(texts)) == 50
    assert texts[3] == prose(2000, 3)


def test_a_chat_is_user_and_assistant_by_turns() -> None:
    messages = json.loads(chat("one", "two", "three"))["messages"]
    assert [(m["role"], m["content"]) for m in messages] == [("user", "one"), ("assistant", "two"), ("user", "three")]


def test_streams_are_timed_event_by_event(tmp_path: Path) -> None:
    with programs.vendor(tmp_path) as stand, programs.direct(stand) as way:
        timings, spent = stream_all(way.way, stand.pid, [chat("hello")] * 6, f"{CHAT}?events=4&gap=0.001")
    assert [len(timing.delays) for timing in timings] == [4] * 6
    assert spent > 0


def test_a_body_is_posted_for_as_long_as_wanted(tmp_path: Path) -> None:
    left = itertools.chain([True] * 5, itertools.repeat(False))
    with programs.vendor(tmp_path) as stand, programs.direct(stand) as way:
        timings = asyncio.run(post_while(way.way, chat("hello"), lambda: next(left)))
    assert [timing.status for timing in timings] == [200] * 5
