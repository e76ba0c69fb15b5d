"""The report on a submission, and how it is written to the terminal."""
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from checker.report.results import (
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

# The width of a terminal is used up to this; elsewhere lines have 80.
WIDEST, USUAL = 100, 80
# How a line begins that a workflow of GitHub takes for a command.
COMMAND = re.compile(r'^(\s*)(::|##\[)', re.MULTILINE)
RED, PLAIN = '\x1b[31m', '\x1b[0m'


class Terminal:
    """Standard output: its width, its encoding, and whether it has colours.
    """

    def __init__(self) -> None:
        self.is_terminal = sys.stdout.isatty()
        self.width = USUAL
        if self.is_terminal:
            self.width = min(WIDEST, shutil.get_terminal_size().columns)
        self.has_colours = self.is_terminal and not os.environ.get('NO_COLOR')
        encoding = (sys.stdout.encoding or 'ascii').lower()
        self.is_ascii = encoding.replace('-', '') != 'utf8'
        self._waiting = ''

    def show(self, text: str) -> None:
        """Write a line."""
        if self.is_ascii:
            text = text.replace('…', '...').encode(
                'ascii', 'backslashreplace').decode()
        text = text.encode('utf-8', 'backslashreplace').decode()
        text = COMMAND.sub(r'\1| \2', text).replace('##[', '## [')
        if self.has_colours:
            text = re.sub('^  (FAILED|NOT GRADED|NOT FINISHED)',
                          rf'  {RED}\1{PLAIN}', text)
        print(self._waiting + text, flush=True)
        self._waiting = ''

    def show_not_written(self, path: Path, error: OSError) -> None:
        """Say that a file could not be written."""
        self.show(f'not written: {path}: {error.strerror}')

    def wait(self, text: str) -> None:
        """Write a line that the next one replaces, in a terminal alone."""
        if self.is_terminal:
            print(text, end='', flush=True)
            self._waiting = f'\r{" " * len(text)}\r'


def report(submission: Submission, score: str,
           width: int) -> Iterator[str]:
    """Yield lines about each file of a submission and its failures.

    Args:
        score: its points, or ''.
    """
    missing = {*filter(submission.is_missing, submission.paths)}
    for row in submission.rows():
        yield headline(row, row.task in map(str, missing))
        results = [result for result in submission.of(row.task)
                   if result.task not in missing]
        yield from (broken_rules if row.task == 'style'
                    else failures)(results, width)
        not_run = told_not_run(results)
        if not_run:
            yield from wrapped('  ', not_run, width)
        problem = submission.problem_of(row.task)
        if problem:
            yield from wrapped('  NOT FINISHED  ', problem, width)
    if score:
        yield f'{"points":20} {score}'
    if submission.uploaded:
        yield from wrapped('', UPLOADED, width)
    for task, name in submission.names.items():
        if name != FILES[task]:
            yield from wrapped(
                '', f'{printable(name)} was checked as {FILES[task]}; its '
                'name was not judged', width)


def headline(row: Row, is_missing: bool) -> str:
    """Return a line about a column."""
    shown = (f'{title_of(row.task):20} {row.passed} of {row.total} checks '
             'passed')
    if is_missing:
        return f'{shown}: there is no such file'
    return shown + f', {row.verdict}' * (row.verdict not in (PASSED, FAILED))


def failures(results: Sequence[Result], width: int) -> Iterator[str]:
    """Yield lines about the checks of a file that did not pass."""
    for reason in why_lost(results):
        yield from wrapped('  NOT FINISHED  ', reason, width)
    for result in results:
        if result.machinery or result.outcome not in (FAILED, NOT_GRADED):
            continue
        yield from wrapped(f'  {result.outcome.upper()}  ', result.title,
                           width)
        # A table of layers says what is expected and found, if nothing else.
        alone = result.layers and not result.expected
        for name in ('call', 'expected', 'found', 'layers', 'fix'):
            if name == 'layers' and result.layers:
                yield from side_by_side(result.layers, width)
            elif getattr(result, name) and not (alone and name == 'found'):
                yield from wrapped(f'    {name:9} ', getattr(result, name),
                                   width)


def side_by_side(layers: Sequence[tuple[str, str]],
                 width: int) -> list[str]:
    """Return lines with the expected layers and the found ones.

    The found ones stand below the expected ones if there is no room.
    """
    layers = [(expected or '-', found or '-') for expected, found in layers]
    size = max(len(expected) for expected, _ in layers) + 2
    lines = [f'{" " * 14}{expected:{size}}{" " * 7}{found}'.rstrip()
             for expected, found in layers]
    if max(map(len, lines)) <= width:
        expected, found = layers[0]
        lines[0] = f'    expected  {expected:{size}}found  {found}'.rstrip()
        return lines
    return [line for name, column in zip(('expected', 'found'), zip(*layers))
            for line in wrapped(f'    {name:9} ', '\n'.join(column), width)]


def broken_rules(results: Sequence[Result], width: int) -> Iterator[str]:
    """Yield a line for each house rule that is broken.

    It names the files that break it, because they often have it in common.
    """
    files: dict[str, list[str]] = {}
    for result in results:
        if result.outcome == FAILED:
            told = result.found if result.machinery else (
                f'{result.found}; '
                + (result.fix or f'expected {result.expected}'))
            files.setdefault(told, []).append(FILES[result.task])
    for told, names in files.items():
        who = ', '.join(names)
        if len(names) == len(FILES):
            who = f'all {len(FILES)} files'
        yield from wrapped('  ', f'{who}: {told}', width)


def wrapped(start: str, text: str, width: int) -> Iterator[str]:
    """Yield a text in lines; the second line of a text and further ones,
    which hold code, are not wrapped."""
    first, *code = text.split('\n')
    indent = ' ' * max(len(start), 2)
    yield from textwrap.wrap(
        first, max(width, 40), initial_indent=start,
        subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False) or [start.rstrip()]
    for line in code:
        yield f'{indent}{line}'.rstrip()
