"""An inspection in this process."""

from proxy.judging.drive import drive
from proxy.judging.inspection import Record
from tests.inside import CLIENT, exchange, scanner, snapshot


def test_the_record_is_handed_out_before_the_outcome() -> None:
    runner, words = scanner()
    records: list[Record] = []
    outcome = drive(exchange("CARD"), CLIENT, snapshot([words]), runner, record=records.append)
    assert [record.replaced for record in records] == [1]
    assert records[0].judged is outcome.judged
