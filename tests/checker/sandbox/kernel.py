"""Rules of the kernel for the process that runs a submission.

Landlock restricts access to files, seccomp restricts system calls.  Neither
can be undone, and both are in force before a submission is read.

As a program it tries whether that works here.
"""
import ctypes
import errno
import functools
import importlib.metadata
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, Callable
from urllib.parse import unquote, urlparse

NOBODY = 65534
# <linux/prctl.h>, <linux/securebits.h> and <linux/capability.h>
PR_SET_PDEATHSIG, PR_SET_SECUREBITS = 1, 28
SECBIT_NO_SETUID_FIXUP = 4
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
CAPABILITY_VERSION_3 = 0x20080522
# <fcntl.h>: a file without a name could not be counted.  Before Linux 6.2,
# Landlock lets files be emptied that are opened for reading, or with mode 3.
O_TMPFILE = 0o20000000
OPEN = (os.O_TRUNC, 0), (3, os.O_WRONLY), (3, os.O_RDWR)
# <linux/sched.h>
CLONE_THREAD = 0x10000

SYSTEM = ('/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib',
          '/usr/local/lib64', '/usr/share/zoneinfo', '/etc/ld.so.cache',
          '/etc/localtime', '/etc/mime.types', '/proc/cpuinfo',
          '/proc/meminfo', '/proc/self/cmdline', '/sys/devices/system/cpu',
          '/dev/urandom')
# What Python, NumPy and TensorFlow need to compute, read, write into their
# folder, start threads and wait.  Every other system call fails with EPERM.
SYSTEM_CALLS = '''
    brk get_mempolicy madvise mbind membarrier mmap mprotect mremap msync
    munmap set_mempolicy access chdir close close_range copy_file_range
    creat dup dup2 dup3 faccessat faccessat2 fadvise64 fchdir fdatasync
    flock fstat fstatfs fsync ftruncate getcwd getdents getdents64 lseek
    lstat newfstatat pread64 preadv preadv2 pwrite64 pwritev pwritev2 read
    readahead readlink readlinkat readv sendfile stat statfs statx umask
    write writev epoll_create epoll_create1 epoll_ctl epoll_pwait
    epoll_pwait2 epoll_wait eventfd eventfd2 pipe pipe2 poll ppoll pselect6
    select arch_prctl exit exit_group futex getcpu gettid rseq
    sched_getaffinity sched_getparam sched_getscheduler
    sched_get_priority_max sched_get_priority_min sched_yield
    set_robust_list set_tid_address alarm clock_getres clock_gettime
    clock_nanosleep getitimer gettimeofday nanosleep pause setitimer time
    timerfd_create timerfd_gettime timerfd_settime times restart_syscall
    rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend
    rt_sigtimedwait sigaltstack getegid geteuid getgid getgroups getpgid
    getpgrp getpid getppid getpriority getrandom getresgid getresuid
    getrlimit getrusage getsid getuid sysinfo uname
'''.split()
# System calls that can do more than that, with the values that one argument
# may have: locks and copies of descriptors, but not their owner, who would
# get signals; questions to a terminal; names of threads and of memory, but
# not to outlive the parent; the processors of its own threads.
ARGUMENTS = (
    ('fcntl', 1, (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)),
    ('ioctl', 1, (0x5401, 0x5413, 0x541b, 0x5450, 0x5451)),
    ('prctl', 0, (3, 15, 16, 0x53564d41)),
    ('sched_setaffinity', 0, (0,)),
)
# clone3 and openat2, by number because old libraries do not know the names:
# their arguments cannot be checked.  If they do not exist, the C library uses
# older system calls.
ABSENT = 435, 437


class Unavailable(Exception):
    """Submissions cannot be sandboxed; the message says in one line why."""


def enter(scratch: str, limit: Callable[[], object], parent: int) -> None:
    """Give up for good every right that a submission does not need.

    Args:
        scratch: the empty folder in which files may be written, but no
            folders.
        limit: sets limits; it is called as the user who keeps no rights.
        parent: the process that this one must not outlive.

    Raises:
        Unavailable: if something is missing; nothing has been run then.
    """
    landlock, pyseccomp, readable = prepare()
    step = 'changing the user'
    try:
        _become_nobody(scratch)
        limit()
        step = 'Landlock (Linux 5.13 or later)'
        _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        # Restrictions would not apply to other threads.
        while len(os.listdir('/proc/self/task')) > 1:
            time.sleep(0.001)
        _restrict_files(landlock, readable, scratch)
        step = 'seccomp'
        _restrict_calls(pyseccomp)
    except (landlock.LandlockError, OSError) as error:
        reason = getattr(error, 'strerror', None) or error
        raise Unavailable(f'{step}: {reason}') from None


