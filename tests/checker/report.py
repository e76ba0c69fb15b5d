"""Counts what passed; writes the table, the CSV file and the pages."""
import csv
import io
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Dict, NamedTuple, Union

import pytest

from checker import feedback
from checker.observation import printable
from checker.specification import FILES

COLUMNS = (*range(len(FILES)), 'style')
# How a cell starts that a spreadsheet takes for a formula.
FORMULA = '=', '+', '-', '@', '\t', '\r'


@dataclass
class Verdict:
    """What became of a check.

    sentence: what it checks.
    outcome: passed, failed, skipped, or '' before its end.
    text: what it says unless it passed.
    fault: required, found, call and hint of a failure.
    """
    sentence: str
    outcome: str = ''
    text: str = ''
    fault: Dict[str, str] = field(default_factory=dict)


class Row(NamedTuple):
    """What became of a column of a submission: a line of the CSV file."""
    submission: str
    task: Union[int, str]
    passed: int
    total: int
    verdict: str
    first_failure: str


class Grades:
    """A plugin of one run of pytest, fed by what its reports carry."""

    def __init__(self, config, folders):
        self.config, self.folders = config, folders
        # Of each (submission, column): how many checks, and their verdicts,
        # {(number of the file, check): Verdict}.
        self.total, self.verdicts = Counter(), defaultdict(dict)
        self.left, self.interrupted = {}, False

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session):
        """Count the checks of each submission and task."""
        items = [(item, key_of(item)) for item in session.items]
        self.total = Counter(key for _, key in items if key)
        whole = Counter(key[0] for _, key in items if key)
        for item, key in items:
            if key:
                item.user_properties += [('checks', self.total[key]),
                                         ('of', whole[key[0]])]

    def pytest_runtest_logreport(self, report):
        """Take note of what became of a check."""
        key = key_of(report)
        if not key:
            return
        carried = dict(report.user_properties)
        self.total[key] = carried['checks']
        verdict = self.verdicts[key].setdefault(
            (carried['file'], carried['check']), Verdict(carried['sentence']))
        if not report.passed:
            verdict.outcome, verdict.text = report.outcome, (
                report.longrepr[2] if report.skipped
                else str(report.longrepr).strip())
            verdict.fault = getattr(report, 'fault', {})
        elif report.when == 'call':
            verdict.outcome = 'passed'
        if report.when == 'teardown':
            left = self.left.setdefault(key[0], carried['of']) - 1
            self.left[key[0]] = left
            if not left:
                self.show_progress(key[0])

    @property
    def reporter(self):
        """What writes to the terminal, if it is to show submissions."""
        if len(self.folders) > 1 and self.config.option.verbose < 1:
            return self.config.pluginmanager.get_plugin('terminalreporter')
        return None

    def pytest_sessionstart(self, session):
        """Of a class, show no files of tests."""
        self.session = session
        if self.reporter:
            self.reporter.showfspath = False

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self, report):
        """Of a class, show no checks."""
        category, letter, word = yield
        hidden = self.reporter and key_of(report)
        return category, '' if hidden else letter, word

    def show_progress(self, name):
        """Show which submission is done, and how many are left."""
        if not self.reporter:
            return
        done = sum(not left for left in self.left.values())
        text = (f'{name}: {self.verdict(name)}, '
                f'{len(self.folders) - done} of {len(self.folders)} left')
        if self.reporter.isatty:
            self.reporter.rewrite(text, erase=True)
        else:
            self.reporter.write_line(text)

    def rows(self, *names):
        """Yield the Rows of some submissions, or else of all."""
        for name in names or self.folders:
            for column in COLUMNS:
                total = self.total[name, column]
                if self.interrupted and not total:
                    # What a worker did not come to is as large as others are.
                    total = max(self.total[other, column]
                                for other in self.folders)
                if total:
                    yield self.row(name, column, total)

    def row(self, name, column, total):
        """Return the Row of a column."""
        verdicts = self.verdicts[name, column].values()
        outcomes = Counter(verdict.outcome for verdict in verdicts)
        said = ('failed' if outcomes['failed'] else 'passed'
                if outcomes['passed'] == total else 'not finished')
        failure = next((verdict.text.partition('\n')[0] for verdict
                        in verdicts if verdict.outcome == 'failed'), '')
        return Row(name, column, outcomes['passed'], total, said,
                   printable(failure))

    def verdict(self, name):
        """Return what became of a submission."""
        found = {row.verdict for row in self.rows(name)}
        return next((verdict for verdict in (
            'failed', 'not finished', 'passed') if verdict in found),
            'not finished')

    def pytest_terminal_summary(self, terminalreporter, exitstatus):
        """Write the closing table, the CSV file and the pages."""
        option = self.config.option
        if hasattr(self.config, 'workerinput'):
            return
        self.interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
        whole = True
        if option.submission:
            self.write_table(terminalreporter)
            whole = option.collectonly or all(
                self.verdict(name) == 'passed' for name in self.folders)
        for path, text in self.files(option):
            try:
                path.write_text(text, encoding='utf-8')
            except OSError as error:
                terminalreporter.line(f'not written: {path}: '
                                      f'{error.strerror}')
                whole = False
        if not whole:
            self.session.exitstatus = max(
                exitstatus, pytest.ExitCode.TESTS_FAILED)

    def files(self, option):
        """Yield path and text of what is asked for: CSV file and pages."""
        if option.grades:
            file = io.StringIO(newline='')
            csv.writer(file).writerows([
                [name.replace('_', ' ') for name in Row._fields],
                *(map(defused, row) for row in self.rows())])
            yield option.grades, file.getvalue()
        for name, folder in self.folders.items() if option.feedback else ():
            yield option.feedback / feedback.file_name(name), feedback.page(
                name, folder, [*self.rows(name)], self.verdicts)

    def write_table(self, terminalreporter):
        """Write a line for each submission, and one for all of them."""
        width = max([10, *map(len, self.folders)]) + 2
        if self.reporter and self.reporter.isatty:
            terminalreporter.line('')
        terminalreporter.section('grades')
        terminalreporter.line('submission'.ljust(width) + ''.join(
            str(column).rjust(8) for column in COLUMNS) + '  verdict')
        verdicts = Counter()
        for name in self.folders:
            told = {row.task: f'{row.passed}/{row.total}'
                    for row in self.rows(name)}
            cells = ''.join(told.get(column, '-').rjust(8)
                            for column in COLUMNS)
            verdict = self.verdict(name)
            terminalreporter.line(f'{name.ljust(width)}{cells}  {verdict}')
            verdicts[verdict] += 1
        unjudged = sum(
            verdict.outcome == 'failed' and check == 'test_file_builds_models'
            for found in self.verdicts.values()
            for (_, check), verdict in found.items())
        terminalreporter.line(
            f'passed all: {verdicts["passed"]}, failed: {verdicts["failed"]}, '
            f'not finished: {verdicts["not finished"]} of '
            f'{len(self.folders)}; files that cannot be judged: {unjudged}')


def defused(cell):
    """Return a cell of a table that no spreadsheet takes for a formula."""
    return f"'{cell}" if str(cell).startswith(FORMULA) else cell


def key_of(carrier):
    """Return (submission, column) of an item or a report, or False."""
    carried = dict(carrier.user_properties)
    return 'task' in carried and (carried['submission'], carried['task'])
