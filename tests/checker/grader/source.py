"""Reads a numbered file and parses it, without running any of it."""
import ast
import codecs
import io
import os
import stat
import symtable
import tokenize
import warnings
from pathlib import Path
from typing import Optional

LARGEST = 2 ** 16


class Unreadable(Exception):
    """A file is not there or is not Python; completes "the file …".

    line: the line at fault, if that is known.
    """

    def __init__(self, message: str, line: Optional[int] = None) -> None:
        super().__init__(message)
        self.line = line


def read(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        Unreadable: if there are none, or none that belong here.
    """
    folder = os.path.realpath(path.parent)
    try:
        if not os.path.lexists(path):
            raise Unreadable('cannot be read: there is no such file')
        if not os.path.exists(path):
            raise Unreadable('cannot be read: it is a broken symbolic '
                             'link')
        if os.path.commonpath([folder, os.path.realpath(path)]) != folder:
            raise Unreadable('cannot be read: it is a symbolic link out '
                             'of the folder')
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise Unreadable('cannot be read: it is not a file')
        with open(path, 'rb') as file:
            source = file.read(LARGEST + 1)
    except OSError as error:
        raise Unreadable(f'cannot be read: {error.strerror}') from None
    if len(source) > LARGEST:
        raise Unreadable(f'cannot be read: it is larger than {LARGEST} '
                         'bytes')
    if not source.strip():
        raise Unreadable('cannot be read: it is empty')
    return source


def split_lines(source: bytes) -> list[str]:
    """Return the lines of a file, decoded as Python does, ends kept.

    Raises:
        Unreadable: if they cannot be decoded.
    """
    if (source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            or b'\0' in source[:2]):
        raise Unreadable('is UTF-16: save it as UTF-8')
    try:
        try:
            encoding, _ = tokenize.detect_encoding(
                io.BytesIO(source).readline)
        except SyntaxError:
            # It does not say where UTF-8 ends.
            source.decode()
            raise
        return io.StringIO(source.decode(encoding), newline='').readlines()
    except UnicodeDecodeError as error:
        line = source.count(b'\n', 0, error.start) + 1
        raise Unreadable(
            f'is not valid Python: line {line}: byte 0x'
            f'{source[error.start]:02x} is not in {error.encoding.upper()}: '
            'save it as UTF-8', line) from None
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise Unreadable(f'is not valid Python: {error}') from None


def syntax_tree(source: bytes) -> ast.Module:
    """Return the syntax tree of a file.

    Raises:
        Unreadable: if it is not valid Python.
    """
    # ast alone takes bytes in comments that Python does not.
    split_lines(source)
    try:
        # symtable refuses deep nesting, which would crash ast in Python 3.10.
        # compile() is not used: the code of a few lines can fill any memory.
        with warnings.catch_warnings():
            # They quote the file, escape sequences included.
            warnings.simplefilter('ignore')
            symtable.symtable(source, '<file>', 'exec')  # type: ignore
            return ast.parse(source)
    except SyntaxError as error:
        where = f'line {error.lineno}: ' if error.lineno else ''
        raise Unreadable(
            f'is not valid Python: {where}{error.msg}',
            error.lineno) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable('is not valid Python: '
                         f'{str(error) or type(error).__name__}') from None
