"""Clients that upload in pieces, called as their documentation shows; only the pieces are smaller than they usually are.

The text is what the file says, after so much of something else that it stands in the middle of the pieces.
"""

import io
import os
import sys
from typing import Any

from tusclient.client import TusClient

sys.modules["aiohttp"] = None  # type: ignore[assignment] # the Google SDK would prefer it to what is watched
os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"]

import httpx  # noqa: E402
import openai  # noqa: E402
from azure.storage.blob import BlobClient  # noqa: E402
from google import genai  # noqa: E402
from google.genai import _api_client, types  # noqa: E402

from tests.clients.drivers.witness import Witness, serve  # noqa: E402

PIECE = 1024


def content(text: str) -> bytes:
    """Return a file that says `text` over the boundary between its first two pieces, and goes on behind."""
    before = b"Pelicans are large. " * 60
    said = text.encode()
    return before[: PIECE - len(said) // 2] + said + b" They live near water. " * 60


def openai_file(witness: Witness, text: str) -> str:
    with openai.OpenAI(http_client=openai.DefaultHttpxClient(event_hooks=witness.hooks()), timeout=30) as client:
        return client.files.create(file=("plan.txt", content(text)), purpose="user_data").id


def openai_pieces(witness: Witness, text: str) -> str:
    data = content(text)
    with openai.OpenAI(http_client=openai.DefaultHttpxClient(event_hooks=witness.hooks()), timeout=30) as client:
        done = client.uploads.upload_file_chunked(
            file=data, filename="plan.txt", bytes=len(data), mime_type="text/plain", purpose="user_data",
            part_size=PIECE,
        )  # fmt: skip
        return done.file.id if done.file else ""


def gemini(witness: Witness, text: str) -> str:
    options = types.HttpOptions(client_args={"event_hooks": witness.hooks()}, timeout=30_000)
    with genai.Client(http_options=options) as client:
        config = types.UploadFileConfig(mime_type="text/plain")
        return client.files.upload(file=io.BytesIO(content(text)), config=config).name or ""


def gemini_pieces(witness: Witness, text: str) -> str:
    usual, _api_client.CHUNK_SIZE = _api_client.CHUNK_SIZE, PIECE
    try:
        return gemini(witness, text)
    finally:
        _api_client.CHUNK_SIZE = usual


def announced(witness: Witness) -> str:
    """Return the signed address that ChatGPT's web application is given for a file."""
    with httpx.Client() as client:
        asked = client.post("https://chatgpt.com/backend-api/files", json={"file_name": "plan.txt", "use_case": "x"})
        return str(asked.json()["upload_url"])


def signed_put(witness: Witness, text: str) -> str:
    address = announced(witness)
    with httpx.Client(event_hooks=witness.hooks()) as client:
        headers = {"x-ms-blob-type": "BlockBlob", "content-type": "text/plain"}
        answer = client.put(address, content=content(text), headers=headers)
        if answer.is_error:
            raise RuntimeError(answer.text)
        return str(answer.status_code)


def azure_blocks(witness: Witness, text: str) -> str:
    def sent(request: Any) -> None:
        witness.sent.append(request.http_request.body or b"")

    blob = BlobClient.from_blob_url(
        announced(witness), max_single_put_size=PIECE, max_block_size=PIECE, retry_total=2, raw_request_hook=sent
    )
    return str(blob.upload_blob(content(text), overwrite=True)["etag"])


def tus(witness: Witness, text: str) -> str:
    data = content(text)
    uploader = TusClient("https://claude.ai/api/tus/").uploader(
        file_stream=io.BytesIO(data), chunk_size=PIECE, retries=0, metadata={"filename": "plan.txt"}
    )
    while uploader.offset < len(data):
        witness.sent.append(data[uploader.offset : uploader.offset + PIECE])
        uploader.upload_chunk()
    return str(uploader.url)


serve(
    {
        "openai-file": openai_file,
        "openai-pieces": openai_pieces,
        "gemini": gemini,
        "gemini-pieces": gemini_pieces,
        "signed-put": signed_put,
        "azure-blocks": azure_blocks,
        "tus": tus,
    }
)
