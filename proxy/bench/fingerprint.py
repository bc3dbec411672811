"""`hushgate bench fingerprint`: how surely own code, own prose and own records are recognised, and at which cost.

The protocol: the running Python's `Lib` is indexed, minus half of the installed packages (public code). Random windows
of it are pasted as they are, with 12 % of their lines edited, with every name renamed, reformatted. Windows of the
other half of the packages must stay silent; a file that shares six lines in a row with `Lib` was copied from it, and is
left out. The same with prose (docstrings), and with a million generated records. The seed of each figure is that of the
run; rounds measure cost only. Beside the figures it is told how many foreign windows that were taken for ours are
copies all the same, and how many of ours that were lost stand in public packages; no figure leaves them out.
"""

import keyword
import random
import re
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from detectors.base import Source
from detectors.finding import Finding, no_digest
from detectors.fingerprint import store, table
from detectors.fingerprint.detector import FingerprintDetector
from detectors.fingerprint.documents import CODE, PROSE, Builder
from detectors.fingerprint.location import SUFFIX, files
from proxy.bench.effort import Effort
from proxy.bench.figures import Figure
from proxy.bench.overlap import longest, quotes, words
from proxy.bench.prompts import prompts

Tell = Callable[[str], None]
KEY = b"bench fingerprint: any 32 bytes."
_WINDOWS = 300
_NAME = re.compile(r"[A-Za-z_]\w*")
_KEPT = frozenset(keyword.kwlist) | {"self", "cls"}
_COPIED = 20  # words and signs in a row: what nobody writes twice
_QUOTED = 9  # words in a row
_DOCUMENT = re.compile(r'"""(.{200,6000}?)"""', re.DOTALL)


