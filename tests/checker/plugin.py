"""The pytest plugin: options, what each check is given, what depends on what.
"""
import base64
import contextlib
import importlib.util
import itertools
import os
import signal
import sys
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from checker import boundary, child, feedback, judge, report, source
from checker.fault import Fault
from checker.observation import Unjudgeable, printable
from checker.specification import FILES

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
POOL, SERVER, QUEUE, EXAMINED, FAILED, FOLDERS = (
    pytest.StashKey() for _ in range(6))


@dataclass(frozen=True)
class Submission:
    """A numbered file of a folder.

    name: what is shown of the folder; no two look the same.
    """
    name: str
    folder: Path
    task: int

    @property
    def path(self):
        """Where the file is, or should be."""
        return self.folder / FILES[self.task]


def pytest_addoption(parser):
    """Add the options of the checker."""
    group = parser.getgroup('checker', 'check the four numbered files')
    group.addoption('--submission', nargs='+', action='extend', default=[],
                    metavar='DIR', help='check the numbered files of these '
                    'folders, and run no other test; repeatable')
    group.addoption('--grades', type=Path, metavar='FILE.csv',
                    help='write a line for each submission and task')
    group.addoption('--feedback', type=Path, metavar='DIR',
                    help='write a page for the author of each submission')
    group.addoption('--time-limit', type=float, default=60, metavar='SECONDS',
                    help='for each numbered file (default: %(default)s)')
    group.addoption('--trust', action='store_true', help='where the system '
                    'has no boundary for what submissions do, run them with '
                    'all rights of yours; elsewhere this changes nothing')


def pytest_configure(config):
    """Refuse what cannot be graded, then set up what grading takes."""
    config.addinivalue_line('markers', 'after(*names): checks without which '
                            'this one says nothing')
    with contextlib.suppress(ValueError):
        # As after Ctrl-C: whoever ends a run wants what is known so far.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    # What a worker of -n is asked for was refused before it was started.
    worker = hasattr(config, 'workerinput')
    if not worker:
        refuse(config.option)
    if config.option.submission:
        config.args = sorted(str(path) for path in TESTS.glob('test_*.py'))
    config.stash[FAILED], config.stash[EXAMINED] = set(), {}
    config.stash[SERVER] = child.Server()
    config.stash[POOL] = ThreadPoolExecutor(1 if worker else processors())
    config.stash[FOLDERS] = names(config.option.submission)
    config.pluginmanager.register(report.Grades(
        config, config.stash[FOLDERS]))


def processors():
    """Return how many processors there are for this process."""
    return (len(os.sched_getaffinity(0))
            if hasattr(os, 'sched_getaffinity') else os.cpu_count())


def refuse(option):
    """Raise a usage error for what cannot be graded or written."""
    for number, folder in enumerate(option.submission):
        refuse_folder(folder, option.submission[:number],
                      getattr(option, 'numprocesses', None))
    if option.grades:
        folder = option.grades.absolute().parent
        there = option.grades if option.grades.exists() else folder
        if not os.access(there, os.W_OK) or option.grades.is_dir():
            raise pytest.UsageError('--grades: expected a file that can be '
                                    'written, found none at '
                                    f'{printable(str(option.grades))}')
    if not 0 < option.time_limit < 1e6:
        raise pytest.UsageError('--time-limit: expected a number above zero '
                                'and below 1,000,000, '
                                f'found {option.time_limit:.7g}')
    if option.submission and not importlib.util.find_spec('tensorflow'):
        raise pytest.UsageError('expected TensorFlow, found none; pip install '
                                f'-r requirements.txt for {sys.executable}')
    if option.submission and not (option.collectonly or option.trust):
        missing = boundary.missing()
        if missing:
            raise pytest.UsageError(
                'nothing here keeps submissions from doing harm: '
                f'{missing}; --trust runs them with all rights of yours')
    # Last, so that nothing is made where something else is refused.
    if option.feedback:
        with contextlib.suppress(OSError):
            option.feedback.mkdir(exist_ok=True)
        if not (option.feedback.is_dir()
                and os.access(option.feedback, os.W_OK)):
            raise pytest.UsageError('--feedback: expected a folder to write '
                                    'to, found none at '
                                    f'{printable(str(option.feedback))}')


def refuse_folder(folder, before, workers):
    """Raise a usage error where a folder is no submission of its own."""
    shown = printable(folder).replace('\n', '\\n')
    if not os.path.isdir(folder):
        raise pytest.UsageError('expected a folder, found none '
                                f'at {shown}')
    if not any(os.path.lexists(os.path.join(folder, name)) for name in FILES):
        raise pytest.UsageError('expected a folder with '
                                f'{", ".join(FILES[:3])} or {FILES[3]}, found '
                                f'none of them in {shown}')
    if any(os.path.samefile(folder, other) for other in before):
        raise pytest.UsageError('expected each folder once, '
                                f'found {shown} again')
    if workers and os.fsencode(folder).decode('utf-8', 'replace') != folder:
        raise pytest.UsageError('expected no -n, as the name of a folder '
                                f'is not valid UTF-8, found {workers}: '
                                f'{shown}')


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep the checks of a file together: they share what it was seen to do.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        """Gives a worker the checks of a file, or else a file of tests."""

        def _split_scope(self, nodeid):
            where, _, target = nodeid.partition('[')
            file = where.partition('::')[0]
            return target if Path(file).parent.name == TESTS.name else file

    # One submission after the other, as shown while they are checked.
    config.option.loadscopereorder = False
    return Scheduling(config, log)


