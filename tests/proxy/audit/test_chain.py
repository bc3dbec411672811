import pytest

from proxy.audit.chain import Chain, first_link, fresh_chain, link, plain, segments

CHAIN = Chain("egress-1".replace("-", "_"), "0", "6923a1f29c4e")


def test_a_chain_names_its_files():
    assert CHAIN.name == "egress_1-0-6923a1f29c4e"
    assert [CHAIN.file(), CHAIN.file(1), CHAIN.file(12)] == [f"{CHAIN.name}{end}.jsonl" for end in ("", ".1", ".12")]


def test_segments_come_in_the_order_of_their_numbers(tmp_path):
    for number in (0, 10, 2, 1):
        (tmp_path / CHAIN.file(number)).touch()
    (tmp_path / f"{CHAIN.file(2)}.zst").touch()
    (tmp_path / f"{CHAIN.file(11)}.zst").touch()
    for other in ("checkpoints.jsonl", "leaves.bin", f"{CHAIN.name}.jsonl.zst.new", "notes.txt"):
        (tmp_path / other).touch()
    found = segments(tmp_path)
    assert list(found) == [CHAIN.name]
    assert [(each.number, each.packed) for each in found[CHAIN.name]] == [
        (0, False), (1, False), (2, False), (10, False), (11, True),
    ]  # fmt: skip


def test_the_first_link_depends_on_the_chain_and_later_ones_on_the_line():
    assert len({first_link("a"), first_link("b"), link(b"{}"), link(b"{} ")}) == 4


@pytest.mark.parametrize(("name", "shown"), [("a/b", "a_b"), ("", "_"), ("x-y", "x_y"), ("é", "_")])
def test_a_name_is_made_fit_for_a_file(name, shown):
    assert plain(name) == shown


def test_a_fresh_chain_is_found_again(tmp_path):
    chain = fresh_chain("proxy-1.example", "0")
    (tmp_path / chain.file()).touch()
    assert list(segments(tmp_path)) == [chain.name]
