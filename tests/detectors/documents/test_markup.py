from detectors.documents.markup import words


def test_inline_tags_do_not_split_words_and_blocks_do():
    assert words("<p>41<b>11</b> <i>1</i>111<p>next<br>line") == "4111 1111\nnext\nline"


def test_entities_comments_and_attributes_are_words_too():
    assert words('a &amp; b<!-- hidden --><img alt="shown" class="no"><a href=\'mailto:x@y.z\'>l</a>').split("\n") == [
        "a & b", "l", "hidden", "shown", "mailto:x@y.z",
    ]  # fmt: skip


def test_a_comparison_is_no_tag():
    assert words("1 < 2 and 3 > 2") == "1 < 2 and 3 > 2"
