import dataclasses

import pytest

from proxy.catalogue.endpoint import Endpoint, Route, Service

SERVICE = Service("acme", "Acme", "Acme API", "genai.api", "openai", ("acme.example",), (), rewrite="sigv4")


def test_the_catch_all_takes_everything_as_the_service_takes_it() -> None:
    assert SERVICE.catch_all(("acme.example",), "host") == Endpoint(
        id="acme-other",
        service="acme",
        hosts=("acme.example",),
        routes=(Route("ANY", "/*"),),
        dialect="generic",
        activity="other",
        refusal="openai",
        rewrite="sigv4",
        intercept="host",
    )


def test_services_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        SERVICE.title = "Other"  # type: ignore[misc]
