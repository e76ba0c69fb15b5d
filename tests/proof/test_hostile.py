"""Whatever a submission does, it gets a verdict and harms nobody."""
import base64
import contextlib
import csv
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import sysconfig
import tempfile
import time
import uuid
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checker import boundary, child
from checker.observation import Unjudgeable
from checker.source import LARGEST, parse
from checker.specification import FILES
from classroom import ROOT, command, grade, rows_of
from hostile import attempts
from hostile.submissions import HONEST, HONEST_FILES, RUN

LIMIT = 15
# Someone who has no account.
STRANGER = 54321
LINUX = pytest.mark.skipif(bool(boundary.missing()),
                           reason='there is no boundary here')


def fingerprint(folder):
    """Return what a folder holds, so that a change shows."""
    return {str(path.relative_to(folder)): (
        path.lstat().st_mode, path.lstat().st_uid, path.lstat().st_mtime_ns,
        path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest())
        for path in [folder, *sorted(Path(folder).rglob('*'))]
        if not {'.git', '.venv', '__pycache__'} & {*path.parts}}


@contextlib.contextmanager
def marked():
    """Mark what is started; yield a function that tells what is left of it.

    The mark is where temporary files are, which the checker passes on.  It
    looks several times, since what was killed is not gone at once.
    """
    mark = Path(tempfile.mkdtemp())
    mark.chmod(0o777)

    def left(tries=100):
        for _ in range(tries):
            found = os.listdir(mark)
            for process in Path('/proc').glob('[0-9]*'):
                with contextlib.suppress(OSError):
                    if os.fsencode(mark) in (process / 'environ').read_bytes():
                        found.append((process / 'cmdline').read_text())
            if not found:
                break
            time.sleep(0.1)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('TMPDIR', str(mark))
        yield left
    mark.rmdir()


def as_user(user):
    """Return how to start a process as a user, None for the same one."""
    return {} if user is None else {
        'user': user, 'group': user, 'extra_groups': []}


@contextlib.contextmanager
def world(user):
    """Yield a World that all may harm, and what tells whether it was."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        file, name = f'{folder}/file', uuid.uuid4().hex
        Path(file).write_text('untouched')
        listeners = [stack.enter_context(socket.socket(*kind)) for kind in (
            (socket.AF_INET, socket.SOCK_STREAM),
            (socket.AF_INET, socket.SOCK_DGRAM),
            (socket.AF_UNIX, socket.SOCK_STREAM),
            (socket.AF_UNIX, socket.SOCK_STREAM))]
        listeners[0].bind(('127.0.0.1', 0))
        port = listeners[0].getsockname()[1]
        for listener, address in zip(listeners[1:], (
                ('127.0.0.1', port), f'{folder}/socket', f'\0{name}')):
            listener.bind(address)
        for listener in listeners:
            listener.setblocking(False)
            if listener.type == socket.SOCK_STREAM:
                listener.listen()
        for path in (folder, file, f'{folder}/socket'):
            os.chmod(path, 0o777)
        # As root, submissions run as nobody.
        if user is None and not os.getuid():
            user = boundary.NOBODY
        victim = stack.enter_context(subprocess.Popen(
            ['sleep', '600'], **as_user(user)))
        stack.callback(victim.kill)
        before = fingerprint(Path(folder))

        def harmed():
            found = [] if victim.poll() is None else ['process']
            if fingerprint(Path(folder)) != before:
                found.append('folder')
            for listener in listeners:
                with contextlib.suppress(BlockingIOError):
                    found.append(listener.recvfrom(9) if listener.type
                                 == socket.SOCK_DGRAM else listener.accept())
            return found

        yield (attempts.World(folder, file, port, name, victim.pid), harmed)


def link(source, target):
    """Give a file a second name, or copy it to another file system."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@contextlib.contextmanager
def for_everyone():
    """Yield a program, a folder and variables that every user may read.

    Root's own Python, packages and checkout mostly lie where none may.
    """
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        parts = {'python': sys.base_prefix, 'tests': str(ROOT / 'tests'),
                 'packages': sysconfig.get_path('purelib')}
        for name, source in parts.items():
            shutil.copytree(source, f'{folder}/{name}', symlinks=True,
                            copy_function=link)
        program = Path(sys.executable).resolve().relative_to(
            Path(sys.base_prefix).resolve())
        yield f'{folder}/python/{program}', f'{folder}/tests', {
            'PYTHONPATH': f'{folder}/packages',
            'LD_LIBRARY_PATH': f'{folder}/python/lib'}


