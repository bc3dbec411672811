from detectors.views.ciphers import is_reversed, is_rotated, rotated


def test_rotated_text_is_read_where_it_is_announced_or_its_words_show():
    assert rotated("rot13: cnffjbeq") == "ebg13: password"
    assert is_rotated("rot13: cnffjbeq")
    assert is_rotated("Cyrnfr hcqngr gur erpbeq sbe gur phfgbzre")


def test_reversed_text_is_read_where_it_is_announced_or_its_words_or_keys_show():
    assert is_reversed("reversed: 9876-54-321 NSS")
    assert is_reversed("siht si eht drowssap rof eht ruo")
    assert is_reversed("_evil_ks")


def test_ordinary_text_is_not_turned():
    text = "Please read the record for the customer, and send it."
    assert not is_rotated(text)
    assert not is_reversed(text)
