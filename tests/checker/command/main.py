"""The command from its arguments to its exit status."""
import argparse
import functools
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

from checker.command import arguments
from checker.command.arguments import (
    FAILED,
    INTERRUPTED,
    NOTHING_TO_CHECK,
    OK,
    USAGE_ERROR,
)
from checker.command.submissions import name_folders
from checker.command.supervisor import Checked, Supervisor
from checker.grader.plugin import File
from checker.report import files, pages, table
from checker.report.results import PASSED, Submission
from checker.specification import FILES

# pytest's exit statuses that the checks of a file can end with.
DONE = 0, 1, 5


class WrongExpression(Exception):
    """-k was given no expression; the message says why."""


def main(words: list[str]) -> int:
    """Run the command; return its exit status."""
    options = arguments.read(words)
    # Whoever ends a run, in whichever way, wants to know what it found.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    submissions = {name: Submission(name, folder) for name, folder
                   in name_folders(options.folders).items()}
    status, supervisor = OK, Supervisor(options)
    show(f'Checking {described(submissions)} with {pages.versions()}\n')
    try:
        check_all(supervisor, submissions, options)
    except KeyboardInterrupt:
        status = INTERRUPTED
    except WrongExpression as problem:
        print(f'check.py: error: {problem}', file=sys.stderr)
        return USAGE_ERROR
    finally:
        unfinished = supervisor.close()
        # What is known is written, whoever is impatient.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
    for checked in unfinished:
        take(checked, submissions)
    found = [*submissions.values()]
    written = finish(found, options)
    if not status and not any(each.planned or each.problems
                              for each in found):
        return NOTHING_TO_CHECK
    passed = all(each.verdict() == PASSED for each in found)
    if not passed:
        show(f'To repeat this run with the same numbers: --seed '
             f'{options.seed}')
    return status or (OK if passed and written else FAILED)


def described(submissions: dict[str, Submission]) -> str:
    """Return what is checked."""
    if len(submissions) == 1:
        return next(iter(submissions))
    return f'{len(submissions)} submissions'


def show(text: str) -> None:
    """Write a line, whatever the encoding of the output is."""
    encoding = sys.stdout.encoding or 'ascii'
    print(text.encode(encoding, 'backslashreplace').decode(encoding),
          flush=True)


def check_all(supervisor: Supervisor, submissions: dict[str, Submission],
              options: argparse.Namespace) -> None:
    """Check all files, and show each submission that is done."""
    # Of one submission the files that take longest come first.
    every = [File(each.name, each.folder, task)
             for each in submissions.values()
             for task in reversed(range(len(FILES)))]
    progress = table.Progress(show, len(submissions))
    for checked in supervisor.check(every):
        if checked.status == USAGE_ERROR:
            raise WrongExpression(checked.problem)
        submission = take(checked, submissions)
        if submission.left:
            continue
        if len(submissions) > 1:
            progress.done(submission)
        if options.x and submission.verdict() != PASSED:
            return


def take(checked: Checked, submissions: dict[str, Submission]) -> Submission:
    """Add what is known about a file to its submission."""
    task = checked.file.task
    submission = submissions[checked.file.submission]
    submission.planned[task] = checked.planned
    submission.results += checked.results
    known = {(result.column, result.check) for result in checked.results}
    complete = known == {*checked.planned}
    if checked.problem or checked.status not in DONE or not complete:
        submission.problems[task] = checked.problem or (
            f'the checks ended early (status {checked.status})')
    if not checked.planned and not checked.problem:
        del submission.planned[task]
    submission.left.discard(task)
    return submission


def finish(submissions: list[Submission],
           options: argparse.Namespace) -> bool:
    """Show and write all results; return whether they could be written."""
    width = table.width_of(sys.stdout.isatty())
    alone = len(submissions) == 1
    for submission in submissions:
        if (alone or options.v) and not options.q:
            if not alone:
                show(f'\n{submission.name}')
            for line in table.report(submission, width):
                show(line)
    if not alone or options.q:
        show('')
        for line in table.table(submissions):
            show(line)
    whole = True
    for path, write in files_to_write(submissions, options):
        try:
            write()
        except OSError as error:
            show(f'not written: {path}: {error.strerror}')
            whole = False
    return whole


def files_to_write(
        submissions: list[Submission], options: argparse.Namespace
        ) -> Iterator[tuple[Path, Callable[[], object]]]:
    """Yield the path of each file to write, and what writes it."""
    if options.grades:
        yield options.grades, lambda: options.grades.write_text(
            files.grades(submissions), encoding='utf-8')
    if options.junitxml:
        yield options.junitxml, lambda: files.write_junit(
            submissions, options.junitxml)
    for submission in submissions if options.feedback else ():
        path = options.feedback / pages.file_name(submission.name)
        yield path, functools.partial(
            path.write_text, pages.page(submission), encoding='utf-8')
