"""Signature Version 4 against AWS's published examples: its test suite (aws-sig-v4-test-suite) and the IAM user guide."""

from datetime import UTC, datetime

import pytest

from proxy.judging.sigv4 import Credentials, credentials, sign

SECRET = "/".join(["wJalrXUtnFEMI", "K7MDENG+bPxRfiCYEXAMPLEKEY"])
KEYS = Credentials("AKIDEXAMPLE", SECRET)
NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
HOST = {"host": "example.amazonaws.com"}


@pytest.mark.parametrize(
    ("method", "target", "signature"),
    [
        ("GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),  # get-vanilla
        ("POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),  # post-vanilla
        (
            "GET",
            "/?Param2=value2&Param1=value1",  # get-vanilla-query-order-key-case
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ],
)
def test_the_published_suite(method: str, target: str, signature: str) -> None:
    headers = sign(method, target, HOST, b"", keys=KEYS, region="us-east-1", service="service", now=NOW)
    assert headers["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={signature}"
    )


def test_the_example_of_the_user_guide() -> None:
    headers = {"host": "iam.amazonaws.com", "content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    target = "/?Action=ListUsers&Version=2010-05-08"
    made = sign("GET", target, headers, b"", keys=KEYS, region="us-east-1", service="iam", now=NOW)
    assert made["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


def test_every_part_of_a_request_counts() -> None:
    def made(
        method: str = "POST",
        target: str = "/model/a%3A0/invoke",
        body: bytes = b"{}",
        region: str = "eu-west-1",
        **more: str,
    ) -> str:
        host = {"host": more.get("host", "h")}
        keys = Credentials("AKIDEXAMPLE", SECRET, more.get("token", ""))
        return sign(method, target, host, body, keys=keys, region=region, service="bedrock", now=NOW)["authorization"]

    others = [made(target="/model/a:0/invoke"), made(body=b"{ }"), made(region="eu-west-2"), made(host="i"), made("PUT"),
              made(token="t")]  # fmt: skip
    assert len({made(), *others}) == 7


def test_a_token_goes_along_and_is_signed() -> None:
    keys = Credentials("ASIAEXAMPLE", SECRET, "tok")
    made = sign("POST", "/", HOST, b"", keys=keys, region="us-east-1", service="service", now=NOW)
    assert made["x-amz-security-token"] == "tok"
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token," in made["authorization"]


def test_a_pair_is_told_from_other_keys() -> None:
    found = credentials("AKIAIOSFODNN7EXAMPLE:" + SECRET)
    assert found == Credentials("AKIAIOSFODNN7EXAMPLE", SECRET)
    assert credentials("ASIAIOSFODNN7EXAMPLE:" + SECRET + ":dG9rZW4=") == Credentials(
        "ASIAIOSFODNN7EXAMPLE", SECRET, "dG9rZW4="
    )
    assert SECRET not in repr(found)
    for text in ("bedrock-api-key-YWJj", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE:short", ""):
        assert credentials(text) is None
