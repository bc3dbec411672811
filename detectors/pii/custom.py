"""A deployment's own recognisers in, Presidio recognisers out: from YAML files and from Python entry points.

Rules
1. A YAML file with a top-level `recognizers` list is read as Presidio reads one: name, supported_entity, patterns
   (name, regex, score), deny_list, context. Other files are left to whom they belong.
2. Its patterns run in re2, in time linear in the text: look-around and back-references are refused when the file is
   read, not timed out when a prompt is. (Presidio's own matcher skips a pattern that runs out of time: fail-open.)
3. A Python recogniser comes as entry point `hushgate.recognizers`: a callable without arguments that returns one
   Presidio EntityRecognizer or several. What it costs is its author's business.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast

import re2
import yaml
from presidio_analyzer import EntityRecognizer, LocalRecognizer, RecognizerResult

GROUP = "hushgate.recognizers"

_ENTITY = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_KEYS = frozenset(("name", "supported_entity", "patterns", "deny_list", "context"))
_PASSED_OVER = frozenset(("supported_language", "supported_languages", "type", "enabled", "version"))


class LinearRecognizer(LocalRecognizer):
    """Patterns and listed words of one entity, matched by re2."""

    def __init__(
        self, entity: str, name: str, patterns: Iterable[tuple[str, float]], words: Iterable[str], context: list[str]
    ) -> None:
        self._patterns = tuple((_compile(pattern), score) for pattern, score in patterns)
        listed = "|".join(re2.escape(word) for word in words)
        self._words = _compile(f"(?:{listed})") if listed else None
        self._title = name
        super().__init__([entity], name=name, context=context)

    def load(self) -> None:
        """Do nothing: all was compiled when it was made."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Return a result a match."""
        del entities, nlp_artifacts
        found = [(match.span(), score) for pattern, score in self._patterns for match in pattern.finditer(text)]
        if self._words is not None:
            spans = (match.span() for match in self._words.finditer(text))
            found.extend((span, 1.0) for span in spans if _whole(text, *span))
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self._title,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
        }
        entity = self.supported_entities[0]
        return [
            RecognizerResult(entity, start, end, score, recognition_metadata=dict(metadata))
            for (start, end), score in found
            if end > start
        ]


def read_recognizers(rules: Iterable[Path]) -> list[EntityRecognizer]:
    """Return the recognisers of the YAML files among `rules` (files, or folders whose files are read).

    Raises ValueError, with `file:line:column`, where one is wrong.
    """
    return [recognizer for path in rules for file in _files(path) for recognizer in _read(file)]


def installed_recognizers() -> list[EntityRecognizer]:
    """Return the recognisers of the entry points `hushgate.recognizers`."""
    found: list[EntityRecognizer] = []
    for entry in entry_points(group=GROUP):
        made = cast(Callable[[], Any], entry.load())()
        found.extend([made] if isinstance(made, EntityRecognizer) else made)
    return found


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(file for file in path.iterdir() if file.suffix in {".yaml", ".yml"})
    else:
        yield path


def _read(file: Path) -> Iterator[EntityRecognizer]:
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise ValueError(f"{file}:{mark.line + 1}:{mark.column + 1}: {error.problem}" if mark else str(error)) from None
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "recognizers":
            if not isinstance(value, yaml.SequenceNode):
                raise ValueError(f"{_place(file, value)}: recognizers must be a list")
            for node in value.value:
                if not isinstance(node, yaml.MappingNode):
                    raise ValueError(f"{_place(file, node)}: a recogniser is a mapping")  # noqa: TRY004 - bad file
                yield _recognizer(file, node)


def _recognizer(file: Path, node: yaml.Node) -> EntityRecognizer:
    row = yaml.constructor.SafeConstructor().construct_document(node)
    where = _place(file, node)
    unknown = sorted(set(map(str, row)) - _KEYS - _PASSED_OVER)
    if unknown:
        raise ValueError(f"{where}: a recogniser has no key {unknown[0]}; it has {', '.join(sorted(_KEYS))}")
    entity = str(row.get("supported_entity", ""))
    if not _ENTITY.fullmatch(entity):
        raise ValueError(f"{where}: supported_entity must be a word like EMPLOYEE_NUMBER")
    if not row.get("patterns") and not row.get("deny_list"):
        raise ValueError(f"{where}: a recogniser needs patterns or a deny_list")
    try:
        patterns = [(str(pattern["regex"]), float(pattern["score"])) for pattern in row.get("patterns") or ()]
        words, context = ([str(word) for word in row.get(key) or ()] for key in ("deny_list", "context"))
        return LinearRecognizer(entity, str(row.get("name", entity)), patterns, words, context)
    except (KeyError, TypeError):
        raise ValueError(f"{where}: a pattern needs regex and score, deny_list and context hold words") from None
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _place(file: Path, node: yaml.Node) -> str:
    return f"{file}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"


def _compile(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.dot_nl = True
    options.log_errors = False
    try:
        return re2.compile(f"(?m){pattern}", options)
    except re2.error as error:
        reason = error.args[0]
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"re2 cannot take the pattern: {text}; write it without look-around") from None


def _whole(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())
