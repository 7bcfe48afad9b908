"""`catalog check` and `catalog diff`: whether specs keep the rules, and what another version of them breaks."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.cli.specsources import opened, specs_of
from topexplorer.cli.verbs import Verb
from topexplorer.core.language import Language, message
from topexplorer.core.lint import Finding, lint
from topexplorer.core.spec import ApiSpec
from topexplorer.core.specdiff import Change, Comparison, Weight, compare, new_problems
from topexplorer.core.values import Problem
from topexplorer.engine.profiles import Profile

Broken = list[tuple[Profile, tuple[Problem, ...]]]
"""The profiles that break, each with why."""


def declare_check(arguments: Arguments) -> None:
    arguments.positional("path", "contract.help.paths", nargs="*", default=[])
    arguments.switch("--strict", key="contract.help.strict")
    arguments.switch("--json", key="cli.help.json")


def declare_diff(arguments: Arguments) -> None:
    arguments.positional("old", "contract.help.old")
    arguments.positional("new", "contract.help.new")
    arguments.switch("--json", key="cli.help.json")


def check(bench: Workbench, console: Console, options: Namespace) -> int:
    """Holds spec files to every rule. Warnings fail only when they are told to."""
    catalog, files = opened(bench, options.path) if options.path else (bench.catalog, None)
    findings = lint(catalog, files)
    count = len(catalog.index["files"]) if files is None else len(files)
    errors = sum(finding.severity == "error" for finding in findings)
    if options.json:
        console.json(_check_data(findings, count, bench, console.say))
    else:
        console.lines(_line(finding, bench, console.say) for finding in findings)
        figures = {"errors": errors, "warnings": len(findings) - errors}
        console.detail([console.say("contract.check.count", n=count, **figures)])
    return output.FINDINGS if errors or (findings and options.strict) else output.OK


def _line(finding: Finding, bench: Workbench, say: Language) -> str:
    """In the form that editors and CI read. The severity and the rule are the same words in every language."""
    place = f"{_shown(finding.file, bench)}:{finding.where}"
    return f"{place}: {finding.severity}: {say.render(finding.sentence)} [{finding.rule}]"


def _shown(file: str, bench: Workbench) -> str:
    path = Path(file)
    return str(path.relative_to(bench.cwd)) if path.is_relative_to(bench.cwd) else file


def _check_data(findings: Iterable[Finding], count: int, bench: Workbench, say: Language) -> dict[str, object]:
    counts = Counter(finding.severity for finding in findings)
    return {
        "files": count,
        "errors": counts["error"],
        "warnings": counts["warning"],
        "findings": [
            {
                "severity": finding.severity,
                "file": _shown(finding.file, bench),
                "where": finding.where,
                "rule": finding.rule,
                "sentence": say.render(finding.sentence),
            }
            for finding in findings
        ],
    }


def diff(bench: Workbench, console: Console, options: Namespace) -> int:
    """Compares two sets of specs and says which calls, readers and saved profiles the newer one breaks."""
    sets = [specs_of(bench, word) for word in (options.old, options.new)]
    for given in sets:
        console.warn(*given.left_out)
    only = {method for given in sets if given.is_single for method in given.specs}
    old, new = ({m: spec for m, spec in given.specs.items() if not only or m in only} for given in sets)
    found = compare(old, new)
    broken = list(_broken(bench, old, new))
    if options.json:
        console.json(_diff_data(found, broken, console.say))
    else:
        console.lines(_report(found, broken, console.say))
    console.warn(*bench.profiles.problems)
    return output.FINDINGS if found.of("breaking") or broken else output.OK


def _broken(
    bench: Workbench, old: Mapping[str, ApiSpec], new: Mapping[str, ApiSpec]
) -> Iterator[tuple[Profile, tuple[Problem, ...]]]:
    for profile in bench.profiles.list():
        problems = new_problems(profile.draft, old, new, bench.clock())
        method = profile.draft.api
        if method in old and method in new and _lacks_session(bench, profile, old[method], new[method]):
            problems = (*problems, Problem("session", message("check.session")))
        if problems:
            yield profile, problems


def _lacks_session(bench: Workbench, profile: Profile, old: ApiSpec, new: ApiSpec) -> bool:
    """Whether the API needs a session by now and the profile's environment has none."""
    if new.session != "required" or old.session == "required":
        return False
    environment = bench.environments.get(profile.environment) if profile.environment else bench.start_environment
    return environment is not None and not bench.vault.status(environment).has_session


def _report(found: Comparison, broken: Broken, say: Language) -> Iterator[str]:
    weights: tuple[Weight, ...] = ("breaking", "compatible")
    for weight in weights:
        changes = found.of(weight)
        yield say(f"contract.diff.{weight}", n=len(changes))
        yield from columns([(change.method, change.where or "-", _sentence(change, say)) for change in changes], "  ")
    yield say("contract.diff.texts", n=found.texts)
    yield say("contract.diff.profiles", n=len(broken))
    rows = [(profile, problem) for profile, problems in broken for problem in problems]
    yield from columns([(p.name, p.draft.api, x.where or "-", say.render(x.what)) for p, x in rows], "  ")


def _sentence(change: Change, say: Language) -> str:
    return say.render(change.sentence)


def comparison_data(found: Comparison, say: Language) -> dict[str, object]:
    """What changed, as JSON data."""

    def rows(weight: Weight) -> list[dict[str, object]]:
        return [
            {
                "method": change.method,
                "where": change.where or None,
                "kind": change.kind,
                "sentence": _sentence(change, say),
            }
            for change in found.of(weight)
        ]

    return {"breaking": rows("breaking"), "compatible": rows("compatible"), "texts": found.texts}


def _diff_data(found: Comparison, broken: Broken, say: Language) -> dict[str, object]:
    return {
        **comparison_data(found, say),
        "profiles": [
            {
                "name": profile.name,
                "method": profile.draft.api,
                "file": str(profile.path) if profile.path else None,
                "problems": [{"where": p.where or None, "sentence": say.render(p.what)} for p in problems],
            }
            for profile, problems in broken
        ],
    }


VERBS = {"catalog check": Verb(declare_check, check), "catalog diff": Verb(declare_diff, diff)}
