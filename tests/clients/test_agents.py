"""Coding agents from npm through the real proxy: Claude Code and Codex, as one runs them without a terminal."""

import subprocess
from pathlib import Path

import pytest

from tests.clients.prompts import CARD, MAIL, MARKED, MESSAGE, PLACEHOLDER, PLAIN, WITH_CARD, WITH_MAIL
from tests.clients.stage import NODE_MODULES, Stage, environment
from tests.clients.test_restoring import TOKEN
from tests.clients.vendors import answer
from tests.upstream import Received, Reply

pytestmark = [
    pytest.mark.clients,
    pytest.mark.timeout(300),
    pytest.mark.parametrize("running", [1], ids=["1+1"], indirect=True),
]

COMMANDS = {
    "claude": ["claude", "-p", "--tools", "", "--model", "claude-test"],
    "codex": [
        "codex", "exec", "--skip-git-repo-check", "--sandbox", "read-only", "-c", "model=gpt-5-test",
        "-c", "model_provider=test", "-c", "model_providers.test.name=test", "-c", "model_providers.test.wire_api=responses",
        "-c", "model_providers.test.base_url=https://api.openai.com/v1", "-c", "model_providers.test.env_key=OPENAI_API_KEY",
    ],
}  # fmt: skip
AGENTS = pytest.mark.parametrize("agent", sorted(COMMANDS))


def run(stage: Stage, agent: str, prompt: str, folder: Path) -> str:
    """Return what the agent's user reads."""
    program, *arguments = COMMANDS[agent]
    found = NODE_MODULES / ".bin" / program
    if not found.exists():
        pytest.skip(f"{program} is not installed: make test-clients")
    quiet = {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_TELEMETRY": "1", "CODEX_HOME": str(folder)}
    done = subprocess.run(
        [str(found), *arguments, prompt], capture_output=True, text=True, timeout=120, cwd=folder, check=False,
        stdin=subprocess.DEVNULL, env={**environment(stage.proxy), **quiet, "HOME": str(folder)},
    )  # fmt: skip
    return done.stdout + done.stderr


def prompts(stage: Stage) -> list[bytes]:
    """Return the requests that arrived with the user's words in them."""
    return [request.body for request in stage.upstream.received if request.method == "POST" and request.body]


@AGENTS
def test_an_allowed_prompt_is_answered(stage: Stage, agent: str, tmp_path: Path) -> None:
    assert "hello from upstream" in run(stage, agent, PLAIN, tmp_path)
    assert any(b"pelican" in body for body in prompts(stage))


@AGENTS
def test_a_redacted_prompt_arrives_without_the_value(stage: Stage, agent: str, tmp_path: Path) -> None:
    assert "hello from upstream" in run(stage, agent, WITH_CARD, tmp_path)
    assert any(PLACEHOLDER.encode() in body for body in prompts(stage))
    assert not any(CARD.encode() in body for body in prompts(stage))


@AGENTS
def test_the_answer_has_the_value_again(stage: Stage, agent: str, tmp_path: Path) -> None:
    def echo(request: Received) -> Reply:
        tokens = sorted(set(TOKEN.findall(request.body)))
        return (
            answer(request, f"I wrote to **{tokens[0].decode()}**, as you said.", size=4) if tokens else answer(request)
        )

    stage.upstream.script = echo
    assert f"I wrote to **{MAIL}**, as you said." in run(stage, agent, WITH_MAIL, tmp_path)
    assert any(TOKEN.search(body) for body in prompts(stage))
    assert not any(MAIL.encode() in body for body in prompts(stage))


@AGENTS
def test_a_refused_prompt_is_tried_once_and_shown(stage: Stage, agent: str, tmp_path: Path) -> None:
    before = len(stage.proxy.records())
    assert MESSAGE in run(stage, agent, MARKED, tmp_path)
    assert not any(b"Heron" in body for body in prompts(stage))
    blocked = [record for record in stage.proxy.records()[before:] if record["decision"]["action"] == "block"]
    assert len(blocked) == 1
