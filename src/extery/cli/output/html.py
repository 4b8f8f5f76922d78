"""Self-contained HTML pages: the reports of `validate` and `check`."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from extery.cli.output.outcome import CheckedPath, SilencedProblem, pluralize
from extery.core import codes
from extery.core.errors import Problem
from extery.core.files import format_size
from extery.rules.blender_verdicts import verdict_lines

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1e26; --dim: #5c6070; --paper: #f6f5f2; --card: #fff;
  --line: #dedbd3; --bad: #b3261e; --doubt: #8a5a00; --good: #1b6e3c; --code: #efece5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --dim: #a5a8b5; --paper: #16171c;
  --card: #1f2128; --line: #363943; --bad: #ff8a80; --doubt: #f2b84b; --good: #7ddb9c;
  --code: #2a2d36; } }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.55 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); }
main { max-width: 54rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 1.5rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1.25rem 1.5rem; margin-bottom: 1.25rem; }
h2 { font-size: 1.15rem; margin: 0; overflow-wrap: anywhere; }
.facts { color: var(--dim); margin: .25rem 0 0; overflow-wrap: anywhere; }
ol { list-style: none; margin: 1rem 0 0; padding: 0; }
li { border-top: 1px solid var(--line); padding: .9rem 0; }
li:last-child { padding-bottom: 0; }
li p { margin: .2rem 0 0; overflow-wrap: anywhere; }
.place, code { font: .875rem ui-monospace, monospace; }
.place { color: var(--dim); overflow-wrap: anywhere; }
code { background: var(--code); border-radius: .3rem; padding: .1rem .35rem; }
.error { color: var(--bad); font-weight: 650; }
.warning { color: var(--doubt); font-weight: 650; }
.ok { color: var(--good); font-weight: 650; }
details { color: var(--dim); margin-top: .3rem; }
pre { background: var(--code); border-radius: .5rem; padding: .6rem .8rem; overflow-x: auto;
  font: .8125rem/1.5 ui-monospace, monospace; margin: .3rem 0 .6rem; color: var(--ink); }
a { color: inherit; }
summary { cursor: pointer; width: fit-content; }
"""


def html_report(checked: Sequence[CheckedPath]) -> str:
    """Return the page; every text from a package is escaped."""
    bad = sum(not item.report.ok for item in checked)
    title = f"{bad} of {len(checked)} with errors" if bad else "No errors"
    warnings = sum(not p.problem.is_error for item in checked for p in item.problems)
    if warnings:
        title += f", {pluralize(warnings, 'warning')}"
    sections = "\n".join(_section(item) for item in checked)
    return page(title, sections)


def page(title: str, body: str, *, style: str = "") -> str:
    """Return a self-contained page; title and body are HTML."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}{style}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>"
    )


def _section(checked: CheckedPath) -> str:
    report = checked.report
    details: list[str] = [report.kind]
    if report.manifest:
        details += [f"{report.manifest.id} {report.manifest.version}", report.manifest.type]
    if report.size is not None:
        details.append(format_size(report.size))
    state = (
        '<span class="ok">no errors</span>' if report.ok else '<span class="error">errors</span>'
    )
    verdicts = "".join(
        f'\n<p class="facts">{escape(line)}</p>' for line in verdict_lines(report.refusals)
    )
    seen: set[str] = set()
    items = "\n".join(_item(item.problem, seen) for item in checked.problems)
    problems = f"\n<ol>\n{items}\n</ol>" if items else ""
    return (
        f"<section>\n<h2>{escape(report.name)}</h2>\n"
        f'<p class="facts">{state} · {escape(" · ".join(details))}</p>{verdicts}{problems}'
        f"{_silenced(checked.silenced)}\n</section>"
    )


def _silenced(silenced: Sequence[SilencedProblem]) -> str:
    """Return a closed list of the warnings that the project file silences."""
    if not silenced:
        return ""
    items = "\n".join(
        f"<p>{escape(item.prefixed.problem.message)} <code>{item.prefixed.problem.code}</code>: "
        f"{escape(item.reason)}</p>"
        for item in silenced
    )
    title = f"{pluralize(len(silenced), 'warning')} silenced"
    return f"\n<details><summary>{title}</summary>\n{items}\n</details>"


def _item(problem: Problem, seen: set[str]) -> str:
    """Return a problem; the examples of a code are those of its first one, and ``seen`` are the codes before."""
    place = escape(str(problem.where))
    hint = f"<p>Hint: {escape(problem.hint)}</p>" if problem.hint else ""
    why = escape(codes.find(problem.code).why)
    more = "" if problem.code in seen else _more(problem.code)
    seen.add(problem.code)
    return (
        f'<li>\n<span class="place">{place}</span>\n'
        f'<p><span class="{problem.severity}">{problem.severity}</span>: '
        f"{escape(problem.message)}</p>\n{hint}\n"
        f"<details><summary>Why</summary><p>{why} <code>{problem.code}</code></p>{more}</details>\n</li>"
    )


def _more(code: str) -> str:
    """Return the guideline of a code, and its examples."""
    from extery.rules.documentation import EXAMPLE_TITLES, examples_of, guideline_of

    text = ""
    if guideline := guideline_of(code):
        url = escape(guideline.url)
        text += f'\n<p>Guideline: <a href="{url}">{escape(str(guideline))}</a></p>'
    for title, example in zip(EXAMPLE_TITLES, examples_of(code), strict=True):
        if example:
            text += f"\n<p>{title}:</p>\n<pre>{escape(example)}</pre>"
    return text
