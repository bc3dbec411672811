"""Policy files in, one compiled policy out; everything that is wrong with them is said at once."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath

from detectors.entities import Catalogue, catalogue
from policies import reader, yaml_source
from policies.abilities import THIS_BUILD, Abilities
from policies.condition import checks
from policies.connection import Gate
from policies.content import ask
from policies.data_class import Classifier
from policies.grammar import FILE
from policies.index import Index, Lifting, Prepared
from policies.model import Policy
from policies.problem import PolicyError, Problem, suggest
from policies.schema import Draft, build, list_file

PACKS = Path(__file__).with_name("packs")
SUFFIXES = (".yaml", ".yml")


def load(paths: Sequence[Path | str]) -> Policy:
    """Return the policy of files, folders (every YAML file in them) and shipped packs (`pack:NAME`).

    Raises PolicyError, `unreadable` where a file could not be read.
    """
    return from_texts(read_texts(paths))


def read_texts(paths: Sequence[Path | str]) -> dict[str, str]:
    """Return the text of every policy file and of every word list they name, by name: what a snapshot holds."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for path in paths:
        for name, file in _files(path, problems):
            _read(name, file, texts, problems)
    for name in [name for name in texts if name.endswith(SUFFIXES)]:
        document = reader.read(yaml_source.read(name, texts[name]), FILE)
        for data in (document.data.get("lists") or {}).values():
            if "file" in data:
                wanted = list_file(name, data["file"])
                _read(wanted, PACKS.parent / wanted if name.startswith("packs/") else Path(wanted), texts, [])
    if problems:
        raise PolicyError(problems, unreadable=True)
    return texts


def from_texts(
    texts: Mapping[str, str], entities: Catalogue | None = None, abilities: Abilities = THIS_BUILD
) -> Policy:
    """Return the policy that the texts describe. Raises PolicyError.

    `entities` replaces the shipped table, `abilities` what this build carries out.
    """
    known = entities or catalogue()
    documents = [
        reader.read(yaml_source.read(name, text), FILE, abilities)
        for name, text in sorted(texts.items())
        if name.endswith(SUFFIXES)
    ]
    if not documents:
        raise PolicyError([Problem("", 0, 0, "there is no policy file", "name a file that ends in .yaml")])
    draft = build(documents, texts, known)
    problems = [problem for document in documents for problem in document.problems]
    if problems:
        raise PolicyError(problems)
    return compile_draft(draft, texts, known)


def compile_draft(draft: Draft, texts: Mapping[str, str], entities: Catalogue) -> Policy:
    """Return the policy of a draft without problems."""

    def lifting(n: int) -> Lifting:
        exception = draft.exceptions[n]
        question = ask(exception.match.content, draft.classes, entities)
        return Lifting(exception, checks(exception.match, question), question.costs)

    liftings = [lifting(n) for n in range(len(draft.exceptions))]
    prepared = []
    for rule in draft.rules:
        question = ask(rule.match.content, draft.classes, entities)
        named = () if rule.floor else tuple(one for one in liftings if rule.id in one.exception.rules)
        prepared.append(Prepared(rule, question, checks(rule.match, question), named))
    return Policy(
        rules=tuple(draft.rules),
        exceptions=tuple(draft.exceptions),
        classes=draft.classes,
        defaults=draft.defaults,
        inspection=tuple(draft.inspection),
        tests=tuple(draft.tests),
        texts=dict(texts),
        revision=revision(texts),
        index=Index(prepared),
        gate=Gate(tuple(draft.inspection)),
        classifier=Classifier(draft.classes, entities),
    )


def revision(texts: Mapping[str, str]) -> str:
    """Return `sha256:` and 64 hexadecimal digits over the contents: where files lie does not count."""
    each = sorted(sha256(text.encode()).hexdigest() for text in texts.values())
    return "sha256:" + sha256("\n".join(each).encode()).hexdigest()


def packs() -> tuple[str, ...]:
    """Return the names of the shipped packs."""
    return tuple(sorted(file.stem for file in PACKS.glob("*.yaml")))


def _files(path: Path | str, problems: list[Problem]) -> list[tuple[str, Path]]:
    text = str(path)
    if text.startswith("pack:"):
        name = text.removeprefix("pack:")
        if name in packs():
            return [(f"packs/{name}.yaml", PACKS / f"{name}.yaml")]
        problems.append(Problem(text, 0, 0, f'there is no pack "{name}"', suggest(name, packs()) or "try pack:default"))
        return []
    file = Path(text)
    if not file.is_dir():
        return [(str(PurePosixPath(file)), file)]
    found = sorted(f for f in file.rglob("*") if f.suffix in SUFFIXES and f.is_file() and not f.name.startswith("."))
    if not found:
        problems.append(Problem(text, 0, 0, "the folder holds no policy file", "a policy file ends in .yaml"))
    return [(str(PurePosixPath(f)), f) for f in found]


def _read(name: str, file: Path, texts: dict[str, str], problems: list[Problem]) -> None:
    try:
        texts[name] = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        problems.append(Problem(name, 0, 0, f"cannot be read: {error.strerror}", "name a file, a folder or pack:NAME"))
    except UnicodeDecodeError:
        problems.append(Problem(name, 0, 0, "is not UTF-8 text", "save the file as UTF-8"))
