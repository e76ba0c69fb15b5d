"""Whatever a submission does, it gets a verdict and harms no other."""
import csv
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from checker.grader.source import LARGEST, syntax_tree
from checker.specification import FILES
from classroom import ROOT, command, grade, rows_of
from hostile.submissions import HONEST, HONEST_FILES, RUN
from hostile.world import fingerprint, marked
from test_sandbox import LINUX

LIMIT = 15
# {something in place of a file: part of the sentence about it}.
INPUTS = {
    'absent': 'there is no such file', 'empty': 'it is empty',
    'huge': 'it is larger than', 'folder': 'it is not a file',
    'socket': 'it is not a file', 'fifo': 'it is not a file',
    'out': 'it is a symbolic link out of the folder',
    'device': 'it is a symbolic link out of the folder',
    'nowhere': 'it is a broken symbolic link',
    'loop': 'it is a broken symbolic link',
    'syntax': 'not valid Python: line 1', 'latin': 'not valid Python',
    'coding': 'not valid Python', 'nul': 'not valid Python',
    'deep': 'not valid Python', 'terms': 'not valid Python'}
# One hostile file of each kind; the others are exhaustive.
KINDS = {
    'raises', 'raises-the-unspeakable', 'other-name', 'none', 'exit-at-once',
    'exit-call', 'crashes', 'prints', 'forks', 'reads', 'escapes', 'endless',
    'forged-weights', 'forged-message', 'forged-nan', 'forged-shapes',
    'absent', 'huge', 'out', 'fifo', 'syntax', 'deep'}


def put(name, path):
    """Put what has this name in INPUTS in the place of a file."""
    contents = {
        'empty': b'', 'huge': b'#' * (LARGEST + 1) + b'\n',
        'syntax': b'def autoencoder(:\n', 'latin': b'"""\xe9"""\n',
        'coding': b'# coding: none\n', 'nul': b'x = 1\0\n',
        'deep': b'(' * 60000 + b'\n',
        'terms': b'x = 1' + b'+1' * 30000 + b'\n'}
    links = {'out': '../a-honest/' + FILES[0], 'nowhere': 'x',
             'loop': FILES[0], 'device': os.devnull}
    if name in contents:
        path.write_bytes(contents[name])
    elif name == 'folder':
        path.mkdir()
    elif name == 'fifo':
        os.mkfifo(path)
    elif name == 'socket':
        os.mknod(path, stat.S_IFSOCK | 0o666)
    elif name in links:
        path.symlink_to(links[name])


@pytest.fixture(scope='module')
def graded(request, tmp_path_factory):
    """Grade hostile submissions between honest ones; return verdicts."""
    root = tmp_path_factory.mktemp('hostile')
    asked = [item.callspec.params['name'] for item in request.session.items
             if item.module is request.module
             and 'words' in getattr(getattr(item, 'callspec', None),
                                    'params', ())]
    texts = {**HONEST_FILES, **{name: text for name, (text, _) in RUN.items()}}
    names = ['a-honest', *asked, 'packages-honest', 'z-honest']
    for name in names:
        (root / name).mkdir()
        # One of the other files, so that each folder is a submission.
        (root / name / FILES[3]).touch()
        put(name, root / name / FILES[0])
        if name in texts:
            (root / name / FILES[0]).write_text(texts[name] + '\n')
    # Nobody's configuration is read.
    (root / 'a-honest' / 'conftest.py').write_text('raise SystemExit(3)\n')
    (root / 'a-honest' / 'pytest.ini').write_text('[pytest]\naddopts = -x\n')
    before = fingerprint(root), fingerprint(ROOT)
    table, report = root.parent / 'grades.csv', root.parent / 'report.xml'
    begin = time.monotonic()
    with marked() as left:
        result = grade([root / name for name in names], '--grades', str(table),
                       '--junitxml', str(report), '--time-limit', str(LIMIT),
                       '-k', 'test_0_vanilla')
        remains = left()
    return {'rows': rows_of(table), 'table': table, 'report': report,
            'taken': time.monotonic() - begin, 'names': names,
            'changed': before != (fingerprint(root), fingerprint(ROOT)),
            'left': remains, 'status': result.returncode,
            'printed': result.stdout + result.stderr}


