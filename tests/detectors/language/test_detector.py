"""Languages of prose: told where they are sure, not told where the text is short, mixed into code, or none."""

import pytest

from detectors.base import Source
from detectors.finding import no_digest
from detectors.language.detector import LanguageDetector, build
from detectors.language.telling import told
from detectors.load import Settings

PROMPTS = {
    "de": "Bitte fasse den Vertrag für die Geschäftsleitung auf einer Seite zusammen.",
    "en": "Please summarise the contract for the board on a single page.",
    "fr": "Merci de résumer le contrat pour la direction en une seule page.",
    "es": "Por favor, resume el contrato para la dirección en una sola página.",
    "it": "Per favore riassumi il contratto per la direzione in una sola pagina.",
    "pt": "Por favor, resuma o contrato para a direção em uma única página.",
    "nl": "Vat het contract voor de directie samen op één pagina.",
    "pl": "Proszę streścić umowę dla zarządu na jednej stronie.",
    "cs": "Prosím shrňte smlouvu pro vedení na jednu stránku.",
    "tr": "Lütfen sözleşmeyi yönetim kurulu için tek sayfada özetleyin.",
    "ru": "Пожалуйста, изложите договор для руководства на одной странице.",
    "el": "Παρακαλώ συνοψίστε τη σύμβαση για τη διοίκηση σε μία σελίδα.",
    "ja": "この契約書を役員会のために一ページに要約してください。",
    "zh": "请把这份合同为董事会总结成一页。",
    "ko": "이 계약서를 이사회용으로 한 페이지로 요약해 주세요.",
    "ar": "يرجى تلخيص العقد للإدارة في صفحة واحدة.",
}
"""One sentence as a colleague would write it."""


def languages(text: str) -> list[str]:
    return [told(finding) for finding in LanguageDetector().detect(Source(text), no_digest)]


@pytest.mark.parametrize("code", PROMPTS)
def test_a_sentence_is_enough(code: str) -> None:
    assert languages(PROMPTS[code]) == [code]


@pytest.mark.parametrize(
    "text", ["ok", "Hallo", "fix the bug", "42 + 17", "", "SELECT * FROM t WHERE id = 3", "a@b.de"]
)
def test_what_is_too_short_or_no_prose_is_not_told(text: str) -> None:
    assert languages(text) == []


def test_a_paragraph_among_many_of_another_language_is_told() -> None:
    filler = "The quarterly report shows that revenue grew in every region, while costs stayed where they were. " * 30
    assert set(languages(filler + (PROMPTS["de"] + " ") * 8 + filler)) == {"en", "de"}


def test_a_text_of_a_megabyte_is_sampled() -> None:
    assert 1 <= len(languages(PROMPTS["fr"] * 15_000)) <= 200


def test_a_lone_surrogate_is_no_error() -> None:
    assert languages(PROMPTS["de"] + "\ud800") in (["de"], [])


def test_it_runs_only_when_a_rule_needs_it() -> None:
    (detector,) = build(Settings())
    assert (detector.cost, detector.entities) == ("language", frozenset())
