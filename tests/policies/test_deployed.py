"""Names that mean nothing in a deployment: each kind, at its place, with what was meant."""

from policies.deployed import Deployed, unmet
from policies.load import from_texts

HEAD = "schema: policy/v1\npolicy: t\n"
RULE = HEAD + "rules:\n  - id: r\n    match: {app: {%s}}\n    action: {type: %s}\n"
HERE = Deployed(
    services=frozenset({"openai-api", "own-llm"}),
    zones=frozenset({"on_prem"}),
    regions=frozenset({"EU"}),
    tenants=frozenset({"0b1a2c3d"}),
    routes=frozenset({"private"}),
    whole=True,
)


def found(app: str, action: str = "block", name: str = "t.yaml", here: Deployed = HERE) -> list[tuple[str, str]]:
    policy = from_texts({name: RULE % (app, action)})
    return [(each.code, each.problem.help) for each in unmet(policy, here)]


def test_each_kind_of_name_is_looked_up() -> None:
    assert found("ids: [own-lm]") == [("unknown-service", 'did you mean "own-llm"?')]
    assert found("trust_zone: [on-prem]") == [("unknown-zone", 'did you mean "on_prem"?')]
    assert found("trust_zone_not: [on-prem]") == [("unknown-zone", 'did you mean "on_prem"?')]
    assert found("residency_not: [US]") == [("unknown-region", "write it into services.yaml")]
    assert found("tenants: [ffffffff]") == [("unknown-tenant", "write it into services.yaml")]
    assert found("ids: [own-llm]", "route, to: privat") == [("no-route", 'did you mean "private"?')]


def test_what_is_known_is_no_fault_whatever_its_case_and_patterns_fit_something() -> None:
    assert found('ids: [OpenAI-API, "own-*"], trust_zone: [on_prem], residency_not: [eu], tenants: [0B1A2C3D]') == []
    assert found('ids: ["azure-*"]')[0][0] == "unknown-service"


def test_without_services_only_shipped_services_can_be_told() -> None:
    bare = Deployed(frozenset({"openai-api"}))
    assert found("ids: [own-llm], trust_zone: [x]", here=bare) == [
        ("unknown-service", "name yours with --services FILE")
    ]


def test_a_pack_names_what_deployments_may_have() -> None:
    assert found("trust_zone_not: [on_prem, private_tenant]", name="packs/p.yaml") == []
    assert len(found("trust_zone_not: [a_zone, private_tenant]", name="packs/p.yaml")) == 2


def test_a_name_is_shown_where_it_stands() -> None:
    text = RULE % ("\n      ids: [own-llm, own-lm]}", "block}\n  - id: own-lm\n    action: {type: block")
    policy = from_texts({"t.yaml": text.replace("ids: [own-llm, own-lm]}}}", "ids: [own-llm, own-lm]}}")})
    [advice] = unmet(policy, HERE)
    assert (advice.problem.line, advice.problem.column) == (6, 22)


def test_an_exception_speaks_of_services_too() -> None:
    text = (
        HEAD
        + "rules:\n  - {id: r, action: {type: block}}\nexceptions:\n"
        + "  - {id: E, rules: [r], match: {app: {ids: [own-lm]}}, reason: a, owner: b, expires: 2030-01-01}\n"
    )
    [advice] = unmet(from_texts({"t.yaml": text}), HERE)
    assert advice.problem.message == 'the exception "E" speaks of the service "own-lm", which there is not'
