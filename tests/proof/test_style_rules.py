"""Each house rule is failed by a file that breaks it, and by no other."""
import subprocess
import sys

import pytest
from checker.grader import source
from checker.specification import FILES
from classroom import ROOT, change, grade, rows_of

LINE = '#!/usr/bin/env python3\n'
DOCSTRING = (ROOT / FILES[0]).read_text().split('"""')[1]
RULES = {
    'first line': ('as the first line', (LINE, '#!/usr/bin/python3\n')),
    'executable': ('not executable', ),
    'newline': ('a newline at the end', (
        'return encoder, decoder, auto\n', 'return encoder, decoder, auto')),
    'pycodestyle': ('pycodestyle', ('hidden = keras', 'hidden  = keras')),
    'pycodestyle switched off': ('pycodestyle', (
        '    return ', '    x  = auto  # noqa\n    return ')),
    'other code if imported': ('at module level', (
        '\n\n\ndef ',
        "\n\n\nif '__main__' != __name__:\n    x = 1\n\n\ndef ")),
    'module docstring': ('a docstring of the module',
                         (f'"""{DOCSTRING}"""\n', '')),
    'function docstring': ('a docstring of autoencoder()',
                           ('"""Build an', 'unused = """Build an')),
    'imports': ('`import tensorflow.keras as keras`',
                ('import tensorflow', 'import numpy\nimport tensorflow')),
    'definitions': ('at module level',
                    ('\n\n\ndef ', '\n\nDEPTH = 2\n\n\ndef ')),
    'parameters': ('expected the parameters', ('input_dims', 'inputs')),
}


@pytest.fixture(scope='module')
def rows(tmp_path_factory):
    """Return the row of the grades of each file."""
    root = tmp_path_factory.mktemp('style')
    for name, (_, *pairs) in RULES.items():
        file = root / name / FILES[0]
        file.parent.mkdir()
        file.write_text(change((ROOT / FILES[0]).read_text(), pairs))
        file.chmod(0o644 if name == 'executable' else 0o755)
    grade([root / name for name in RULES], '--grades', str(root / 'g.csv'),
          '-k', 'test_style and 0')
    return rows_of(root / 'g.csv')


@pytest.mark.parametrize('name', RULES)
def test_rule_is_failed(name, rows):
    """A file that breaks one rule fails that check alone."""
    # Without a newline at the end, pycodestyle is not asked as well.
    lost = 2 if name == 'newline' else 1
    row = rows[name]
    assert row['verdict'] == 'failed'
    assert RULES[name][0] in row['first failure']
    assert int(row['passed']) == int(row['total']) - lost


@pytest.mark.parametrize('content, words', [
    ('# é\nx = 1\n'.encode('cp1252'), 'line 1: byte 0xe9 is not in UTF-8'),
    ('\n\nx = 1  # é\n'.encode('cp1252'), 'line 3: byte 0xe9 is not in'),
    ('x = 1\n'.encode('utf-16'), 'is UTF-16: save it as UTF-8'),
    ('x = 1\n'.encode('utf-16-le'), 'is UTF-16: save it as UTF-8'),
    (b'# coding: none\n', 'unknown encoding: none')])
def test_bytes_are_read_as_python_reads_them(content, words, tmp_path):
    """Comments too; a sentence says where, and what to do."""
    (tmp_path / FILES[0]).write_bytes(content)
    with pytest.raises(source.Unreadable, match=words):
        source.syntax_tree(content)
    done = subprocess.run([sys.executable, tmp_path / FILES[0]],
                          capture_output=True)
    # Python 3.10 calls null bytes a ValueError.
    assert done.returncode == 1 and b'Error: ' in done.stderr


def test_bytes_of_a_declared_encoding_are_read():
    """As Python does."""
    for content in ('# coding: cp1252\n# é\n'.encode('cp1252'),
                    '\ufeff# é\n'.encode()):
        source.syntax_tree(content)
