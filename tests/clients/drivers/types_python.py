"""Bodies made from the types of the vendors' own SDKs, as they are installed: one JSON line each on stdout.

Every string field holds words of its own; of a union every member is there, in one body or the other. A body is
`{"name", "at": "POST host/path", "says": "request" or "answer", "body"}`.
"""

import base64
import dataclasses
import datetime
import enum
import itertools
import json
import sys
import types as python_types
import typing
from collections.abc import Iterator
from typing import Any

sys.modules["aiohttp"] = None  # type: ignore[assignment]

import botocore.loaders  # noqa: E402
import botocore.model  # noqa: E402
import pydantic  # noqa: E402
import typing_extensions  # noqa: E402

DEEPEST = 8
MOST = 80  # members of a union, and bodies of a type
_numbers = iter(range(10**9))


def words() -> str:
    """Return the words of one field."""
    return f"CANARY{next(_numbers):06d} planted words"


def values(kind: Any, depth: int = 0, above: tuple[Any, ...] = ()) -> list[Any]:
    """Return values of a type that together have all its fields and members; none where it only repeats itself."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Annotated, typing_extensions.Annotated, typing.Required, typing.NotRequired,
                  typing_extensions.Required, typing_extensions.NotRequired, typing_extensions.ReadOnly, typing.Final):  # fmt: skip
        return values(arguments[0], depth, above)
    if isinstance(kind, typing.TypeAliasType | typing_extensions.TypeAliasType):
        return values(kind.__value__, depth, above)
    if origin in (typing.Union, python_types.UnionType):
        members = [values(one, depth, above) for one in arguments if one is not type(None)]
        return [each for row in itertools.zip_longest(*members) for each in row if each is not None][:MOST]
    if origin in (typing.Literal, typing_extensions.Literal):
        return [arguments[0]]
    if depth > DEEPEST or kind in above:
        return []
    if isinstance(origin, typing.TypeAliasType | typing_extensions.TypeAliasType):
        return [each for one in arguments for each in values(one, depth, above)]
    if isinstance(origin, type) and not _fields(origin):
        if issubclass(origin, typing.Mapping):  # type: ignore[arg-type]
            return [{"key of mine": each} for each in values(arguments[1], depth + 1, above)]
        inside = values(arguments[0] if arguments else Any, depth + 1, above)
        return [inside] if inside else []
    if fields := _fields(origin or kind):
        return _objects(fields, depth + 1, (*above, kind))
    return _scalars(kind)


def _scalars(kind: Any) -> list[Any]:
    if kind in (str, Any, object) or isinstance(kind, typing.TypeVar | typing.ForwardRef | str):
        return [words()]
    if kind is bytes:
        return [base64.b64encode(words().encode()).decode()]
    if not isinstance(kind, type):
        return []
    if issubclass(kind, enum.Enum):
        return [each.value for each in kind][:1]
    if issubclass(kind, bool | int | float):
        return [kind(1)]
    if issubclass(kind, datetime.datetime):
        return ["2026-01-01T00:00:00Z"]
    if issubclass(kind, dict):
        return [{"key of mine": words()}]
    if issubclass(kind, list):
        return [[words()]]
    return [words()] if issubclass(kind, str) else []


def _fields(kind: Any) -> dict[str, Any]:
    """Return the fields of a structured type as they are named on the wire."""
    try:
        if typing_extensions.is_typeddict(kind):
            return dict(typing_extensions.get_type_hints(kind, include_extras=True))
        if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel):
            if issubclass(kind, pydantic.RootModel):
                return {}
            return {field.serialization_alias or field.alias or name: field.annotation
                    for name, field in kind.model_fields.items()}  # fmt: skip
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            return typing.get_type_hints(kind)
    except (NameError, TypeError):
        return {}
    return {}


def _objects(fields: dict[str, Any], depth: int, above: tuple[Any, ...]) -> list[Any]:
    found = {name: some for name, kind in fields.items() if (some := values(kind, depth, above))}
    size = min(max(map(len, found.values()), default=0), MOST)
    return [{name: some[number % len(some)] for name, some in found.items()} for number in range(size)]


def shape_values(shape: botocore.model.Shape, depth: int = 0, above: tuple[str, ...] = ()) -> list[Any]:
    """Return the same for a shape of AWS's service models; what stands in headers and the path is left out."""
    if depth > DEEPEST or shape.name in above:
        return []
    inside = (*above, shape.name)
    if isinstance(shape, botocore.model.StructureShape):
        members = {name: one for name, one in shape.members.items() if "location" not in one.serialization}
        found = {one.serialization.get("name", name): some for name, one in members.items()
                 if (some := shape_values(one, depth + 1, inside))}  # fmt: skip
        if getattr(shape, "is_tagged_union", False):
            return [{name: each} for name, some in found.items() for each in some][:MOST]
        size = min(max(map(len, found.values()), default=0), MOST)
        return [{name: some[number % len(some)] for name, some in found.items()} for number in range(size)]
    if isinstance(shape, botocore.model.ListShape):
        some = shape_values(shape.member, depth + 1, inside)
        return [some] if some else []
    if isinstance(shape, botocore.model.MapShape):
        return [{"key of mine": each} for each in shape_values(shape.value, depth + 1, inside)]
    if shape.type_name == "string":
        return [shape.enum[0]] if getattr(shape, "enum", None) else [words()]
    if shape.type_name == "blob":
        return [base64.b64encode(words().encode()).decode()]
    return [True if shape.type_name == "boolean" else 1]


