import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.codecs.json_spans import read_json
from proxy.codecs.limits import Limits, Unreadable

LIMITS = Limits()


def leaves(text: str) -> list[tuple[str, str, str]]:
    return [(leaf.path, leaf.what, text[leaf.start : leaf.end]) for leaf in read_json(text, LIMITS).leaves]


def reason(text: str, limits: Limits = LIMITS) -> str:
    with pytest.raises(Unreadable) as caught:
        read_json(text, limits)
    return caught.value.reason


def test_every_scalar_and_every_key_is_a_leaf() -> None:
    assert leaves('{"a": [1.0, "x", {"b": null}], "c": true}') == [
        ("$.a~", "key", "a"),
        ("$.a[0]", "number", "1.0"),
        ("$.a[1]", "string", "x"),
        ("$.a[2].b~", "key", "b"),
        ("$.a[2].b", "word", "null"),
        ("$.c~", "key", "c"),
        ("$.c", "word", "true"),
    ]


def test_of_two_members_with_one_name_both_are_leaves() -> None:
    assert leaves('{"a":"one","\\u0061":"two"}') == [
        ("$.a~", "key", "a"),
        ("$.a", "string", "one"),
        ("$.a~", "key", "\\u0061"),
        ("$.a", "string", "two"),
    ]


def test_numbers_stay_as_they_are_written() -> None:
    written = ["1.0", "1e2", "-0", "12345678901234567890", "1E-7"]
    assert [raw for _, _, raw in leaves(f"[{','.join(written)}]")] == written


def test_a_name_that_is_no_name_is_written_in_brackets() -> None:
    assert [path for path, _, _ in leaves(r'{"a b":{"it\u0027s":1,"\ud83d":2}}')] == [
        "$['a b']~",
        r"$['a b']['it\'s']~",
        r"$['a b']['it\'s']",
        r"$['a b']['\ud83d']~",
        r"$['a b']['\ud83d']",
    ]


def test_long_names_are_cut_in_paths() -> None:
    tree = read_json(json.dumps({"k" * 10_000: {"x": "y"}}), LIMITS)
    assert max(len(leaf.path) for leaf in tree.leaves) < 100
    assert tree.leaves[0].end - tree.leaves[0].start == 10_000


def test_a_byte_order_mark_is_passed_over() -> None:
    assert leaves('\ufeff{"a":"b"}') == [("$.a~", "key", "a"), ("$.a", "string", "b")]


def test_the_top_may_be_a_scalar() -> None:
    assert leaves(' "x" ') == [("$", "string", "x")]
    assert leaves("7") == [("$", "number", "7")]


def test_marks_are_the_strings_that_speak_for_their_object() -> None:
    tree = read_json(r'[{"role":"\u0075ser","x":{"type":"t"}},{"role":"user","role":"assistant"},{"role":1}]', LIMITS)
    assert tree.marks == {1: {"role": "user"}, 2: {"type": "t"}, 3: {"role": ""}}


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "[", "[1,]", '{"a":1,}', "[1}", '{"a":1]', '{"a" 1}', "{1:2}", "[,1]", "[1 2]", "1 2", "{}{}", "{} x",
     "[]]", "[[]", "01", "1.", ".5", "+1", "-", "1e", "0x1", "nan", "[NaN]", "Infinity", "tru", "'a'", '"a', '"a\n"',
     '"\\x"', '"\\u12g4"', '{"a":}', '{"a"}', "// x\n1", "\u00a0[]", '["a"]\x00'],
)  # fmt: skip
def test_what_is_not_json_is_undecodable(text: str) -> None:
    assert reason(text) == "undecodable"


def test_too_deep_and_too_many_are_too_large() -> None:
    assert leaves("[" * 64 + "]" * 64) == []
    assert reason("[" * 65 + "]" * 65) == "too_large"
    assert reason("[" * 1_000_000) == "too_large"
    assert reason("[1,2,3]", Limits(leaves=2)) == "too_large"
    assert reason("[[],[],[],[]]", Limits(leaves=2)) == "too_large"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def scalars(value: object) -> list[object]:
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in (key, *scalars(inner))]
    if isinstance(value, list):
        return [found for inner in value for found in scalars(inner)]
    return [value]


@given(value=values, indent=st.sampled_from([None, 0, 3]), ascii_only=st.booleans())
def test_it_sees_what_a_parser_sees(value: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    found = [raw if what in ("number", "word") else f'"{raw}"' for _, what, raw in leaves(text)]
    assert [json.loads(raw) for raw in found] == scalars(value)


def refuse(word: str) -> None:
    raise ValueError(word)


@given(st.text(alphabet='[]{},:"\\ 01.eE-+u tfnrlas\n\ud800', max_size=14))
def test_it_accepts_exactly_what_a_strict_parser_accepts(text: str) -> None:
    try:
        json.loads(text, parse_constant=refuse)
        valid = True
    except ValueError:
        valid = False
    try:
        read_json(text, LIMITS)
        assert valid
    except Unreadable:
        assert not valid


@pytest.mark.parametrize("text", ['"' + "\\" * 999_999, '"' + "a\\n" * 300_000, "1" * 1_000_000 + "x", " " * 1_000_000])
def test_bad_texts_cost_no_more_than_good_ones(text: str) -> None:
    # Backtracking would take hours and end in the time-out of the run.
    assert reason(text) == "undecodable"


@given(
    st.text(alphabet='[]{},:"\\ 01u tfnrlas\n\ud800', max_size=14), st.sampled_from(["word " * 100, "a\\n\\u00e9" * 9])
)
def test_long_strings_are_read_as_strictly_as_short_ones(text: str, long: str) -> None:
    text = f'["{long}{text}'
    try:
        expected = json.loads(text)
    except ValueError:
        expected = None
    for start, whole in ((0, text), (2, f"{{}}{text}\n{{}}")):  # alone, and inside a longer text
        try:
            tree = read_json(whole, LIMITS, start, start + len(text))
        except Unreadable:
            assert expected is None
        else:
            found = [leaf for leaf in tree.leaves if leaf.what == "string" and leaf.path == "$[0]"]
            assert json.loads(f'"{whole[found[0].start : found[0].end]}"') == expected[0]  # type: ignore[index]


@pytest.mark.parametrize("value", ["x" * 99, "x" * 100, "x" * 101, "\\n" * 4, '\\"' * 60, "é" * 300])
def test_where_a_long_string_ends(value: str) -> None:
    text = f'{{"a": "{value}" , "type": "{value}", "b": [["{value}"], "{value}" ]}}'
    assert [raw for _, what, raw in leaves(text) if what == "string"] == [value] * 4
    assert read_json(text, LIMITS).marks == {0: {"type": json.loads(f'"{value}"')}}
    assert leaves(f'"{value}"') == [("$", "string", value)]
    assert reason(f'["{value}"}}') == reason(f'{{"a": "{value}"]') == reason(f'"{value}",') == "undecodable"
