"""Possible victims of a submission, and whether they were harmed."""
import contextlib
import hashlib
import os
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import pytest
from hostile.attempts import World

# The user that runs submissions if root grades.
NOBODY = 65534


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

    The mark is the folder for temporary files, which the checker passes on.
    The function looks several times, because a killed process is not gone at
    once.
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
        if user is None and not os.getuid():
            user = NOBODY
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

        yield World(folder, file, port, name, victim.pid), harmed
