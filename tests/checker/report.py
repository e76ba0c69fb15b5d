"""Counts what passed, and writes the table and the CSV file."""
import csv
from collections import Counter

import pytest

from checker.observation import printable
from checker.specification import FILES

COLUMNS = (*range(len(FILES)), 'style')


class Grades:
    """A plugin of one run of pytest, fed by what its reports carry."""

    def __init__(self, config, names):
        self.config, self.names = config, list(names)
        self.total, self.passed, self.seen = Counter(), Counter(), Counter()
        self.failures = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session):
        """Count the checks of each submission and task."""
        items = [(item, key_of(item)) for item in session.items]
        self.total = Counter(key for _, key in items if key)
        for item, key in items:
            if key:
                item.user_properties.append(('checks', self.total[key]))

    def pytest_runtest_logreport(self, report):
        """Take note of a check that passed or failed."""
        key = key_of(report)
        if not key:
            return
        self.total[key] = dict(report.user_properties)['checks']
        if report.failed:
            text = str(report.longrepr).strip()
            self.failures.setdefault(key, text.partition('\n')[0])
        elif report.passed and report.when == 'call':
            self.passed[key] += 1
        self.seen[key] += report.when == 'teardown'

    def rows(self):
        """Yield submission, column, passed, total, verdict, failure."""
        for name in self.names:
            for column in COLUMNS:
                key = name, column
                # What a worker did not come to is as large as others are.
                total = self.total[key] or self.interrupted * max(
                    self.total[other, column] for other in self.names)
                if total:
                    verdict = ('failed' if key in self.failures else 'passed'
                               if self.seen[key] == total else 'not finished')
                    yield (*key, self.passed[key], total, verdict,
                           printable(self.failures.get(key, '')))

    def pytest_terminal_summary(self, terminalreporter, exitstatus):
        """Write the closing table and the CSV file."""
        if hasattr(self.config, 'workerinput'):
            return
        self.interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
        rows = list(self.rows())
        if self.config.option.grades:
            with open(self.config.option.grades, 'w', newline='',
                      encoding='utf-8') as file:
                csv.writer(file).writerows([
                    ('submission', 'task', 'passed', 'total', 'verdict',
                     'first failure'), *rows])
        if not self.config.option.submission:
            return
        width = max([10, *map(len, self.names)]) + 2
        terminalreporter.section('grades')
        terminalreporter.line('submission'.ljust(width) + ''.join(
            str(column).rjust(8) for column in COLUMNS) + '  verdict')
        for name in self.names:
            own = {row[1]: row for row in rows if row[0] == name}
            cells = ''.join((f'{own[column][2]}/{own[column][3]}'
                             if column in own else '-').rjust(8)
                            for column in COLUMNS)
            verdicts = {row[4] for row in own.values()} or {'not finished'}
            verdict = next(verdict for verdict in (
                'failed', 'not finished', 'passed') if verdict in verdicts)
            terminalreporter.line(f'{name.ljust(width)}{cells}  {verdict}')


def key_of(carrier):
    """Return (submission, column) of an item or a report, or None."""
    carried = dict(carrier.user_properties)
    return 'task' in carried and (carried['submission'], carried['task'])