@pytest.mark.parametrize('name, words', [
    pytest.param(name, words, marks=() if name in KINDS
                 else pytest.mark.exhaustive)
    for name, words in (*((name, words) for name, (_, words) in RUN.items()),
                        *INPUTS.items())])
def test_hostile_submission_gets_a_verdict(name, words, graded):
    """One failure says in one sentence what a submission did."""
    row = graded['rows'][name]
    assert row['verdict'] in ('failed', 'could not be run')
    assert words in row['first failure']
    assert row['first failure']


def test_honest_submissions_beside_them_pass(graded):
    """Those judged before and after hostile ones are judged alike."""
    for name in HONEST_FILES:
        row = graded['rows'][name]
        assert (row['verdict'], row['passed']) == ('passed', row['total'])
    assert list(graded['rows']) == graded['names']
    assert graded['status'] == 1


def test_nothing_is_left_behind(graded):
    """No file has changed, no process is left, the time is bounded."""
    assert not graded['changed']
    assert graded['taken'] < 15 * LIMIT
    assert not graded['left']


def test_what_is_written_is_whole_and_plain(graded):
    """Texts of a submission harm no terminal, no table and no report."""
    with open(graded['table'], newline='', encoding='utf-8') as table:
        rows = list(csv.reader(table))
    assert {len(row) for row in rows} == {6}
    cases = list(ElementTree.parse(graded['report']).iter('testcase'))
    assert len({case.get('name') for case in cases}) == len(cases)
    for text in (graded['printed'], graded['table'].read_text('utf-8'),
                 graded['report'].read_text('utf-8')):
        assert not re.search('[\0-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]',
                             text.replace('\r\n', '\n'))


@LINUX
def test_reading_a_file_takes_little_memory():
    """Nothing is compiled, as code of nested finally blocks has no end."""
    nested = b''.join(b'%*stry: x\n%*sfinally:\n' % (n, b'', n, b'')
                      for n in range(19)) + b' ' * 19 + b'x;' * 99 + b'\n'
    subprocess.run(
        [sys.executable, '-c', 'import resource, sys\n'
         'from checker.grader import source\n'
         'resource.setrlimit(resource.RLIMIT_AS, (2 ** 30, 2 ** 30))\n'
         'source.syntax_tree(sys.stdin.buffer.read())'],
        input=nested, cwd=ROOT / 'tests', check=True)


def test_reading_a_file_prints_nothing(recwarn):
    """Warnings would quote a file, escape sequences included."""
    syntax_tree(b"x = '\\d\x1b'\nx is 1\n")
    assert not recwarn.list


