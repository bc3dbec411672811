from detectors.labels.words import words


def test_a_field_is_known_in_several_languages() -> None:
    for lead in (
        "Classification: ",
        "Data classification level: ",
        "**Sensitivity:** ",
        "Einstufung: ",
        "Clasificación: ",
    ):
        assert words().field.search(lead), lead


def test_other_fields_are_not() -> None:
    for lead in ("Reclassify: ", "Subject: ", "classification"):
        assert not words().field.search(lead), lead


def test_a_notice_follows_a_sign() -> None:
    assert words().notice.match(" - do not distribute")
    assert words().notice.match(" – nur für Empfänger")
    assert not words().notice.match(" informant")
