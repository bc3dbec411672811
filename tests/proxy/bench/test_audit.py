import pytest

from proxy.audit.schema import allowed
from proxy.bench import audit
from proxy.bench.effort import Effort

SMALL = Effort(rounds=1, scale=0.01)


def test_it_measures_every_mode_and_part():
    told = []
    figures = list(audit.run((), SMALL, told.append))
    names = [figure.name for figure in figures]
    assert [name.split(":")[0] for name in told] == ["throughput", "cost"]
    for durability in audit.DURABILITIES:
        assert f"{durability}, 16 in flight: acknowledged p99" in names
        assert f"{durability}: CPU a request" in names
    assert all(value > 0 for figure in figures for value in figure.values)
    assert [figure.name for figure in figures if figure.goal is not None] == ["ack: CPU a request"]


def test_its_record_is_a_real_one():
    record = audit._decision(audit.sample())
    assert allowed(record) == record
    assert [row["entity"] for row in record["facts"]["findings"]] == ["EMAIL_ADDRESS", "PERSON", "SECRET_GENERIC"]
    assert record["app"]["id"] == "openai-api"


def test_a_part_that_there_is_not_is_an_error():
    with pytest.raises(ValueError, match="there is no part 'x'; there are throughput, cost"):
        list(audit.run(("x",), SMALL, print))
