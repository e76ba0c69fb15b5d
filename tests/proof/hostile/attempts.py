"""What a submission may not do, tried in every way that there is to it.

Run as a program it takes a World, as JSON, and names of attempts, and writes
{name: what came of it}, as JSON.
"""
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CHECKER = str(ROOT / 'tests' / 'checker' / 'specification.py')
# Messages of Python, the C library and TensorFlow if the kernel refuses.
REFUSED = 'Operation not permitted|Permission denied|PermissionDenied'
LATE = 'ran longer than 1 s'


@dataclass(frozen=True)
class World:
    """Possible victims, open to every user.

    folder: a folder with a file and a socket in it.
    file: that file.
    port: of 127.0.0.1, where a server listens for TCP and UDP.
    abstract: the name of a socket that is in no folder.
    victim: a process of the user that runs submissions.
    """
    folder: str
    file: str
    port: int
    abstract: str
    victim: int


# What stands before each attempt.
PRELUDE = '''
import ctypes, os, resource, signal, socket, subprocess, sys, threading, time
import numpy as np, tensorflow as tf, tensorflow.keras as keras
import pyseccomp
FOLDER, FILE, PORT, ABSTRACT, VICTIM = {folder!r}, {file!r}, {port}, \
    {abstract!r}, {victim}
NEW, PARENT = FOLDER + '/new', os.getppid()
LIBC = ctypes.CDLL(None, use_errno=True)

def c(name, *values):
    if callable(getattr(LIBC, name, None)):
        return checked(getattr(LIBC, name)(*map(plain, values)))

def kernel(name, *values):
    number = pyseccomp.resolve_syscall(0, name)
    if number < 0:
        raise PermissionError('Operation not permitted: no such call here')
    return checked(LIBC.syscall(number, *map(plain, values)))

def plain(value):
    return os.fsencode(value) if isinstance(value, str) else value

def checked(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

def family(name, *kind):
    return socket.socket(getattr(socket, name), *kind)

def machine(code):
    import mmap
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(bytes.fromhex(code))
    start = ctypes.addressof(ctypes.c_char.from_buffer(page))
    result = ctypes.CFUNCTYPE(ctypes.c_int)(start)()
    if -4096 < result < 0:
        raise OSError(-result, os.strerror(-result))

'''

