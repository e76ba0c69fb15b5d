"""What a sandbox may use up: memory, processor time, threads, files."""
import contextlib
import resource
import threading

DESCRIPTORS, MEMORY_GIB, MORE_THREADS, FILE_BYTES = 256, 4, 4096, 2 ** 22


def limit(seconds: float) -> None:
    """Bound memory, processor time, threads, descriptors and files."""
    with contextlib.suppress(OSError), open('/proc/self/statm') as statm:
        # Libraries reserve far more addresses than they use: this bounds what
        # is added to them.
        size = int(statm.read().split()[0]) * resource.getpagesize()
        lower(resource.RLIMIT_AS, size + MEMORY_GIB * 2 ** 30)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, FILE_BYTES)
    lower(resource.RLIMIT_NOFILE, DESCRIPTORS)
    lower(resource.RLIMIT_CPU, int(4 * seconds) + 1)
    # The limit counts all threads of a user, and some may run in a different
    # container, where they cannot be counted: try.
    count = 1
    while not may_start(count):
        count *= 2
    lower(resource.RLIMIT_NPROC, count + MORE_THREADS)


def lower(which: int, value: int) -> None:
    """Lower a limit, unless it is lower already."""
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


def may_start(count: int) -> bool:
    """Return whether a thread may start if the user may have so many."""
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
