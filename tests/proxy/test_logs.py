"""Logs say what happened, never what was said."""

import json
import logging

import pytest

from proxy import logs


def test_a_log_line_is_json_and_holds_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        logs.configure("info")
        try:
            raise ValueError("CANARY-in-exception")
        except ValueError:
            logging.getLogger("hushgate.x").exception("it failed")
        logging.getLogger("hushgate.x").info("fine", extra={"prompt": "CANARY-extra"})
        logging.getLogger("some.library").info("not heard")
    finally:
        logging.getLogger().handlers[:], level = before
        logging.getLogger().setLevel(level)
    lines = capsys.readouterr().err.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["it failed (ValueError)", "fine"]
    assert "CANARY" not in "".join(lines)
