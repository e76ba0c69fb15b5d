"""Starts the process that sandboxes are forked from, and connects to it."""
import functools
import os
import shutil
import site
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Optional

PASSED_ON = ('LANG', 'LC_ALL', 'LC_CTYPE', 'LD_LIBRARY_PATH', 'PATH',
             'PYTHONNOUSERSITE', 'PYTHONPATH', 'TZ')
# One thread each, because several files are checked at a time.  oneDNN's
# kernels take longer to generate than these small batches need.
ENVIRONMENT = {
    'TF_CPP_MIN_LOG_LEVEL': '3', 'CUDA_VISIBLE_DEVICES': '-1',
    'TF_ENABLE_ONEDNN_OPTS': '0', 'TF_NUM_INTRAOP_THREADS': '1',
    'TF_NUM_INTEROP_THREADS': '1', 'OMP_NUM_THREADS': '1',
    'OPENBLAS_NUM_THREADS': '1', 'PYTHONDONTWRITEBYTECODE': '1',
    'PYTHONHASHSEED': '0'}


class MachineryFailed(Exception):
    """The checker itself failed; the message is one line."""


@functools.lru_cache(None)
def missing_sandbox() -> str:
    """Return in one line why there is no sandbox here, '' if there is one.

    A different process tries, so that this one keeps its rights.
    """
    if sys.platform != 'linux':
        return ('only Linux has what it needs; Windows can run it in WSL 2, '
                'macOS in a container')
    with tempfile.TemporaryDirectory() as scratch:
        tried = subprocess.run(
            [sys.executable, '-m', 'checker.sandbox.kernel', scratch],
            cwd=Path(__file__).parents[2], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = tried.stderr.decode('utf-8', 'replace').splitlines()
    return (said or ['the test of it ended'])[-1] if tried.returncode else ''


class ForkServer:
    """Starts the process that sandboxes are forked from.

    It starts when it is first needed, and again if it has ended.
    """

    def __init__(self, user: Optional[tuple[int, int]] = None) -> None:
        """Start nothing yet.

        Args:
            user: the user and group who run it, if not those of this process.
        """
        self.user = user
        self.process: Optional[subprocess.Popen[bytes]] = None
        self._control: socket.socket
        self._home = ''

    def connect(self) -> socket.socket:
        """Return a connection that can order one sandbox."""
        self.start()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [b'+'], [theirs.fileno()])
            except OSError:
                ours.close()
                raise MachineryFailed('the process that imports TensorFlow '
                                      'ended') from None
        return ours

    def start(self) -> None:
        """Start the process unless it runs."""
        if self.process and self.process.poll() is not None:
            self.close()
        if not self.process:
            self._start()

    def leave(self) -> None:
        """Leave the process to the parent of this process."""
        if self.process:
            self._control.close()

    def close(self) -> None:
        """End the process, and with it every sandbox."""
        if self.process:
            self._control.close()
            try:
                self.process.wait(2)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
            shutil.rmtree(self._home, ignore_errors=True)

    def _start(self) -> None:
        if not hasattr(os, 'fork'):
            raise MachineryFailed('Windows cannot run submissions: use WSL 2')
        self._home = tempfile.mkdtemp()
        self._control, other = socket.socketpair()
        if self.user:
            os.chown(self._home, *self.user)
        passed_on = {name: os.environ[name] for name in PASSED_ON
                     if name in os.environ}
        with other:
            self.process = subprocess.Popen(
                [sys.executable, '-m', 'checker.sandbox.fork_server',
                 self._home, *map(str, self.user or ())],
                cwd=Path(__file__).parents[2], stdin=other.fileno(),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**passed_on, **ENVIRONMENT, 'HOME': self._home,
                     'PYTHONUSERBASE': site.getuserbase()})
