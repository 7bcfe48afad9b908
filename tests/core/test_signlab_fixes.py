"""The fixed line of code is code: in Python it compiles, in the shell it parses, and a name cannot break out of it."""

from __future__ import annotations

import ast
import hashlib
import hmac
import shutil
import subprocess
from typing import Any, get_args

import pytest

from topexplorer.core.signing import SCHEMES, base_string, sign
from topexplorer.core.signlab.fixes import KINDS, fix_for
from topexplorer.core.signlab.pasted import CodeLanguage

CODE: tuple[CodeLanguage, ...] = get_args(CodeLanguage)
PARAMS = {"b": "2", "a": "中文", "A": "x"}


@pytest.mark.parametrize("method", sorted(SCHEMES))
@pytest.mark.parametrize("language", CODE)
def test_every_mistake_has_a_line_in_every_language(language: CodeLanguage, method: str) -> None:
    for kind in KINDS:
        line = fix_for(kind, "num_iid", language, method).line
        assert line
        assert "{name}" not in line
        assert "{word}" not in line
        assert "{method}" not in line
        assert len(line) <= 140


@pytest.mark.parametrize("method", sorted(SCHEMES))
def test_the_python_lines_compile(method: str) -> None:
    for kind in KINDS:
        ast.parse(fix_for(kind, "num_iid", "python", method).line)


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash here")
def test_the_shell_lines_parse() -> None:
    lines = "\n".join(fix_for(kind, "num_iid", "shell", method).line for kind in sorted(KINDS) for method in SCHEMES)
    done = subprocess.run(["bash", "-n"], input=lines, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("method", sorted(SCHEMES))
def test_the_python_lines_make_the_right_sign(method: str) -> None:
    space: dict[str, Any] = {"params": dict(PARAMS), "secret": "helloworld", "hashlib": hashlib, "hmac": hmac}
    exec(fix_for("unsorted", "", "python", method).line, space)  # noqa: S102
    assert space["text"] == base_string(PARAMS.items())
    exec(fix_for("secret_front", "", "python", method).line, space)  # noqa: S102
    assert space["sign"] == sign(method, "helloworld", PARAMS.items())


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("openssl")), reason="there is no bash or openssl here")
@pytest.mark.parametrize("method", sorted(SCHEMES))
def test_the_shell_lines_make_the_right_sign(method: str) -> None:
    script = "\n".join(
        [
            "declare -A params=([b]=2 [a]=中文 [A]=x); secret=helloworld; text=",
            fix_for("separators", "", "shell", method).line,
            fix_for("lower_case", "", "shell", method).line,
            'printf %s "$sign"',
        ]
    )
    done = subprocess.run(["bash", "-c", script], text=True, capture_output=True, check=True)
    assert done.stdout == sign(method, "helloworld", PARAMS.items())


@pytest.mark.parametrize("language", CODE)
def test_a_name_that_is_no_plain_one_does_not_get_into_the_code(language: CodeLanguage) -> None:
    for name in ('x"); evil("', "$(evil)", "evil\nline", "a b", "名"):
        for kind in KINDS:
            line = fix_for(kind, name, language, "md5").line
            assert "evil" not in line
            assert name not in line
