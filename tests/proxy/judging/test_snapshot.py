"""What is in force travels as text and arrives the same."""

import json

import pytest

from proxy.judging.snapshot import DetectorInfo, Texts, compile_texts, from_json
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


def test_a_route_to_nowhere_is_a_problem_of_the_policy() -> None:
    from policies.problem import PolicyError

    rule = "schema: policy/v1\npolicy: t\nrules:\n  - {id: home, action: {type: route, to: onw}}\n"
    services = (
        "schema: services/v1\nservices: {own-llm: {status: sanctioned, hosts: [llm.example.internal], like: openai-api}}\n"
        "routes: {own: {url: 'https://llm.example.internal/v1', service: own-llm}}\n"
    )
    with pytest.raises(PolicyError) as caught:
        compile_texts(Texts({"p.yaml": rule}, {"services": services}, ()))
    [problem] = caught.value.problems
    assert str(problem).splitlines() == [
        'p.yaml:4:5: the rule "home" routes to "onw", which there is not',
        '  help: did you mean "own"?',
    ]
    assert compile_texts(Texts({"p.yaml": rule.replace("onw", "own")}, {"services": services}, ()))