@pytest.fixture(scope='module', params=[
    'who runs this', *([] if os.getuid() else ['an ordinary user'])])
def tried(request):
    """What is told of each attempt of a user, and what is left of it."""
    user, secret = None, uuid.uuid4().hex
    program, tests, variables = sys.executable, ROOT / 'tests', {}
    with contextlib.ExitStack() as stack:
        if request.param == 'an ordinary user':
            user = STRANGER
            program, tests, variables = stack.enter_context(for_everyone())
        there, harmed = stack.enter_context(world(user))
        left = stack.enter_context(marked())
        run = subprocess.run(
            [program, Path(tests, 'proof/hostile/attempts.py'),
             json.dumps(asdict(there))], stdout=subprocess.PIPE, cwd='/',
            env={**os.environ, **variables, 'SECRET': secret},
            **as_user(user))
        return {'told': json.loads(run.stdout), 'left': left(),
                'harmed': harmed(), 'secret': secret in run.stdout.decode()}


@LINUX
@pytest.mark.parametrize('name', attempts.all_attempts())
def test_attempt_comes_to_nothing(name, tried):
    """The kernel refuses it, or a limit ends it."""
    _, words = attempts.all_attempts()[name]
    assert re.search(words, tried['told'][name]), tried['told'][name]


@LINUX
def test_attempts_change_nothing(tried):
    """No victim is harmed, nothing is left behind and no secret is told."""
    assert not tried['harmed']
    assert not tried['left']
    assert not tried['secret']


def request_for(source):
    """Return the first message about a file."""
    return {'source': base64.b64encode(source.encode()).decode(),
            'name': FILES[0], 'calls': []}


@pytest.fixture(scope='module')
def server():
    """A server to fork children from."""
    server = child.Server()
    yield server
    server.close()


@LINUX
def test_secrets_are_not_in_memory(monkeypatch):
    """What the environment holds is not in the process that is forked."""
    secret = uuid.uuid4().hex
    monkeypatch.setenv('SECRET', secret)
    server = child.Server()
    with child.conversation(server, LIMIT, False) as ask:
        ask(request_for('autoencoder = print'))
        found = searched = 0
        memory = Path(f'/proc/{server._process.pid}')
        with open(memory / 'mem', 'rb', buffering=0) as content:
            for line in (memory / 'maps').read_text().splitlines():
                start, end, kind = re.split('[- ]', line)[:3]
                if 'w' in kind:
                    content.seek(int(start, 16))
                    part = content.read(int(end, 16) - int(start, 16))
                    searched += len(part)
                    found += part.count(secret.encode())
    server.close()
    assert searched > 2 ** 24 and not found


@LINUX
def test_child_keeps_no_right_but_reading(server):
    """The kernel says so of the process: its user, rights and filters."""
    with child.conversation(server, LIMIT, False) as ask:
        said = ask(request_for('import os\nraise ValueError(os.getpid())'))
        number = re.search('ValueError: ([0-9]+)', said['problem'])[1]
        status = dict(line.split(':\t') for line in Path(
            f'/proc/{number}/status').read_text().splitlines())
    assert '0' not in status['Uid'].split() + status['Gid'].split()
    for name in ('CapInh', 'CapPrm', 'CapEff', 'CapAmb'):
        assert int(status[name], 16) in (
            0, 1 << boundary.CAP_DAC_READ_SEARCH,
            1 << boundary.CAP_DAC_OVERRIDE)
    assert (status['NoNewPrivs'], status['Seccomp']) == ('1', '2')
    assert status['Threads'] == '1'


@LINUX
@pytest.mark.parametrize('version', [1, 2, 3])
def test_older_landlock_holds_files(version):
    """However a file is opened, it is neither read nor emptied."""
    with world(None) as (given, harmed), \
            tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run([sys.executable, '-c', f"""
import itertools, os, landlock, landlock.plumbing
landlock.landlock_abi_version = lambda: {version}
landlock.plumbing.landlock_abi_version = lambda: {version}
from checker import boundary
boundary.enter({scratch!r}, int, os.getppid())
for mode, how in itertools.product(range(4), (0, os.O_TRUNC, os.O_APPEND)):
    try:
        os.read(os.open({given.file!r}, mode | how), 9)
        print(mode, how)
    except OSError:
        pass
open({scratch!r} + '/x', 'w').write('x'), print('done')
"""], cwd=ROOT / 'tests', capture_output=True, text=True, timeout=60)
        assert done.stdout == 'done\n', done
        assert not harmed()


