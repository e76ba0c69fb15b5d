"""The bytes of a numbered file, and what can be said of it unread."""
import ast
import io
import os
import stat
import symtable
import tokenize
import warnings

from checker.observation import Unjudgeable

LARGEST = 2 ** 16


def read(path):
    """Return the bytes of a file.

    Raises:
        Unjudgeable: where there are none, or none that belong here.
    """
    folder = os.path.realpath(path.parent)
    try:
        if not os.path.lexists(path):
            raise Unjudgeable('cannot be read: there is no such file')
        if not os.path.exists(path):
            raise Unjudgeable('cannot be read: it is a link that leads '
                              'nowhere')
        if os.path.commonpath([folder, os.path.realpath(path)]) != folder:
            raise Unjudgeable('cannot be read: it is a link that leads out '
                              'of the folder')
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise Unjudgeable('cannot be read: it is not a file')
        with open(path, 'rb') as file:
            source = file.read(LARGEST + 1)
    except OSError as error:
        raise Unjudgeable(f'cannot be read: {error.strerror}') from None
    if len(source) > LARGEST:
        raise Unjudgeable(f'cannot be read: it is larger than {LARGEST} '
                          'bytes')
    if not source.strip():
        raise Unjudgeable('cannot be read: it is empty')
    return source


def lines(source):
    """Return the lines of a file, decoded as Python does, ends kept.

    Raises:
        Unjudgeable: where they cannot be decoded.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        return io.StringIO(source.decode(encoding), newline='').readlines()
    except (SyntaxError, UnicodeError) as error:
        raise Unjudgeable(f'is not valid Python: {error}') from None


def parse(source):
    """Return the syntax tree of a file.

    Raises:
        Unjudgeable: where it is not valid Python.
    """
    try:
        # This bounds how deep it is; the other ends Python 3.10 beyond that.
        # Unlike compile() it makes no code, which a few lines can have grow
        # beyond any memory.
        with warnings.catch_warnings():
            # They quote the file as it is.
            warnings.simplefilter('ignore')
            symtable.symtable(source, '<file>', 'exec')
            return ast.parse(source)
    except SyntaxError as error:
        where = f'line {error.lineno}: ' if error.lineno else ''
        raise Unjudgeable(
            f'is not valid Python: {where}{error.msg}') from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unjudgeable('is not valid Python: '
                          f'{str(error) or type(error).__name__}') from None