def run(parts: Sequence[str], effort: Effort, tell: Tell) -> Iterator[Figure]:
    """Yield the figures of `code`, `prose` and `records`. Raises ValueError for a part that there is not."""
    for name in parts:
        if name not in PARTS:
            raise ValueError(f"there is no part {name!r}; there are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory(prefix="hushgate-bench-") as folder:
        for name in parts or PARTS:
            yield from PARTS[name](effort, tell, Path(folder))
        found = [store.load(path, KEY) for path in files([Path(folder)])]
        if len(found) == len(PARTS):
            yield from _together(FingerprintDetector(found, KEY), effort)


def _together(detector: FingerprintDetector, effort: Effort) -> Iterator[Figure]:
    """Yield what all indexes cost at once, on prompts and on code."""
    for size in (2_000, 20_000):
        cost = _cost(detector, [prompts(size, effort.seed)], effort.rounds, (size,) * 10)
        yield Figure("together", f"cost on prompts, all indexes, {size // 1000} kB", "ms/kB", cost, 0.4)
    cost = _cost(detector, packages()[1], effort.rounds)
    yield Figure("together", "cost on code, all indexes", "ms/kB", cost, 0.4)


def library() -> list[str]:
    """Return the sources of the running Python's library, without what is installed beside it."""
    root = Path(sysconfig.get_path("stdlib"))
    return _texts(path for path in root.rglob("*.py") if "site-packages" not in path.parts)


def packages() -> tuple[list[str], list[str]]:
    """Return the sources of installed packages in two halves that share no package."""
    root = Path(sysconfig.get_path("purelib"))
    names = sorted({path.relative_to(root).parts[0] for path in root.rglob("*.py")})
    half = set(names[::2])
    public: list[Path] = []
    others: list[Path] = []
    for path in sorted(root.rglob("*.py")):
        (public if path.relative_to(root).parts[0] in half else others).append(path)
    return _texts(public), _texts(others)


def _texts(paths: Iterable[Path]) -> list[str]:
    found = (path.read_text(encoding="utf-8", errors="replace") for path in sorted(paths) if path.is_file())
    return [text for text in found if len(text) > 200]


def windows(texts: Sequence[str], lines: int, number: int, chance: random.Random) -> list[str]:
    """Return random runs of so many lines, none mostly blank."""
    found: list[str] = []
    while len(found) < number:
        rows = chance.choice(texts).splitlines()
        if len(rows) < lines + 2:
            continue
        at = chance.randrange(len(rows) - lines)
        piece = rows[at : at + lines]
        if sum(len(row.strip()) > 2 for row in piece) * 3 >= lines * 2:
            found.append("\n".join(piece))
    return found


def _runs(text: str) -> set[int]:
    """Return the runs of six lines of a text that say something, without their blanks, hashed."""
    rows = [said for row in text.splitlines() if len(said := "".join(row.split())) > 8]
    return {hash(tuple(rows[at : at + 6])) for at in range(len(rows) - 5)}


def uncopied(own: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return the texts of `others` that are not copied from `own`."""
    copies = set().union(*map(_runs, own))
    return [text for text in others if not _runs(text) & copies]


def edited(text: str, chance: random.Random) -> str:
    """Return text with one in eight lines (12 %, at least one) changed."""
    rows = text.splitlines()
    for at in chance.sample(range(len(rows)), max(1, round(0.12 * len(rows)))):
        rows[at] = chance.choice(["", rows[at] + "  # changed", "    value = compute(value, 17)", rows[at][::-1]])
    return "\n".join(rows)


def renamed(text: str, _: random.Random) -> str:
    """Return code with every name but the keywords replaced, each by one of its own."""
    names: dict[str, str] = {}

    def new(found: re.Match[str]) -> str:
        name = found[0]
        return name if name in _KEPT else names.setdefault(name, f"renamed_{len(names)}")

    return _NAME.sub(new, text)


def reformatted(text: str, _: random.Random) -> str:
    """Return code with other quotes, indentation and line ends."""
    rows = (row.replace("    ", "  ").replace("'", '"').rstrip() for row in text.splitlines())
    return "\r\n".join(row for row in rows if row)


def same(text: str, _: random.Random) -> str:
    """Return the text."""
    return text


def _detector(name: str, builder: Builder, folder: Path) -> FingerprintDetector:
    path = folder / f"{name}{SUFFIX}"
    store.save(path, "documents", {"documents": builder.names}, builder.arrays(), KEY)
    return FingerprintDetector([store.load(path, KEY)], KEY)


def _found(detector: FingerprintDetector, text: str) -> list[Finding]:
    return list(detector.detect(Source(text), no_digest))


def _share(detector: FingerprintDetector, texts: Iterable[str]) -> float:
    found = [bool(_found(detector, text)) for text in texts]
    return sum(found) / len(found)


def _mistakes(detector: FingerprintDetector, texts: Sequence[str], own: Sequence[str]) -> tuple[float, int]:
    """Return the share of foreign texts that are taken for ours, and how many of these are copies from the own one."""
    taken = [(text, found) for text in texts if (found := _found(detector, text))]
    copies = sum(
        any(longest(text, own[int(finding.source.rpartition("/")[2])]) >= _COPIED for finding in found)
        for text, found in taken
    )
    return len(taken) / len(texts), copies


def _cost(
    detector: FingerprintDetector, texts: Sequence[str], rounds: int, sizes: Sequence[int] = (2_000, 20_000, 100_000)
) -> tuple[float, ...]:
    """Return milliseconds a kilobyte, a round."""
    sample = ["\n".join(texts)[:size] for size in sizes]
    size = sum(map(len, sample)) / 1000
    result = []
    for _ in range(rounds + 1):
        started = time.process_time()
        for text in sample:
            _found(detector, text)
        result.append(1000 * (time.process_time() - started) / size)
    return tuple(result[1:])


def code(effort: Effort, tell: Tell, folder: Path) -> Iterator[Figure]:
    """Yield the figures of own source code."""
    own, (public, others) = library(), packages()
    builder = Builder(KEY)
    started = time.process_time()
    for number, text in enumerate(own):
        builder.add(str(number), text, CODE)
    for text in public:
        builder.subtract(text, CODE)
    lines = sum(text.count("\n") for text in own)
    tell(f"code: {lines} lines of {len(own)} files indexed in {time.process_time() - started:.0f} s")
    others = uncopied(own, others)
    detector = _detector("code", builder, folder)
    goals = {(10, "same"): 0.95, (10, "edited"): 0.92, (10, "renamed"): 0.78}
    for length in (5, 10, 20, 50):
        chance = random.Random(f"{effort.seed} {length}")  # noqa: S311 - a protocol that can be repeated
        taken = windows(own, length, effort.of(_WINDOWS), chance)
        for change in (same, edited, renamed, reformatted):
            share = _share(detector, (change(text, chance) for text in taken))
            goal = goals.get((length, change.__name__))
            yield Figure("code", f"own code, {length} lines, {change.__name__}", "", (share,), goal, at_least=True)
        share, copies = _mistakes(detector, windows(others, length, effort.of(_WINDOWS), chance), own)
        tell(f"code: {length} lines: of the foreign ones taken for ours {copies} copy {_COPIED} tokens or more")
        goal = 0.01 if length == 10 else None  # longer windows hold copies that were edited
        yield Figure("code", f"foreign code, {length} lines, taken for ours", "", (share,), goal)
    yield Figure("code", "cost on code", "ms/kB", _cost(detector, others, effort.rounds), 0.4)


def prose(effort: Effort, tell: Tell, folder: Path) -> Iterator[Figure]:
    """Yield the figures of own prose."""
    sources, (public, others) = library(), packages()
    own = [found for text in sources for found in _DOCUMENT.findall(text)]
    strange = [found for text in uncopied(sources, others) for found in _DOCUMENT.findall(text)]
    builder = Builder(KEY)
    for text in public:
        builder.subtract("\n".join(_DOCUMENT.findall(text)), PROSE)
    everybodys = words("\n".join(found for text in public for found in _DOCUMENT.findall(text)))
    for number, text in enumerate(own):
        builder.add(str(number), text, PROSE)
    tell(f"prose: {len(own)} texts indexed, seed {effort.seed}")
    detector = _detector("prose", builder, folder)
    for length in (30, 60, 150):
        chance = random.Random(f"{effort.seed} {length}")  # noqa: S311 - as above
        taken = list(_excerpts(own, length, effort.of(_WINDOWS), chance))
        lost = [text for text in taken if not _found(detector, text)]
        known = sum(quotes(text, everybodys, _QUOTED) for text in lost)
        tell(f"prose: {length} words: {known} of {len(lost)} lost texts stand in public packages")
        goal = 0.98 if length == 30 else None
        share = 1 - len(lost) / len(taken)
        yield Figure("prose", f"own prose, {length} words", "", (share,), goal, at_least=True)
        share, copies = _mistakes(detector, list(_excerpts(strange, length, effort.of(_WINDOWS), chance)), own)
        tell(f"prose: {length} words: of the foreign ones taken for ours {copies} are copies")
        yield Figure("prose", f"foreign prose, {length} words, taken for ours", "", (share,), 0.01)
    yield Figure("prose", "cost on prose", "ms/kB", _cost(detector, strange, effort.rounds), 0.4)


def _excerpts(texts: Sequence[str], words: int, number: int, chance: random.Random) -> Iterator[str]:
    long = [split for text in texts if len(split := text.split()) >= words]
    for _ in range(number):
        split = chance.choice(long)
        at = chance.randrange(len(split) - words + 1)
        yield " ".join(split[at : at + words])


_FIRST = ("Ann", "Bob", "Cara", "Dan", "Eve", "Finn", "Gwen", "Hugo", "Iris", "Jack", "Kate", "Liam", "Mona", "Nils")
_SYLLABLES = [consonant + vowel for consonant in "bdklmnrst" for vowel in "aeiou"]


def record(number: int, seed: int, domain: str = "example.com") -> tuple[str, str, str, str]:
    """Return a generated record: name, e-mail address, telephone number, customer number."""
    chance = random.Random(seed << 32 | number)  # noqa: S311 - as above
    family = "".join(chance.choices(_SYLLABLES, k=3)).capitalize()
    first = chance.choice(_FIRST)
    mail = f"{first}.{family}{chance.randrange(10_000)}@{domain}".lower()
    phone = f"+1 {chance.randrange(200, 999)} {chance.randrange(200, 999)} {chance.randrange(10_000):04}"
    return f"{first} {family}", mail, phone, f"C{chance.randrange(10**8):08}"


def records(effort: Effort, tell: Tell, folder: Path) -> Iterator[Figure]:
    """Yield the figures of own records."""
    total = effort.of(1_000_000)
    started = time.process_time()
    arrays, count = table.arrays((record(number, effort.seed) for number in range(total)), KEY)
    tell(f"records: {count} rows indexed in {time.process_time() - started:.0f} s, seed {effort.seed}")
    chance = random.Random(effort.seed)  # noqa: S311 - as above
    path = folder / f"records{SUFFIX}"
    note = table.described(("name", "mail", "phone", "customer"), ("mail", "phone", "customer"), 2)
    store.save(path, "table", note, arrays, KEY)
    yield Figure("records", "bytes a row", "B", (path.stat().st_size / count,))
    detector = FingerprintDetector([store.load(path, KEY)], KEY)
    ours = [_mention(record(chance.randrange(total), effort.seed), chance) for _ in range(effort.of(1000))]
    yield Figure("records", "own records, 2 of 4 columns", "", (_share(detector, ours),), 1.0, at_least=True)
    others = [_mention(record(number, effort.seed + 1, "example.org"), chance) for number in range(effort.of(2000))]
    yield Figure("records", "foreign records taken for ours", "", (_share(detector, others),), 0.0)
    texts = [found for text in library()[:300] for found in _DOCUMENT.findall(text)]
    yield Figure("records", "cost on prose", "ms/kB", _cost(detector, texts, effort.rounds), 0.4)


def _mention(row: tuple[str, str, str, str], chance: random.Random) -> str:
    """Return a prompt with two values of a record, one of them strong, each as people write it."""
    strong = chance.randrange(1, 4)
    other = chance.choice([column for column in range(4) if column != strong])
    values = list(row)
    digits = "".join(c for c in row[2] if c.isdigit())[1:]
    area, exchange, line = digits[:3], digits[3:6], digits[6:]
    forms = (row[2], f"({area}) {exchange}-{line}", digits, f"{area}.{exchange}.{line}")
    values[2] = chance.choice(forms)
    values[0] = chance.choice([row[0], ", ".join(reversed(row[0].split())), row[0].lower()])
    return f"Please write to {values[strong]} about the invoice; {values[other]} asked for a refund last week."


PARTS: dict[str, Callable[[Effort, Tell, Path], Iterator[Figure]]] = {"code": code, "prose": prose, "records": records}