def openai() -> Iterator[tuple[str, str, str, Any]]:
    from openai import types
    from openai.types import audio, beta, chat, conversations, realtime, responses
    from openai.types.beta import threads

    api = "POST api.openai.com"
    yield "request", f"{api}/v1/chat/completions", "chat", chat.completion_create_params.CompletionCreateParamsBase
    yield "request", f"{api}/v1/responses", "responses", responses.response_create_params.ResponseCreateParamsBase
    yield "request", f"{api}/v1/completions", "completions", types.completion_create_params.CompletionCreateParamsBase
    yield "request", f"{api}/v1/embeddings", "embeddings", types.EmbeddingCreateParams
    yield "request", f"{api}/v1/images/generations", "images", types.image_generate_params.ImageGenerateParamsBase
    yield "request", f"{api}/v1/moderations", "moderations", types.ModerationCreateParams
    yield "request", f"{api}/v1/audio/speech", "speech", audio.SpeechCreateParams
    yield "request", f"{api}/v1/assistants", "assistants", beta.AssistantCreateParams
    yield "request", f"{api}/v1/threads", "threads", beta.ThreadCreateParams
    yield "request", f"{api}/v1/threads/t1/runs", "runs", threads.run_create_params.RunCreateParamsBase
    yield "request", f"{api}/v1/conversations", "conversations", conversations.ConversationCreateParams
    yield "request", "GET api.openai.com/v1/realtime", "realtime", realtime.RealtimeClientEventParam
    yield "answer", f"{api}/v1/chat/completions", "chat", chat.ChatCompletion
    yield "answer", f"{api}/v1/chat/completions", "chat-stream", chat.ChatCompletionChunk
    yield "answer", f"{api}/v1/responses", "responses", responses.Response
    yield "answer", f"{api}/v1/responses", "responses-stream", responses.ResponseStreamEvent
    yield "answer", "GET api.openai.com/v1/realtime", "realtime", realtime.RealtimeServerEvent


def anthropic() -> Iterator[tuple[str, str, str, Any]]:
    from anthropic import types
    from anthropic.types import beta

    api = "POST api.anthropic.com/v1/messages"
    yield "request", api, "messages", types.message_create_params.MessageCreateParamsBase
    yield "request", f"{api}/count_tokens", "count", types.MessageCountTokensParams
    yield "request", f"{api}/batches", "batches", types.messages.BatchCreateParams
    yield "request", f"{api}?beta=true", "beta", beta.message_create_params.MessageCreateParamsBase
    yield "answer", api, "messages", types.Message
    yield "answer", api, "messages-stream", types.RawMessageStreamEvent
    yield "answer", api, "beta-stream", beta.BetaRawMessageStreamEvent


def google() -> Iterator[tuple[str, str, str, Any]]:
    from google.genai import types

    class Generate(pydantic.BaseModel):
        """The wire form of `models.generate_content`, as its converter writes it."""

        contents: list[types.Content]
        systemInstruction: types.Content
        tools: list[types.Tool]
        toolConfig: types.ToolConfig
        safetySettings: list[types.SafetySetting]
        generationConfig: types.GenerationConfig
        labels: dict[str, str]

    host = "generativelanguage.googleapis.com"
    api = f"POST {host}/v1beta/models/m:generateContent"
    yield "request", api, "generate", Generate
    yield (
        "request",
        f"GET {host}/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent",
        "live",
        (types.LiveClientMessage),
    )
    yield "answer", api, "generate", types.GenerateContentResponse
    yield "answer", api, "live", types.LiveServerMessage


