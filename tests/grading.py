"""The pytest plugin: options, fixtures, dependencies, the closing table."""
import contextlib
import csv
import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import pytest

import facts
import reading
import sandbox

ROOT = Path(__file__).resolve().parents[1]
TASKS = tuple(range(len(facts.FILES)))
COLUMNS = (*TASKS, 'style')
GIGABYTES = 4
RESULTS = pytest.StashKey()
FACTS = pytest.StashKey()
POOL = pytest.StashKey()


def pytest_addoption(parser):
    """Add the options of the checker."""
    group = parser.getgroup('grading', 'check the four numbered files')
    group.addoption('--submission', nargs='+', action='extend', default=[],
                    metavar='DIR', help='check the numbered files of these '
                    'folders, and run no other test; repeatable')
    group.addoption('--grades', type=Path, metavar='FILE.csv',
                    help='write a line for each submission and task')
    group.addoption('--time-limit', type=float, default=60, metavar='SECONDS',
                    help='for each numbered file (default: %(default)s)')
    group.addoption('--trust', action='store_true',
                    help='run files even if they reach for what no '
                    'autoencoder needs; for submissions of your own')


def pytest_configure(config):
    """Refuse what cannot be graded before anything runs."""
    config.addinivalue_line('markers', 'after(*names): checks without which '
                            'this one says nothing')
    os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
    os.environ.setdefault('CUDA_VISIBLE_DEVICES', '-1')
    for folder in config.option.submission:
        if not os.path.isdir(folder):
            raise pytest.UsageError(
                f'--submission: expected a folder, found none at {folder}')
    grades = config.option.grades
    if grades and not os.access(grades.absolute().parent, os.W_OK):
        raise pytest.UsageError(
            f'--grades: expected a folder to write to, found none at '
            f'{grades.absolute().parent}')
    if config.option.time_limit <= 0:
        raise pytest.UsageError('--time-limit: expected a number above zero, '
                                f'found {config.option.time_limit:g}')
    if config.option.submission:
        config.args = [str(ROOT / 'tests' / 'spec')]
    config.stash[RESULTS] = {}
    config.stash[FACTS] = {}
    config.stash[POOL] = ThreadPoolExecutor(
        1 if hasattr(config, 'workerinput') else os.cpu_count())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep the checks of a file together: they share its facts."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        """Gives a worker the checks of a file, or else a file of tests."""

        def _split_scope(self, nodeid):
            return target_of(nodeid) or nodeid.partition('::')[0]

    return Scheduling(config, log)


def target_of(nodeid):
    """Return 'submission-task' of a check of the specification, or None."""
    if 'tests/spec/' not in nodeid or '[' not in nodeid:
        return None
    return nodeid.partition('[')[2].rpartition(']')[0]


def pytest_report_header():
    """Say which TensorFlow judges, without importing it."""
    versions = []
    for package in ('tensorflow', 'tensorflow-cpu', 'keras'):
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions.append(f'{package} {metadata.version(package)}')
    return f'judging with: {", ".join(versions)}'


def submissions(config):
    """Return the folders to check, each under a name of its own."""
    paths = [Path(folder).resolve() for folder in config.option.submission]
    paths = list(dict.fromkeys(paths)) or [ROOT]
    names = [path.name or str(path) for path in paths]
    return {name if names.count(name) == 1 else str(path): path
            for name, path in zip(names, paths)}


def pytest_generate_tests(metafunc):
    """Give each check of the specification every submission and task."""
    if 'submission' not in metafunc.fixturenames:
        return
    task = metafunc.cls.task
    targets = [(name, path, number)
               for name, path in submissions(metafunc.config).items()
               for number in ([task] if task in TASKS else TASKS)]
    metafunc.parametrize('submission', [
        pytest.param(target, id=f'{target[0]}-{target[2]}')
        for target in targets], scope='session')


def pytest_collection_modifyitems(items):
    """Go submission by submission, and from a check to those after it."""
    checks = [item for item in items if 'submission' in item.fixturenames]
    if not checks:
        return
    names = list(submissions(checks[0].config))

    def order(item):
        name, _, task = item.callspec.params['submission']
        return (names.index(name), task, item.cls.task == 'style',
                depth(item.cls, item.originalname))

    for item in checks:
        name, _, _ = item.callspec.params['submission']
        item.user_properties.append(('grade', [name, item.cls.task]))
    others = [item for item in items if item not in set(checks)]
    items[:] = sorted(checks, key=order) + others


def depth(cls, name):
    """Return how many checks must come before a check, one by one."""
    marks = getattr(getattr(cls, name), 'pytestmark', [])
    return 1 + max((depth(cls, before) for mark in marks
                    if mark.name == 'after' for before in mark.args),
                   default=0)


def failed_before(item, name):
    """Return the failure of an earlier check of the same file, or None."""
    key = (item.callspec.params['submission'], item.cls, name)
    return item.config.stash[RESULTS].get(key)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember which checks did not pass."""
    report = yield
    if hasattr(item, 'callspec') and 'submission' in item.callspec.params \
            and not report.passed:
        key = (item.callspec.params['submission'], item.cls, item.originalname)
        item.config.stash[RESULTS][key] = True
    return report


@pytest.fixture(autouse=True)
def _after(request):
    """Skip a check that says nothing since an earlier one did not pass."""
    for marker in request.node.iter_markers('after'):
        for name in marker.args:
            if failed_before(request.node, name):
                check = getattr(request.cls, name)
                pytest.skip(f'not checked: it takes that '
                            f'{check.__doc__[0].lower()}{check.__doc__[1:-1]}')


@pytest.fixture
def found(request, submission):
    """The facts of one file of a submission."""
    return look_up(request.config, submission).result()


