import pytest

from detectors.views import characters
from detectors.views.edit import merged
from detectors.views.view import View, edited


def read(text):
    edits = merged(characters.edits(text))
    return edited(View(text), edits).text if edits else text


@pytest.mark.parametrize(
    ("name", "text", "plain"),
    [
        ("full width", "５５１２－３４", "5512-34"),
        ("mathematical", "𝐬𝐤-𝐚𝐧𝐭", "sk-ant"),
        ("circled", "①②③④", "1234"),
        ("arabic digits", "٤٧٩-٥٩-٧٣٤٢", "479-59-7342"),
        ("devanagari digits", "४७९", "479"),
        ("zero width", "A\u200bK\u200bI\u200bA", "AKIA"),
        ("half a surrogate pair, a replacement", "41\ud80011 11\ufffd11 11\uffff11", "4111 1111 1111"),
        ("soft hyphen", "25\xad9-\xad97", "259-97"),
        ("direction", "AKIA\u202e\u200fXYZ", "AKIAXYZ"),
        ("joiner", "x\u034fo\u034fx\u034fb", "xoxb\u034f"),
        ("variation", "1\ufe0f2\ufe0f3", "123"),
        ("marks", "4\u03305\u03306", "456"),
        ("tags", "a\U000e0041\U000e004b\U000e0049\U000e0041 b", "aAKIA b"),
        ("cyrillic", "tуlеr@соntоsо.dе", "tyler@contoso.de"),
        ("greek", "ΑKΙΑ123", "AKIA123"),
        ("ligature", "oﬃce1", "office1"),
        ("superscripts", "hf_5cC¹s⁷d³⁰", "hf_5cC1s7d30"),
        ("struck through, blanks too", "4\u03361\u0336 \u03362\u0336", "41 2"),
        ("joiners beside blanks", "41\u200c1 \u206091", "411 91"),
        ("dashes", "123‐45‑6789", "123-45-6789"),
    ],
    ids=lambda v: None,
)
def test_it_reads(name, text, plain):
    assert read(text).rstrip("\u034f") == plain.rstrip("\u034f")


@pytest.mark.parametrize(
    "text",
    [
        "plain ASCII, nothing else",
        "naïve café — “quoted” and so on… 20 °C, m², ½",
        "👩\u200d💻 and ❤\ufe0f and 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "Привет, мир! Это обычный текст.",
        "Ελληνικά κείμενα με τόνους",
        "你好，世界。这是测试！",
        "שלום עולם",
        "cafe\u0301 is an accent",
        "Zürich, Łódź, Ångström",
    ],
)
def test_ordinary_text_in_any_script_is_what_it_is(text):
    assert read(text) == text


def test_what_stands_behind_an_override_is_read_backwards():
    (edit,) = characters.turned("card \u202e1111 1114\u202c exp")
    assert (edit.start, edit.end, edit.text) == (5, 16, "4111 1111")
    assert list(characters.turned("\u202eab\u202c and \u200f")) == []


def test_tags_that_spell_text_are_hidden_and_flags_are_not():
    assert list(characters.hidden("x" + "".join(chr(0xE0000 + ord(c)) for c in "send it"))) == [(1, 8)]
    assert list(characters.hidden("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f")) == []
