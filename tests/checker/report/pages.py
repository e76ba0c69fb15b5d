"""Writes a page in Markdown for the author of a submission.

Nothing that came from a submission becomes markup, a link or a mention: it
stands in code alone.
"""
import contextlib
import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from checker.grader import source
from checker.report import table, versions
from checker.report.results import (
    COLUMNS,
    FAILED,
    NOT_GRADED,
    PASSED,
    UPLOADED,
    Result,
    Row,
    Submission,
    title_of,
    told_not_run,
    why_lost,
)
from checker.specification import FILES
from checker.wire import printable

ROOT = Path(__file__).resolve().parents[3]
# Headings of README.md, for each file.
QUESTIONS = ('What is an autoencoder?', 'What is a sparse autoencoder?',
             'What is a convolutional autoencoder?',
             'What is a variational autoencoder?')
# How each page of a submission begins.
TITLE = '# Feedback for '
# Where the pages of single submissions are, beside that of the class.
FOLDER = 'students'
# A name of a file may be longer than this, in bytes.
NAME_BYTES = 200


def index(submissions: Sequence[Submission], score: table.Score,
          to_look_at: Sequence[str]) -> str:
    """Return the page of a class: the table, and the common failures.

    Args:
        to_look_at: lines about what a person must look at.
    """
    lines = ['# Class', '', f'Checked with {versions.full()}.', '',
             f'| submission | {" | ".join(COLUMNS)} | points | verdict |',
             '| --- ' * (len(COLUMNS) + 3) + '|']
    for submission in submissions:
        link = f'{FOLDER}/{quote(file_name(submission.name))}'
        cells = [cell(submission.name), *table.cells(submission),
                 score(submission), f'[{submission.verdict()}]({link})'
                 + ', late' * submission.late]
        lines.append(f'| {" | ".join(cells)} |')
    if to_look_at:
        lines += ['', '## Look at these yourself', '',
                  *(f'- {code(line)}' for line in to_look_at)]
    failures = table.common_failures(submissions)
    lines += ['', '## Most common failures', ''] * bool(failures)
    for count, result in failures:
        lines += [f'- {count} of {len(submissions)}: '
                  f'{title_of(result.column)}, {plain(result.title)}. '
                  f'For example: {code(result.first_line)}']
    return '\n'.join([*lines, ''])


def remove_others(folder: Path, submissions: Sequence[Submission]) -> None:
    """Remove the pages of students who are gone."""
    names = {file_name(submission.name) for submission in submissions}
    for path in folder.glob('*.md'):
        # What cannot be read or removed is none of ours.
        with contextlib.suppress(OSError):
            if path.name not in names and path.read_bytes().startswith(
                    TITLE.encode()):
                path.unlink()


def page(submission: Submission, score: table.Score) -> str:
    """Return the page of a submission."""
    rows = [*submission.rows()]
    lines = [f'{TITLE}{code(submission.name)}', '',
             f'Checked with {versions.full()}.', '',
             '| file | verdict | checks passed |', '| --- | --- | --- |']
    lines += [f'| {title_of(row.task)} | {row.verdict} | '
              f'{row.passed} of {row.total} |' for row in rows]
    worth = score(submission)
    if worth:
        lines += ['', 'Points: none yet, because a person must look at this.'
                  if worth.endswith('*') else f'Points: {worth}.']
    lines += ['', f'{UPLOADED}.'] * submission.uploaded
    for row in rows:
        if row.verdict != PASSED:
            lines += ['', f'## {title_of(row.task)}',
                      *about(row, submission)]
    return '\n'.join([*lines, ''])


def about(row: Row, submission: Submission) -> Iterator[str]:
    """Yield lines about a column that did not pass."""
    results = submission.of(row.task)
    problem = submission.problem_of(row.task)
    if problem:
        yield from ('', f'The checks did not finish: {code(problem)}. '
                    f'{len(results)} of {row.total} were made.'
                    if row.total else f'Nothing was checked: {code(problem)}.')
    for reason in why_lost(results):
        yield from ('', 'The checker failed:', '', block(reason))
    for result in results:
        if result.outcome == FAILED and not result.machinery:
            yield from failure_lines(result, submission.paths[result.task])
        elif result.outcome == NOT_GRADED:
            yield from ('', f'### Not graded: {plain(result.title)}', '',
                        f'{plain(result.found)}.')
    not_run = told_not_run(results)
    if not_run:
        yield from ('', f'{plain(not_run)}.')


def file_name(name: str, suffix: str = '.md') -> str:
    """Return the name of the file for the page of a submission."""
    stem = re.sub('[%/]', lambda sign: f'%{ord(sign[0]):02X}', name)
    if len(stem.encode()) > NAME_BYTES:
        start = stem.encode()[:NAME_BYTES - 20].decode(errors='ignore')
        stem = f'{start}-{hashlib.sha256(stem.encode()).hexdigest()[:16]}'
    return f'{stem}{suffix}'


def failure_lines(result: Result, path: Path) -> Iterator[str]:
    """Yield lines about a check that failed."""
    name = FILES[result.task]
    yield from ('', f'### Failed: {plain(result.heading)}', '')
    if result.call:
        yield from (f'For the call {code(result.call)}:', '')
    if result.layers:
        yield from ('| expected | found |', '| --- | --- |')
        for expected, found in result.layers:
            yield f'| {cell(expected)} | {cell(found)} |'
        yield ''
    if result.expected:
        yield from (f'Expected: {plain(result.expected)}.', '')
    if result.expected or not result.layers:
        yield from ('Found:', '', block(result.found))
    line = line_of(path, result.line) if result.line else ''
    if line and '\n' not in result.found:
        yield from ('', f'Line {result.line} of {name}:', '', block(line))
    if result.fix:
        first, *code_lines = result.fix.split('\n')
        yield from ('', f'What to change: {plain(first)}')
        if code_lines:
            yield from ('', block('\n'.join(code_lines)))
    yield from reading(result, name)


def reading(result: Result, name: str) -> Iterator[str]:
    """Yield lines about what to read in the checker's repository."""
    where: list[str] = []
    if result.example:
        where.append(f'{code(line_with(result.example, name))} in its {name}')
    if result.column != 'style':
        question = result.question or QUESTIONS[result.task]
        where.append(f'“{question}” in its README.md')
    if where:
        yield from ('', 'What to read in the checker\'s repository: '
                    f'{" and ".join(where)}.')


def line_with(text: str, name: str) -> str:
    """Return the first line of the repository's own file with a text."""
    lines = (ROOT / name).read_text(encoding='utf-8').splitlines()
    return next(line.strip() for line in lines if text in line)


def line_of(path: Path, number: int) -> str:
    """Return a line of a submission, or '' if it cannot be read."""
    try:
        lines = source.split_lines(source.read(path))
        return printable(lines[number - 1].strip())
    except (source.Unreadable, IndexError):
        return ''


def plain(text: str) -> str:
    """Return a text of ours in which nothing is markup."""
    return re.sub(r'([\\`*_\[\]<>#|])', r'\\\1', text)


def code(text: str) -> str:
    """Return a line as code."""
    fence = '`' * (1 + longest(text))
    return f'{fence} {text} {fence}'


def cell(text: str) -> str:
    """Return a line as code in a table."""
    return code(text).replace('|', r'\|') if text else ''


def block(text: str) -> str:
    """Return lines as a block of code."""
    fence = '`' * max(3, 1 + longest(text))
    return f'{fence}text\n{text}\n{fence}'


def longest(text: str) -> int:
    """Return how many backticks follow each other in a text, at most."""
    return max(map(len, re.findall('`+', text)), default=0)
