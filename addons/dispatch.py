"""mitmproxy's hooks to our addons, looked up once: which addons listen to a hook does not change while we run.

mitmproxy's own manager walks all addons twice for each hook (the second time for `update`, which nobody here listens
to) and reads the fields of each event: a third of the engine's time.
"""

import dataclasses
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from mitmproxy import exceptions, hooks

logger = logging.getLogger("hushgate.engine")
Handler = Callable[[Any], Awaitable[None] | None]


class Dispatch:
    """Calls the addons that listen to a hook, in their order; the hooks of connections have one argument each.

    An exception is logged by its type and the next addon is called, as in mitmproxy: addons fail closed themselves.
    """

    def __init__(self, addons: Iterable[object]) -> None:
        self._addons = tuple(addons)
        self._handlers: dict[str, tuple[Handler, ...]] = {}
        self._fields: dict[type, str] = {}

    def listens(self, name: str) -> bool:
        """Tell whether any addon listens to the hook."""
        return bool(self._of(name))

    async def call(self, hook: hooks.Hook) -> None:
        """Call whoever listens to `hook`."""
        handlers = self._of(hook.name)
        if not handlers:
            return
        argument = getattr(hook, self._field(type(hook)))
        for handler in handlers:
            try:
                answer = handler(argument)
                if answer is not None:
                    await answer
            except exceptions.AddonHalt:
                return
            except Exception as error:  # noqa: BLE001 - the boundary: its text may hold what was sent
                logger.error("hook %s failed: %s", hook.name, type(error).__name__)

    def _of(self, name: str) -> tuple[Handler, ...]:
        if name not in self._handlers:
            found = (getattr(addon, name, None) for addon in self._addons)
            self._handlers[name] = tuple(handler for handler in found if callable(handler))
        return self._handlers[name]

    def _field(self, kind: type) -> str:
        if kind not in self._fields:
            (field,) = dataclasses.fields(kind)
            self._fields[kind] = field.name
        return self._fields[kind]