@LINUX
def test_child_that_does_not_listen_is_not_waited_for(server):
    """A message that is not read ends with the time, not never."""
    with pytest.raises(Unjudgeable, match='ran longer than 2 s'):
        with child.conversation(server, 2, False) as ask:
            begin = time.monotonic()
            assert ask(request_for(
                'import os, time\n'
                'os.write(4, b"1\\n")\ntime.sleep(99)')) == 1
            ask('x' * 2 ** 22)
    assert time.monotonic() - begin < 4


@LINUX
def test_server_that_dies_is_replaced(server):
    """What ran is said not to be judged, and the next file is."""
    with pytest.raises(Unjudgeable, match='TensorFlow ended'):
        with child.conversation(server, LIMIT, False) as ask:
            server._process.kill()
            ask(request_for('import time\ntime.sleep(99)'))
    with child.conversation(server, LIMIT, False) as ask:
        assert 'called' in ask(request_for('x = 1'))['problem']
    server._process.kill()
    server._process.wait()
    with child.conversation(server, LIMIT, False) as ask:
        assert 'called' in ask(request_for('x = 1'))['problem']


def test_trusted_child_is_limited(server, tmp_path):
    """With the rights of the user, limits and the end of it still hold."""
    there = tmp_path / 'there'
    started = (f'import subprocess, time\nopen({str(there)!r}, "w")\n'
               'process = subprocess.Popen(["sleep", "600"])\n'
               f'open({str(there)!r}, "w").write(str(process.pid))\n')
    for code, words in ((started + 'time.sleep(99)', 'longer than 2 s'),
                        ('x = bytearray(2 ** 40)', 'MemoryError'),
                        (started + 'import os\nos._exit(3)', 'status 3')):
        said = None
        try:
            with child.conversation(server, 2, True) as ask:
                said = ask(request_for(code))['problem']
        except Unjudgeable as problem:
            said = str(problem)
        assert words in said
        if there.exists():
            time.sleep(0.1)
            assert not Path('/proc', there.read_text(), 'exe').exists()


@LINUX
@pytest.mark.parametrize('end', [signal.SIGKILL, signal.SIGTERM])
def test_killed_checker_leaves_nothing(end):
    """Where it is killed, what it has started ends too, and is removed."""
    program = (
        'import sys\n'
        f'sys.path[:0] = [{str(ROOT / "tests")!r}]\n'
        'from checker import child\n'
        'with child.conversation(child.Server(), 99, False) as ask:\n'
        '    print("runs", flush=True)\n'
        '    ask({"source": "d2hpbGUgVHJ1ZTogcGFzcw==", "name": "x.py",'
        ' "calls": []})\n')
    with marked() as left:
        with subprocess.Popen([sys.executable, '-c', program],
                              stdout=subprocess.PIPE) as run:
            assert run.stdout.readline() == b'runs\n'
            assert len(left(tries=1)) > 2
            run.send_signal(end)
        assert not left()


def without(part, folder):
    """Return an environment in which there is no boundary."""
    folder.joinpath('pyseccomp.py').write_text({
        'libseccomp': 'raise RuntimeError("Unable to find libseccomp")',
        'Landlock': 'import ctypes\nctypes.CDLL(None).prctl(38, 1, 0, 0, 0)\n'
        'import importlib.util, pathlib, sys, sysconfig\n'
        'path = pathlib.Path(sysconfig.get_path("purelib"), "pyseccomp.py")\n'
        'exec(path.read_text())\n'
        'calls = SyscallFilter(ALLOW)\n'
        'calls.add_rule(ERRNO(38), 444)\ncalls.load()\n'}[part])
    return str(folder)


@LINUX
@pytest.mark.parametrize('part', ['libseccomp', 'Landlock'])
def test_nothing_is_run_where_there_is_no_boundary(part, tmp_path,
                                                   monkeypatch):
    """One line says what is missing; --trust runs the file all the same."""
    monkeypatch.setenv('PYTHONPATH', without(part, tmp_path))
    folder = tmp_path / 'honest'
    folder.mkdir()
    folder.joinpath(FILES[0]).write_text(HONEST)
    refused = grade([folder], '-k', 'TestVanilla')
    assert refused.returncode == pytest.ExitCode.USAGE_ERROR
    line, = refused.stderr.strip().splitlines()
    assert part in line and '--trust' in line
    assert grade([folder], '-k', 'TestVanilla', '--trust').returncode == 0


