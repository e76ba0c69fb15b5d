"""Files that are graded beside honest ones, with the sentence on each.

{name: (content of 0-vanilla.py, part of the sentence)}
"""
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HONEST = (ROOT / '0-vanilla.py').read_text(encoding='utf-8')
# It has the layers that are asked for, and computes something else.
WRONG = HONEST.replace("activation='relu'", "activation='tanh'")
# What many files import although they have no need of it; one of these looks
# for a place to write.
HONEST_FILES = {
    'a-honest': HONEST, 'z-honest': HONEST, 'packages-honest':
    HONEST.replace('import', 'import matplotlib.pyplot as plt\n'
                   'import mlxtend.data\nimport pandas as pd\n'
                   'import sklearn.metrics\nimport', 1)}
CALL = 'def autoencoder(input_dims, hidden_layers, latent_dims):\n    '

ENDS = {
    'raises': ('raise ValueError("at import")', 'ValueError: at import'),
    'raises-the-unspeakable': (
        'class Bad(BaseException):\n    def __str__(self):\n'
        '        return b""\n\n    @property\n    def __traceback__(self):\n'
        '        raise Bad\n\n\nraise Bad', '(no message)'),
    'calls': (CALL + 'raise KeyError("in call")', 'KeyError'),
    'other-name': ('def auto(a, b, c):\n    pass', 'no function named'),
    'not-callable': ('autoencoder = 3', 'no function named'),
    'none': (CALL + 'return None', 'found None'),
    'exit-call': (CALL + 'exit()', 'SystemExit'),
    'exit-at-once': ('import os\n\nos._exit(0)', 'exit status 0'),
    'crashes': ('import ctypes\n\nctypes.string_at(0)', 'SIGSEGV'),
    # Not written to, which takes long on some machines.
    'memory': ('x = [bytes(2 ** 30) for _ in range(64)]', 'MemoryError'),
    'prints': ('for _ in range(2 ** 12):\n    print("x" * 2 ** 16)\n'
               'raise ValueError("done")', 'ValueError: done'),
    'forks': ('import os\n\nos.fork()', 'PermissionError'),
    'reads': ('open("/etc/passwd")', 'PermissionError'),
    # What a terminal, a table, XML or a file cannot take.
    'surrogate': ('raise ValueError("\\ud800 \\udcff done")', 'done'),
    'escapes': ('raise ValueError("\\033[2J\\033]0;x\\007 \\0 \\uffff done")',
                'done'),
    'long': ('raise ValueError("x" * 10 ** 7)', 'ValueError: xxx'),
    'formula': ('raise ValueError("=1,\\"x\\"")', 'ValueError'),
    'name': ('raise type("\\033[2J\\n", (Exception,), {})("x")', 'cannot be'),
    'names': (HONEST.replace("name='z'", r"name='\033[2J\ud800'"), ''),
    # These take all of their time: two of them at once.
    'endless': (CALL + 'while True:\n        pass', 'ran longer than'),
    'half': ('import os\n\nos.write(4, b"{")\nwhile True:\n    pass',
             'ran longer than'),
}

# The reply to a file that was imported.
LOADED = ('import os\nos.write(4, b\'{"value": {"functions": [], '
          '"callable": true}}\\n\')\n')
# What stands before, or in, a wrong network, to make it look right.
FORGERIES = {
    'relu': 'keras.activations.relu = keras.activations.tanh\n'
    'keras.activations.tanh.__name__ = "relu"\n',
    'class': 'class Dense(keras.layers.Dense):\n'
    '    def get_config(self):\n'
    '        return {**super().get_config(), "activation": "relu"}\n\n\n'
    'keras.layers.Dense = Dense\n',
    'call': 'keras.Model.__call__ = lambda self, x, **_: x\n',
    'loss': 'for name in ("test_step", "train_step"):\n'
    '    setattr(keras.Model, name, lambda *_, **__: {"loss": 0.69})\n',
    'numbers': 'import numpy as np\n'
    'np.random.default_rng = lambda *_: np.random.Generator('
    'np.random.PCG64(0))\n',
    'arrays': 'import numpy as np\n'
    'np.array = np.asarray = lambda x, *_, **__: np.zeros(np.shape(x))\n',
    'weights': 'from checker.sandbox import build\nimport numpy as np\n'
    'DECODE = build.decode\n\n\n'
    'def decode(kind, value):\n'
    '    found = DECODE(kind, value)\n'
    '    for array in (*found.weights, found.inputs, found.codes):\n'
    '        array[...] = 0\n'
    '    return found\n\n\n'
    'build.decode = decode\n',
    'infinity': 'import json\nDUMPS = json.dumps\n'
    'json.dumps = lambda value: DUMPS(value).replace("0", "1e999")\n',
    'nan': 'import numpy as np\nfrom checker.sandbox import experiments\n'
    'ARRAYS = experiments.arrays\n'
    'experiments.arrays = lambda x: tuple(\n'
    '    each * np.nan for each in ARRAYS(x))\n',
    'shapes': 'from checker.sandbox import build\nENCODE = build.encode\n\n\n'
    'def encode(value):\n'
    '    value = ENCODE(value)\n'
    '    if isinstance(value, dict) and "shape" in value:\n'
    '        value["shape"] = [2 ** 30, 2 ** 30]\n'
    '    return value\n\n\n'
    'build.encode = encode\n',
    'message': LOADED,
    'grader': 'import checker.grader.session\n',
    'pytest': 'import pytest\n\npytest.exit("passed", 0)\n',
}
IMPORT = 'import tensorflow.keras as keras\n'
RUN = {**ENDS, **{
    f'forged-{name}': (WRONG.replace(IMPORT, IMPORT + code), '')
    for name, code in FORGERIES.items()}}
