from importlib.resources import files

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from detectors.code.languages import READ, is_prose_name, named, recognise

TABLE = yaml.load(files("detectors.code").joinpath("languages.yaml").read_bytes(), yaml.CSafeLoader)

BLOCKS = {
    "python": "from os import path\n\ndef area(r):\n    return 3.14 * r ** 2\n\nprint(area(2))",
    "javascript": "const fs = require('fs');\nfs.readFile('a.txt', (err, data) => {\n  console.log(data);\n});",
    "typescript": "interface Point {\n  x: number;\n  y: number;\n}\nexport const zero: Point = { x: 0, y: 0 };",
    "java": "public class Main {\n    public static void main(String[] args) {\n        System.out.println(\"x\");\n    }\n}",
    "c": "#include <stdio.h>\n\nint main(void)\n{\n    char *name = NULL;\n    printf(\"%s\\n\", name);\n    return 0;\n}",
    "cpp": "#include <vector>\n\nnamespace app {\ntemplate <typename T>\nT sum(const std::vector<T>& v);\n}",
    "csharp": "using System;\n\nnamespace App\n{\n    public class A\n    {\n        public int X { get; set; }\n    }\n}",
    "go": "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tx := 1\n\tfmt.Println(x)\n}",
    "rust": "fn main() {\n    let mut n = 0;\n    n += 1;\n    println!(\"{}\", n);\n}",
    "ruby": "class Dog\n  attr_reader :name\n  def bark\n    puts \"woof\"\n  end\nend",
    "php": "<?php\nfunction add($a, $b) {\n    return $a + $b;\n}\necho add(1, 2);",
    "shell": "#!/bin/sh\nfor f in *.txt; do\n  echo \"$f\"\ndone",
    "sql": "SELECT id, name FROM users\nWHERE age > 30\nORDER BY name;",
    "html": "<div class=\"a\">\n  <p>Hello</p>\n  <a href=\"/\">home</a>\n</div>",
    "css": "body {\n  margin: 0;\n  color: #333;\n}\n.nav { display: flex; }",
    "xml": "<?xml version=\"1.0\"?>\n<project>\n  <dependency><version>1</version></dependency>\n</project>",
    "yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - port: 80",
    "json": "{\n  \"name\": \"a\",\n  \"tags\": [\"x\"],\n  \"n\": 1\n}",
    "toml": "[package]\nname = \"demo\"\nversion = \"0.1.0\"\n\n[dependencies]\nserde = \"1\"",
    "ini": "[server]\nhost = localhost\nport = 80\n; note",
    "dockerfile": "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install .\nCMD [\"app\"]",
    "diff": "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a = 1\n+a = 2",
    "swift": "import UIKit\n\nfunc load() -> String? {\n    guard let x = find() else { return nil }\n    return x\n}",
    "kotlin": "data class User(val name: String)\n\nfun main() {\n    val u = User(\"a\")\n    println(u.name)\n}",
    "scala": "object Main extends App {\n  val xs = Seq(1, 2)\n  def f(x: Int): Int = x match {\n    case _ => 1\n  }\n}",
    "r": "library(dplyr)\ndf <- data.frame(x = c(1, 2))\ndf %>% filter(x > 1)",
    "lua": "local function add(a, b)\n  if a == nil then return b end\n  return a + b\nend\nlocal t = {}",
    "perl": "use strict;\nmy %h;\nwhile (my $l = <STDIN>) {\n  chomp $l;\n  $h{$l}++ if $l =~ /x/;\n}",
    "haskell": "module Main where\n\nimport qualified Data.Map as M\n\nmain :: IO ()\nmain = putStrLn \"x\"",
    "clojure": "(ns app.core)\n\n(defn add [a b]\n  (+ a b))\n\n(def total (reduce + [1 2]))",
    "elixir": "defmodule A do\n  def f(x) do\n    x |> IO.puts()\n  end\nend",
    "terraform": "resource \"aws_vpc\" \"main\" {\n  cidr_block = var.cidr\n  tags = local.tags\n}",
    "powershell": "param([string]$Path)\nGet-ChildItem $Path | Where-Object { $_.Length -gt 1 }\nWrite-Host 'done'",
    "makefile": ".PHONY: all\nall: $(OBJ)\n\t$(CC) -o $@ $^",
}  # fmt: skip


@pytest.mark.parametrize("language", BLOCKS)
def test_a_block_is_named(language):
    found = recognise(BLOCKS[language])
    assert found is not None
    assert found.id == language


@pytest.mark.parametrize("text", ["", "\n\n", "hello there, how are you", "123 456", "???"])
def test_what_nothing_speaks_for_has_no_name(text):
    assert recognise(text) is None


@given(st.text(max_size=300))
def test_any_text_has_a_name_of_the_table_or_none(text):
    found = recognise(text)
    assert found is None or named(found.id) == found


def test_only_the_beginning_is_read():
    assert recognise("x " * READ + BLOCKS["sql"]) == recognise("x " * READ)


def test_names_as_fences_have_them():
    for name, language in {"js": "javascript", "c++": "cpp", "sh": "shell", "yml": "yaml", "golang": "go"}.items():
        assert named(name).id == language
    assert named("nonsense") is None
    assert is_prose_name("markdown")
    assert not is_prose_name("python")


def test_kinds_are_those_of_the_contract():
    allowed = ["code", "shell", "sql", "diff", "config", "markup", "log", "trace", "data"]
    assert all(entry["kind"] in allowed for entry in TABLE["languages"])
    kinds = {entry["id"]: entry["kind"] for entry in TABLE["languages"]}
    assert kinds["shell"] == kinds["powershell"] == "shell"
    assert (kinds["html"], kinds["yaml"], kinds["sql"], kinds["diff"]) == ("markup", "config", "sql", "diff")


def test_a_name_stands_for_one_language():
    names = [name for entry in TABLE["languages"] for name in (entry["id"], *map(str, entry["names"]))]
    assert sorted(names) == sorted(set(names))
    assert not set(names) & set(TABLE["prose"])
    assert all(name == name.lower() for name in names)


def test_no_mark_speaks_both_for_and_against_a_language():
    for entry in TABLE["languages"]:
        marks = [*entry.get("sure", ()), *entry.get("often", ()), *entry.get("not", ())]
        twice = sorted({mark for mark in marks if marks.count(mark) > 1})
        assert not twice, f"{entry['id']}: {twice}"
