"""The rules that keep the house easy to see; each failure names the file and the rule."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("detectors", "policies", "proxy", "addons")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MODULES = [path for path in SOURCES if path.name not in ("__init__.py", "__main__.py")]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_function_is_short(path: Path) -> None:
    functions = [
        n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno + 1 > 50]
    assert not long


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_source_file_has_its_test_file(path: Path) -> None:
    mirrored = ROOT / "tests" / path.relative_to(ROOT).with_name(f"test_{path.name}")
    assert mirrored.exists(), f"{name(mirrored)} is missing"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_has_a_sensible_name_and_place(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "common", "misc", "manager", "managers"}
    assert len(path.relative_to(ROOT).parts) <= 4


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name == "__init__.py"], ids=name)
def test_an_init_file_holds_a_docstring_only(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    assert len(body) == 1
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


ONLY_IN = {
    "mitmproxy": ("addons/", "proxy/worker"),
    "presidio_analyzer": ("detectors/pii/", "detectors/names/"),
    "spacy": ("detectors/pii/", "detectors/names/"),
    "prometheus_client": ("proxy/metrics",),
    "opentelemetry": ("proxy/audit/otlp",),
}
PURE = (
    "detectors/",
    "policies/",
    "proxy/codecs/",
    "proxy/placeholder.py",
    "proxy/restore/",
    "proxy/judging/inspection.py",
    "proxy/seams.py",
    "proxy/judging/redaction.py",
    "proxy/judging/cache.py",
)
IMPURE = {"asyncio", "socket", "ssl", "threading", "sqlite3", "multiprocessing"}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_imports_stay_in_their_rooms(path: Path) -> None:
    used = imports(path)
    for package, rooms in ONLY_IN.items():
        if package in used:
            assert name(path).startswith(rooms), f"{package} is imported outside {rooms}"
    if name(path).startswith(PURE):
        assert not used & IMPURE


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    if name(path) != "proxy/config.py":
        assert not re.search(r"os\.environ|os\.getenv|getenv\(", path.read_text())


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_assert_decides_anything(path: Path) -> None:
    """Workers run under `python -O`, where asserts are not there."""
    asserts = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Assert)]
    assert not asserts


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_broad_except_says_why(path: Path) -> None:
    for line in path.read_text().splitlines():
        if re.search(r"except (Base)?Exception\b", line):
            assert "BLE001 - " in line, line.strip()


def test_the_command_line_starts_without_the_engines() -> None:
    code = (
        "import sys; import proxy.cli.main; "
        "print([m for m in ('presidio_analyzer', 'spacy', 'mitmproxy', 'numpy', 'structlog') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=False, cwd=ROOT)
    return [ROOT / line for line in done.stdout.splitlines()]


def test_no_file_names_a_registry_host_or_a_path_of_a_machine() -> None:
    forbidden = re.compile(
        "|".join(
            [
                "pypi" + r"\.org",
                "registry" + r"\.npmjs",
                "files\\.python" + "hosted",
                "deb\\." + "debian",
                "/wo" + "rk/(?:main|shared)",
                "/ro" + "ot/\\.pyenv",
            ]
        )
    )
    guilty = []
    for path in tracked():
        if path.is_file() and path.suffix not in {".npz", ".png"} and "vectors" not in path.parts:
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                if forbidden.search(line):
                    guilty.append(f"{name(path)}:{number}")
    assert not guilty


def test_every_readme_and_doc_link_leads_somewhere() -> None:
    broken = []
    for path in tracked():
        if path.suffix == ".md":
            for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text()):
                if "://" not in target and not (path.parent / target).exists():
                    broken.append(f"{name(path)} -> {target}")
    assert not broken


def test_names_of_test_cases_hold_no_address() -> None:
    """`str` of a function holds where it lies in memory, and xdist wants one list of names."""
    tests = sorted((ROOT / "tests").rglob("*.py"))
    guilty = [name(path) for path in tests if re.search(r"\bids=(str|repr)\b", path.read_text())]
    assert not guilty
