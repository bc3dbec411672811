"""The certificate authority on the command line."""

import json
from pathlib import Path

import pytest
from cryptography import x509

from proxy.cli.main import main


def test_init_makes_it_once_and_show_prints_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ca", "init", "--state", str(tmp_path), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert main(["ca", "show", "--state", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == made
    assert Path(made["file"]).read_text().startswith("-----BEGIN CERTIFICATE")
    assert main(["ca", "show", "--state", str(tmp_path)]) == 0
    assert made["sha256"] in capsys.readouterr().out


def test_show_without_one_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ca", "show", "--state", str(tmp_path)]) == 2
    assert "hushgate ca init" in capsys.readouterr().err


def test_rotation_has_two_steps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = ["--state", str(tmp_path), "--json"]

    def ca(*arguments: str) -> str:
        assert main(["ca", *arguments, *state]) == 0
        sha256: str = json.loads(capsys.readouterr().out)["sha256"]
        return sha256

    first = ca("init")
    following = ca("rotate", "--constrain-to-catalogue")
    assert ca("show") == first
    assert ca("rotate", "--abandon") == first
    following = ca("rotate")
    assert ca("rotate", "--commit") == ca("show") == following != first
    assert ca("rotate", "--forget") == following
    assert main(["ca", "rotate", "--commit", *state]) == 2
    assert "hint: hushgate ca rotate makes one" in capsys.readouterr().err


def test_an_authority_can_be_bound_to_the_catalogue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ca", "init", "--constrain-to-catalogue", "--state", str(tmp_path)]) == 0
    certificate = x509.load_pem_x509_certificate((tmp_path / "ca" / "ca.pem").read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    permitted = [name.value for name in names.value.permitted_subtrees or ()]
    assert names.critical
    assert "api.openai.com" in permitted or "openai.com" in permitted
    assert not any("*" in name or "{" in name for name in permitted)
    assert main(["ca", "init", "--constrain-to-catalogue", "--state", str(tmp_path)]) == 2
    assert "rotate --constrain-to-catalogue" in capsys.readouterr().err


def test_it_is_bound_to_the_own_host_and_services_of_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "services.yaml").write_text(
        "schema: services/v1\nservices:\n  own-llm: {title: Own, hosts: [llm.corp.example], like: openai-api}\n"
    )
    config = tmp_path / "hushgate.yaml"
    config.write_text(f"own_host: pages.other.example\nservices: {tmp_path}/services.yaml\n")
    assert main(["ca", "init", "--constrain-to-catalogue", "--config", str(config), "--state", str(tmp_path)]) == 0
    names = x509.load_pem_x509_certificate((tmp_path / "ca" / "ca.pem").read_bytes()).extensions
    permitted = names.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or ()
    assert {"pages.other.example", "llm.corp.example"} <= {name.value for name in permitted}
    assert "hushgate.internal" not in {name.value for name in permitted}


def test_serve_does_not_start_where_users_could_not_reach_its_pages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ["--state", str(tmp_path / "state")]
    assert main(["ca", "init", "--constrain-to-catalogue", *state]) == 0
    config = tmp_path / "hushgate.yaml"
    config.write_text("own_host: pages.other.example\n")
    assert main(["serve", "--config", str(config), "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", *state]) == 2
    told = capsys.readouterr().err
    assert "error: the certificate authority may not sign for pages.other.example" in told
    assert "hint: set own_host" in told
