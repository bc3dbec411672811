import inspect
import re
import textwrap

import pytest

from detectors.fingerprint.documents import CODE, COMMON, PROSE, Builder, origins
from detectors.fingerprint.store import Index
from detectors.fingerprint.winnowing import prints
from tests.detectors.fingerprint.papers import code, prose

KEY = b"k" * 32


def index(fill) -> Index:
    builder = Builder(KEY)
    fill(builder)
    return Index("own", "documents", {"documents": builder.names}, builder.arrays())


def documents(text: str, known: Index) -> list[str]:
    return [origin.document for origin in origins(text.encode(), known, KEY)]


@pytest.fixture(scope="module")
def own() -> Index:
    def fill(builder: Builder) -> None:
        for seed in range(8):
            builder.add(f"code{seed}", code(seed), CODE)
            builder.add(f"prose{seed}", prose(seed + 100), PROSE)

    return index(fill)


def test_a_paragraph_is_recognised_like_the_whole(own: Index) -> None:
    words = prose(103).split()
    assert documents(" ".join(words), own) == ["prose3"]
    assert documents("Please look at this: " + " ".join(words[120:150]) + " and tell me.", own) == ["prose3"]


def test_lines_of_code_are_recognised_renamed_too(own: Index) -> None:
    lines = "\n".join(code(5).split("\n")[10:22])
    assert documents(lines, own) == ["code5"]
    names: dict[str, str] = {}
    kept = {"def", "if", "return", "for", "in", "with", "as", "yield", "assert", "not", "is"}
    renamed = re.sub(r"[a-z_]+", lambda m: m[0] if m[0] in kept else names.setdefault(m[0], f"x{len(names)}"), lines)
    assert documents(renamed, own) == ["code5"]
    assert origins(renamed.encode(), own, KEY)[0].scheme == "structure"


def test_other_texts_are_nobodys(own: Index) -> None:
    assert documents(prose(900, 2000), own) == []
    assert documents(inspect.getsource(textwrap), own) == []
    assert documents("", own) == []


def test_a_text_of_two_documents_names_both_and_where(own: Index) -> None:
    first, second = " ".join(prose(101).split()[:60]), " ".join(prose(102).split()[:60])
    text = first + "\n\n" + prose(901, 200) + "\n\n" + second
    found = {origin.document: origin for origin in origins(text.encode(), own, KEY)}
    assert set(found) == {"prose1", "prose2"}
    assert text[found["prose2"].start : found["prose2"].end] in second
    assert 0.05 < found["prose1"].overlap < 0.4


def test_what_stands_in_many_documents_or_in_public_ones_is_nobodys() -> None:
    footer = prose(77, 60)
    many = index(lambda builder: [builder.add(f"{n}", prose(n) + " " + footer, PROSE) for n in range(COMMON + 1)])
    assert documents(footer, many) == []

    def public(builder: Builder) -> None:
        builder.add("ours", prose(1) + " " + footer, PROSE)
        builder.subtract(footer, PROSE)

    assert documents(footer, index(public)) == []
    assert documents(prose(1), index(public)) == ["ours"]


def test_lines_that_repeat_each_other_say_little() -> None:
    table = "\n".join(f"    ({number}, name{number % 7})," for number in range(9))
    known = index(lambda builder: builder.add("ours", code(3) + table, CODE))
    assert documents(table.replace("name", "other"), known) == []
    assert documents("\n".join(code(3).split("\n")[:12]), known) == ["ours"]


def test_code_without_its_names_that_stands_in_several_documents_is_a_habit() -> None:
    names = {name: f"n{number}" for number, name in enumerate(sorted(set(re.findall(r"[a-z_]{3,}", code(4)))))}
    kept = {"def", "return", "for", "with", "yield", "assert", "not"}

    def renamed(text: str, prefix: str) -> str:
        return re.sub(r"[a-z_]{3,}", lambda m: m[0] if m[0] in kept else prefix + names.get(m[0], m[0]), text)

    lines = "\n".join(code(4).split("\n")[1:6])
    once = index(lambda builder: builder.add("ours", code(4), CODE))
    often = index(lambda builder: [builder.add(f"{n}", renamed(code(4), f"p{n}"), CODE) for n in range(COMMON)])
    assert documents(renamed(lines, "q"), once) == ["ours"]
    assert documents(renamed(lines, "q"), often) == []


def test_a_copy_of_a_document_names_one_of_the_two_not_both() -> None:
    twice = index(lambda builder: [builder.add(name, prose(5), PROSE) for name in ("a", "b")])
    assert len(documents(prose(5), twice)) == 1


def test_the_index_holds_one_fingerprint_a_document_once(own: Index) -> None:
    keys = own.arrays["prose.keys"]
    assert list(keys) == sorted(keys)
    assert len(keys) == sum(len(set(prints(prose(seed + 100).encode(), KEY)["prose"].keys)) for seed in range(8))
