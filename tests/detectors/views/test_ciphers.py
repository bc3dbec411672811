from detectors.views.ciphers import reversed_, rotated


def test_rotated_text_is_read_where_it_is_announced_or_its_words_show():
    assert rotated("rot13: cnffjbeq") == "ebg13: password"
    assert rotated("Cyrnfr hcqngr gur erpbeq sbe gur phfgbzre") == "Please update the record for the customer"


def test_reversed_text_is_read_where_it_is_announced_or_its_words_or_keys_show():
    assert reversed_("reversed: 9876-54-321 NSS") == "SSN 123-45-6789 :desrever"
    assert reversed_("siht si eht drowssap rof eht ruo") is not None
    assert reversed_("_evil_ks") is not None


def test_ordinary_text_is_not_turned():
    text = "Please read the record for the customer, and send it."
    assert rotated(text) is None
    assert reversed_(text) is None
