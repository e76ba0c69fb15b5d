"""Writes the grades: the CSV file and the JUnit file."""
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import junitparser

from checker.report import points
from checker.report.results import (
    COLUMNS,
    FAILED,
    NOT_GRADED,
    NOT_RUN,
    Result,
    Row,
    Submission,
)
from checker.specification import FILES

# A spreadsheet takes a cell that starts like this for a formula.
FORMULA_STARTS = '=', '+', '-', '@', '\t', '\r'


def grades(submissions: Sequence[Submission]) -> str:
    """Return the CSV file: a line for each submission and column."""
    file = io.StringIO(newline='')
    csv.writer(file).writerows([
        [name.replace('_', ' ') for name in Row._fields],
        *(map(defused, row) for each in submissions for row in each.rows())])
    return file.getvalue()


def gradebook(submissions: Sequence[Submission],
              weights: points.Weights) -> str:
    """Return a CSV file with a line for each submission: its points.

    A column that a person must look at is '-', and so is its total.
    """
    file = io.StringIO(newline='')
    writer = csv.writer(file)
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
    """Write the JUnit file: a testsuite for each submission."""
    xml = junitparser.JUnitXml('check.py')
    for submission in submissions:
        suite = junitparser.TestSuite(submission.name)
        for result in submission.results:
            suite.add_testcase(case_of(result))
        for task, problem in submission.problems.items():
            suite.add_testcase(unfinished(submission.name, task, problem))
        xml.add_testsuite(suite)
    xml.update_statistics()
    xml.write(str(path), pretty=True)


def case_of(result: Result) -> Any:
    """Return the testcase of a check."""
    name = f'{result.check}[{result.submission}-{result.task}]'
    case = junitparser.TestCase(name, classname=f'file {result.column}')
    properties = junitparser.Properties()
    properties.add_property(junitparser.Property(
        'submission', result.submission))
    properties.add_property(junitparser.Property('task', result.column))
    case.append(properties)
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


def unfinished(name: str, task: int, problem: str) -> Any:
    """Return the testcase of a file whose checks did not finish."""
    case = junitparser.TestCase(f'{FILES[task]}[{name}-{task}]',
                                classname=f'file {task}')
    case.result = [junitparser.Error(f'not finished: {problem}')]
    return case


def element(found: Any, text: str) -> Any:
    """Return an element of a testcase, with a text."""
    found.text = text
    return found
