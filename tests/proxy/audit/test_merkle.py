import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.audit import merkle

INPUTS = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
LEAVES = [merkle.leaf(data) for data in INPUTS]
TREES = st.integers(1, 70).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1)))


def leaves(size):
    return [merkle.leaf(bytes([number])) for number in range(size)]


def test_the_vectors_of_certificate_transparency():
    assert merkle.EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.root(LEAVES[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root(LEAVES).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def by_definition(hashes):
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    middle = 1
    while middle * 2 < len(hashes):
        middle *= 2
    return merkle.node(by_definition(hashes[:middle]), by_definition(hashes[middle:]))


@settings(deadline=None)
@given(st.integers(0, 70))
def test_a_tree_that_grows_has_the_root_of_the_definition(size):
    assert merkle.root(leaves(size)) == by_definition(leaves(size))


@settings(deadline=None)
@given(TREES)
def test_a_proof_holds_for_its_leaf_and_place_and_no_other(tree):
    size, index = tree
    hashes = leaves(size)
    top, proof = merkle.root(hashes), merkle.path(index, hashes)
    assert merkle.included(hashes[index], index, size, proof, top)
    assert not merkle.included(merkle.leaf(b"other"), index, size, proof, top)
    assert not merkle.included(hashes[index], index, size, [*proof, top], top)
    assert not merkle.included(hashes[index], size, size, proof, top)
    for other in range(size):
        if other != index:
            assert not merkle.included(hashes[index], other, size, proof, top)


def test_a_frontier_can_be_kept_and_taken_up():
    tree = merkle.Frontier()
    for hashed in leaves(37):
        tree.push(hashed)
    again = merkle.Frontier(37, tree.hashes)
    assert again.root() == merkle.root(leaves(37))
    with pytest.raises(ValueError, match="3 full subtrees"):
        merkle.Frontier(37, tree.hashes[:1])
    with pytest.raises(IndexError):
        merkle.path(3, leaves(3))
