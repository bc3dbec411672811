from proxy.uploads.naming import vendor_name


def test_the_name_is_the_id_of_the_answer() -> None:
    assert vendor_name(b'{"id": "part_1", "object": "upload.part"}') == "part_1"
    for answer in (b"", b"[]", b"7", b'{"id": 7}', b"\xff", b"[" * 60_000, b'{"id": "x"}' + b" " * 70_000):
        assert vendor_name(answer) == ""
