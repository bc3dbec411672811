import json

from proxy.bench.load import chat, prose


def test_prose_has_its_length_and_differs_by_seed() -> None:
    texts = [prose(2000, seed) for seed in range(50)]
    assert all(2000 <= len(text) < 2040 for text in texts)
    assert len(set(texts)) == 50
    assert texts[3] == prose(2000, 3)


def test_a_chat_is_user_and_assistant_by_turns() -> None:
    messages = json.loads(chat("one", "two", "three"))["messages"]
    assert [(m["role"], m["content"]) for m in messages] == [("user", "one"), ("assistant", "two"), ("user", "three")]
