"""The process that imports TensorFlow once, and forks a child for each file.

Started by checker.child as a program of its own, which has few variables in
its environment: a child could read all of them in its memory.  An order is
JSON, and so is the answer; it ends when the other end is closed.
"""
import contextlib
import gc
import json
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

from checker import boundary, inspector

ORDER_BYTES = 2 ** 16
REQUESTS, ANSWERS = 3, 4
DESCRIPTORS, GIGABYTES, MORE_THREADS, FILE_BYTES = 256, 4, 4096, 2 ** 22


def serve(control, home):
    """Fork and end children as asked; leave nothing behind.

    Args:
        home: the folder in which those of the children are.
    """
    # The checker is not for submissions to import.
    del sys.path[0]
    os.chdir(home)
    with contextlib.suppress(boundary.Unavailable):
        boundary.prepare()
    # What was imported stays, so let the collector not search it each time.
    gc.freeze()
    children = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, ORDER_BYTES, 3)
        if not message:
            break
        order = json.loads(message)
        if 'child' in order:
            answer = end(children, **order)
        else:
            answer = fork(control, descriptors, **order)
            children.add(answer)
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(json.dumps(answer).encode())
    for child in list(children):
        end(children, child, grace=0)
    shutil.rmtree(home, ignore_errors=True)


def end(children, child, grace):
    """End a child in seconds of grace; return how, as a sentence."""
    if child not in children:
        return None
    children.remove(child)
    until = time.monotonic() + grace
    ended, code = os.waitpid(child, os.WNOHANG)
    while not ended and time.monotonic() < until:
        time.sleep(0.002)
        ended, code = os.waitpid(child, os.WNOHANG)
    # What a trusted one has started is in its group.
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    if not ended:
        os.waitpid(child, 0)
        return 'closed the pipe to the checker'
    status = os.waitstatus_to_exitcode(code)
    names = {number.value: number.name for number in signal.Signals}
    return (f'ended its process with exit status {status}' if status >= 0
            else f'was ended by {names.get(-status, f"signal {-status}")}')


def fork(control, descriptors, scratch, seconds, trust):
    """Return the number of a new child that answers about a submission."""
    parent, child = os.getpid(), os.fork()
    if child:
        os.setpgid(child, child)
        return child
    try:
        control.detach()
        arrange(descriptors, scratch)
        if trust:
            limit(seconds)
        else:
            boundary.enter(scratch, lambda: limit(seconds), parent)
        os.closerange(ANSWERS + 1, DESCRIPTORS)
        with open(REQUESTS, 'rb') as requests, open(ANSWERS, 'wb') as answers:
            inspector.converse(requests, answers)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(70)


def arrange(descriptors, scratch):
    """Let the child use its pipes and its folder, and no terminal."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    # Far up first, so that none is overwritten before it is copied.
    sources = [os.dup2(source, 100 + place) for place, source
               in enumerate((nothing, *descriptors))]
    for source, targets in zip(sources, ((0,), (REQUESTS,), (ANSWERS,),
                                         (1, 2))):
        for target in targets:
            os.dup2(source, target)
    sys.stdin = open(0, closefd=False)
    sys.stdout, sys.stderr = (
        open(number, 'w', buffering=1, encoding='utf-8',
             errors='backslashreplace', closefd=False) for number in (1, 2))
    with contextlib.suppress(OSError):
        # Where memory runs out, it is the child's that is taken.
        Path('/proc/self/oom_score_adj').write_text('1000')
    os.chdir(scratch)
    os.environ.update(HOME=scratch, TMPDIR=scratch, MPLCONFIGDIR=scratch)
    # Where AutoGraph writes the code that it makes.
    tempfile.tempdir = scratch


def limit(seconds):
    """Bound memory, processor time, threads, descriptors and files."""
    with contextlib.suppress(OSError), open('/proc/self/statm') as statm:
        # Libraries reserve far more addresses than they use, so this bounds
        # what comes on top of them.
        size = int(statm.read().split()[0]) * resource.getpagesize()
        lower(resource.RLIMIT_AS, size + GIGABYTES * 2 ** 30)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, FILE_BYTES)
    lower(resource.RLIMIT_NOFILE, DESCRIPTORS)
    lower(resource.RLIMIT_CPU, int(4 * seconds) + 1)
    # The limit is one for all threads of a user, some of whom may be out of
    # sight in another container: try how many there must be for one more.
    count = 1
    while not may_start(count):
        count *= 2
    lower(resource.RLIMIT_NPROC, count + MORE_THREADS)


def lower(which, value):
    """Lower a limit, unless it is lower already."""
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


def may_start(count):
    """Return whether a thread may start where the user may have so many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    if hard != resource.RLIM_INFINITY and count >= hard:
        return True
    resource.setrlimit(resource.RLIMIT_NPROC, (count, hard))
    thread = threading.Thread(target=int)
    try:
        thread.start()
    except RuntimeError:
        return False
    thread.join()
    return True


if __name__ == '__main__':
    serve(socket.socket(fileno=0), sys.argv[1])
