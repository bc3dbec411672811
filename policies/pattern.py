"""Words with `*` in, a test whether a text is one of them out."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase


def one_of(words: Sequence[str]) -> Callable[[str], bool]:
    """Return a test whether a text is one of `words`, in any letter case; `*` stands for any characters."""
    exact = frozenset(word.casefold() for word in words if "*" not in word)
    globs = tuple(word.casefold().replace("[", "[[]").replace("?", "[?]") for word in words if "*" in word)

    def test(text: str) -> bool:
        folded = text.casefold()
        return folded in exact or (bool(globs) and any(fnmatchcase(folded, glob) for glob in globs))

    return test
