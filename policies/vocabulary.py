"""Words of policy files in, the words that the engine compares out: lists expanded, entities and networks checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from ipaddress import ip_network
from typing import Any

from detectors.entities import Catalogue
from detectors.language.codes import LANGUAGES, code_of
from policies.problem import Path, suggest
from policies.reader import Document


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What words may mean in one policy set."""

    catalogue: Catalogue
    lists: Mapping[str, Sequence[str]]
    classes: tuple[str, ...] = ()

    def words(self, document: Document, value: Any, path: Path) -> tuple[str, ...]:
        """Return the words of a list, `$name` replaced by the list of that name."""
        return self._each(document, value, path, lambda word, _path: word)

    def entities(self, document: Document, value: Any, path: Path) -> tuple[str, ...]:
        """Return words for entities: ids, groups, families; aliases become the entity's id."""

        def check(word: str, at: Path) -> str:
            if not self.catalogue.known(word):
                document.report(at, f'unknown entity "{word}"', suggest(word, self.catalogue.words()))
            return self.catalogue.canonical(word)

        return self._each(document, value, path, check)

    def languages(self, document: Document, value: Any, path: Path) -> tuple[str, ...]:
        """Return natural languages as ISO 639-1 codes."""

        def check(word: str, at: Path) -> str:
            code = word.lower()
            if code not in LANGUAGES:
                known = code_of(word)
                help_ = f"write {known}" if known else "write a code of ISO 639-1, such as de"
                document.report(at, f'"{word}" is not a language that can be told', help_)
            return code

        return self._each(document, value, path, check)

    def labels(self, document: Document, value: Any, path: Path) -> tuple[str, ...]:
        """Return the entities of markings: `TLP:RED` is `LABEL_TLP_RED`."""

        def check(word: str, at: Path) -> str:
            entity = label_entity(word)
            if not self.catalogue.known(entity):
                document.report(at, f'"{word}" cannot be a marking', "use letters and digits")
            return entity

        return self._each(document, value, path, check)

    def networks(self, document: Document, value: Any, path: Path) -> tuple[str, ...]:
        """Return networks in CIDR notation."""

        def check(word: str, at: Path) -> str:
            try:
                return str(ip_network(word))
            except ValueError:
                try:
                    help_ = f"did you mean {ip_network(word, strict=False)}?"
                except ValueError:
                    help_ = "write a network such as 10.20.0.0/16"
                document.report(at, f'"{word}" is not a network', help_)
                return "0.0.0.0/32"

        return self._each(document, value, path, check)

    def class_name(self, document: Document, name: str, path: Path) -> str:
        """Return the name of a class of data."""
        if name and name not in self.classes:
            help_ = suggest(name, self.classes) if self.classes else "no file of this policy set holds `classes`"
            document.report(path, f'unknown class "{name}"', help_)
        return name

    def _each(
        self,
        document: Document,
        value: Any,
        path: Path,
        check: Callable[[str, Path], str],
    ) -> tuple[str, ...]:
        found: list[str] = []
        items = [(value, path)] if isinstance(value, str) else [(w, (*path, i)) for i, w in enumerate(value or ())]
        for word, at in items:
            if word is None:
                continue
            if not word.startswith("$"):
                found.append(check(word, at))
            elif word[1:] in self.lists:
                found.extend(check(member, at) for member in self.lists[word[1:]])
            else:
                help_ = suggest(word, [f"${name}" for name in self.lists]) or "name it under `lists:`"
                document.report(at, f'unknown list "{word}"', help_)
        return tuple(dict.fromkeys(found))


def label_entity(name: str) -> str:
    """Return the entity of a marking: capital letters and digits, everything else an underscore."""
    bare = "".join(char if char.isascii() and char.isalnum() else "_" for char in name.upper())
    bare = "_".join(filter(None, bare.split("_")))
    return bare if bare.startswith("LABEL_") else f"LABEL_{bare}"


def moment(document: Document, text: str, path: Path) -> datetime:
    """Return the time that a text names. A date stands for the end of that day: the first second of the next, UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        document.report(path, f'"{text}" is not a date', "write a day that exists, such as 2026-12-31")
        return datetime.max.replace(tzinfo=UTC)
    if len(text) == len("2026-12-31"):
        return datetime.combine(parsed.date(), time(), UTC) + timedelta(days=1)
    return parsed