# What is there in place of a file, and what is said of it.
INPUTS = {
    'absent': 'there is no such file', 'empty': 'it is empty',
    'huge': 'it is larger than', 'folder': 'it is not a file',
    'socket': 'it is not a file', 'fifo': 'it is not a file',
    'out': 'it is a link that leads out of the folder',
    'device': 'it is a link that leads out of the folder',
    'nowhere': 'it is a link that leads nowhere',
    'loop': 'it is a link that leads nowhere',
    'syntax': 'not valid Python: line 1', 'latin': 'not valid Python',
    'coding': 'not valid Python', 'nul': 'not valid Python',
    'deep': 'not valid Python', 'terms': 'not valid Python'}


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
def graded(tmp_path_factory):
    """Grade hostile submissions between two honest ones; return verdicts."""
    root = tmp_path_factory.mktemp('hostile')
    texts = {**HONEST_FILES, **{name: text for name, (text, _) in RUN.items()}}
    names = ['a-honest', *RUN, *INPUTS, 'packages-honest', 'z-honest']
    for name in names:
        (root / name).mkdir()
        # One of the other files, so that each folder is a submission.
        (root / name / FILES[3]).touch()
        put(name, root / name / FILES[0])
        if name in texts:
            (root / name / FILES[0]).write_text(texts[name] + '\n')
    (root / 'raises' / 'conftest.py').write_text('raise SystemExit(3)\n')
    (root / 'raises' / 'pytest.ini').write_text('[pytest]\naddopts = -x\n')
    before = fingerprint(root), fingerprint(ROOT)
    table, report = root.parent / 'grades.csv', root.parent / 'report.xml'
    begin = time.monotonic()
    with marked() as left:
        result = grade([root / name for name in names], '--grades', str(table),
                       '--junitxml', str(report), '--time-limit', str(LIMIT),
                       '-k', 'TestVanilla')
        remains = left()
    return {'rows': rows_of(table), 'table': table, 'report': report,
            'taken': time.monotonic() - begin, 'names': names,
            'changed': before != (fingerprint(root), fingerprint(ROOT)),
            'left': remains, 'status': result.returncode,
            'printed': result.stdout + result.stderr}


@pytest.mark.parametrize('name, words', [
    *((name, words) for name, (_, words) in RUN.items()), *INPUTS.items()])
def test_hostile_submission_gets_a_verdict(name, words, graded):
    """One failure says in one sentence what a submission did."""
    row = graded['rows'][name]
    assert row['verdict'] == 'failed'
    assert words in row['first failure']
    assert row['first failure']


@LINUX
def test_reading_a_file_takes_little_memory():
    """Nothing is compiled, as code of nested finally blocks has no end."""
    nested = b''.join(b'%*stry: x\n%*sfinally:\n' % (n, b'', n, b'')
                      for n in range(19)) + b' ' * 19 + b'x;' * 99 + b'\n'
    subprocess.run(
        [sys.executable, '-c', 'import resource, sys\n'
         'from checker import source\n'
         'resource.setrlimit(resource.RLIMIT_AS, (2 ** 30, 2 ** 30))\n'
         'source.parse(sys.stdin.buffer.read())'],
        input=nested, cwd=ROOT / 'tests', check=True)


def test_reading_a_file_says_nothing_of_its_own(recwarn):
    """Warnings quote a file, escape sequences for a terminal included."""
    parse(b"x = '\\d\x1b'\nx is 1\n")
    assert not recwarn.list


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
                     ('honest', 'endless', 'unseen')], '-v', '-k',
                    'TestVanilla', '--grades', str(tmp_path / 'g.csv'),
                    '--junitxml', str(tmp_path / 'g.xml'), '--feedback',
                    str(tmp_path)),
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
            # A shell lets what runs in the background ignore it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        printed = ''
        while not printed.endswith('[endless-0]'):
            assert run.poll() is None, printed
            printed += run.stdout.read(1)
        assert len(left(tries=1)) > 1
        run.send_signal(ending)
        begin = time.monotonic()
        run.communicate(timeout=60)
        assert time.monotonic() - begin < 30
        assert run.returncode == pytest.ExitCode.INTERRUPTED
        assert not left()
    assert [row['verdict'] for row in rows_of(tmp_path / 'g.csv').values()] \
        == ['passed', 'not finished', 'not finished']
    assert list(ElementTree.parse(tmp_path / 'g.xml').iter('testcase'))
    for name, words in (('honest', '| passed | 18 of 18 |'),
                        ('endless', 'interrupted here: only 0 of 18 checks'),
                        ('unseen', 'interrupted here: only 0 of 18 checks')):
        assert words in (tmp_path / f'{name}.md').read_text()
