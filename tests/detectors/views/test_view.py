from hypothesis import given
from hypothesis import strategies as st

from detectors.views.edit import Edit, merged
from detectors.views.view import CUT, View, edited, turned


def view(text, *edits, **options):
    return edited(View(text), merged(edits), **options)


def test_characters_outside_edits_map_to_themselves():
    v = view("ssn 12%33-45", Edit(6, 9, "3", "percent"))
    assert v.text == "ssn 123-45"
    assert v.origin(0, 3) == ((0, 3),)
    assert v.origin(4, 10) == ((4, 12),)
    assert v.origin(6, 7) == ((6, 9),)


def test_a_value_in_a_decoded_run_covers_the_run():
    v = view("key MTIz! end", Edit(4, 8, "123", "base64"))
    assert v.text == "key 123! end"
    assert v.origin(5, 6) == ((4, 8),)
    assert v.image(4, 8) == (4, 7)


def test_what_was_removed_inside_a_value_belongs_to_it_and_at_its_edge_does_not():
    v = view("**AKIA**XYZ", Edit(0, 2, "", "emphasis"), Edit(6, 8, "", "emphasis"))
    assert v.text == "AKIAXYZ"
    assert v.origin(0, 7) == ((2, 11),)
    assert v.origin(0, 4) == ((2, 6),)


def test_little_is_read_twice_and_nothing_is_found_across_a_cut():
    text = "a b " * 500 + "x%41y" + " c d" * 500
    v = view(text, Edit(2001, 2004, "A", "percent"))
    assert len(v.text) < 400
    assert CUT in v.text
    at = v.text.index("xAy")
    assert v.origin(at, at + 3) == ((2000, 2005),)
    assert v.origin(0, at) == ()


def test_pieces_from_elsewhere_are_places_of_their_own():
    text = 'use A+B\nA = "AKIA"\nB = "XYZ"'
    v = view(text, Edit(4, 7, "AKIAXYZ", "variables", ((13, 17), (24, 27))))
    at = v.text.index("AKIAXYZ")
    assert [text[s:e] for s, e in v.origin(at, at + 7)] == ["AKIA", "XYZ"]


def test_backwards_maps_to_the_mirrored_place():
    text = "OLLEH x"
    v = turned(View(text), text[::-1], "reversed", back=True)
    assert v.text == "x HELLO"
    assert v.origin(2, 7) == ((0, 5),)
    assert v.image(0, 5) == (2, 7)


def test_steps_add_up():
    first = view("a %4D%54%49%7A b", *(Edit(2 + 3 * i, 5 + 3 * i, c, "percent") for i, c in enumerate("MTIz")))
    second = edited(first, [Edit(2, 6, "123", "base64")])
    assert second.text == "a 123 b"
    assert second.origin(2, 5) == ((2, 14),)
    assert second.names(2, 5) == ("percent", "base64")
    assert second.depth == 2


def test_names_tell_of_the_value_and_of_what_stands_right_in_front_of_it():
    v = view("%53SN 123 " + "x" * 100 + " 456", Edit(0, 3, "S", "percent"))
    assert v.names(4, 7) == ("percent",)
    assert v.names(109, 112) == ()
    assert not v.touched(4, 7)
    assert v.touched(0, 3)


@st.composite
def texts_with_edits(draw):
    text = draw(st.text(min_size=1, max_size=400))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    edits = [
        Edit(start, end, draw(st.text(max_size=5)), "test")
        for start, end in zip(places[::2], places[1::2], strict=False)
    ]
    return text, merged(edit for edit in edits if edit.start < edit.end)


@given(texts_with_edits(), st.data())
def test_a_span_there_and_back_lands_on_the_same_characters(case, data):
    text, edits = case
    v = edited(View(text), edits, 10, 10)
    start = data.draw(st.integers(0, len(v.text)))
    end = data.draw(st.integers(start, len(v.text)))
    for low, high in v.origin(start, end):
        back = v.image(low, high)
        assert back is not None
        assert back[0] <= start < end <= back[1]
        if not any(edit.start < high and low < edit.end for edit in edits):
            assert v.text[start:end] == text[low:high]
            assert back == (start, end)


def test_a_view_shows_no_text():
    assert "secret" not in repr(View("secret"))


def test_a_few_characters_of_a_line_make_no_line_of_code():
    text = "card MTIz end\nnext\u200b line\n\nlast MTIz"
    at = text.rindex("MTIz")
    assert not view(text, Edit(5, 9, "123", "base64"), Edit(at, at + 4, "123", "base64")).lines
    assert view(text, Edit(5, 9, "123", "base64"), Edit(18, 19, "", "invisible")).lines
    assert view(text, Edit(5, 9, "a\nb", "base64")).lines
    assert view(text, Edit(5, 9, "import os; os.system(cmd)", "base64")).lines


def test_a_place_in_a_run_is_that_in_its_text_run_by_run():
    first = edited(View("see RUN1 ok"), [Edit(4, 8, "a value RUN2 b", "base64")])
    second = edited(first, [Edit(first.text.index("RUN2"), first.text.index("RUN2") + 4, "more of it", "base64")])
    value, more = first.text.index("value"), second.text.index("of")
    assert first.inside(value, value + 5) == (value, value + 5)
    assert second.inside(more, more + 2) == (first.text.index("RUN2"), first.text.index("RUN2") + 4, more, more + 2)
    assert first.inside(0, 3) == ()
    assert View("plain").inside(0, 3) == ()
    whole = edited(View("%41%42"), [Edit(0, 3, "A", "percent"), Edit(3, 6, "B", "percent")])
    assert whole.inside(0, 2) == ()
