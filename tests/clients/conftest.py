"""Two real proxies, one after the other: one worker and one inspector, then two of each."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.clients.prompts import POLICY
from tests.clients.vendors import HOSTS, answer
from tests.running import AI_HOSTS, Proxy
from tests.upstream import Upstream

if TYPE_CHECKING:
    from tests.clients.stage import Stage

pytest.register_assert_rewrite("tests.clients.stage")


@pytest.fixture(scope="session", params=[1, 2], ids=["1+1", "2+2"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Stage]":
    from tests.clients.stage import Stage

    folder = tmp_path_factory.mktemp("clients")
    arguments = ["--workers", str(request.param), "--inspectors", str(request.param)]
    with (
        Upstream(folder, (*AI_HOSTS, *HOSTS), answer) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], arguments=arguments, hosts=(*AI_HOSTS, *HOSTS)) as proxy,
    ):
        stage = Stage(proxy, upstream)
        try:
            yield stage
        finally:
            stage.close()


@pytest.fixture
def stage(running: "Stage") -> "Stage":
    running.reset()
    return running
