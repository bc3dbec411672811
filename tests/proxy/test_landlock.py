"""The kernel keeps a folder from a process; and in the running program the keys from every worker and inspector."""

import subprocess
import sys
from pathlib import Path

import pytest

from proxy import landlock
from tests.running import AI_HOSTS, CHAT, ROOT, Proxy, chat
from tests.upstream import Upstream

needs_landlock = pytest.mark.skipif(
    landlock.version() == 0, reason="this kernel has no Landlock, or a filter forbids it"
)

TRY = """
import os, sys, threading
from pathlib import Path
from proxy import landlock
state = Path(sys.argv[1])
held = threading.Event()
if "threads" in sys.argv:
    threading.Thread(target=held.wait).start()
def attempt(what, *arguments):
    try:
        what(*arguments)
    except OSError as error:
        print(what.__name__, type(error).__name__)
    else:
        print(what.__name__, "done")
attempt(landlock.keep_out_of, state / "link" if "link" in sys.argv else state / "keys")
attempt((state / "keys" / "ca.key").read_text)
attempt((state / "keys" / "ca.key").write_text, "another")
attempt((state / "keys" / "other.key").touch)
attempt((state / "keys" / "ca.key").rename, state / "shared" / "ca.key")
attempt((state / "keys").rename, state / "mine")
attempt(open, f"/proc/{os.getppid()}/root{state}/keys/ca.key")
attempt((state / "shared" / "a").write_text, "a")
attempt((state / "shared" / "a").read_text)
attempt((state / "shared" / "a").unlink)
held.set()
"""
KEPT = ["read_text PermissionError", "write_text PermissionError", "touch PermissionError", "rename PermissionError",
        "rename PermissionError", "open PermissionError"]  # fmt: skip
FREE = ["write_text done", "read_text done", "unlink done"]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    for folder in ("keys", "shared"):
        (tmp_path / folder).mkdir()
    (tmp_path / "keys" / "ca.key").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "keys")
    return tmp_path


def attempts(state: Path, *more: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", TRY, str(state), *more], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout.splitlines()


@needs_landlock
@pytest.mark.parametrize("named", ["as it is", "link"])
def test_nothing_in_the_folder_is_read_or_changed_and_all_beside_it_is_as_before(state: Path, named: str) -> None:
    assert attempts(state, named) == ["keep_out_of done", *KEPT, *FREE]
    assert (state / "keys" / "ca.key").read_text() == "secret"


@needs_landlock
def test_a_process_with_threads_is_told_that_it_comes_too_late(state: Path) -> None:
    assert attempts(state, "threads")[:2] == ["keep_out_of OSError", "read_text done"]


def test_without_landlock_it_says_so_and_changes_nothing(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 0)
    assert not landlock.can_keep(state / "keys")
    assert not landlock.keep_out_of(state / "keys")
    assert (state / "keys" / "ca.key").read_text() == "secret"


INTRUDER = '''
"""Tries to read the CA's key from within: in a worker when it opens its files, in a zygote when it forks."""
import errno, os, sys
def hook(event, arguments):
    where = {"sqlite3.connect": "worker", "os.fork": "inspector"}.get(event)
    if where == "worker" and "proxy.worker" in " ".join(sys.orig_argv):
        keys = sys.argv[3]
    elif where == "inspector" and "--keys" in sys.argv:
        keys = sys.argv[sys.argv.index("--keys") + 1]
    else:
        return
    for name in ("ca.key", "audit-sign.ed25519"):
        try:
            os.close(os.open(f"{keys}/{name}", os.O_RDONLY))
            said = "opened"
        except OSError as error:
            said = errno.errorcode[error.errno]
        with open(f"{keys}/../shared/said", "a") as file:
            file.write(f"{where} {name} {said}\\n")
sys.addaudithook(hook)
'''


@needs_landlock
@pytest.mark.proxy
def test_code_in_a_worker_or_an_inspector_cannot_open_the_ca_key(tmp_path: Path) -> None:
    (tmp_path / "intruder").mkdir()
    (tmp_path / "intruder" / "sitecustomize.py").write_text(INTRUDER)
    environment = {"PYTHONPATH": f"{tmp_path / 'intruder'}:{ROOT}"}
    with (
        Upstream(tmp_path, AI_HOSTS) as upstream,
        Proxy(tmp_path / "state", upstream, environment=environment) as proxy,
    ):
        assert proxy.request("api.openai.com", CHAT, chat("hello")).status == 200
        assert (tmp_path / "state" / "keys" / "ca.key").exists()
        said = set((tmp_path / "state" / "shared" / "said").read_text().splitlines())
    names = ("ca.key", "audit-sign.ed25519")
    assert said == {f"{where} {name} EACCES" for where in ("worker", "inspector") for name in names}
    assert "cannot read the keys (Landlock" in proxy.errors.read_text()
