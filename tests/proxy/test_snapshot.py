"""What is in force travels as text and arrives the same."""

import json

from proxy.snapshot import DetectorInfo, Texts, compile_texts, from_json
from tests.inside import POLICY


def test_a_snapshot_survives_the_wire() -> None:
    texts = Texts(
        {"p.yaml": POLICY}, {"services": "chatgpt: {status: sanctioned}"}, (DetectorInfo("a@1", "names"),), ("x",)
    )
    again = from_json(json.loads(json.dumps(texts.as_json())))
    assert again == texts
    assert again.revision == texts.revision
    assert again.revision.startswith("sha256:")


def test_every_part_changes_the_revision() -> None:
    base = Texts({"p.yaml": POLICY}, {})
    others = [Texts({"p.yaml": POLICY + "# x"}, {}), Texts({"p.yaml": POLICY}, {"services": "a"}),
              Texts({"p.yaml": POLICY}, {}, (DetectorInfo("a@1", "names"),))]  # fmt: skip
    assert len({texts.revision for texts in [base, *others]}) == 4


def test_a_compiled_snapshot_knows_its_services() -> None:
    compiled = compile_texts(Texts({"p.yaml": POLICY}, {}))
    assert compiled.catalogue.intercepts("api.openai.com")
    assert not compiled.catalogue.intercepts("www.example.com")
