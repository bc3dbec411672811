"""Under `python -O` asserts vanish from the product, as in production, but not from tests and their helpers."""

import sys

import pytest

from tests.running import insist


def test_asserts_of_helpers_are_alive() -> None:
    with pytest.raises(AssertionError):
        insist(False)


def test_asserts_of_the_product_are_as_the_interpreter_was_started() -> None:
    alive = compile("assert False", "product.py", "exec")
    if sys.flags.optimize:
        exec(alive, {})
    else:
        with pytest.raises(AssertionError):
            exec(alive, {})