def pytest_report_header():
    """Say which TensorFlow judges."""
    return f'judging with: {feedback.versions()}'


def names(submissions):
    """Return {name: folder} of what to check; no two names look the same."""
    folders = [Path(os.path.abspath(folder)) for folder in submissions]
    count = Counter(folder.name for folder in folders)
    found, looks = {}, set()
    for folder in folders or [ROOT]:
        alone = folder.name and count[folder.name] < 2
        base = name = printable(folder.name if alone else str(folder)
                                ).replace('\n', '\\n')
        numbers = itertools.count(len(found) + 1)
        while look_of(name) in looks:
            name = f'{base} ({next(numbers)})'
        looks.add(look_of(name))
        found[name] = folder
    return found


def look_of(name):
    """Return what names have in common that look the same."""
    return ''.join(unicodedata.normalize('NFKC', name).split()).casefold()


def pytest_generate_tests(metafunc):
    """Give each check of the specification the files that it is about."""
    if 'submission' in metafunc.fixturenames:
        task = getattr(metafunc.cls, 'task', None)
        metafunc.parametrize('submission', [
            pytest.param(Submission(name, folder, number),
                         id=f'{name}-{number}')
            for name, folder in metafunc.config.stash[FOLDERS].items()
            for number in (range(len(FILES)) if task is None else [task])],
            scope='session')


def pytest_collection_modifyitems(config, items):
    """Go submission by submission, and from a check to those after it."""
    rank = {name: place for place, name in enumerate(config.stash[FOLDERS])}
    order = {}
    for item in items:
        if 'submission' in item.fixturenames:
            submission = item.callspec.params['submission']
            style = item.cls.task is None
            item.user_properties += [
                ('submission', submission.name), ('file', submission.task),
                ('task', 'style' if style else submission.task),
                ('check', item.originalname),
                ('sentence', item.function.__doc__.strip())]
            order[item] = (rank[submission.name], submission.task, style,
                           depth(item.cls, item.originalname))
    items.sort(key=lambda item: order.get(item, (len(rank),)))


def depth(cls, name):
    """Return how many checks must come before a check, one by one."""
    return 1 + max((depth(cls, before) for mark in getattr(
        getattr(cls, name), 'pytestmark', ()) if mark.name == 'after'
        for before in mark.args), default=0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember which checks did not pass, and pass on why."""
    result = yield
    if call.excinfo and isinstance(call.excinfo.value, Fault):
        fault = call.excinfo.value
        result.fault = {part: getattr(fault, part) for part in (
            'required', 'found', 'call', 'hint')}
    if 'submission' in getattr(item, 'fixturenames', ()) and not result.passed:
        item.config.stash[FAILED].add((
            item.callspec.params['submission'], item.cls, item.originalname))
    return result


@pytest.fixture(autouse=True)
def _after(request):
    """Skip a check that says nothing since an earlier one did not pass."""
    failed = request.config.stash[FAILED]
    for name in (name for mark in request.node.iter_markers('after')
                 for name in mark.args):
        key = request.node.callspec.params['submission'], request.cls, name
        if key in failed:
            sentence = getattr(request.cls, name).__doc__.strip()
            pytest.skip(f'not checked: it takes that {sentence[0].lower()}'
                        f'{sentence[1:-1]}')


@pytest.fixture(autouse=True)
def _quiet():
    """Let no test warn of numbers that a submission made infinite."""
    with np.errstate(all='ignore'):
        yield


@pytest.fixture
def examined(request, submission):
    """The Calls of a file, or why it cannot be judged."""
    try:
        return examine(request.config, submission).result()
    except Unjudgeable as problem:
        return problem


@pytest.fixture
def calls(examined):
    """What each call of autoencoder() gave; skips where there is none."""
    if isinstance(examined, Unjudgeable):
        pytest.skip('not checked: the file cannot be judged')
    return examined


def pytest_collection_finish(session):
    """Take note of the order in which files are examined."""
    session.config.stash[QUEUE] = list(dict.fromkeys(
        item.callspec.params['submission'] for item in session.items
        if 'examined' in item.fixturenames))


def examine(config, submission):
    """Return the future Calls of a file, and begin with those after it."""
    ahead = 0 if hasattr(config, 'workerinput') else processors()
    queue, known = config.stash[QUEUE], config.stash[EXAMINED]
    start = queue.index(submission)
    for each in queue[start:start + 1 + ahead]:
        if each not in known:
            known[each] = config.stash[POOL].submit(converse, config, each)
    return known[submission]


def converse(config, submission):
    """Return the Calls of a file."""
    content = source.read(submission.path)
    source.parse(content)
    trust = config.option.trust or submission.folder == ROOT
    with child.conversation(config.stash[SERVER], config.option.time_limit,
                            trust and bool(boundary.missing())) as ask:
        return judge.examine(ask, base64.b64encode(content).decode(),
                             submission.path.name, submission.task)


def pytest_runtest_teardown(item, nextitem):
    """Forget what was seen of a file, which is large, after its last check."""
    here, after = (getattr(each, 'callspec', None) and
                   each.callspec.params.get('submission')
                   for each in (item, nextitem))
    if here != after:
        item.config.stash[EXAMINED].pop(here, None)


def pytest_unconfigure(config):
    """Leave nothing running, after Ctrl-C neither."""
    if SERVER in config.stash:
        config.stash[POOL].shutdown(wait=False, cancel_futures=True)
        config.stash[SERVER].close()
