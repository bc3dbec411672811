from proxy.bench.prompts import prompts


def test_a_seed_gives_one_text_of_the_size_asked_for() -> None:
    assert prompts(5000, 1) == prompts(5000, 1)
    assert prompts(5000, 1) != prompts(5000, 2)
    assert len(prompts(5000, 1)) == 5000


def test_hidden_values_are_in_it_where_asked_for() -> None:
    assert "For reference" in prompts(20000, 1, hidden=True)
    assert "For reference" not in prompts(20000, 1)
