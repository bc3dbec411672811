"""Files in pieces through the real program: found over a boundary and inside a document, by whichever worker has them."""

import json
from collections.abc import Iterator

import pytest

from tests.papers import docx
from tests.running import AI_HOSTS, Answer, Proxy
from tests.upstream import Received, Reply, Upstream, reply_json

pytestmark = [pytest.mark.proxy, pytest.mark.xdist_group("uploads")]

GEMINI, OPENAI = "generativelanguage.googleapis.com", "api.openai.com"
BLOB, BUCKET = "files1.blob.core.windows.net", "pplx.s3.amazonaws.com"
HOSTS = (*AI_HOSTS, BLOB, BUCKET, "www.perplexity.ai")
POLICY = """
schema: policy/v1
policy: uploads
owner: test@example.com
rules:
  - id: cards-are-redacted
    mode: enforce
    match: {content: {any: [{entities: [CREDIT_CARD]}]}}
    action: {type: redact}
  - id: marked-is-blocked
    mode: enforce
    match: {content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block, message: Please leave marked documents out.}
"""
CARD = b"4111 1111 1111 1111"
MARKED = docx("CONFIDENTIAL - do not distribute", "Project Heron starts in March.")
PLAIN = docx("Pelicans are large.", "They live near water.")


def answer(request: Received) -> Reply:
    if request.path == "/backend-api/files":
        return reply_json({"upload_url": f"https://{BLOB}/c/7f3?sig=a"})
    if request.path.startswith("/rest/uploads/"):
        return reply_json({"s3_bucket_url": f"https://{BUCKET}/in/plan.docx?sig=a"})
    if request.path.endswith("/parts"):
        number = 1 if b"pelicans" in request.body or b"PK" in request.body else 2
        return reply_json({"id": f"part_{number}", "object": "upload.part"})
    return Reply(chunks=(b"{}",))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Upstream]]:
    folder = tmp_path_factory.mktemp("uploads")
    arguments = ["--workers", "2", "--inspectors", "1"]
    with (
        Upstream(folder, HOSTS, answer) as upstream,
        Proxy(folder / "state", upstream, policies=[POLICY], arguments=arguments, hosts=HOSTS) as proxy,
    ):
        yield proxy, upstream


@pytest.fixture
def proxy(running: tuple[Proxy, Upstream]) -> Proxy:
    running[1].received.clear()
    return running[0]


@pytest.fixture
def upstream(running: tuple[Proxy, Upstream]) -> Upstream:
    return running[1]


def google(proxy: Proxy, upload: str, body: bytes, offset: int, *, last: bool) -> Answer:
    headers = {
        "content-type": "application/json",
        "x-goog-upload-command": "upload, finalize" if last else "upload",
        "x-goog-upload-offset": str(offset),
    }
    return proxy.request(GEMINI, f"/upload/v1beta/files?upload_id={upload}", body, headers)


def part(proxy: Proxy, upload: str, data: bytes) -> Answer:
    body = b'--b\r\nContent-Disposition: form-data; name="data"; filename="x"\r\n\r\n' + data + b"\r\n--b--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=b"}
    return proxy.request(OPENAI, f"/v1/uploads/{upload}/parts", body, headers)


def complete(proxy: Proxy, upload: str) -> Answer:
    return proxy.request(
        OPENAI, f"/v1/uploads/{upload}/complete", json.dumps({"part_ids": ["part_1", "part_2"]}).encode()
    )


@pytest.mark.parametrize("cut", [4, 9, 18])
def test_a_value_over_a_boundary_never_arrives_whole(proxy: Proxy, upstream: Upstream, cut: int) -> None:
    text = b"We charged " + CARD + b" twice.\n"
    at = len(b"We charged ") + cut
    assert google(proxy, f"card{cut}", text[:at], 0, last=False).status == 200
    refused = google(proxy, f"card{cut}", text[at:], at, last=True)
    assert refused.status == 400
    assert refused.json()["error"]["message"]
    assert [request.body for request in upstream.received] == [text[:at]]
    record = proxy.records()[-1]
    assert (record["decision"]["action"], record["req"]["transport"]) == ("block", "upload")


