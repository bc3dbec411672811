from detectors.views.edit import Edit, merged


def test_edits_come_by_position_and_the_longer_of_two_that_share_characters():
    short, long, later = Edit(2, 3, "", "a"), Edit(2, 9, "", "b"), Edit(9, 10, "", "c")
    assert merged([later, short, long, Edit(8, 12, "", "d")]) == [long, later]


def test_two_removals_at_different_places_stay():
    assert len(merged([Edit(5, 6, "", "a"), Edit(4, 5, "", "a")])) == 2


def test_an_edit_shows_no_text():
    assert "secret" not in repr(Edit(0, 6, "secret", "base64"))
