"""What the tests of a running proxy share: a module makes `running`, each test gets the proxy and an upstream as new."""

from typing import Any

import pytest

from tests.running import Proxy
from tests.upstream import Upstream


@pytest.fixture
def proxy(running: tuple[Any, ...]) -> Proxy:
    """Return the proxy of the module's `running`."""
    found: Proxy = running[0]
    return found


@pytest.fixture
def upstream(running: tuple[Any, ...]) -> Upstream:
    """Return the upstream of the module's `running`, with nothing received and its usual answers."""
    found: Upstream = running[1]
    found.forget()
    return found
