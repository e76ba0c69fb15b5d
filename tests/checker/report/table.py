"""What the command writes to the terminal."""
import shutil
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Callable

from checker.report.results import (
    COLUMNS,
    COULD_NOT_BE_RUN,
    FAILED,
    NOT_FINISHED,
    NOT_GRADED,
    PASSED,
    Result,
    Submission,
    title_of,
    told_not_run,
)
from checker.specification import FILES

# The width of a terminal is used up to this; elsewhere lines have 80.
WIDEST, USUAL = 100, 80


def width_of(is_terminal: bool) -> int:
    """Return how long lines may be."""
    if not is_terminal:
        return USUAL
    return min(WIDEST, shutil.get_terminal_size().columns)


def report(submission: Submission, width: int) -> Iterator[str]:
    """Yield lines about each file of a submission and its failures."""
    for row in submission.rows():
        total = f'{row.passed} of {row.total} checks passed'
        shown = '' if row.verdict in (PASSED, FAILED) else f', {row.verdict}'
        yield f'{title_of(row.task):20} {total}{shown}'
        yield from failures(submission.of(row.task), width)
        problem = submission.problem_of(row.task)
        if problem:
            yield f'  NOT FINISHED  {problem}'


def failures(results: Sequence[Result], width: int) -> Iterator[str]:
    """Yield lines about the checks of a column that did not pass.

    A house rule that several files break is one failure.
    """
    same: dict[str, list[str]] = {}
    for result in results:
        if result.outcome in (FAILED, NOT_GRADED):
            lines = '\n'.join(failure_text(result, width))
            same.setdefault(lines, []).append(FILES[result.task])
    for lines, files in same.items():
        head, *rest = lines.split('\n')
        if results[0].column == 'style':
            head = f'{head} ({", ".join(files)})'
        yield from (head, *rest)
    not_run = told_not_run(results)
    if not_run:
        yield f'  {not_run}'


def failure_text(result: Result, width: int) -> Iterator[str]:
    """Yield lines about a check that did not pass."""
    if result.machinery:
        yield f'  NOT FINISHED  {result.title}: {result.found}'
        return
    word = 'FAILED' if result.outcome == FAILED else 'NOT GRADED'
    yield from wrapped(f'  {word}  ', result.title, width)
    for name in ('call', 'expected', 'found', 'fix'):
        text = getattr(result, name)
        if text:
            yield from wrapped(f'    {name:9} ', text, width)


def wrapped(start: str, text: str, width: int) -> Iterator[str]:
    """Yield a text in lines; the second line of a text and further ones,
    which hold code, are not wrapped."""
    first, *code = text.split('\n')
    indent = ' ' * len(start)
    yield from textwrap.wrap(
        first, max(width, 40), initial_indent=start,
        subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False) or [start.rstrip()]
    for line in code:
        yield f'{indent}{line}'


def table(submissions: Sequence[Submission]) -> Iterator[str]:
    """Yield a line for each submission, and one for all of them."""
    width = max(10, *(len(each.name) for each in submissions)) + 2
    yield 'submission'.ljust(width) + ''.join(
        column.rjust(8) for column in COLUMNS) + '  verdict'
    verdicts: Counter[str] = Counter()
    unrun = 0
    for submission in submissions:
        rows = {row.task: row for row in submission.rows()}
        cells = ''.join((f'{rows[column].passed}/{rows[column].total}'
                         if column in rows else '-').rjust(8)
                        for column in COLUMNS)
        verdict = submission.verdict()
        verdicts[verdict] += 1
        unrun += sum(row.verdict == COULD_NOT_BE_RUN for row in rows.values())
        yield f'{submission.name.ljust(width)}{cells}  {verdict}'
    yield ', '.join(
        f'{word}: {verdicts[verdict]}' for word, verdict in (
            ('passed all', PASSED), ('failed', FAILED),
            ('not graded', NOT_GRADED), ('not finished', NOT_FINISHED))
    ) + f' of {len(submissions)}; files that could not be run: {unrun}'


class Progress:
    """Shows each submission of a class as it ends."""

    def __init__(self, write: Callable[[str], None], total: int) -> None:
        self.write, self.left = write, total

    def done(self, submission: Submission) -> None:
        """Show that a submission is done."""
        self.left -= 1
        self.write(f'{submission.name}: {submission.verdict()}, '
                   f'{self.left} left')