def look_up(config, submission):
    """Return the future facts of one file of a submission."""
    known = config.stash[FACTS]
    if submission not in known:
        known[submission] = config.stash[POOL].submit(find, config, submission)
    return known[submission]


def pytest_collection_finish(session):
    """Start to find facts, unless a worker does not know yet which."""
    config = session.config
    if config.option.collectonly or hasattr(config, 'workerinput'):
        return
    for item in session.items:
        if 'found' in item.fixturenames:
            look_up(config, item.callspec.params['submission'])


def pytest_sessionfinish(session):
    """Leave nothing running after Ctrl-C."""
    session.config.stash[POOL].shutdown(wait=False, cancel_futures=True)
    for child in multiprocessing.active_children():
        child.kill()


@pytest.fixture
def calls(found):
    """What each call of autoencoder() gave; skips where there is none."""
    if found.problem:
        pytest.skip('not checked: the file cannot be judged')
    return found.built


def find(config, submission):
    """Read a file and, if nothing speaks against it, run it."""
    _, folder, task = submission
    name = facts.FILES[task]
    text, problem = reading.read(folder / name)
    if problem:
        return facts.Facts(problem=f'cannot be read: {problem}')
    tree, problem = reading.parse(text)
    if problem:
        return facts.Facts(problem=f'is not valid Python: {problem}')
    danger = None if config.option.trust else reading.danger(tree)
    if danger:
        return facts.Facts(problem='was not run, since it reaches for what '
                           f'no autoencoder needs: {danger}')
    outcome = sandbox.run(
        'inspector', 'inspect',
        {'text': text, 'name': name, 'task': task,
         'calls': facts.CALLS[task]},
        ['inspector'], config.option.time_limit, GIGABYTES)
    printed = f'\nIt printed:\n{outcome.output}' if outcome.output else ''
    if outcome.ended:
        return facts.Facts(problem=f'{outcome.ended}{printed}')
    try:
        if outcome.value['problem']:
            return facts.Facts(problem=f'{outcome.value["problem"]}{printed}')
        return facts.Facts(built=tuple(map(
            facts.from_plain, facts.CALLS[task], outcome.value['built'])))
    except (KeyError, TypeError, ValueError):
        return facts.Facts(problem='gave no facts that can be understood')


def pytest_sessionstart(session):
    """Prepare to count."""
    session.config.pluginmanager.register(Grades(session.config), 'grades')


class Grades:
    """Counts what passed, and writes the table and the CSV file."""

    def __init__(self, config):
        self.config = config
        self.names = list(submissions(config))
        self.total, self.passed, self.failures, self.seen = {}, {}, {}, set()

    def pytest_collection_finish(self, session):
        """Count the checks of each submission and task."""
        self.count(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node, ids):
        """Count them where workers collect."""
        if not self.total:
            self.count(ids)

    def count(self, ids):
        """Count node ids by submission and column."""
        for nodeid in ids:
            target = target_of(nodeid)
            if not target:
                continue
            name = target.rpartition('-')[0]
            column = ('style' if 'test_style' in nodeid
                      else int(target.rpartition('-')[2]))
            key = name, column
            self.total[key] = self.total.get(key, 0) + 1

    def pytest_runtest_logreport(self, report):
        """Take note of a check that passed or failed."""
        grade = dict(report.user_properties).get('grade')
        if not grade:
            return
        key = tuple(grade)
        if report.failed:
            lines = str(report.longrepr).strip().splitlines() or ['']
            self.failures.setdefault(key, []).append(lines[0])
        elif report.passed and report.when == 'call':
            self.passed[key] = self.passed.get(key, 0) + 1
        if report.when == 'teardown' or report.failed:
            self.seen.add((key, report.nodeid))

    def rows(self):
        """Yield submission, column, passed, total, verdict, failure."""
        finished = {}
        for key, _ in self.seen:
            finished[key] = finished.get(key, 0) + 1
        for name in self.names:
            for column in COLUMNS:
                key = name, column
                total = self.total.get(key, 0)
                if not total:
                    continue
                failure = self.failures.get(key, [''])[0]
                verdict = ('failed' if failure
                           else 'not finished'
                           if finished.get(key, 0) < total else 'passed')
                yield (name, column, self.passed.get(key, 0), total,
                       verdict, failure)

    def pytest_terminal_summary(self, terminalreporter):
        """Write the closing table and the CSV file."""
        if hasattr(self.config, 'workerinput'):
            return
        rows = list(self.rows())
        if self.config.option.grades:
            self.write(rows)
        if not self.config.option.submission:
            return
        width = max([10, *map(len, self.names)]) + 2
        terminalreporter.section('grades')
        terminalreporter.line(
            'submission'.ljust(width)
            + ''.join(str(column).rjust(8) for column in COLUMNS)
            + '  verdict')
        for name in self.names:
            own = {row[1]: row for row in rows if row[0] == name}
            cells = ''.join(
                (f'{own[column][2]}/{own[column][3]}' if column in own
                 else '-').rjust(8) for column in COLUMNS)
            verdicts = {row[4] for row in own.values()} or {'not finished'}
            verdict = next(verdict for verdict in (
                'failed', 'not finished', 'passed') if verdict in verdicts)
            terminalreporter.line(f'{name.ljust(width)}{cells}  {verdict}')

    def write(self, rows):
        """Write the CSV file."""
        with open(self.config.option.grades, 'w', newline='',
                  encoding='utf-8') as file:
            writer = csv.writer(file)
            writer.writerow(['submission', 'task', 'passed', 'total',
                             'verdict', 'first failure'])
            writer.writerows(rows)
