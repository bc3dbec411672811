"""One layout: it is stable, means the same, and keeps every comment."""

import textwrap

import pytest
import yaml

from policies.layout import LayoutError, layout
from policies.load import PACKS, packs


def laid(text: str) -> str:
    return layout(textwrap.dedent(text))


@pytest.mark.parametrize("name", packs())
def test_the_packs_are_in_it(name: str) -> None:
    text = (PACKS / f"{name}.yaml").read_text(encoding="utf-8")
    assert layout(text) == text


def test_keys_stand_in_the_order_of_the_grammar_and_comments_go_with_them() -> None:
    assert laid(
        """
        # the file
        policy: p
        schema:  policy/v1
        rules:
            # first
            - action: {type: block,   message: "No: {ref}"}   # hard
              id: r   # its name

              match:
                 # where
                 activity: [ chat,upload ]
        # the end
        """
    ) == textwrap.dedent(
        """\
        # the file
        schema: policy/v1
        policy: p
        rules:
          # first
          - id: r  # its name

            match:
              # where
              activity: [chat, upload]
            action: {type: block, message: "No: {ref}"}  # hard
        # the end
        """
    )


def test_what_is_too_long_for_a_line_is_written_in_lines() -> None:
    long = ", ".join(f"SECRET_{n:030}" for n in range(5))
    out = laid(f"schema: policy/v1\npolicy: p\nlists: {{all: {{items: [{long}]}}}}\n")
    assert max(map(len, out.splitlines())) <= 120
    assert out.count("- SECRET_") == 5


def test_blocks_and_quotes_stay_the_authors() -> None:
    text = """\
        schema: policy/v1
        policy: "p"
        description: >-
          folded
          # not a comment

          text
        rules:
          - id: r
            action:
              type: block
              message: |
                kept: as it is
                  deeper
        """
    assert laid(text) == textwrap.dedent(text)


@pytest.mark.parametrize(
    "text",
    [
        "schema: policy/v1\nrules: # why\n  - id: r # it\n    tags: [a, # one\n      b] # two\n",
        "# only\nschema: policy/v1\n",
    ],
)
def test_it_is_stable_and_means_the_same(text: str) -> None:
    once = layout(text)
    assert layout(once) == once
    assert yaml.safe_load(once) == yaml.safe_load(text)
    assert sorted(once.split("#")[1:]) != [] or "#" not in text
    assert once.count("#") == text.count("#")


@pytest.mark.parametrize("text", ["", "a: [", "a: 1\na: 2\n", "a: *x\n"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(LayoutError):
        layout(text)
