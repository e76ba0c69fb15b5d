"""The results of checks: all that is shown or written comes from them."""
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Optional

from checker.report.owners import Owner
from checker.specification import FILES

PASSED, FAILED, NOT_RUN, NOT_GRADED = (
    'passed', 'failed', 'not run', 'not graded')
# Verdicts that are not outcomes as well.
COULD_NOT_BE_RUN, NOT_FINISHED = 'could not be run', 'not finished'
# Why a file has no results if the run ended before it.
NOT_STARTED = 'not started'
# The columns of the table.
COLUMNS = (*map(str, range(len(FILES))), 'style')
# The check that fails if no call of autoencoder() builds.
BUILDS = 'test_calls_build'
# The check that is left out if files were uploaded, and how that is said.
EXECUTABLE = 'test_executable'
UPLOADED = ('Whether the files are executable was not checked, because '
            'uploading removes it')


@dataclass
class Result:
    """What became of a check.

    submission: its displayed name.
    task: the number of the file.
    column: of the table: the task or 'style'.
    check: the name of the test; title: what it requires.
    outcome: one of the four above.
    expected, found, fix, call: of a failure; found gives the reason of every
        other outcome.
    layers: pairs of an expected layer and the found one beside it, if layers
        differ; one of them is '' if it is missing.
    because: the title of the check whose failure kept this one from being
        run, or ''.
    example: code of the repository's own file that shows how it is met.
    question: a heading of README.md about it, or ''.
    machinery: whether the checker itself failed.
    line: of the file, if that is known.
    seconds: how long it took; what several checks look at counts once.
    """
    submission: str
    task: int
    column: str
    check: str
    title: str
    outcome: str
    expected: str = ''
    found: str = ''
    fix: str = ''
    call: str = ''
    layers: Sequence[tuple[str, str]] = ()
    because: str = ''
    example: str = ''
    question: str = ''
    machinery: bool = False
    line: Optional[int] = None
    seconds: float = 0

    @property
    def first_line(self) -> str:
        """What was found, in one line."""
        return self.found.partition('\n')[0]

    @property
    def heading(self) -> str:
        """The title; in the style's column, with the file that it is of."""
        return f'{FILES[self.task]}: ' * (self.column == 'style') + self.title

    def __str__(self) -> str:
        """In one line."""
        found = self.first_line
        if self.outcome != FAILED or self.machinery:
            return f'{self.heading}: {found}'
        call = f' ({self.call})' * bool(self.call)
        expected = f'expected {self.expected}; found ' * bool(self.expected)
        return f'{self.heading}: {expected}{found}{call}'


def told_not_run(results: Sequence[Result]) -> str:
    """Return how many checks were not run, and why, or ''."""
    reasons = [result.found for result in results
               if result.outcome == NOT_RUN]
    if not reasons:
        return ''
    many = ('1 check was' if len(reasons) == 1 else
            f'{len(reasons)} checks were') + ' not run'
    failed = any(result.outcome in (FAILED, NOT_GRADED)
                 for result in results)
    return f'{many} because of this' if failed else f'{many}: {reasons[0]}'


def why_lost(results: Sequence[Result]) -> list[str]:
    """Return why the checker itself failed, with how many checks."""
    count = Counter(result.found for result in results if result.machinery)
    return [f'{reason} ({many} check{"s" * (many > 1)})'
            for reason, many in count.items()]


def key_of(item: Any) -> tuple[str, str]:
    """Return the column and the name of a check, from pytest's item."""
    task = getattr(item.module, 'TASK', None)
    return 'style' if task is None else str(task), item.originalname


class Row(NamedTuple):
    """What became of a column of a submission: a line of the CSV file."""
    submission: str
    task: str
    passed: int
    total: int
    verdict: str
    first_failure: str


def title_of(column: str) -> str:
    """Return what a column of the table is about."""
    return 'style' if column == 'style' else FILES[int(column)]


@dataclass
class Submission:
    """A submission, and all that is known about it.

    paths: where its files are, or should be, by number; those to check.
    names: the names that they had, if they are there.
    owner: who handed it in.
    upload: what a platform calls the first of its files, if it names files.
    late: whether the platform says so.
    doubts: why some files are not, or perhaps not, what was handed in.
    kept: whether it comes from a record, and its files are not at hand.
    left: the numbers of the files that are not done.
    planned: of each file, the checks that were to run, as {(column, check):
        title}.
    problems: why the checks of a file did not finish.
    judging: the versions and options that judge it; see the record.
    seed: of its random numbers.
    digests: of each file, or None.
    """
    name: str
    paths: dict[int, Path]
    names: dict[int, str] = field(default_factory=dict)
    owner: Owner = Owner('', '', '')
    upload: str = ''
    late: bool = False
    doubts: list[str] = field(default_factory=list)
    kept: bool = False
    judging: dict[str, Any] = field(default_factory=dict)
    seed: str = ''
    digests: dict[int, Optional[str]] = field(default_factory=dict)
    left: set[int] = field(init=False)
    planned: dict[int, dict[tuple[str, str], str]] = field(
        default_factory=dict)
    results: list[Result] = field(default_factory=list)
    problems: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.left = {*self.paths}

    @property
    def uploaded(self) -> bool:
        """Whether its files lost whether they are executable."""
        return bool(self.judging and self.judging['options']['uploaded'])

    def is_missing(self, task: int) -> bool:
        """Return whether a file that is asked for was not handed in."""
        return (task in self.paths and task not in self.problems
                and self.digests.get(task, '') is None
                and not os.path.lexists(self.paths[task]))

    def of(self, column: str) -> list[Result]:
        """Return the results of a column, sorted by file."""
        return sorted((result for result in self.results
                       if result.column == column),
                      key=lambda result: result.task)

    def rows(self) -> Iterator[Row]:
        """Yield a Row for each column that was asked for."""
        for column in COLUMNS:
            total = sum(column == other for planned in self.planned.values()
                        for other, _ in planned)
            unfinished = bool(self.problem_of(column))
            if total or unfinished:
                yield self.row(column, total, unfinished)

    def problem_of(self, column: str) -> str:
        """Return why the checks of a column did not finish, or ''."""
        for task in self.paths:
            style = column == 'style' and (not self.planned.get(task) or any(
                column == other for other, _ in self.planned[task]))
            if style or column == str(task):
                if task in self.problems:
                    return self.problems[task]
                if task in self.left:
                    return NOT_STARTED
        return ''

    def row(self, column: str, total: int, unfinished: bool) -> Row:
        """Return the Row of a column."""
        results = self.of(column)
        count = Counter(result.outcome for result in results)
        failures = [result for result in results if result.outcome == FAILED]
        broken = any(result.machinery for result in failures)
        others = [result for result in results
                  if result.outcome == NOT_GRADED]
        if failures and not broken:
            could_run = count[PASSED] or failures[0].check != BUILDS
            verdict = FAILED if could_run else COULD_NOT_BE_RUN
        elif others:
            verdict = NOT_GRADED
        elif count[PASSED] == total and not unfinished:
            verdict = PASSED
        else:
            verdict = NOT_FINISHED
        first = next(map(str, failures or others), '')
        return Row(self.name, column, count[PASSED], total, verdict, first)

    def verdict(self) -> str:
        """Return what became of the submission."""
        found = {row.verdict for row in self.rows()}
        if COULD_NOT_BE_RUN in found:
            return FAILED
        return next((verdict for verdict in (
            FAILED, NOT_FINISHED, NOT_GRADED, PASSED) if verdict in found),
            NOT_FINISHED)
