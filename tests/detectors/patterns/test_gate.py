import os
from pathlib import Path

import pytest

from detectors.patterns import gate

pytestmark = pytest.mark.skipif(not gate.available(), reason="no hyperscan wheel for this platform")


def test_it_names_the_expressions_that_fire() -> None:
    made = gate.compile_gate(["ab+", "c", "(?i:ü)"])
    assert made.fired(b"xx abb") == {0}
    assert made.fired(b"C") == set()
    assert made.fired("cü".encode()) == {1, 2}
    assert made.fired(b"") == set()


def test_an_expression_that_hyperscan_refuses_always_counts_as_fired() -> None:
    made = gate.compile_gate(["ab", "(unclosed"])
    assert made.fired(b"nothing here") == {1}
    assert made.fired(b"ab") == {0, 1}


def test_an_expression_it_cannot_carry_out_in_full_is_a_prefilter() -> None:
    made = gate.compile_gate(["ab", "(?<=x)cd"])
    assert made.fired(b"nothing here") == set()
    assert made.fired(b"xcd") == {1}


def test_no_expressions_fire_never() -> None:
    assert gate.compile_gate([]).fired(b"text") == set()


def test_the_cache_is_used_and_survives_damage(tmp_path: Path) -> None:
    gate.compile_gate(["ab+"], tmp_path)
    (file,) = tmp_path.iterdir()
    assert gate.compile_gate(["ab+"], tmp_path).fired(b"ab") == {0}
    file.write_bytes(b"\x00" * 64)
    assert gate.compile_gate(["ab+"], tmp_path).fired(b"ab") == {0}
    assert len(file.read_bytes()) > 64


def test_a_sound_file_that_is_no_database_is_compiled_anew(tmp_path: Path) -> None:
    gate.Store(tmp_path, "patterns").write(gate.fingerprint(["ab+"]), b"\x00" * 64)
    assert gate.compile_gate(["ab+"], tmp_path).fired(b"ab") == {0}


def test_other_rules_have_another_key() -> None:
    assert gate.fingerprint(["a", "b"]) != gate.fingerprint(["ab"]) != gate.fingerprint(["b", "a"])


def test_it_works_in_a_child_after_a_fork() -> None:
    made = gate.compile_gate(["ab+"])
    assert made.fired(b"ab") == {0}
    child = os.fork()
    if not child:
        os._exit(0 if made.fired(b"abb") == {0} else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_text_that_fires_all_the_time_counts_as_firing_all() -> None:
    made = gate.compile_gate(["a", "zz"])
    assert made.fired(b"a" * 100_000) == {0, 1}
    assert made.fired(b"a" * 500) == {0}


def test_a_last_repeat_is_cut_and_nothing_is_lost() -> None:
    made = gate.compile_gate(["k=([a-z]{4,9})", "b[a-z]{2,}={0,2}", "c[a-z]{0,3}"])
    assert made.fired(b"k=defghijlmn") == {0}
    assert made.fired(b"k=def") == set()
    assert made.fired(b"bxy==") == {1}
    assert made.fired(b"c") == {2}


def test_places_tell_where_matches_may_end():
    made = gate.compile_gate(["b+c", "xyz"])
    assert made.places(b"abc and bbc, xyz") == {0: [3, 11], 1: [16]}
    assert made.places(b"nothing") == {}
    assert made.places(b"") == {}


def test_too_many_places_are_not_counted():
    assert gate.compile_gate(["a"]).places(b"a" * 100_000) is None
