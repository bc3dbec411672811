"""Recognisers in, a presidio-analyzer engine out that opens no socket and needs no model.

Presidio as it ships asks the network twice: its e-mail recogniser lets tldextract fetch lists of domains, its spaCy
engine downloads a model at start. Neither is loaded here. What takes their place
- the registry holds our recognisers and the deployment's, none of the predefined ones;
- the NLP engine is a blank spaCy tokenizer whose lemma is the word in lower case: with none, Presidio would compare
  context words with empty strings;
- context words count as whole words on both sides of a value, found by bisection: Presidio's own enhancer looks
  through all tokens for every result, and takes `lic` in `public` for a hit.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import spacy
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from spacy.tokens import Doc
from spacy.vocab import Vocab

LANGUAGE = "en"
"""Every recogniser is registered under one language: the kinds and their cues do not depend on it."""

_NOTHING = Doc(Vocab(), words=[])
_BOOST = 0.35
_LEAST = 0.4
_WINDOW = 8


class HintedArtifacts(NlpArtifacts):
    """Artifacts without tokens, with the name under which the text stood."""

    def __init__(self, hint: str) -> None:
        super().__init__([], _NOTHING, [], [], None, LANGUAGE)
        self.hint = hint


class BlankNlpEngine(NlpEngine):
    """Tokens of a blank spaCy pipeline; no model, no entities, no download."""

    def __init__(self) -> None:
        self._nlp = spacy.blank(LANGUAGE)
        self._nlp.max_length = 1 << 40

    def load(self) -> None:
        """Do nothing: a blank pipeline is there when it is made."""

    def is_loaded(self) -> bool:
        """Return True."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Return the tokens of `text`."""
        tokens = self._nlp.make_doc(text)
        lemmas = [token.lower_ for token in tokens]
        return NlpArtifacts([], tokens, [token.idx for token in tokens], lemmas, self, language)

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **options: Any
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Yield each text with its tokens."""
        del batch_size, n_process, options
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        """Tell whether English counts the word as a stop word."""
        del language
        return bool(self._nlp.vocab[word].is_stop)

    def is_punct(self, word: str, language: str) -> bool:
        """Tell whether the word is punctuation."""
        del language
        return bool(self._nlp.vocab[word].is_punct)

    def get_supported_entities(self) -> list[str]:
        """Return none: it finds no names."""
        return []

    def get_supported_languages(self) -> list[str]:
        """Return the one language."""
        return [LANGUAGE]


class WindowEnhancer(ContextAwareEnhancer):
    """Raises the score of a result that has one of its recogniser's context words within eight words on either side."""

    def __init__(self) -> None:
        super().__init__(_BOOST, _LEAST, _WINDOW, _WINDOW)

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """Return the same results, some with a higher score (+0.35, at least 0.4, at most 1)."""
        del text
        words_of = {
            recognizer.id: frozenset(word.lower() for word in recognizer.context)
            for recognizer in recognizers
            if recognizer.context
        }
        given = frozenset(word.lower() for word in context or ())
        for result in raw_results:
            words = words_of.get((result.recognition_metadata or {}).get(RecognizerResult.RECOGNIZER_IDENTIFIER_KEY))
            if words and (words & given or words & _around(nlp_artifacts, result)):
                result.score = min(1.0, max(result.score + _BOOST, _LEAST))
        return raw_results


def _around(artifacts: NlpArtifacts, result: RecognizerResult) -> frozenset[str]:
    first = bisect_left(artifacts.tokens_indices, result.start)
    last = bisect_right(artifacts.tokens_indices, result.end - 1)
    lemmas: Sequence[str] = artifacts.lemmas
    return frozenset(lemmas[max(0, first - _WINDOW) : first]) | frozenset(lemmas[last : last + _WINDOW])


def build_engine(recognizers: Sequence[EntityRecognizer]) -> AnalyzerEngine:
    """Return an engine that runs these recognisers and no others."""
    registry = RecognizerRegistry(recognizers=list(recognizers), supported_languages=[LANGUAGE])
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=BlankNlpEngine(),
        supported_languages=[LANGUAGE],
        context_aware_enhancer=WindowEnhancer(),
    )
