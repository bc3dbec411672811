from proxy.bench.effort import Effort


def test_sizes_are_scaled_and_never_vanish() -> None:
    assert [Effort(scale=scale).of(300) for scale in (1, 0.5, 0.001)] == [300, 150, 2]
