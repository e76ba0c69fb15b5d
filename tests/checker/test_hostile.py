"""Whatever a submission does, it gets a verdict and harms nobody."""
import contextlib
import hashlib
import signal
import stat
import subprocess
import time
import uuid
from pathlib import Path
from xml.etree import ElementTree

import pytest

import reading
from classroom import command, grade, rows_of
from facts import FILES

ROOT = Path(__file__).resolve().parents[2]
GOOD = (ROOT / FILES[0]).read_text()
LIMIT = 15
CALL = 'def autoencoder(input_dims, hidden_layers, latent_dims):\n    '

# What the file of a submission does, and what its verdict says.  Each is
# run: what is dangerous is in READ below and is not.
RUN = {
    'raises': ('raise ValueError("at import")', 'ValueError: at import'),
    'calls': (CALL + 'raise KeyError("in call")', 'KeyError'),
    'other-name': ('def auto(a, b, c):\n    pass', 'no function called'),
    'not-callable': ('autoencoder = 3', 'no function called'),
    'parameters': ('def autoencoder(a):\n    pass', 'TypeError'),
    'none': (CALL + 'return None', 'found None'),
    'strings': (CALL + 'return "a", "b", "c"', 'found (str, str, str)'),
    'loop-import': ('while True:\n    pass', 'ran longer than'),
    'loop-call': (CALL + 'while True:\n        pass', 'ran longer than'),
    'exit': ('raise SystemExit(0)', 'SystemExit'),
    'exit-call': (CALL + 'exit()', 'SystemExit'),
    'memory': ('x = [bytearray(2 ** 30) for _ in range(64)]', 'MemoryError'),
    'recursion': ('def f():\n    f()\n\n\nf()', 'RecursionError'),
    'prints': ('for _ in range(2 ** 12):\n    print("x" * 2 ** 16)\n'
               'raise ValueError("done")', 'ValueError: done'),
    'interrupts': ('raise KeyboardInterrupt', 'KeyboardInterrupt'),
    'tall': ('import numpy as np\n\nnp.zeros((2 ** 40,)) + 1', 'MemoryError'),
}
# What the verdict of reading names; none of these is ever run.
READ = {
    'import os': 'import of os', 'from os import path': 'import of os.path',
    'import sys': 'import of sys', 'import subprocess': 'import of',
    'from . import facts': 'import from .', 'import ctypes': 'import of',
    'import tensorflow.io': 'import of tensorflow.io',
    'from tensorflow import io': 'import of tensorflow.io',
    'from tensorflow.io import gfile': 'import of',
    'import multiprocessing': 'import of', 'import signal': 'import of',
    'open("x", "w")': 'open', 'f = open': 'open', 'exec("1")': 'exec',
    'eval("1")': 'eval', 'input()': 'input', 'globals()': 'globals',
    '__import__("os")': '__import__', 'compile("1", "", "eval")': 'compile',
    'getattr(keras, "i" + "o")': 'getattr with a computed name',
    'getattr(keras.utils, "get_file")': '.get_file',
    'setattr(keras, "Model", 1)': 'setattr', 'vars(keras)': 'vars',
    'keras.Model.fit = None': 'assignment to keras.Model.fit',
    'K = keras.backend\nK.exp = None': 'assignment to K.exp',
    'del keras.layers.Dense': 'assignment to keras.layers.Dense',
    'type(keras.Input).x = 1': 'assignment to',
    '().__class__.__base__.__subclasses__()': '.__subclasses__',
    'print.__self__': '.__self__', '__builtins__': '__builtins__',
    '(x for x in ()).gi_frame.f_back.f_globals': 'f_globals',
    'keras.utils.get_file("a", "http://a")': '.get_file',
    'keras.utils.os.remove("x")': '.os', 'np.load("x")': '.load',
    'np.save("x", 1)': '.save', 'np.zeros(1).tofile("x")': '.tofile',
    'tf.io.write_file("x", "")': '.write_file', 'tf.io.gfile.remove': '.gfile',
    'tf.py_function(print, [], [])': '.py_function',
    'tf.numpy_function(print, [], [])': '.numpy_function',
    'tf.raw_ops.WriteFile': '.raw_ops', 'np.memmap("x")': '.memmap',
    'tf.print(1, output_stream="file:///x")': 'output_stream',
    'tf.data.TFRecordDataset("x")': '.TFRecordDataset',
    'keras.models.load_model("x")': '.load_model',
    'keras.callbacks.CSVLogger("x")': '.CSVLogger',
    'tf._os.remove("x")': '._os', 'np._core.x.contextlib': '.contextlib',
    'g = getattr\ng(tf, "_o" + "s")': 'getattr that is not called',
    'list(map(getattr, [tf], ["_" + "os"]))': 'getattr that is not called',
    '(k := keras).Model = None': 'assignment to',
    'a, b = keras, np\na.sum = None': 'assignment to a.sum',
    'for m in [keras.layers]:\n    m.add = None': 'assignment to m.add',
    'def f(m):\n    m.Dense = None': 'assignment to m.Dense',
    'def f(auto):\n    auto.test_on_batch = None': 'assignment to auto.test',
    'class M(keras.Model):\n    def test_on_batch(self, x, y):\n        pass':
        'test_on_batch',
    'keras.layers.deserialize({}, safe_mode=False)': '.deserialize',
    'keras.models.model_from_json("{}")': '.model_from_json',
    '__name__ = "__main__"': '__name__', 'breakpoint()': 'breakpoint',
}


