"""Runs a function in a child process that cannot do harm easily."""
import contextlib
import gc
import importlib
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import traceback
from dataclasses import dataclass
from multiprocessing import forkserver

OUTPUT_KEPT = 2000
RESULT_LIMIT = 2 ** 24
NOBODY = 65534
FORBIDDEN = {
    'os.fork', 'os.forkpty', 'os.posix_spawn', 'os.exec', 'os.system',
    'os.kill', 'os.killpg', 'os.putenv', 'os.unsetenv', 'os.startfile',
    'subprocess.Popen', 'pty.spawn', 'socket.bind', 'socket.connect',
    'socket.getaddrinfo', 'socket.sendto', 'signal.pthread_kill'}
CHANGES = {
    'os.chmod', 'os.chown', 'os.link', 'os.mkdir', 'os.mkfifo', 'os.remove',
    'os.rename', 'os.rmdir', 'os.symlink', 'os.truncate', 'os.utime',
    'shutil.rmtree', 'shutil.move', 'shutil.copyfile'}


_STARTING = threading.Lock()


@dataclass(frozen=True)
class Outcome:
    """What the function returned, or how its process ended instead."""
    value: object = None
    ended: str = ''
    output: str = ''


def run(module, function, arguments, preload, seconds, gigabytes):
    """Call a function of a module, both given by name, in a child process.

    Args:
        arguments: a dict of plain data.
        preload: modules to import once, before children are forked.

    Returns:
        Outcome, whose value is what JSON makes of what the function
        returned.
    """
    fork = 'forkserver' in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context('forkserver' if fork else 'spawn')
    if fork:
        _start_server([__name__, *preload])
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        result, result_in = context.Pipe(duplex=False)
        output, output_in = context.Pipe(duplex=False)
        stack.callback(result.close)
        child = context.Process(target=_child, daemon=True, args=(
            result_in, output_in, folder, module, function, arguments,
            seconds, gigabytes))
        with _STARTING, _no_main():
            child.start()
        result_in.close()
        output_in.close()
        kept = bytearray()
        reader = threading.Thread(target=_drain, args=(output, kept),
                                  daemon=True)
        reader.start()
        stack.callback(reader.join, 5)
        try:
            value, ended = _receive(result, child, seconds)
        finally:
            _end(child)
    text = kept.decode('utf-8', 'replace')
    return Outcome(value, ended, text)


def _start_server(preload):
    """Start the process that children are forked from, unless it runs.

    It imports nothing from where Python would not look by itself.
    """
    with _STARTING:
        path = os.environ.get('PYTHONPATH')
        os.environ['PYTHONPATH'] = os.pathsep.join(filter(None, [
            os.path.dirname(__file__), path]))
        multiprocessing.set_forkserver_preload(['mute', *preload])
        forkserver.ensure_running()
        if path is None:
            del os.environ['PYTHONPATH']
        else:
            os.environ['PYTHONPATH'] = path


@contextlib.contextmanager
def _no_main():
    """Keep the child from importing the program that runs pytest."""
    main = sys.modules['__main__']
    names = {name: vars(main).pop(name) for name in ('__spec__', '__file__')
             if name in vars(main)}
    main.__spec__ = None
    try:
        yield
    finally:
        vars(main).update(names)


def _receive(result, child, seconds):
    """Return (value, '') or (None, how the child ended)."""
    if not result.poll(seconds):
        return None, f'ran longer than {seconds:g} s'
    try:
        return json.loads(result.recv_bytes(RESULT_LIMIT)), ''
    except (EOFError, OSError, ValueError):
        child.join(1)
    code = child.exitcode
    if code is None or code >= 0:
        return None, f'ended its process with exit status {code}'
    return None, f'was ended by {signal.Signals(-code).name}'


def _end(child):
    """End a child and all of its process group."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):
        child.kill()
    child.join()


def _drain(output, kept):
    """Read what a child prints to the end; keep its start."""
    with contextlib.suppress(OSError), open(
            output.fileno(), 'rb', buffering=0, closefd=False) as stream:
        while chunk := stream.read(2 ** 16):
            kept.extend(chunk[:max(0, OUTPUT_KEPT - len(kept))])


def _child(result, output, folder, module, function, arguments, seconds,
           gigabytes):
    """Be the child: take away what is not needed, call, send, and end."""
    with contextlib.suppress(AttributeError):
        os.setsid()
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder)
    tempfile.tempdir = None
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output.fileno(), 1),
                           (output.fileno(), 2)):
        os.dup2(source, target)
    output.close()
    sys.stdin = open(0, closefd=False)
    sys.stdout = open(1, 'w', buffering=1, closefd=False)
    sys.stderr = open(2, 'w', buffering=1, closefd=False)
    call = getattr(importlib.import_module(module), function)
    # What was imported stays, so let the collector not search it each time.
    gc.freeze()
    _limit(folder, seconds, gigabytes)
    try:
        content = json.dumps(call(**arguments)).encode()
    except BaseException:
        traceback.print_exc()
        os._exit(70)
    result.send_bytes(content)
    os._exit(0)


def _limit(folder, seconds, gigabytes):
    """Take rights, memory and files outside `folder` from this process."""
    with contextlib.suppress(ImportError):
        import resource
        size = int(gigabytes * 2 ** 30)
        # Libraries reserve far more addresses than they use, so this bounds
        # what comes on top of them.
        with open('/proc/self/statm') as statm:
            size += int(statm.read().split()[0]) * resource.getpagesize()
        for limit, value in ((resource.RLIMIT_AS, size),
                             (resource.RLIMIT_CORE, 0),
                             (resource.RLIMIT_FSIZE, 2 ** 24),
                             (resource.RLIMIT_CPU, int(4 * seconds) + 1)):
            resource.setrlimit(limit, (value, value))
        if os.getuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            resource.setrlimit(resource.RLIMIT_NPROC, (1024, 1024))
    inside = (os.path.realpath(folder) + os.sep, os.devnull)
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def guard(event, details):
        if event in FORBIDDEN:
            raise PermissionError(f'{event} is not allowed here')
        if event in CHANGES or event == 'open' and (
                isinstance(details[2], int) and details[2] & writing):
            for path in details[:2 if event != 'open' else 1]:
                if isinstance(path, (str, bytes)) and not os.path.realpath(
                        os.fsdecode(path)).startswith(inside):
                    raise PermissionError(f'{event} of {path!r} is not '
                                          'allowed here')

    sys.addaudithook(guard)