@functools.lru_cache(None)
def prepare() -> tuple[Any, Any, set[str]]:
    """Return what enter() needs; finding it takes time, so it is kept."""
    try:
        import landlock
        import pyseccomp
    except (ImportError, OSError, RuntimeError) as error:
        raise Unavailable(str(error)) from None
    return landlock, pyseccomp, packages()


def packages() -> set[str]:
    """Return the folders of Python and of what is installed for it."""
    folders = {os.path.join(prefix, library)
               for prefix in (sys.prefix, sys.base_prefix)
               for library in ('lib', 'lib64')}
    # A folder that PYTHONPATH names may hold more than packages.
    folders.update(folder for folder in sys.path
                   if any(Path(folder).glob('*.*-info')))
    for package in importlib.metadata.distributions():
        origin = json.loads(package.read_text('direct_url.json') or '{}')
        if origin.get('dir_info', {}).get('editable'):
            folders.add(unquote(urlparse(origin['url']).path))
    return folders


def _become_nobody(scratch: str) -> None:
    """As root, keep no right but reading: the packages may be root's own."""
    if os.getuid():
        return
    libc = _libc()
    os.chown(scratch, NOBODY, NOBODY)
    # An ordinary user could keep no rights otherwise.
    libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # Containers often have the second alone; Landlock keeps it to reading.
    for kept in (1 << CAP_DAC_READ_SEARCH, 1 << CAP_DAC_OVERRIDE, 0):
        # Effective, permitted, inheritable; then the same for high numbers.
        if libc.capset(header, (ctypes.c_uint32 * 6)(kept, kept)) == 0:
            return
    raise OSError(ctypes.get_errno(), 'capabilities cannot be given up')


def _libc() -> Any:
    """Return the C library, with no error left over."""
    ctypes.set_errno(0)
    return ctypes.CDLL(None, use_errno=True)


def _restrict_files(landlock: Any, readable: set[str], scratch: str) -> None:
    """Leave packages to read, and a folder to write into.

    Files there cannot be removed, so they can be counted.
    """
    access = landlock.FSAccess
    rules = landlock.Ruleset()
    writing = access.READ_FILE | access.WRITE_FILE
    if landlock.landlock_abi_version() >= 3:
        writing |= access.TRUNCATE
    for path in {*SYSTEM, *readable}:
        if os.path.exists(path):
            rules.allow(path, rules=access.READ_FILE | (
                access.READ_DIR if os.path.isdir(path) else 0))
    rules.allow('/dev/null', rules=writing)
    rules.allow(scratch, rules=writing | access.READ_DIR | access.MAKE_REG)
    rules.apply()


def _restrict_calls(pyseccomp: Any) -> None:
    """Leave the system calls that computing takes."""
    arg, equal, masked = pyseccomp.Arg, pyseccomp.EQ, pyseccomp.MASKED_EQ
    denied = pyseccomp.ERRNO(errno.EPERM)
    calls = pyseccomp.SyscallFilter(denied)
    # Those of other architectures, such as x32, have other numbers.
    calls.set_attr(pyseccomp.Attr.ACT_BADARCH, denied)
    rules: list[Any] = [(name, ()) for name in SYSTEM_CALLS]
    rules += [(name, (arg(place, equal, value),))
              for name, place, values in ARGUMENTS for value in values]
    rules += [(name, (arg(place, masked, O_TMPFILE | bits, value),))
              for name, place in (('open', 1), ('openat', 2))
              for bits, value in OPEN]
    rules += [('clone', (arg(0, masked, CLONE_THREAD, CLONE_THREAD),)),
              ('tgkill', (arg(0, equal, os.getpid()),)),
              ('prlimit64', (arg(0, equal, 0), arg(2, equal, 0)))]
    for name, arguments in rules:
        # Not every processor has every call.
        if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0:
            calls.add_rule(pyseccomp.ALLOW, name, *arguments)
    for number in ABSENT:
        calls.add_rule(pyseccomp.ERRNO(errno.ENOSYS), number)
    calls.load()


if __name__ == '__main__':
    try:
        enter(sys.argv[1], limit=int, parent=os.getppid())
    except Unavailable as problem:
        sys.exit(str(problem))
