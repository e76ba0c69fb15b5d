"""The arguments of the command, and what a user can get wrong there."""
import argparse
import importlib.util
import os
import secrets
import sys
from pathlib import Path
from typing import NoReturn, Optional

from checker.grader.fork_client import missing_sandbox
from checker.specification import FILES
from checker.wire import printable

# The exit statuses, as in pytest.
OK, FAILED, INTERRUPTED, USAGE_ERROR, NOTHING_TO_CHECK = 0, 1, 2, 4, 5
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
        usage='%(prog)s [OPTION]... [--] [DIR]...',
        description='Check the numbered files in folders; without DIR, in '
        'the current one.  After -- a name may start with a dash.')
    parser.add_argument('folders', nargs='*', metavar='DIR',
                        help='a submission: the folder of its four files')
    parser.add_argument('-n', type=workers, default=None, metavar='N',
                        help='files to check at a time (default: as many as '
                        'there are processors)')
    parser.add_argument('-k', default='', metavar='EXPRESSION',
                        help="run the checks whose names match, such as "
                        "'vanilla and not style'")
    parser.add_argument('-x', action='store_true', help='stop after the '
                        'first submission that does not pass')
    parser.add_argument('-q', action='store_true', help='show no failures')
    parser.add_argument('-v', action='store_true',
                        help='show the failures of a class, too')
    parser.add_argument('--grades', type=Path, metavar='FILE.csv',
                        help='write a line for each submission and file')
    parser.add_argument('--junitxml', type=Path, metavar='FILE.xml',
                        help='write a JUnit file for the run')
    parser.add_argument('--feedback', type=Path, metavar='DIR',
                        help='write a page for the author of each submission')
    parser.add_argument('--time-limit', type=seconds, default=60.,
                        metavar='SECONDS', help='for each numbered file '
                        '(default: 60)')
    parser.add_argument('--trust', action='store_true', help='if submissions '
                        'cannot be sandboxed here, run them with your full '
                        'privileges')
    parser.add_argument('--seed', type=seed, metavar='N', help='repeat the '
                        'random numbers of an earlier run; not for grading '
                        'new files, which could try small numbers')
    return parser


def workers(text: str) -> Optional[int]:
    """Parse a number of workers; 'auto' is as many as processors."""
    return None if text == 'auto' else positive(text)


def positive(text: str) -> int:
    """Parse a whole number above 0."""
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a whole number above 0')
    return int(text)


def seed(text: str) -> int:
    """Parse a seed."""
    if not (text.isascii() and text.isdigit() and len(text) < 100):
        raise argparse.ArgumentTypeError(f'{text!r} is not a whole number')
    return int(text)


def seconds(text: str) -> float:
    """Parse a time limit."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < 1e6:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a number above 0 and below 1,000,000')
    return number


def read(arguments: list[str]) -> argparse.Namespace:
    """Return the options; end the process if they cannot be carried out."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    if '--' in arguments and not options.folders:
        parser.error('no folder after --')
    # '.' exists even if the current folder was removed.
    options.folders = options.folders or ['.']
    refuse_paths(options, parser)
    if not importlib.util.find_spec('tensorflow'):
        parser.error(f'TensorFlow is not installed: {INSTALL}')
    missing = not options.trust and missing_sandbox()
    if missing:
        parser.error(f'cannot sandbox submissions here ({missing}); --trust '
                     'runs them unsandboxed, with your privileges')
    # Last, so that nothing is made if something else is wrong.
    if options.feedback:
        problem = problem_with_pages(options.feedback)
        if problem:
            parser.error('--feedback: cannot write to '
                         f'{shown(str(options.feedback))}: {problem}')
    if options.seed is None:
        options.seed = secrets.randbits(128)
    options.n = options.n or processors()
    return options


def refuse_paths(options: argparse.Namespace, parser: Parser) -> None:
    """End the process if a folder or a file cannot be used."""
    for number, folder in enumerate(options.folders):
        problem = problem_with_folder(folder, options.folders[:number])
        if problem:
            parser.error(problem)
    for name in ('grades', 'junitxml'):
        path = getattr(options, name)
        problem = path and problem_with_file(path)
        if problem:
            parser.error(f'--{name}: cannot write {shown(str(path))}: '
                         f'{problem}')


def processors() -> int:
    """Return how many processors there are for this process."""
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shown(name: str) -> str:
    """Return a name in one line, without control characters."""
    return printable(name).replace('\n', '\\n')


def problem_with_folder(folder: str, before: list[str]) -> str:
    """Return why a folder is no submission of its own, or ''."""
    name = shown(folder)
    if not os.path.isdir(folder):
        return f'no such folder: {name}'
    if not any(os.path.lexists(os.path.join(folder, file))
               for file in FILES):
        return (f'no numbered file in {name} ({", ".join(FILES[:3])} or '
                f'{FILES[3]})')
    if any(os.path.samefile(folder, other) for other in before):
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
    return '' if os.access(there, os.W_OK) else 'permission denied'


def problem_with_pages(folder: Path) -> str:
    """Make the folder for the pages; return why that fails, or ''."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        return error.strerror or 'unknown error'
    return '' if os.access(folder, os.W_OK) else 'permission denied'
