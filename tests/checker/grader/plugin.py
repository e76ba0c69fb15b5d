"""pytest's hooks: gives each check the calls of its file, and takes results.

pytest.ini loads it.  --submission DIR checks a folder; without it the checks
look at the repository's own files.
"""
import contextlib
import os
import secrets
import socket
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional, Union

import numpy as np
import pytest

from checker.grader import source
from checker.grader.call import Call
from checker.grader.failure import Failure, NotGraded, NotRun
from checker.grader.fork_client import (
    ForkServer,
    MachineryFailed,
    missing_sandbox,
)
from checker.grader.options import JUDGING
from checker.grader.requirement import title
from checker.grader.sandbox_client import sandbox
from checker.grader.session import Session, failed_calls
from checker.report.results import (
    FAILED,
    NOT_GRADED,
    NOT_RUN,
    PASSED,
    Result,
    key_of,
)
from checker.specification import FILES

TESTS = Path(__file__).resolve().parents[2]
ROOT = TESTS.parent


@dataclass(frozen=True)
class File:
    """A numbered file to check.

    submission: its displayed name.
    path: where the file is, or should be.
    task: its number.
    """
    submission: str
    path: Path
    task: int


@dataclass
class Job:
    """What a run of pytest is to check, and how.

    connect: returns a connection that can order a sandbox.
    trust: whether files run without a sandbox if there is none.
    uploaded: whether the check that files are executable is left out.
    """
    files: list[File]
    connect: Callable[[], socket.socket]
    seed: int
    time_limit: float
    trust: bool
    uploaded: bool = False


SERVER = pytest.StashKey[ForkServer]()
JOB = pytest.StashKey[Job]()
EXAMINED = pytest.StashKey[dict[File, Union[list[Call], MachineryFailed]]]()
KEPT = pytest.StashKey[contextlib.ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the checker."""
    group = parser.getgroup('checker', 'check the numbered files')
    group.addoption('--submission', metavar='DIR', help='check the numbered '
                    'files of this folder, and run no other test')
    for name, details in JUDGING.items():
        group.addoption(name, **details)


def pytest_configure(config: pytest.Config) -> None:
    """Decide what is checked."""
    option = config.option
    folder = Path(os.path.abspath(option.submission or ROOT))
    if option.submission:
        if not folder.is_dir():
            raise pytest.UsageError(f'no such folder: {option.submission}')
        config.args = sorted(str(path) for path in TESTS.glob('test_*.py'))
    config.stash[EXAMINED] = {}
    config.stash[KEPT] = contextlib.ExitStack()
    config.stash[SERVER] = ForkServer()
    # Processes of xdist use the seed of the one that shows it.
    seed = getattr(config, 'workerinput', {}).get('seed', option.seed)
    # The command has put its own job there.
    config.stash.setdefault(JOB, Job(
        [File(folder.name, folder / name, task)
         for task, name in enumerate(FILES)],
        config.stash[SERVER].connect,
        secrets.randbits(128) if seed is None else seed,
        option.time_limit, option.trust or folder == ROOT))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Pass the seed on to a process of xdist."""
    node.workerinput['seed'] = node.config.stash[JOB].seed


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing running."""
    if SERVER in config.stash:
        forget(config)
        config.stash[SERVER].close()


def pytest_report_header(config: pytest.Config) -> str:
    """Say how to repeat the random numbers."""
    return f'to repeat the random numbers: --seed {config.stash[JOB].seed}'


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each check of the specification the files that it is about."""
    if 'file' in metafunc.fixturenames:
        task = getattr(metafunc.module, 'TASK', None)
        metafunc.parametrize(
            'file', [pytest.param(file, id=str(file.task))
                     for file in metafunc.config.stash[JOB].files
                     if task in (None, file.task)], scope='session')


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any, call: Any
                              ) -> Generator[None, Any, Any]:
    """Attach the result of a check to its report."""
    report = yield
    file = getattr(item, 'callspec', None) and item.callspec.params.get(
        'file')
    if isinstance(file, File):
        report.result = result_of(item, report, call.excinfo, file)
    return report


def result_of(item: Any, report: Any, raised: Any, file: File) -> Result:
    """Return what became of a check so far."""
    details = getattr(item.function, 'requirement', None)
    column, check = key_of(item)
    result = Result(
        submission=file.submission, task=file.task, column=column,
        check=check, title=title(item.function),
        example=details.example if details else '',
        question=details.question if details else '',
        outcome=PASSED if report.passed else
        NOT_RUN if report.skipped else FAILED)
    result.seconds = round(report.duration, 3)
    problem = raised.value if raised else None
    if isinstance(problem, Failure):
        result.expected, result.found = problem.expected, problem.found
        result.fix, result.call = problem.fix, problem.call
        result.layers, result.line = problem.layers, problem.line
    elif isinstance(problem, NotGraded):
        result.outcome, result.found = NOT_GRADED, problem.reason
    elif isinstance(problem, NotRun):
        result.found = problem.reason
        result.because = title(problem.because) if problem.because else ''
    elif problem is not None:
        result.machinery = True
        result.found = str(problem)
        if not isinstance(problem, MachineryFailed):
            # A mistake in the checker itself.
            result.found = f'{type(problem).__name__}: {problem}'
    return result


def pytest_report_teststatus(report: Any) -> Optional[tuple[str, str, str]]:
    """Show checks that were not graded as such."""
    result = getattr(report, 'result', None)
    if result and result.outcome == NOT_GRADED and report.when == 'call':
        return 'not graded', 'G', 'NOT GRADED'
    return None


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Let no test warn of numbers that a submission made infinite."""
    with np.errstate(all='ignore'):
        yield


@pytest.fixture
def calls(request: pytest.FixtureRequest, file: File) -> list[Call]:
    """What each call of autoencoder() gave; it is looked at once."""
    config = request.config
    known = config.stash[EXAMINED]
    if file not in known:
        # One file at a time, because its models and numbers are large.
        forget(config)
        try:
            known[file] = examine(config, file)
        except MachineryFailed as problem:
            known[file] = problem
    found = known[file]
    if isinstance(found, MachineryFailed):
        raise found
    return found


def examine(config: pytest.Config, file: File) -> list[Call]:
    """Start a sandbox for a file, and make its calls."""
    job = config.stash[JOB]
    try:
        content = source.read(file.path)
        source.syntax_tree(content)
    except source.Unreadable as problem:
        return failed_calls(file.task, Failure(
            '', f'{FILES[file.task]} {problem}', line=problem.line))
    trust = job.trust and bool(missing_sandbox())
    child = config.stash[KEPT].enter_context(
        sandbox(job.connect(), job.time_limit, trust))
    return Session(child.ask, file.task).open(content, job.seed)


def forget(config: pytest.Config) -> None:
    """End the sandbox of a file, and forget what was seen of it."""
    config.stash[EXAMINED].clear()
    config.stash[KEPT].close()
