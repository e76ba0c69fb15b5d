"""Checks one numbered file: runs pytest in this process, silently."""
import contextlib
import dataclasses
import io
import os
from pathlib import Path
from typing import Any, Callable

import pytest

from checker.grader.plugin import JOB, TESTS, Job
from checker.grader.requirement import title
from checker.report.results import EXECUTABLE, key_of
from checker.specification import FILES

# A message: {'planned': [[column, check, title], ...]}, {'result': a Result as
# a dictionary}, or {'problem': a sentence}.
Send = Callable[[Any], None]
# The exit statuses of pytest after which all results are known.
DONE = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED,
        pytest.ExitCode.NO_TESTS_COLLECTED)


class Collector:
    """A plugin that gives pytest its job and sends the results."""

    def __init__(self, job: Job, send: Send) -> None:
        self.job, self.send = job, send

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Put the job where the checks find it."""
        config.stash[JOB] = self.job

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Leave out what cannot be told of an uploaded file."""
        items[:] = [item for item in items if not (
            self.job.uploaded and item.originalname == EXECUTABLE)]

    def pytest_collection_finish(self, session: Any) -> None:
        """Tell which checks will run."""
        self.send({'planned': [(*key_of(item), title(item.function))
                               for item in session.items]})

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Send the result of a check, once it is known."""
        if report.when == 'call' or not report.passed:
            self.send({'result': dataclasses.asdict(report.result)})


def check_file(job: Job, expression: str, send: Send) -> int:
    """Run the checks of a file; return pytest's exit status.

    Args:
        job: with one file.
        expression: which checks, as for -k.
    """
    os.environ.pop('PYTEST_ADDOPTS', None)
    os.environ['PYTEST_DISABLE_PLUGIN_AUTOLOAD'] = '1'
    # Not with the addopts of pytest.ini, which are for tests of the checker.
    arguments = ['-c', str(TESTS.parent / 'pytest.ini'), '--noconftest',
                 '-o', 'addopts=', '-p', 'checker.grader.plugin',
                 '--import-mode=importlib', '-p', 'no:cacheprovider',
                 '-p', 'no:terminal', '-k', expression,
                 *map(str, modules(job.files[0].task))]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main(arguments, plugins=[Collector(job, send)])
    if status not in DONE:
        lines = said.getvalue().strip().splitlines() or ['no message']
        send({'problem': lines[-1].removeprefix('ERROR: ')})
    return int(status)


def modules(task: int) -> list[Path]:
    """Return the modules with the checks of a file."""
    name = FILES[task].replace('-', '_')
    return [TESTS / f'test_{name}', TESTS / 'test_style.py']
