"""Paths of Bedrock's operations, and the regions that its hosts name."""

import pytest

from proxy.judging.bedrock import messages, operation, own, region


def test_operations_and_models_are_read_from_the_path() -> None:
    assert operation("/model/a%3A0/converse-stream?x=1") == ("a%3A0", "converse-stream")
    assert operation("/model/a/invoke-with-bidirectional-stream") == ("", "")
    assert own("/model/a/invoke", "eu.b:0") == "/model/eu.b%3A0/invoke"


def test_a_body_of_anthropics_loses_what_the_path_says() -> None:
    data = {"model": "m", "stream": True, "max_tokens": 5}
    assert messages(data, "m") == ("/model/m/invoke-with-response-stream", True)
    assert data == {"max_tokens": 5, "anthropic_version": "bedrock-2023-05-31"}


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("bedrock-runtime.eu-central-1.amazonaws.com", "eu-central-1"),
        ("bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("vpce-0a1.bedrock-runtime.ap-southeast-2.vpce.amazonaws.com", "ap-southeast-2"),
        ("bedrock.corp.test", ""),
    ],
)
def test_a_host_names_its_region(host: str, named: str) -> None:
    assert region(host) == named
