from detectors.language.codes import LANGUAGES, code_of


def test_names_are_found_whatever_their_case() -> None:
    assert code_of("german") == code_of("GERMAN") == "de"
    assert code_of("klingon") == ""


def test_codes_are_those_of_the_standard() -> None:
    assert all(len(code) == 2 and code.islower() for code in LANGUAGES)
    assert list(LANGUAGES) == sorted(LANGUAGES)
    assert len(set(LANGUAGES.values())) == len(LANGUAGES)
