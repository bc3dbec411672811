"""An upstream that takes files as the vendors do: OpenAI's Uploads, Google's resumable form, Azure's blocks, tus."""

import json

from tests.upstream import Received, Reply, reply_json

BLOB = "files7.blob.core.windows.net"
_FILE = {"name": "files/1", "uri": "https://generativelanguage.googleapis.com/v1beta/files/1", "mimeType": "text/plain"}


class Stores:
    """Answers, and keeps which pieces have arrived and of what a file was made."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.files = 0

    def answer(self, request: Received) -> Reply:
        """Answer one request."""
        path = request.path.partition("?")[0]
        if request.host == BLOB:
            return self._azure(request)
        if path == "/backend-api/files":
            return reply_json({"upload_url": f"https://{BLOB}/c/{len(self.pieces)}?sig=a", "file_id": "file_1"})
        if "/tus" in path:
            return self._tus(request)
        if "upload" in request.headers.get("x-goog-upload-command", ""):
            return self._google(request)
        if path.startswith("/upload/"):
            address = "https://generativelanguage.googleapis.com/upload/v1beta/files?upload_id=u1"
            return Reply(headers={"content-type": "application/json", "x-goog-upload-url": address,
                                  "x-goog-upload-status": "active"})  # fmt: skip
        return self._openai(path, request)

    def _openai(self, path: str, request: Received) -> Reply:
        file = {"id": "file_1", "object": "file", "bytes": 1, "created_at": 1, "filename": "plan.txt",
                "purpose": "user_data", "status": "processed"}  # fmt: skip
        upload = {"id": "upload_1", "object": "upload", "bytes": 1, "created_at": 1, "filename": "plan.txt",
                  "purpose": "user_data", "status": "pending", "expires_at": 2}  # fmt: skip
        if path.endswith("/parts"):
            self.pieces.append(request.body)
            return reply_json({"id": f"part_{len(self.pieces)}", "object": "upload.part", "created_at": 1,
                               "upload_id": "upload_1"})  # fmt: skip
        if path.endswith("/uploads"):
            return reply_json(upload)
        self.files += 1
        return reply_json({**upload, "status": "completed", "file": file} if path.endswith("/complete") else file)

    def _google(self, request: Received) -> Reply:
        self.pieces.append(request.body)
        final = "finalize" in request.headers["x-goog-upload-command"]
        self.files += final
        headers = {"content-type": "application/json", "x-goog-upload-status": "final" if final else "active"}
        return Reply(headers=headers, chunks=(json.dumps({"file": _FILE} if final else {}).encode(),))

    def _azure(self, request: Received) -> Reply:
        self.pieces.append(request.body)
        self.files += "comp=block&" not in request.path + "&"
        headers = {"etag": '"1"', "last-modified": "Sat, 28 Nov 2026 00:00:00 GMT", "x-ms-request-id": "1",
                   "x-ms-version": "2026-02-06", "x-ms-request-server-encrypted": "true"}  # fmt: skip
        return Reply(201, headers, (b"",))

    def _tus(self, request: Received) -> Reply:
        if request.method == "POST":
            headers = {"location": "https://claude.ai/api/tus/t1", "tus-resumable": "1.0.0"}
            return Reply(201, headers, (b"",))
        got = sum(map(len, self.pieces))
        if request.method == "PATCH":
            self.pieces.append(request.body)
            got += len(request.body)
        return Reply(204, {"upload-offset": str(got), "tus-resumable": "1.0.0"}, (b"",))
