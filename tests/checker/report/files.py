"""Writes the grades: CSV files and JUnit files."""
import contextlib
import csv
import io
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import junitparser

from checker.report import points
from checker.report.results import (
    COLUMNS,
    FAILED,
    NOT_GRADED,
    NOT_RUN,
    NOT_STARTED,
    Result,
    Row,
    Submission,
)
from checker.specification import FILES

# A spreadsheet takes a cell that starts like this for a formula, and a
# semicolon without quotes for the end of a cell.
FORMULA_STARTS = ('=', '+', '-', '@', '\t', '\r', '\N{FULLWIDTH EQUALS SIGN}',
                  '\N{FULLWIDTH PLUS SIGN}', '\N{FULLWIDTH HYPHEN-MINUS}',
                  '\N{FULLWIDTH COMMERCIAL AT}')


def is_special(path: Path) -> bool:
    """Return whether a path is a link, a pipe or a device."""
    return path.is_symlink() or path.exists() and not path.is_file()


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give a path to write to; what it holds at the end becomes `path`.

    If that fails, the file at `path` is as it was. A link, a pipe or a device
    is not replaced but written to.
    """
    if is_special(path):
        yield path
        return
    part = path.with_name(f'{path.name}.part')
    try:
        yield part
        if path.exists():
            shutil.copymode(path, part)
        os.replace(part, path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def grades(submissions: Sequence[Submission]) -> str:
    """Return the CSV file: a line for each submission and column."""
    file = io.StringIO(newline='')
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([
        [name.replace('_', ' ') for name in Row._fields],
        *(map(defused, row) for each in submissions for row in each.rows())])
    return file.getvalue()


def gradebook(submissions: Sequence[Submission],
              weights: points.Weights) -> str:
    """Return a CSV file with a line for each submission: its points.

    A column that a person must look at is '-', and so is its total.
    """
    file = io.StringIO(newline='')
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(['submission', *COLUMNS, 'total', 'of'])
    for submission in submissions:
        found = points.points_of(submission, weights)
        graded = [found.columns.get(column, (None, 0))[0]
                  for column in COLUMNS]
        total = found.total if found.complete else None
        writer.writerow([defused(submission.name), *(
            '-' if some is None else points.shown(some)
            for some in (*graded, total, found.most))])
    return file.getvalue()


def defused(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if str(cell).startswith(FORMULA_STARTS) else cell


def write_junit(submissions: Sequence[Submission], path: Path) -> None:
    """Write the JUnit file of a run: a testsuite for each submission."""
    suites = []
    for submission in submissions:
        suite = junitparser.TestSuite(submission.name)
        for result in submission.results:
            name = f'{result.check}[{result.submission}-{result.task}]'
            case = case_of(result, name)
            properties = junitparser.Properties()
            properties.add_property(junitparser.Property(
                'submission', result.submission))
            properties.add_property(junitparser.Property(
                'task', result.column))
            case.append(properties)
            suite.add_testcase(case)
        for task in (*submission.problems, *submission.left):
            suite.add_testcase(unfinished(
                f'{FILES[task]}[{submission.name}-{task}]', str(task),
                submission.problems.get(task, NOT_STARTED)))
        suites.append(suite)
    write_suites(suites, path)


def write_junit_of(submission: Submission, path: Path) -> None:
    """Write the JUnit file of a submission, as platforms read it.

    The names of its testcases are the same for everybody.  Platforms drop
    testcases that were skipped, so a check that was not run has failed.
    """
    suite = junitparser.TestSuite('Autoencoders')
    for task in submission.paths:
        known = {(result.column, result.check): result
                 for result in submission.results if result.task == task}
        planned = submission.planned.get(task, {})
        problem = submission.problems.get(task, NOT_STARTED)
        for key, title in planned.items():
            name = f'{FILES[task]}: {title}'
            result = known.get(key)
            case = (case_of(result, name) if result
                    else unfinished(name, key[0], problem))
            if result and result.outcome == NOT_RUN:
                case.result = [junitparser.Failure(
                    f'not run: {result.found}')]
            suite.add_testcase(case)
        if not planned and task in (*submission.problems, *submission.left):
            suite.add_testcase(unfinished(FILES[task], str(task), problem))
    write_suites([suite], path)


def write_suites(suites: Sequence[Any], path: Path) -> None:
    """Write a JUnit file."""
    xml = junitparser.JUnitXml('check.py')
    for suite in suites:
        xml.add_testsuite(suite)
    xml.update_statistics()
    xml.write(str(path), pretty=True)


def case_of(result: Result, name: str) -> Any:
    """Return the testcase of a check."""
    case = junitparser.TestCase(name, classname=f'file {result.column}')
    text = '\n'.join(
        f'{part}: {value}' for part in ('expected', 'found', 'fix', 'call')
        if (value := getattr(result, part)))
    if result.machinery:
        case.result = [element(junitparser.Error(str(result)), text)]
    elif result.outcome in (FAILED, NOT_GRADED):
        case.result = [element(junitparser.Failure(
            str(result), result.outcome), text)]
    elif result.outcome == NOT_RUN:
        case.result = [junitparser.Skipped(result.found)]
    return case


def unfinished(name: str, column: str, problem: str) -> Any:
    """Return the testcase of what did not finish."""
    case = junitparser.TestCase(name, classname=f'file {column}')
    case.result = [junitparser.Error(f'not finished: {problem}')]
    return case


def element(found: Any, text: str) -> Any:
    """Return an element of a testcase, with a text."""
    found.text = text
    return found
