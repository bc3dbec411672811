"""boto3's client of Bedrock, called as its documentation shows: with a bearer key, and signed with SigV4."""

import json
import os
from typing import Any

import boto3
from botocore.config import Config

from tests.clients.drivers.witness import Witness, join, serve

os.environ["AWS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"]
MODEL = "anthropic.claude-test-v1:0"


def client(witness: Witness, *, signed: bool = False) -> Any:
    os.environ.pop("AWS_BEARER_TOKEN_BEDROCK", None)
    if not signed:
        os.environ["AWS_BEARER_TOKEN_BEDROCK"] = "test"
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"} if signed else {}
    proxies = {"https": os.environ["HTTPS_PROXY"]}
    bedrock = boto3.Session(region_name="us-east-1", **keys).client(
        "bedrock-runtime", config=Config(proxies=proxies, read_timeout=30, connect_timeout=30)
    )

    def before(request: Any, **_: Any) -> None:
        witness.sent.append(request.body if isinstance(request.body, bytes) else request.body.encode())

    def after(http_response: Any = None, parsed: Any = None, **_: Any) -> None:
        metadata = (parsed or {}).get("ResponseMetadata", {})
        witness.status = metadata.get("HTTPStatusCode", 0)
        witness.headers = {name.lower(): value for name, value in metadata.get("HTTPHeaders", {}).items()}

    bedrock.meta.events.register("before-send.bedrock-runtime", before)
    bedrock.meta.events.register("after-call.bedrock-runtime", after)
    return bedrock


def turn(text: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [{"text": text}]}]


def converse(witness: Witness, text: str) -> str:
    answer = client(witness).converse(modelId=MODEL, messages=turn(text))
    return answer["output"]["message"]["content"][0]["text"]


def converse_stream(witness: Witness, text: str) -> str:
    answer = client(witness).converse_stream(modelId=MODEL, messages=turn(text))
    return join(
        event["contentBlockDelta"]["delta"]["text"] for event in answer["stream"] if "contentBlockDelta" in event
    )


def invoke(witness: Witness, text: str) -> str:
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 5, "messages": [{"role": "user", "content": text}]}
    answer = client(witness).invoke_model(modelId=MODEL, body=json.dumps(body))
    return json.loads(answer["body"].read())["content"][0]["text"]


def converse_signed(witness: Witness, text: str) -> str:
    answer = client(witness, signed=True).converse(modelId=MODEL, messages=turn(text))
    return answer["output"]["message"]["content"][0]["text"]


serve({"converse": converse, "converse-stream": converse_stream, "invoke": invoke, "converse-signed": converse_signed})
