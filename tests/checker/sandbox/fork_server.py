"""The process that imports TensorFlow once, and forks a sandbox for each file.

It is a program of its own, started with few environment variables, because
every sandbox inherits its memory.  Through the control socket it gets
connections.  A connection orders one sandbox; it is told how that ended; and
if it is closed, the sandbox is killed and its folder removed.
"""
import contextlib
import errno
import fcntl
import gc
import json
import os
import re
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any, Optional

from checker.sandbox import build, kernel
from checker.sandbox.limits import DESCRIPTORS, limit

ORDER_BYTES = 2 ** 16
REQUESTS, ANSWERS = 3, 4
# What a sandbox may write twice over, in bytes.
ROOM = 2 ** 26
# How often it looks which sandboxes have ended, in seconds.
INTERVAL = 0.05
# Where the kernel counts the processes that it killed for lack of memory.
VMSTAT = Path('/proc/vmstat')


class Child:
    """A sandbox: its process and its folder."""

    def __init__(self, process: int, scratch: str) -> None:
        self.process, self.scratch = process, scratch
        self.kills = kills_for_memory()

    def end(self) -> Optional[dict[str, str]]:
        """Return how the process ended, None while it runs.

        It is a problem of the machine, not an end of the file's own, if
        memory ran out.
        """
        ended, code = os.waitpid(self.process, os.WNOHANG)
        if not ended:
            return None
        status = os.waitstatus_to_exitcode(code)
        if status == -signal.SIGKILL and kills_for_memory() > self.kills:
            return {'problem': 'the machine ran out of memory'}
        names = {number.value: number.name for number in signal.Signals}
        return {'ended': f'exit status {status}' if status >= 0
                else names.get(-status, f'signal {-status}')}

    def kill(self) -> None:
        """Kill the process, with what a trusted one has started."""
        with contextlib.suppress(OSError):
            os.killpg(self.process, signal.SIGKILL)


def kills_for_memory() -> int:
    """Return how many processes the kernel killed for lack of memory."""
    with contextlib.suppress(OSError):
        found = re.search('^oom_kill ([0-9]+)$', VMSTAT.read_text(),
                          re.MULTILINE)
        if found:
            return int(found[1])
    return 0


class Server:
    """Forks sandboxes as ordered, and never waits for one of them."""

    def __init__(self, control: socket.socket, home: str) -> None:
        self.control, self.home = control, home
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ)
        self.children: dict[socket.socket, Child] = {}
        # Killed, but not yet gone.
        self.dying: dict[int, Child] = {}

    def serve(self) -> None:
        """Serve until the control socket is closed."""
        while True:
            busy = bool(self.children or self.dying)
            for key, _ in self.selector.select(INTERVAL if busy else None):
                if key.fileobj is not self.control:
                    self.listen(key.fileobj)
                elif not self.accept():
                    return
            self.reap()

    def accept(self) -> bool:
        """Take a new connection; return False if there will be no more."""
        message, descriptors, _, _ = socket.recv_fds(self.control, 1, 1)
        for descriptor in descriptors:
            self.selector.register(socket.socket(fileno=descriptor),
                                   selectors.EVENT_READ)
        return bool(message)

    def listen(self, connection: Any) -> None:
        """Carry out an order, or end the sandbox of a closed connection."""
        descriptors: list[int] = []
        try:
            message, descriptors, _, _ = socket.recv_fds(
                connection, ORDER_BYTES, 3)
        except OSError:
            message = b''
        if not message:
            self.selector.unregister(connection)
            connection.close()
            if connection in self.children:
                child = self.children.pop(connection)
                child.kill()
                self.dying[child.process] = child
            return
        try:
            if shutil.disk_usage(self.home).free < ROOM:
                raise OSError(errno.ENOSPC, 'less than '
                              f'{ROOM >> 20} MiB are free in {self.home}')
            scratch = tempfile.mkdtemp(dir=self.home)
            process = self.fork(descriptors, scratch, **json.loads(message))
            self.children[connection] = Child(process, scratch)
            tell(connection, {'process': process, 'scratch': scratch})
        except OSError as error:
            tell(connection, {'problem': f'no sandbox: {error.strerror}'})
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def reap(self) -> None:
        """Tell how sandboxes ended, and remove what they leave behind."""
        for connection, child in list(self.children.items()):
            how = child.end()
            if how is not None:
                del self.children[connection]
                child.kill()
                shutil.rmtree(child.scratch, ignore_errors=True)
                tell(connection, how)
        for child in list(self.dying.values()):
            if child.end() is not None:
                del self.dying[child.process]
                shutil.rmtree(child.scratch, ignore_errors=True)

    def close(self) -> None:
        """End all sandboxes."""
        for child in (*self.children.values(), *self.dying.values()):
            child.kill()
            os.waitpid(child.process, 0)
        shutil.rmtree(self.home, ignore_errors=True)

    def fork(self, descriptors: Any, scratch: str, seconds: float,
             trust: bool) -> int:
        """Fork a sandbox; return the number of its process."""
        parent, child = os.getpid(), os.fork()
        if child:
            os.setpgid(child, child)
            return child
        try:
            arrange(descriptors, scratch)
            if trust:
                limit(seconds)
            else:
                kernel.enter(scratch, lambda: limit(seconds), parent)
                # What Landlock opened.
                os.closerange(ANSWERS + 1, DESCRIPTORS)
            # The file may close its pipes.
            with contextlib.suppress(OSError), \
                    open(REQUESTS, 'rb') as requests, \
                    open(ANSWERS, 'wb') as answers:
                build.converse(requests, answers)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(70)


def tell(connection: socket.socket, message: Any) -> None:
    """Send a message to the grader that ordered a sandbox."""
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b'\n')


def arrange(descriptors: tuple[int, ...], scratch: str) -> None:
    """Leave the sandbox its pipes and its folder, and nothing else."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    # Far up first, so that none is overwritten before it is copied.
    sources = [fcntl.fcntl(source, fcntl.F_DUPFD, 100)
               for source in (nothing, *descriptors)]
    for source, targets in zip(sources, ((0,), (REQUESTS,), (ANSWERS,),
                                         (1, 2))):
        for target in targets:
            os.dup2(source, target)
    # Its connections to other sandboxes' graders, too.
    highest = max(map(int, os.listdir('/dev/fd')))
    os.closerange(ANSWERS + 1, highest + 1)
    sys.stdin = open(0, closefd=False)
    sys.stdout, sys.stderr = (
        open(number, 'w', buffering=1, encoding='utf-8',
             errors='backslashreplace', closefd=False) for number in (1, 2))
    with contextlib.suppress(OSError):
        # If memory runs out, the sandbox is the first to be killed.
        Path('/proc/self/oom_score_adj').write_text('1000')
    os.chdir(scratch)
    os.environ.update(HOME=scratch, TMPDIR=scratch, MPLCONFIGDIR=scratch)
    # AutoGraph writes there the code that it generates.
    tempfile.tempdir = scratch


def serve() -> None:
    """Serve the socket that is standard input.

    The arguments are a folder and, if not those of this process, the user and
    the group to run as.
    """
    home, *user = sys.argv[1:]
    # A submission must not import the checker.
    del sys.path[0]
    os.chdir(home)
    with contextlib.suppress(kernel.Unavailable):
        kernel.prepare()
    # What was imported stays: the garbage collector need not search it.
    gc.freeze()
    if user:
        number, group = map(int, user)
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(number, number, number)
    server = Server(socket.socket(fileno=0), home)
    try:
        server.serve()
    finally:
        server.close()


if __name__ == '__main__':
    serve()