def fingerprint(folder):
    """Return what a folder holds, so that a change shows."""
    return {str(path.relative_to(folder)): (
        stat.S_IMODE(path.lstat().st_mode), path.is_file()
        and hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(folder.rglob('*'))
        if not {'.git', '.venv', '__pycache__'} & {*path.parts}}


@contextlib.contextmanager
def marked():
    """Mark what is started; yield a function that returns what still runs.

    It tries several times, since what was killed is not gone at once.
    """
    mark = uuid.uuid4().hex

    def left(tries=100):
        for _ in range(tries):
            found = []
            for process in Path('/proc').glob('[0-9]*'):
                with contextlib.suppress(OSError):
                    if mark.encode() in (process / 'environ').read_bytes():
                        found.append((process / 'cmdline').read_text())
            if not found:
                break
            time.sleep(0.2)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('MARK', mark)
        yield left


@pytest.fixture(scope='module')
def graded(tmp_path_factory):
    """Grade hostile submissions between two honest ones; return verdicts."""
    root = tmp_path_factory.mktemp('hostile')
    names = ['a-honest', *RUN, 'empty', 'folder', 'syntax', 'latin', 'absent',
             'nul', 'fork', 'z-honest']
    for name in names:
        (root / name).mkdir()
    for name in ('a-honest', 'z-honest'):
        (root / name / FILES[0]).write_text(GOOD)
    for name, (text, _) in RUN.items():
        (root / name / FILES[0]).write_text(text + '\n')
    (root / 'empty' / FILES[0]).touch()
    (root / 'folder' / FILES[0]).mkdir()
    (root / 'syntax' / FILES[0]).write_text('def autoencoder(:\n')
    (root / 'latin' / FILES[0]).write_bytes(b'"""\xe9"""\n')
    (root / 'nul' / FILES[0]).write_bytes(b'x = 1\0\n')
    (root / 'fork' / FILES[0]).write_text('import os\n\nos.fork()\n')
    (root / 'raises' / 'conftest.py').write_text('raise SystemExit(3)\n')
    (root / 'raises' / 'pytest.ini').write_text('[pytest]\naddopts = -x\n')
    before = fingerprint(root), fingerprint(ROOT)
    table = root.parent / 'grades.csv'
    begin = time.monotonic()
    with marked() as left:
        result = grade([root / name for name in names], '--grades', str(table),
                       '--time-limit', str(LIMIT), '-k', 'TestVanilla')
    taken = time.monotonic() - begin
    after = fingerprint(root), fingerprint(ROOT)
    return {'rows': rows_of(table), 'taken': taken, 'changed': before != after,
            'names': names, 'left': left(),
            'status': result.returncode}


@pytest.mark.parametrize('name, words', [
    *((name, words) for name, (_, words) in RUN.items()),
    ('empty', 'it is empty'), ('folder', 'it is not a file'),
    ('syntax', 'is not valid Python: line 1'), ('latin', 'not UTF-8'),
    ('nul', 'is not valid Python'), ('absent', 'no such file'),
    ('fork', 'was not run')])
def test_hostile_submission_gets_a_verdict(name, words, graded):
    """One failure says in one sentence what a submission did."""
    row = graded['rows'][name]
    assert row['verdict'] == 'failed'
    assert words in row['first failure']


def test_honest_submissions_beside_them_pass(graded):
    """Those judged before and after hostile ones are judged alike."""
    for name in ('a-honest', 'z-honest'):
        row = graded['rows'][name]
        assert (row['verdict'], row['passed']) == ('passed', row['total'])
    assert list(graded['rows']) == graded['names']
    assert graded['status'] == 1


def test_nothing_is_left_behind(graded):
    """No file has changed, no process is left, the time is bounded."""
    assert not graded['changed']
    assert graded['taken'] < 20 * LIMIT
    assert not graded['left']


@pytest.mark.parametrize('code', READ)
def test_reading_finds_the_danger(code):
    """What no autoencoder needs is found by reading."""
    tree, _ = reading.parse(f'import tensorflow as tf\nimport numpy as np\n'
                            f'import tensorflow.keras as keras\n{code}\n')
    assert READ[code] in (reading.danger(tree) or '')


@pytest.mark.parametrize('name', FILES)
def test_reading_finds_no_danger_in_the_files(name):
    """The four files are safe to run."""
    tree, _ = reading.parse((ROOT / name).read_text())
    assert reading.danger(tree) is None


GUARDED = {
    'removes': 'import os\nos.remove({path!r})\n',
    'writes': 'open({path!r}, "w")\n',
    'appends': 'import os\nos.open({path!r}, os.O_APPEND | os.O_WRONLY)\n',
    'forks': 'import os\nos.fork()\n',
    'kills': 'import os, signal\nos.kill(os.getppid(), signal.SIGTERM)\n',
    'starts': 'import subprocess\nsubprocess.run(["true"])\n',
    'connects': 'import socket\nsocket.create_connection(("127.0.0.1", 9))\n',
    'exits': 'import os\nos._exit(0)\n',
    'crashes': 'import faulthandler\nfaulthandler._sigsegv()\n',
    'reads': 'input()\n',
    'threads': 'import threading, time\nthreading.Thread(target=lambda: '
               'time.sleep(1000)).start()\n' + GOOD,
}
SAID = {'exits': 'exit status 0', 'crashes': 'SIGSEGV', 'reads': 'EOFError'}


def test_trusted_code_is_still_held(tmp_path):
    """With --trust, what the child may not do is stopped when it is done."""
    victim = tmp_path / 'victim'
    victim.write_text('untouched')
    victim.chmod(0o666)
    for name, text in GUARDED.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / FILES[0]).write_text(
            text.replace('{path!r}', repr(str(victim))))
    table = tmp_path / 'grades.csv'
    grade([tmp_path / name for name in GUARDED], '--trust', '--grades',
          str(table), '-k', 'TestVanilla', '--time-limit', str(LIMIT))
    rows = rows_of(table)
    assert victim.read_text() == 'untouched'
    assert rows.pop('threads')['verdict'] == 'passed'
    for name, row in rows.items():
        assert SAID.get(name, 'PermissionError') in row['first failure'], name


def test_interrupted_run_leaves_what_it_found(tmp_path):
    """Ctrl-C in the middle: grades and JUnit file whole, nothing running."""
    for name, text in (('honest', GOOD), ('endless', 'while True:\n    pass'),
                       ('unseen', GOOD)):
        (tmp_path / name).mkdir()
        (tmp_path / name / FILES[0]).write_text(text)
    with marked() as left:
        run = subprocess.Popen(
            command([tmp_path / name for name in
                     ('honest', 'endless', 'unseen')], '-v', '-k',
                    'TestVanilla', '--grades', str(tmp_path / 'g.csv'),
                    '--junitxml', str(tmp_path / 'g.xml')),
            cwd=ROOT, stdout=subprocess.PIPE, text=True)
        printed = ''
        while not printed.endswith('[endless-0]'):
            assert run.poll() is None, printed
            printed += run.stdout.read(1)
        assert len(left(tries=1)) > 1
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    assert run.returncode == pytest.ExitCode.INTERRUPTED
    assert [row['verdict'] for row in rows_of(tmp_path / 'g.csv').values()] \
        == ['passed', 'not finished', 'not finished']
    assert list(ElementTree.parse(tmp_path / 'g.xml').iter('testcase'))
    assert not left()
