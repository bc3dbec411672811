"""Folders in, real code and real prose out: what installed packages hold, told apart by the names of their files."""

import random
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

KINDS: dict[str, str] = {
    "code": (
        "py pyi pyx pxd c h cc cpp hpp cu cuh js mjs cjs ts tsx jsx java kt kts swift rs go php rb pl pm lua hs scala R r jl cob cbl "
        "vb bas sas sol graphql gql proto css scss less tex jq awk sed cs fs exs erl clj cljs lisp el scm ml mli dart "
        "nim zig f90 f pas adb ads groovy gradle tcl cmake tf hcl nix vim asm s d cr elm coffee hx ps1 psm1 bat cmd"
    ),
    "shell": "sh bash zsh fish ksh postinst prerm postrm preinst",
    "sql": "sql",
    "config": "ini toml yml yaml conf cfg properties service",
    "markup": "html xml vue xsl",
    "diff": "patch diff",
}  # fmt: skip
_CLASS = {ending: kind for kind, endings in KINDS.items() for ending in endings.split()}
_NAMED = {"Makefile": "code", "Dockerfile": "code", "CMakeLists.txt": "code", "Rakefile": "code", "Gemfile": "code"}
_PROSE = {"md", "txt", "rst", "METADATA"}
_NO_CODE = frozenset(
    [
        "brainfuck",
        "csv",
        "hexdump",
        "text",
        "output",
        "http",
        "html_error",
        "sourcespy",
        "singularity",
        "irc",
        "json",
        "jsonld",
        "json5",
        "json_comment",
        "ncbi",
        "notmuch",
        "pytb",
        "py3tb",
        "pywhy",
        "restructuredtext",
        "rst",
        "markdown",
        "mediawiki",
        "creole",
        "trac-wiki",
        "tid",
        "kmsg",
        "nodejsrepl",
        "tnt",
        "debsources",
        "debcontrol",
        "ansys",
        "gettext",
        "po",
        "whiley",
        "robotframework",
        "befunge",
        "trafficscript",
        "usd",
        "xpp",
        "roboconf-graph",
        "roboconf-instances",
        "doscon",
        "dg",
        "lean",
        "svg",
        "rnc",
        "wikitext",
        "json-object",
        "vctreestatus",
        "email",
        "urlencoded",
        "pkgconfig",
        "python2traceback",
        "pytb",
        "gdscript2",
        "cirru",
        "parasail",
        "ezhil",
        "adl",
        "odin",
        "mosel",
    ]
)
"""Folders of Pygments' examples that hold data, logs, marked-up prose, or nothing that reads as a language."""
_LARGEST = 300_000  # octets of a file that is read
_FENCE = re.compile(r"^\s*(```|~~~)")
_SENTENCE = re.compile(r"[A-ZÀ-Þ\"'(]?\w+(?:[,;:]? [\w'’(\"-]+[\w)’\"]?){5,}")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one file, and what they are: code, shell, sql, config, markup or diff."""

    kind: str
    language: str
    lines: tuple[str, ...] = field(repr=False)


class Sources:
    """Reads files as they are asked for; each ending has the same chance, however many files bear it."""

    def __init__(self, roots: Iterable[Path], r: random.Random, most: int = 150) -> None:
        code: dict[str, list[Path]] = {}
        prose: dict[str, list[Path]] = {}
        for root in roots:
            for path in sorted(root.rglob("*")):
                ending = path.suffix[1:] if path.suffix else path.name
                if path.is_file() and path.parent.parent.name == "examplefiles":
                    if path.parent.name not in _NO_CODE:
                        code.setdefault(path.parent.name, []).append(path)
                elif "fortunes" not in path.parts and (path.name in _NAMED or ending in _CLASS):
                    code.setdefault(path.name if path.name in _NAMED else ending, []).append(path)
                elif path.name in _PROSE or ending in _PROSE or "fortunes" in path.parts:
                    prose.setdefault(ending if ending in _PROSE else path.parent.name, []).append(path)
        self._r = r
        self._code = {ending: r.sample(paths, min(most, len(paths))) for ending, paths in sorted(code.items())}
        self._prose = {ending: r.sample(paths, min(most, len(paths))) for ending, paths in sorted(prose.items())}

    def block(self) -> Block:
        """Return some lines of a file that hold statements rather than remarks."""
        while True:
            ending = self._r.choice(list(self._code))
            path = self._r.choice(self._code[ending])
            lines = _read(path)
            size = self._r.choice([3, 4, 6, 8, 12, 16, 20, 30, 45])
            at = self._r.randrange(max(1, len(lines) - size))
            piece = _trimmed(lines[at : at + size])
            language = path.parent.name if path.parent.parent.name == "examplefiles" else ending
            if len(piece) > 1 and _says(piece) and remarks(language, piece) <= 0.35:
                return Block(_CLASS.get(ending, _NAMED.get(path.name, "code")), language, tuple(piece))

    def paragraph(self) -> list[str]:
        """Return one paragraph of prose, without code between fences or behind indentation."""
        while True:
            path = self._r.choice(self._prose[self._r.choice(list(self._prose))])
            text = _unfenced(_read(path))
            pieces = [piece for piece in re.split(r"\n\s*\n|\n%\n", text) if _is_prose(piece)]
            if pieces:
                return self._r.choice(pieces).strip("\n").split("\n")


def remarks(language: str, lines: list[str]) -> float:
    """Return which share of the lines is nothing but comment or documentation, as Pygments reads them."""
    from pygments.lexers import get_lexer_by_name, get_lexer_for_filename  # noqa: PLC0415
    from pygments.token import Comment, String  # noqa: PLC0415
    from pygments.util import ClassNotFound  # noqa: PLC0415

    try:
        lexer = get_lexer_for_filename(f"x.{language}")
    except ClassNotFound:
        try:
            lexer = get_lexer_by_name(language)
        except ClassNotFound:
            return 0.0
    code, line = set(), 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for token, text in lexer.get_tokens("\n".join(lines)):
            for number, piece in enumerate(text.split("\n")):
                line += number > 0
                if piece.strip() and token not in Comment and token not in String.Doc:
                    code.add(line)
    solid = sum(bool(line.strip()) for line in lines)
    return 1 - len(code) / max(solid, 1)


def _read(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
    except OSError:
        return []
    if len(data) > _LARGEST or b"\0" in data:
        return []
    return data.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")


def _says(lines: list[str]) -> bool:
    """Tell whether most lines hold a word: tables of numbers in a program say nothing of its language."""
    solid = [line for line in lines if line.strip()]
    return sum(bool(re.search(r"[A-Za-z]{2}", line)) for line in solid) > 0.6 * len(solid)


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[0].strip():
        lines = lines[1:]
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines if all(len(line) < 400 and "�" not in line for line in lines) else []


def _unfenced(lines: list[str]) -> str:
    kept, inside = [], False
    for line in lines:
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def _is_prose(piece: str) -> bool:
    if not 20 < len(piece) < 1500 or re.search(
        r"^(?: {4}|\t|\.\. |:\w|>>>|\$ |\||[A-Z][\w-]+: )|[{}\\<>`=|]|::|\w\(|_\w", piece, re.MULTILINE
    ):
        return False
    return bool(_SENTENCE.search(piece)) and sum(c.isalpha() or c.isspace() for c in piece) > 0.85 * len(piece)