@pytest.mark.parametrize('ending', [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_leaves_what_it_found(ending, tmp_path):
    """Ended in the middle: all that is written is whole, nothing running."""
    for name, text in (('honest', HONEST), ('unseen', HONEST),
                       ('endless', 'while True:\n    pass')):
        (tmp_path / name).mkdir()
        (tmp_path / name / FILES[0]).write_text(text)
    with marked() as left:
        run = subprocess.Popen(
            command([tmp_path / name for name in
                     ('honest', 'endless', 'unseen')], '-n', '1', '-k',
                    'test_0_vanilla', '--grades', str(tmp_path / 'g.csv'),
                    '--junitxml', str(tmp_path / 'g.xml'), '--feedback',
                    str(tmp_path), '--json', str(tmp_path / 'g.json'),
                    '--only', '0'),
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
            # A shell lets what runs in the background ignore it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        line = ''
        while not line.startswith('honest: passed'):
            line = run.stdout.readline()
            assert line
        time.sleep(5)
        assert len(left(tries=1)) > 1
        run.send_signal(ending)
        begin = time.monotonic()
        output, _ = run.communicate(timeout=60)
        assert output.endswith('\nTo go on: the same command with --resume\n')
        assert time.monotonic() - begin < 30
        assert run.returncode == 2
        assert not left()
    assert [row['verdict'] for row in rows_of(tmp_path / 'g.csv').values()] \
        == ['passed', 'not finished', 'not finished']
    assert list(ElementTree.parse(tmp_path / 'g.xml').iter('testcase'))
    page = (tmp_path / 'students' / 'honest.md').read_text()
    assert '| passed | 18 of 18 |' in page
    problems = {'endless': 'interrupted', 'unseen': 'not started'}
    for name, problem in problems.items():
        page = (tmp_path / 'students' / f'{name}.md').read_text()
        assert (f'did not finish: ` {problem} `' in page
                or f'Nothing was checked: ` {problem} `' in page)
    record = json.loads((tmp_path / 'g.json').read_text())
    assert [entry['problems'] for entry in record['submissions']] == [
        {}, {'0': 'interrupted'}, {'0': 'not started'}]


def last_child(run, seen):
    """Return the child that a process started last, once it is new."""
    children, until = {0}, time.monotonic() + 60
    # The fork server was started first.
    while len(children) < 2 or max(children) in seen:
        assert time.monotonic() < until
        time.sleep(0.2)
        children = {*map(int, Path(
            f'/proc/{run.pid}/task/{run.pid}/children').read_text().split())}
    return max(children)


@LINUX
@pytest.mark.parametrize('kills, verdict', [
    pytest.param(1, 'passed', marks=pytest.mark.exhaustive),
    (2, 'not finished')])
def test_killed_process_is_replaced_once(kills, verdict, tmp_path):
    """Its file is checked again, alone, with the same result."""
    for name, text in (('slow', f'import time\ntime.sleep(3)\n{HONEST}'),
                       ('quick', HONEST)):
        (tmp_path / name).mkdir()
        (tmp_path / name / FILES[0]).write_text(text)
    seen = set()
    with subprocess.Popen(
            command([tmp_path / 'slow', tmp_path / 'quick'], '-k',
                    'test_calls_build', '--grades', str(tmp_path / 'g.csv'),
                    '--only', '0', '-n', '1'), stdout=subprocess.PIPE,
            text=True) as run:
        for _ in range(kills):
            seen.add(last_child(run, seen))
            os.kill(max(seen), signal.SIGKILL)
            line = 'nothing yet'
            while line and 'quick: passed' not in line and len(seen) < 2:
                line = run.stdout.readline()
        told = run.communicate(timeout=120)[0]
    rows = rows_of(tmp_path / 'g.csv')
    assert rows['slow']['verdict'] == verdict, told
    assert rows['quick']['verdict'] == 'passed'


def test_lack_of_memory_is_the_machines(tmp_path):
    """A process that the kernel killed for memory is no fault of the file."""
    code = (
        'import os, sys; from pathlib import Path\n'
        'from checker.sandbox import fork_server\n'
        'fork_server.VMSTAT = Path(sys.argv[1])\n'
        'child = os.fork() or os.kill(os.getpid(), 9)\n'
        'child = fork_server.Child(child, "")\n'
        'fork_server.VMSTAT.write_text(sys.argv[2])\n'
        'while not (how := child.end()): pass\n'
        'print(*how.values())')
    for after, told in (('1', 'SIGKILL'),
                        ('2', 'the machine ran out of memory')):
        (tmp_path / 'vmstat').write_text('nr 7\noom_kill 1\n')
        run = subprocess.run(
            [sys.executable, '-c', code, tmp_path / 'vmstat',
             f'nr 7\noom_kill {after}\n'], cwd=ROOT / 'tests',
            capture_output=True, text=True, timeout=120)
        assert run.stdout == f'{told}\n', run.stderr
