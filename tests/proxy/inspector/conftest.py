"""Fixtures: a private runtime folder, and a real generation of inspectors with planted detectors."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from detectors import load
from proxy.inspector import launch as launching
from proxy.inspector.launch import Generation, Restart
from proxy.inspector.settings import InspectorSettings

HERE = Path(__file__).parent
KEY = b"k" * 32


def planted_settings(factory: str = "build", **settings: float) -> InspectorSettings:
    return InspectorSettings(load.Settings(families=(), factories=(f"planted:{factory}",)), **settings)  # type: ignore[arg-type]


@pytest.fixture
def planted() -> Callable[..., InspectorSettings]:
    """Settings that load nothing but the planted detectors."""
    return planted_settings


@pytest.fixture
def key() -> bytes:
    return KEY


@pytest.fixture
def runtime() -> Iterator[Path]:
    folder = launching.make_runtime()
    yield folder
    shutil.rmtree(folder)


@dataclass
class Running:
    """How to launch a generation, and the restarts that were reported and not yet asked for."""

    launch: Callable[..., Awaitable[Generation]]
    restarts: asyncio.Queue[Restart] = field(default_factory=asyncio.Queue)

    async def restart(self) -> Restart:
        return await asyncio.wait_for(self.restarts.get(), 30)


@pytest_asyncio.fixture
async def inspectors(runtime: Path) -> AsyncIterator[Running]:
    generations: list[Generation] = []

    async def launch(count: int = 1, settings: InspectorSettings | None = None) -> Generation:
        generation = await launching.launch(
            settings or planted_settings(),
            count,
            KEY,
            runtime,
            observe=running.restarts.put_nowait,
            environment={"PYTHONPATH": str(HERE)},
        )
        generations.append(generation)
        return generation

    running = Running(launch)
    yield running
    for generation in generations:
        await generation.stop()
