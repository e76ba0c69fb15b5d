"""The kernel and the limits hold for any file in the sandbox."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import uuid
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
from checker.grader import sandbox_client
from checker.grader.fork_client import (
    ForkServer,
    MachineryFailed,
    missing_sandbox,
)
from checker.grader.sandbox_client import Sandbox
from checker.grader.session import Session
from checker.specification import FILES
from classroom import ROOT, grade
from hostile import attempts
from hostile.submissions import HONEST
from hostile.world import as_user, marked, world

LIMIT = 15
# A user who has no account.
STRANGER = 54321
LINUX = pytest.mark.skipif(bool(missing_sandbox()),
                           reason='there is no sandbox here')
# One attempt for each rule of the kernel and each limit; the others are
# exhaustive.
RULES = {
    'overwrite', 'read', 'list', 'remove, what was written', 'truncate',
    'TCP', 'UDP', 'abstract socket', 'fork', 'exec', 'kill', 'ptrace',
    'prlimit', 'another user', 'shared memory', 'memory, of the server',
    'import, the checker', 'clone3', 'limit: big file', 'limit: disk',
    'limit: descriptors', 'limit: memory', 'limit: threads',
    'limit: processor', 'limit: output', 'limit: deep message',
    'limit: message without an end', 'limit: closed pipes', 'limit: exit',
    'limit: crash', 'limit: descriptors, inherited'}
ATTEMPTS = attempts.all_attempts()


def link(source, target):
    """Give a file a second name, or copy it to a different file system."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@contextmanager