def mistral() -> Iterator[tuple[str, str, str, Any]]:
    from mistralai.client import models

    api = "POST api.mistral.ai/v1"
    for path, name in (
        ("chat/completions", "ChatCompletionRequest"), ("agents/completions", "AgentsCompletionRequest"),
        ("fim/completions", "FIMCompletionRequest"), ("embeddings", "EmbeddingRequest"), ("ocr", "OCRRequest"),
        ("conversations", "ConversationRequest"), ("moderations", "ClassificationRequest"),
    ):  # fmt: skip
        yield "request", f"{api}/{path}", path, getattr(models, name)
    yield "answer", f"{api}/chat/completions", "chat", models.ChatCompletionResponse
    yield "answer", f"{api}/chat/completions", "chat-stream", models.CompletionEvent
    yield "answer", f"{api}/conversations", "conversations-stream", models.ConversationEvents


def cohere() -> Iterator[tuple[str, str, str, Any]]:
    import cohere

    class Chat(pydantic.BaseModel):
        """The body of `client.v2.chat`."""

        model: str
        messages: cohere.ChatMessages
        tools: list[cohere.ToolV2]
        documents: list[str | cohere.Document]
        stop_sequences: list[str]

    class Rerank(pydantic.BaseModel):
        """The body of `client.v2.rerank`."""

        model: str
        query: str
        documents: list[str]

    yield "request", "POST api.cohere.com/v2/chat", "chat", Chat
    yield "request", "POST api.cohere.com/v2/rerank", "rerank", Rerank
    yield "answer", "POST api.cohere.com/v2/chat", "chat", cohere.V2ChatResponse
    yield "answer", "POST api.cohere.com/v2/chat", "chat-stream", cohere.V2ChatStreamResponse


def ollama() -> Iterator[tuple[str, str, str, Any]]:
    from ollama import _types

    for path, name in (("chat", "ChatRequest"), ("generate", "GenerateRequest"), ("embed", "EmbedRequest")):
        yield "request", f"POST ollama.com/api/{path}", path, getattr(_types, name)
    yield "answer", "POST ollama.com/api/chat", "chat", _types.ChatResponse
    yield "answer", "POST ollama.com/api/generate", "generate", _types.GenerateResponse


def huggingface() -> Iterator[tuple[str, str, str, Any]]:
    from huggingface_hub.inference._generated import types

    for name in dir(types):
        kind = getattr(types, name)
        if not dataclasses.is_dataclass(kind):
            continue
        at = "chat/completions" if name.startswith("Chat") else "hf-inference/models/m"
        at = "v1/" + at if name.startswith("Chat") else at
        if name.endswith("Input"):
            yield "request", f"POST router.huggingface.co/{at}", name, kind
        elif name.endswith(("Output", "OutputElement", "StreamOutput")):
            yield "answer", f"POST router.huggingface.co/{at}", name, kind


def mcp() -> Iterator[tuple[str, str, str, Any]]:
    from mcp import types

    at = "POST mcp.example.com/mcp"
    yield "request", at, "request", types.ClientRequest
    yield "request", at, "notification", types.ClientNotification
    yield "request", at, "result", types.ClientResult
    yield "answer", at, "request", types.ServerRequest
    yield "answer", at, "result", types.ServerResult


def aws() -> Iterator[dict[str, Any]]:
    loader = botocore.loaders.Loader()
    for service, host in (("bedrock-runtime", "bedrock-runtime"), ("bedrock-agent-runtime", "bedrock-agent-runtime")):
        model = botocore.model.ServiceModel(loader.load_service_model(service, "service-2"))
        for name in model.operation_names:
            operation = model.operation_model(name)
            path = operation.http["requestUri"].partition("?")[0]
            for mark in "{}+":
                path = path.replace(mark, "")
            at = f"{operation.http['method']} {host}.us-east-1.amazonaws.com{path}"
            for says, shape in (("request", operation.input_shape), ("answer", operation.output_shape)):
                if shape is None or ("body" in shape.members and shape.members["body"].type_name == "blob"):
                    continue  # the body is another vendor's
                for body in shape_values(shape):
                    yield {"name": f"{service} {name}", "at": at, "says": says, "body": body}


def main() -> None:
    for vendor in (openai, anthropic, google, mistral, cohere, ollama, huggingface, mcp):
        for says, at, name, kind in vendor():
            made = 0
            for body in values(kind):
                made += 1
                print(json.dumps({"name": f"{vendor.__name__} {name}", "at": at, "says": says, "body": body}))
            if not made:
                print(json.dumps({"name": f"{vendor.__name__} {name}", "at": at, "says": "nothing", "body": None}))
    for line in aws():
        print(json.dumps(line))


if __name__ == "__main__":
    main()
