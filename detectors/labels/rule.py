"""A label rule: the words of a marking, or an expression, and what tells a marking from talk about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One marking.

    `words` are phrases that mark a text where they stand as markings do (see `marking`); `pattern` is an expression
    (RE2) that marks it wherever it matches. `anywhere`: the phrases are no ordinary prose and count inside a sentence
    too. `common`: the phrases are everyday words and need capitals or a `Classification:` before them.
    `score` is that of the clearest form. `ids` are those of the labels that say the same in a file's metadata: GUIDs of
    Microsoft sensitivity labels, in lower case.
    """

    id: str
    entity: str
    title: str
    words: tuple[str, ...]
    pattern: str
    anywhere: bool
    common: bool
    score: float
    source: str
    match: tuple[str, ...]
    passed: tuple[str, ...]
    ids: tuple[str, ...] = ()

    @property
    def expression(self) -> str:
        """Return the expression to look for, in RE2 on bytes."""
        return self.pattern or "(?i:" + "|".join(_phrase(words) for words in self._longest_first) + ")"

    @property
    def keywords(self) -> tuple[str, ...]:
        """Return a literal of each phrase, for the gate; none where the rule is an expression."""
        if self.pattern or not all(words.isascii() for words in self.words):
            return ()
        return tuple(max(words.split(), key=len) for words in self.words)

    @property
    def _longest_first(self) -> tuple[str, ...]:
        return tuple(sorted(self.words, key=len, reverse=True))


def _phrase(words: str) -> str:
    """Return an expression for a phrase: any case, any run of blanks, hyphens or underscores between its words."""
    return r"[ \t_-]{1,3}".join("".join(map(_either_case, word)) for word in words.replace("-", " ").split())


def _either_case(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else f"\\{character}"
    return "(?:" + "|".join(sorted({character.lower(), character.upper()})) + ")"
