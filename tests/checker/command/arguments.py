"""The arguments of the command, and what a user can get wrong there."""
import argparse
import errno
import importlib.util
import os
import secrets
import sys
from pathlib import Path
from typing import NoReturn, Optional

from checker import __version__
from checker.command.submissions import files_of, shown, task_of
from checker.grader.fork_client import missing_sandbox
from checker.grader.options import JUDGING
from checker.report import versions
from checker.specification import FILES

# The exit statuses, as in pytest.
OK, FAILED, INTERRUPTED, USAGE_ERROR, NOTHING_TO_CHECK = 0, 1, 2, 4, 5
DENIED = os.strerror(errno.EACCES)
INSTALL = f'pip install -r requirements.txt for {sys.executable}'


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, with exit status 4."""

    def error(self, message: str) -> NoReturn:
        """End the process."""
        self.exit(USAGE_ERROR, f'{self.prog}: error: {message}\n')


def make_parser() -> Parser:
    """Return the parser of the command."""
    parser = Parser(
        prog='check.py', allow_abbrev=False,
        usage='%(prog)s [OPTION]... [--] [FILE|DIR]...',
        description='Check numbered files.  A folder stands for its four '
        'files; without FILE or DIR, the current folder is checked.  After '
        '-- a name may start with a dash.')
    add = parser.add_argument
    add('paths', nargs='*', metavar='FILE|DIR', help='a submission: one '
        'numbered file, or the folder of four')
    add('--only', type=numbers, default=range(len(FILES)), metavar='0,3',
        help='check only these of the four files')
    add('-k', default='', metavar='EXPRESSION', help="run the checks whose "
        "names match, such as 'loss or noise'")
    add('--no-fix', action='store_true', help='do not say how to fix a '
        'failure')
    add('-n', type=workers, metavar='N', help='files to check at a time '
        '(default: as many as there are processors)')
    add('-x', action='store_true', help='stop after the first submission '
        'that does not pass')
    add('-q', action='store_true', help='show no failures')
    add('-v', action='store_true', help='show the failures of a class, too')
    add('--grades', type=Path, metavar='FILE.csv', help='write a line for '
        'each submission and file')
    add('--junitxml', type=Path, metavar='FILE.xml', help='write a JUnit '
        'file for the run')
    add('--feedback', type=Path, metavar='DIR', help='write a page for the '
        'author of each submission')
    for name, details in JUDGING.items():
        add(name, **details)
    add('--version', action='version', help='show the versions of the '
        'checker, Python, TensorFlow and Keras',
        version=f'check.py {__version__}, {versions.full()}')
    return parser


def numbers(text: str) -> list[int]:
    """Parse the numbers of files, such as 0,3."""
    found = text.split(',')
    if not {*found} <= {*map(str, range(len(FILES)))}:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a list of numbers from 0 to '
            f'{len(FILES) - 1}, such as 0,3')
    return sorted({*map(int, found)})


def workers(text: str) -> Optional[int]:
    """Parse a number of workers; 'auto' is as many as processors."""
    return None if text == 'auto' else positive(text)


def positive(text: str) -> int:
    """Parse a whole number above 0."""
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a whole number above 0')
    return int(text)


def read(arguments: list[str]) -> argparse.Namespace:
    """Return the options; end the process if they cannot be carried out."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    if '--' in arguments and not options.paths:
        parser.error('no file or folder after --')
    # '.' exists even if the current folder was removed.
    options.paths = options.paths or ['.']
    problem = problem_with(options)
    if problem:
        parser.error(problem)
    if not importlib.util.find_spec('tensorflow'):
        parser.error(f'TensorFlow is not installed: {INSTALL}')
    missing = not options.trust and missing_sandbox()
    if missing:
        parser.error(f'cannot sandbox submissions here ({missing}); --trust '
                     'runs them unsandboxed, with your full privileges')
    # Last, so that nothing is made if something else is wrong.
    problem = options.feedback and problem_with_pages(options.feedback)
    if problem:
        parser.error(f'--feedback: cannot write to '
                     f'{shown(str(options.feedback))}: {problem}')
    if options.seed is None:
        options.seed = secrets.randbits(128)
    options.n = options.n or processors()
    return options


def problem_with(options: argparse.Namespace) -> str:
    """Return why files or folders cannot be used, or ''."""
    for number, path in enumerate(options.paths):
        problem = problem_with_path(path, options.paths[:number])
        if problem:
            return problem
    asked = [place for path in options.paths
             for place in files_of(path, options.only).values()]
    if not any(map(os.path.lexists, asked)):
        names = ', '.join(FILES[task] for task in options.only)
        where = shown(options.paths[0]) if len(options.paths) == 1 else (
            'any of these')
        return f'no numbered file in {where} ({names})'
    for name in ('grades', 'junitxml'):
        path = getattr(options, name)
        problem = path and problem_with_file(path)
        if problem:
            return f'--{name}: cannot write {shown(str(path))}: {problem}'
    return ''


def processors() -> int:
    """Return how many processors there are for this process."""
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def problem_with_path(path: str, before: list[str]) -> str:
    """Return why a path is no submission of its own, or ''."""
    name = shown(path)
    if not os.path.lexists(path):
        kind = 'file' if path.endswith('.py') else 'folder'
        return f'no such {kind}: {name}'
    if not os.path.isdir(path) and task_of(path) is None:
        return (f'{name} is not a numbered file: its name must contain one '
                f'of {", ".join(FILES)}')
    if os.path.exists(path) and any(
            os.path.exists(other) and os.path.samefile(path, other)
            for other in before):
        return f'{name} was given twice'
    return ''


def problem_with_file(path: Path) -> str:
    """Return why a file cannot be written, or ''."""
    folder = path.absolute().parent
    try:
        if path.is_dir():
            return 'it is a folder'
        if not folder.is_dir():
            return f'no such folder: {shown(str(folder))}'
        there = path if path.exists() else folder
    except OSError as error:
        return error.strerror or 'unknown error'
    return '' if os.access(there, os.W_OK) else DENIED


def problem_with_pages(folder: Path) -> str:
    """Make the folder for the pages; return why that fails, or ''."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        return error.strerror or 'unknown error'
    return '' if os.access(folder, os.W_OK) else DENIED