def test_a_text_in_pieces_arrives_as_it_was(proxy: Proxy, upstream: Upstream) -> None:
    text = "Größe: pelicans 🐦\n".encode() * 1000
    for start in range(0, len(text), 7001):
        piece = text[start : start + 7001]
        assert google(proxy, "plain", piece, start, last=start + 7001 >= len(text)).status == 200
    assert b"".join(request.body for request in upstream.received) == text


@pytest.mark.parametrize("pieces", [2, 5])
def test_a_document_in_pieces_is_read_before_it_is_one(proxy: Proxy, upstream: Upstream, pieces: int) -> None:
    for name, document, status in (("marked", MARKED, 400), ("fine", PLAIN, 200)):
        upstream.received.clear()
        step = len(document) // pieces + 1
        for start in range(0, len(document), step):
            last = start + step >= len(document)
            got = google(proxy, f"{name}{pieces}", document[start : start + step], start, last=last)
            assert got.status == (status if last else 200)
        assert len(upstream.received) == pieces - (status == 400)


def test_openai_s_parts_make_no_file_that_is_refused(proxy: Proxy, upstream: Upstream) -> None:
    assert part(proxy, "up_1", MARKED[:300]).status == 200
    assert part(proxy, "up_1", MARKED[300:]).status == 200
    assert complete(proxy, "up_1").status == 400
    assert not any(request.path.endswith("/complete") for request in upstream.received)
    assert part(proxy, "up_2", b"pelicans are large, ").status == 200
    assert part(proxy, "up_2", b"and live near water").status == 200
    assert complete(proxy, "up_2").status == 200


def test_a_file_whose_parts_nobody_saw_is_unknown(proxy: Proxy, upstream: Upstream) -> None:
    assert complete(proxy, "up_9").status == 400
    assert "undecodable" in proxy.records()[-1]["decision"]["unknown"]


def test_blocks_of_an_announced_address_are_joined(proxy: Proxy, upstream: Upstream) -> None:
    proxy.request("chatgpt.com", "/backend-api/files", b'{"file_name":"plan.docx"}')
    for number, piece in enumerate((MARKED[:300], MARKED[300:])):
        assert proxy.request(BLOB, f"/c/7f3?comp=block&blockid=b{number}&sig=a", piece, {}, "PUT").status == 200
    listed = b"<BlockList><Latest>b0</Latest><Latest>b1</Latest></BlockList>"
    xml = {"content-type": "application/xml"}
    assert proxy.request(BLOB, "/c/7f3?comp=blocklist&sig=a", listed, xml, "PUT").status == 403
    assert proxy.records()[-1]["app"]["id"] == "chatgpt"


def test_parts_of_a_signed_bucket_address_are_joined(proxy: Proxy, upstream: Upstream) -> None:
    proxy.request("www.perplexity.ai", "/rest/uploads/create_upload_url", b'{"filename":"plan.docx"}')
    for number, piece in ((2, MARKED[300:]), (1, MARKED[:300])):
        path = f"/in/plan.docx?partNumber={number}&uploadId=U&X-Amz-Signature=s{number}"
        assert proxy.request(BUCKET, path, piece, {}, "PUT").status == 200
    listed = b"<X><Part><PartNumber>1</PartNumber></Part><Part><PartNumber>2</PartNumber></Part></X>"
    refused = proxy.request(
        BUCKET, "/in/plan.docx?uploadId=U&X-Amz-Signature=e", listed, {"content-type": "application/xml"}
    )
    assert refused.status == 400


def test_what_waits_cannot_be_read_on_disk(proxy: Proxy) -> None:
    canary = b"pelican-canary-pelican-canary-" * 20
    assert google(proxy, "waiting", canary, 0, last=False).status == 200
    files = [file for file in proxy.state.rglob("*") if file.is_file()]
    assert any(file.name == "uploads.sqlite" for file in files)
    assert not [file.name for file in files if b"pelican-canary" in file.read_bytes()]