# {name: code}; refused by the kernel, one by one.
REFUSALS = {
    'write': 'open(NEW, "w")',
    'overwrite': 'open(FILE, "w")',
    'append': 'os.open(FILE, os.O_WRONLY | os.O_APPEND)',
    'write, in C': 'c("open", FILE, os.O_RDWR)',
    'create, in C': 'c("creat", NEW, 0o666)',
    'write, in TensorFlow': 'tf.io.write_file(NEW, "x")',
    'write, with print': 'tf.print("x", output_stream="file://" + NEW)',
    'write, with save_weights': 'keras.Sequential([keras.layers.Dense(1, '
    'input_shape=(1,))]).save_weights(NEW + ".weights.h5")',
    'write, in another thread': 'failed = []\n'
    'threading.excepthook = failed.append\n'
    'thread = threading.Thread(target=open, args=(NEW, "w"))\n'
    'thread.start(), thread.join()\nraise failed[0].exc_value',
    'write, among packages': 'open(np.__file__, "a")',
    'truncate': 'os.truncate(FILE, 0)',
    'truncate, to read': 'os.open(FILE, os.O_RDONLY | os.O_TRUNC)',
    'truncate, to ask': 'os.open(FILE, 3 | os.O_TRUNC)',
    'chmod': 'os.chmod(FILE, 0)',
    'chmod, of what can be read': 'os.fchmod(os.open(np.__file__, 0), 0)',
    'fchmodat': 'kernel("fchmodat", -100, FILE, 0)',
    'chown': 'os.chown(FILE, os.getuid(), os.getgid())',
    'utime': 'os.utime(FILE, (0, 0))',
    'xattr': 'os.setxattr(FILE, "user.x", b"x")',
    'rename': 'os.rename(FILE, NEW)',
    'remove': 'os.remove(FILE)',
    'remove, of a folder': 'os.rmdir(FOLDER)',
    'remove, what was written': 'open("x", "w")\nos.remove("x")',
    'folder': 'os.mkdir(NEW)',
    'folder, in the own one': 'os.mkdir("x")',
    'link': 'os.link(FILE, "x")',
    'symbolic link': 'os.symlink(FILE, "x")',
    'fifo': 'os.mkfifo("x")',
    'device': 'os.mknod("x", 0o020666, os.makedev(1, 1))',
    'file without a name': 'os.open(".", os.O_TMPFILE | os.O_RDWR)',
    'space without a size': 'c("fallocate", os.open("x", 0o102), 1, '
    'ctypes.c_long(0), ctypes.c_long(2 ** 33))',
    'read': 'open(FILE)',
    'read, in C': 'c("open", FILE, 0)',
    'read, with openat': 'c("openat", os.open("/", os.O_PATH), FILE[1:], 0)',
    'read, in TensorFlow': 'tf.io.read_file(FILE)',
    'read, by handle':
    'kernel("name_to_handle_at", -100, FILE, None, None, 0)',
    'read, users': 'open("/etc/passwd")',
    'read, passwords': 'open("/etc/shadow")',
    'read, home': 'os.listdir("/root")',
    'import, the checker': 'import checker.grader.reference',
    'read, the checker': f'open({CHECKER!r})',
    'list': 'os.listdir(FOLDER)',
    'list, processes': 'os.listdir("/proc")',
    'environment': 'open("/proc/self/environ")',
    'environment, of the server': 'open(f"/proc/{PARENT}/environ")',
    'memory, of the server': 'open(f"/proc/{PARENT}/mem", "rb")',
    'memory, own, as a file': 'open("/proc/self/mem", "rb+")',
    'descriptor, of the server': 'open(f"/proc/{PARENT}/fd/0", "rb+")',
    'TCP': 'socket.create_connection(("127.0.0.1", PORT))',
    'TCP, in C': 'c("socket", 2, 1, 0)',
    'TCP, of version 6': 'family("AF_INET6")',
    'UDP': 'family("AF_INET", socket.SOCK_DGRAM)'
    '.sendto(b"x", ("127.0.0.1", PORT))',
    'Unix socket': 'family("AF_UNIX").connect(FOLDER + "/socket")',
    'abstract socket': 'family("AF_UNIX").connect("\\0" + ABSTRACT)',
    'pair of sockets': 'socket.socketpair()',
    'netlink': 'family("AF_NETLINK", socket.SOCK_RAW, 0)',
    'packets': 'family("AF_PACKET", socket.SOCK_RAW)',
    'virtual socket': 'family("AF_VSOCK")',
    'fork': 'os.fork()',
    'fork, in C': 'c("fork")',
    'fork, with clone': 'kernel("clone", signal.SIGCHLD, 0, 0, 0, 0)',
    'fork, with posix_spawn': 'os.posix_spawn("/bin/true", ["true"], {})',
    'exec': 'os.execv("/bin/true", ["true"])',
    'exec, by descriptor': 'kernel("execveat", -100, "/bin/true", None, None, '
    '0)',
    'subprocess': 'subprocess.run(["true"])',
    'kill': 'os.kill(VICTIM, signal.SIGKILL)',
    'kill, the server': 'os.kill(PARENT, signal.SIGTERM)',
    'kill, everyone': 'os.kill(-1, signal.SIGTERM)',
    'kill, a thread': 'kernel("tkill", VICTIM, 9)',
    'kill, a thread of a process': 'kernel("tgkill", VICTIM, VICTIM, 9)',
    'kill, with a value':
    'kernel("rt_sigqueueinfo", VICTIM, 9, b"\\xff" * 128)',
    'kill, by descriptor': 'kernel("pidfd_open", VICTIM, 0)',
    'kill, as the owner': 'import fcntl\n'
    'fcntl.fcntl(1, fcntl.F_SETOWN, VICTIM)',
    'terminal': 'import fcntl\nfcntl.ioctl(0, 0x5412, b"x")',
    'ptrace': 'c("ptrace", 16, VICTIM, None, None)',
    'process_vm_readv': 'c("process_vm_readv", VICTIM, bytes(16), 1, '
    'bytes(16), 1, 0)',
    'process_vm_writev': 'c("process_vm_writev", PARENT, bytes(16), 1, '
    'bytes(16), 1, 0)',
    'prlimit': 'resource.prlimit(VICTIM, resource.RLIMIT_NOFILE, (1, 1))',
    'prlimit, own': 'resource.prlimit(0, resource.RLIMIT_NOFILE, (1, 1))',
    'limit, own': 'c("setrlimit", 7, (ctypes.c_long * 2)(9, 9))',
    'priority': 'os.setpriority(os.PRIO_PROCESS, VICTIM, 19)',
    'priority, as a user': 'os.setpriority(os.PRIO_USER, 0, 19)',
    'processor': 'os.sched_setaffinity(VICTIM, [0])',
    'scheduler': 'os.sched_setscheduler(VICTIM, 0, os.sched_param(0))',
    'another user': 'os.setresuid(0, 0, 0)',
    'another group': 'os.setgroups([0])',
    'capabilities': 'c("capset", bytes([0x22, 5, 8, 0x20, 0, 0, 0, 0]), '
    'bytes(24))',
    'outliving the server': 'c("prctl", 1, 0)',
    'memory without a name': 'os.memfd_create("x")',
    'shared memory': 'c("shmget", 0, 2 ** 30, 0o1600)',
    'shared memory, as a file': 'open("/dev/shm/x", "w")',
    'messages': 'c("msgget", 0, 0o1600)',
    'messages, as a file': 'kernel("mq_open", "x", 0o102, 0o600, None)',
    'semaphores': 'c("semget", 0, 1, 0o1600)',
    'io_uring': 'kernel("io_uring_setup", 1, bytes(120))',
    'userfaultfd': 'kernel("userfaultfd", 1)',
    'keyctl': 'kernel("keyctl", 0, -3, 1)',
    'add_key': 'kernel("add_key", "user", "x", "x", 1, -3)',
    'bpf': 'kernel("bpf", 0, bytes(128), 128)',
    'perf': 'kernel("perf_event_open", bytes(128), 0, -1, -1, 0)',
    'mount': 'c("mount", "none", FOLDER, "tmpfs", 0, None)',
    'namespace': 'c("unshare", 0x10000000)',
    'namespace, of a process': 'c("setns", 0, 0)',
    'chroot': 'os.chroot(".")',
    'watching files': 'c("inotify_init")',
    'clock': 'time.clock_settime(time.CLOCK_REALTIME, 0)',
    'seccomp': 'kernel("seccomp", 1, 0, bytes(16))',
    'Landlock': 'kernel("landlock_create_ruleset", None, 0, 1)',
}
# {name: (code, part of the message)}; limits, and attempts without use.
OTHERS = {
    'clone3': ('kernel("clone3", bytes(88), 88)', 'not implemented'),
    'openat2': ('kernel("openat2", -100, FILE, bytes(24), 24)',
                'not implemented'),
    'system': ('raise ValueError(os.system("true"))', ' (-1|32512)'),
    'popen': ('if not c("popen", "true", "r"):\n    checked(-1)',
              'Cannot allocate|not permitted'),
    'distributed server': (
        'tf.distribute.Server({"a": ["127.0.0.1:0"]}, job_name="a", '
        'task_index=0)', 'Could not start|SIGABRT|SIGSEGV|Unavailable'),
    'data service': (
        'tf.data.experimental.service.DispatchServer()',
        'Could not start|SIGABRT|SIGSEGV|Unavailable'),
    'big file': ('open("x", "wb").write(bytes(2 ** 23))', 'File too large'),
    'disk': ('for name in range(200):\n'
             '    open(str(name), "wb").write(bytes(2 ** 22))\n'
             'time.sleep(9)', 'wrote more than'),
    'inodes': ('for name in range(10 ** 6):\n    open(str(name), "w")\n',
               'wrote more than'),
    'descriptors': ('print([os.dup(0) for _ in range(256)])',
                    'Too many open files'),
    'memory': ('x = [bytearray(2 ** 30) for _ in range(64)]', 'MemoryError'),
    'memory, in NumPy': ('np.ones(2 ** 36)', 'MemoryError'),
    'threads': ('while True:\n    threading.Thread(target=time.sleep, '
                'args=[9]).start()', 'start new thread|more than .* threads'),
    'threads, in C': (
        'attributes = (ctypes.c_long * 16)()\n'
        'LIBC.pthread_attr_init(attributes)\n'
        'LIBC.pthread_attr_setstacksize(attributes, '
        'ctypes.c_size_t(2 ** 15))\nwait = ctypes.cast(LIBC.pause, '
        'ctypes.c_void_p)\nthread = ctypes.c_long()\n'
        'while not LIBC.pthread_create(ctypes.byref(thread), attributes, '
        'wait, None):\n    pass\ntime.sleep(9)', 'more than .* threads'),
    'processor': ('while True:\n    pass', LATE),
    'processor, with threads': (
        'def work():\n    tf.while_loop(lambda x: True, lambda x: x, [0])\n\n'
        'for _ in range(8):\n    threading.Thread(target=work).start()\n'
        'time.sleep(99)', LATE),
    'sleep': ('time.sleep(99)', LATE),
    'stop': ('getattr(LIBC, "raise")(signal.SIGSTOP)', LATE),
    'output': ('for _ in range(2 ** 12):\n    print("x" * 2 ** 16)\n'
               'raise ValueError("done")', 'ValueError: done'),
    'half a message': ('os.write(4, b"{")\ntime.sleep(99)', LATE),
    'message, by the byte': ('while True:\n    os.write(4, b" ")\n'
                             '    time.sleep(0.01)', LATE),
    'message without an end': ('while True:\n    os.write(4, b"[" * 2 ** 20)',
                               'reply has more than'),
    'deep message': ('os.write(4, b"[" * 10 ** 5 + b"]" * 10 ** 5 + b"\\n")',
                     'gave no reply|more than .* values'),
    'message of many values': (
        'for _ in range(50):\n    os.write(4, b"[],[{},{}" * 10 ** 4)\n'
        'os.write(4, b"\\n")\ntime.sleep(99)', 'more than .* values'),
    'message of no text': ('os.write(4, b"\\xff\\xfe\\n")\ntime.sleep(99)',
                           'gave no reply'),
    'closed pipes': ('os.closerange(0, 256)\ntime.sleep(99)',
                     'closed the pipe'),
    'exit': ('os._exit(0)', 'exit status 0'),
    'crash': ('ctypes.string_at(0)', 'SIGSEGV'),
    'abort': ('os.abort()', 'SIGABRT'),
    'kill, itself': ('getattr(LIBC, "raise")(signal.SIGKILL)', 'SIGKILL'),
    'real-time signal': ('getattr(LIBC, "raise")(40)', 'signal 40'),
    'environment': ('raise ValueError(dict(os.environ))', 'ValueError'),
    'descriptors, inherited': (
        'found = []\nfor number in range(256):\n    try:\n'
        '        os.fstat(number)\n        found.append(number)\n'
        '    except OSError:\n        pass\nraise ValueError(found)',
        r'\[0, 1, 2, 3, 4\]'),
    'terminal': ('input()', 'EOFError'),
}
INTEL = {
    'x32': ('checked(LIBC.syscall(0x40000000 + 57))', REFUSED),
    # mov eax, 2 (fork); int 0x80; ret
    'i386': ('machine("b802000000cd80c3")', REFUSED),
}


def told(world, names):
    """Make some attempts; return {name: the message}."""
    sys.path.insert(0, str(ROOT / 'tests'))
    from checker.grader.fork_client import ForkServer
    from checker.grader.sandbox_client import sandbox
    from checker.grader.session import Session
    server = ForkServer()
    attempts = all_attempts()

    def make(name, connection):
        code, words = attempts[name]
        source = PRELUDE.format(**asdict(world)) + code + '\n'
        with sandbox(connection, 1 if words == LATE else 30, False) as child:
            calls = Session(child.ask, 0).open(source.encode(), 0)
            return calls[0].returned.found

    with ThreadPoolExecutor(4) as pool:
        found = {name: pool.submit(make, name, server.connect())
                 for name in names}
        found = {name: future.result() for name, future in found.items()}
    server.close()
    return found


def all_attempts():
    """Return {name: (code, what is to be told of it)}."""
    import platform
    return {**{name: (code, REFUSED) for name, code in REFUSALS.items()},
            **{f'limit: {name}': attempt for name, attempt in OTHERS.items()},
            **(INTEL if platform.machine() == 'x86_64' else {})}


if __name__ == '__main__':
    json.dump(told(World(**json.loads(sys.argv[1])), sys.argv[2:]),
              sys.stdout)
