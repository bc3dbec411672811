"""Lists of hosts in every form that people have them in; what is none of them is named with its place."""

from pathlib import Path

import pytest

from proxy.catalogue import categories as module
from proxy.catalogue.catalogue import CatalogueError, load
from proxy.catalogue.categories import Categories, files, read_lists


def listed(text: str) -> Categories:
    made = Categories()
    made.add("ai", "list", text)
    assert made.problems == []
    return made


@pytest.mark.parametrize(
    ("line", "in_it", "outside"),
    [
        (
            "chat.example # the chat",
            ["chat.example", "eu.chat.example", "CHAT.example."],
            ["example", "mychat.example"],
        ),
        (".chat.example", ["chat.example", "a.b.chat.example"], ["xchat.example"]),
        ("*.chat.example", ["a.chat.example"], ["example"]),
        ("0.0.0.0 chat.example www.chat.example", ["chat.example", "www.chat.example"], ["api.chat.example"]),
        ("::1\tchat.example", ["chat.example"], ["a.chat.example"]),
        ("address=/chat.example/bot.example/0.0.0.0", ["chat.example", "x.bot.example"], ["0.0.0.0"]),
        ("server=/chat.example/", ["a.chat.example"], ["example"]),
        ("local=/chat.example/", ["chat.example"], []),
        ("||chat.example^$third-party", ["chat.example", "a.chat.example"], []),
        ("bücher.example", ["xn--bcher-kva.example", "bücher.example"], []),
        ("198.51.100.7", ["198.51.100.7"], ["198.51.100.8"]),
    ],
)
def test_every_form_is_read(line: str, in_it: list[str], outside: list[str]) -> None:
    made = listed(f"# a list\n! of hosts\n\n127.0.0.1 localhost\n{line}\r\n")
    assert {host: made.of(host) for host in in_it} == dict.fromkeys(in_it, ("ai",))
    assert [host for host in (*outside, "localhost") if made.of(host)] == []


def test_a_host_may_be_in_several_categories() -> None:
    made = listed("chat.example")
    made.add("video", "other", "eu.chat.example\nchat.example")
    assert made.of("eu.chat.example") == ("ai", "video")
    assert made.names == {"ai", "video"}


@pytest.mark.parametrize("line", ["two words", "https://chat.example/", "a..b", "||ads.*^", "x" * 300, "{json: 1}"])
def test_a_line_that_names_no_host_is_a_problem_with_its_place(line: str) -> None:
    made = Categories()
    made.add("ai", "lists/ai.txt", f"chat.example\n{line}\n")
    ((file, number),) = [(problem.file, problem.line) for problem in made.problems]
    assert (file, number) == ("lists/ai.txt", 2)


def test_there_is_an_end_to_what_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 10)
    made = Categories()
    made.add("ai", "list", "\n".join(f"a{number}.example" for number in range(50)))
    assert "more than 10 hosts" in made.problems[0].message


def test_a_folder_is_its_domains_or_all_that_lies_there(tmp_path: Path) -> None:
    (tmp_path / "ut1").mkdir()
    for name in ("domains", "urls"):
        (tmp_path / "ut1" / name).write_text("chat.example\n")
    (tmp_path / "own").mkdir()
    for name in ("b.txt", "a.hosts", ".swap"):
        (tmp_path / "own" / name).write_text("bot.example\n")
    assert [file.name for file in files(tmp_path / "ut1")] == ["domains"]
    assert [file.name for file in files(tmp_path / "own")] == ["a.hosts", "b.txt"]
    assert sorted(read_lists({"ai": ("ut1", "own")}, tmp_path)) == [
        f"list:ai:{tmp_path}/own/a.hosts", f"list:ai:{tmp_path}/own/b.txt", f"list:ai:{tmp_path}/ut1/domains",
    ]  # fmt: skip


def test_services_yaml_names_them_beside_itself(tmp_path: Path) -> None:
    services = tmp_path / "services.yaml"
    services.write_text("schema: services/v1\ncategories:\n  ai-tools: [ai.txt]\n")
    with pytest.raises(OSError):
        load(services_file=services)
    (tmp_path / "ai.txt").write_text("chat.example\n")
    catalogue = load(services_file=services)
    assert catalogue.categories("eu.chat.example") == ("ai-tools",)
    assert catalogue.category_names() == {"ai-tools"}
    assert not catalogue.intercepts("eu.chat.example")
    (tmp_path / "ai.txt").write_text("chat.example\nno host\n")
    with pytest.raises(CatalogueError, match=r"ai\.txt:2"):
        load(services_file=services)