def for_everyone():
    """Yield a program, a folder and variables that every user may read.

    Root's own Python, packages and checkout are often closed to others.
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
    'who runs this',
    *([] if os.getuid() else [pytest.param(
        'an ordinary user', marks=pytest.mark.exhaustive)])])
def tried(request):
    """The messages of each attempt of a user, and its remains."""
    user, secret = None, uuid.uuid4().hex
    program, tests, variables = sys.executable, ROOT / 'tests', {}
    names = {item.callspec.params['name'] for item in request.session.items
             if 'name' in getattr(getattr(item, 'callspec', None), 'params',
                                  ()) and 'tried' in item.fixturenames}
    with ExitStack() as stack:
        if request.param == 'an ordinary user':
            user = STRANGER
            program, tests, variables = stack.enter_context(for_everyone())
        there, harmed = stack.enter_context(world(user))
        left = stack.enter_context(marked())
        run = subprocess.run(
            [program, Path(tests, 'proof/hostile/attempts.py'),
             json.dumps(asdict(there)), *sorted(names)],
            stdout=subprocess.PIPE, cwd='/',
            env={**os.environ, **variables, 'SECRET': secret},
            **as_user(user))
        return {'told': json.loads(run.stdout), 'left': left(),
                'harmed': harmed(), 'secret': secret in run.stdout.decode()}


@LINUX
@pytest.mark.parametrize('name', [
    pytest.param(name, marks=() if name in RULES
                 else pytest.mark.exhaustive) for name in ATTEMPTS])
def test_attempt_comes_to_nothing(name, tried):
    """The kernel refuses it, or a limit ends it."""
    _, words = ATTEMPTS[name]
    assert re.search(words, tried['told'][name]), tried['told'][name]


@LINUX
def test_attempts_change_nothing(tried):
    """No victim is harmed, nothing is left behind and no secret is told."""
    assert not tried['harmed']
    assert not tried['left']
    assert not tried['secret']


@pytest.fixture(scope='module')
def server():
    """A server to fork sandboxes from."""
    server = ForkServer()
    yield server
    server.close()


@contextmanager
def running(server, code, seconds=LIMIT, trust=False):
    """Yield a sandbox, and the failure of the file that it loaded."""
    with sandbox_client.sandbox(server.connect(), seconds, trust) as child:
        calls = Session(child.ask, 0).open(code.encode(), 0)
        yield child, calls[0].returned.found


@LINUX
def test_secrets_are_not_in_memory(monkeypatch):
    """Secrets of the environment are not in the process that is forked."""
    secret = uuid.uuid4().hex
    monkeypatch.setenv('SECRET', secret)
    server = ForkServer()
    found = searched = 0
    with running(server, 'x = 1'):
        memory = Path(f'/proc/{server.process.pid}')
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
def test_sandbox_keeps_no_right_except_reading(server):
    """The kernel says so of the process: its user, rights and filters."""
    with running(server, 'x = 1') as (child, _):
        status = dict(line.split(':\t') for line in Path(
            f'/proc/{child.process}/status').read_text().splitlines())
    assert '0' not in status['Uid'].split() + status['Gid'].split()
    for name in ('CapInh', 'CapPrm', 'CapEff', 'CapAmb'):
        # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
        assert int(status[name], 16) in (0, 1 << 1, 1 << 2)
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
from checker.sandbox import kernel
kernel.enter({scratch!r}, int, os.getppid())
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
def test_file_that_does_not_listen_is_not_waited_for(server):
    """A request that is not read ends with the time, not never."""
    begin = time.monotonic()
    with running(server, 'import os, time\nos.write(4, b"{\\"value\\": {'
                 '\\"functions\\": [], \\"callable\\": true}}\\n")\n'
                 'time.sleep(99)', 2) as (child, said):
        assert 'ran longer than 2 s' in said
    assert time.monotonic() - begin < 5


@LINUX
def test_grader_waits_for_no_other_sandbox(server):
    """While a file sleeps, others are run."""
    with sandbox_client.sandbox(server.connect(), LIMIT, False) as sleeping:
        os.write(sleeping.requests, b'{"load": ')
        begin = time.monotonic()
        for _ in range(3):
            with running(server, 'x = 1') as (_, said):
                assert 'no function named autoencoder' in said
        assert time.monotonic() - begin < 5


@LINUX
def test_server_that_dies_is_replaced(server):
    """A file that ran is not judged, and the next one is."""
    child = Sandbox(server.connect(), LIMIT, False)
    server.process.kill()
    with pytest.raises(MachineryFailed):
        Session(child.ask, 0).open(b'import time\ntime.sleep(99)', 0)
    child.close()
    with running(server, 'x = 1') as (_, said):
        assert 'no function named autoencoder' in said


def test_trusted_file_is_limited(server, tmp_path):
    """With the rights of the user, limits and the end of it still hold."""
    there = tmp_path / 'there'
    started = (f'import subprocess, time\nopen({str(there)!r}, "w")\n'
               'process = subprocess.Popen(["sleep", "600"])\n'
               f'open({str(there)!r}, "w").write(str(process.pid))\n')
    for code, words in ((started + 'time.sleep(99)', 'longer than 2 s'),
                        ('x = bytearray(2 ** 40)', 'MemoryError'),
                        (started + 'import os\nos._exit(3)', 'status 3')):
        with running(server, code, 2, True) as (_, said):
            assert words in said
        time.sleep(0.5)
        if there.exists():
            assert not Path('/proc', there.read_text(), 'exe').exists()


@LINUX
@pytest.mark.parametrize('end', [signal.SIGKILL, signal.SIGTERM])
def test_killed_command_leaves_nothing(end, tmp_path):
    """If it is killed, what it has started ends too, and is removed."""
    (tmp_path / FILES[0]).write_text('while True:\n    pass\n')
    with marked() as left:
        with subprocess.Popen(
                [sys.executable, ROOT / 'tests' / 'check.py', tmp_path],
                stdout=subprocess.DEVNULL) as run:
            until = time.monotonic() + 60
            while len(left(tries=1)) < 5 and time.monotonic() < until:
                time.sleep(0.1)
            run.send_signal(end)
        assert not left()


def without(part, folder):
    """Return an environment in which there is no sandbox."""
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
@pytest.mark.parametrize('part', [
    'libseccomp', pytest.param('Landlock', marks=pytest.mark.exhaustive)])
def test_nothing_runs_without_a_sandbox(part, tmp_path, monkeypatch):
    """One line says what is missing; --trust runs the file all the same."""
    monkeypatch.setenv('PYTHONPATH', without(part, tmp_path))
    folder = tmp_path / 'honest'
    folder.mkdir()
    folder.joinpath(FILES[0]).write_text(HONEST)
    refused = grade([folder], '-k', 'vanilla')
    assert refused.returncode == 4
    line, = refused.stderr.strip().splitlines()
    assert part in line and '--trust' in line
    assert grade([folder], '-k', 'vanilla', '--trust').returncode == 0
