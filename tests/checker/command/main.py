"""The command from its arguments to its exit status."""
import argparse
import functools
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

from checker.command import arguments
from checker.command.submissions import find_submissions
from checker.command.supervisor import Checked, Supervisor
from checker.grader.plugin import File
from checker.report import files, pages, table, versions
from checker.report.results import PASSED, Submission
from checker.report.terminal import Terminal, report

# pytest's exit statuses that the checks of a file can end with.
DONE = 0, 1, 5


class WrongExpression(Exception):
    """-k was not given an expression."""


def main(words: list[str]) -> int:
    """Run the command; return its exit status."""
    options = arguments.read(words)
    # A user who ends a run still wants its results.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    submissions = find_submissions(options.paths, options.only)
    status, terminal = arguments.OK, Terminal()
    supervisor = Supervisor(options)
    terminal.show(f'Checking {described(submissions)} with '
                  f'{versions.short()}\n')
    terminal.wait('TensorFlow is starting ...')
    try:
        check_all(supervisor, submissions, options, terminal)
    except KeyboardInterrupt:
        status = arguments.INTERRUPTED
    except WrongExpression:
        print(f'check.py: error: argument -k: {options.k!r} is not an '
              'expression of names, and, or, not', file=sys.stderr)
        return arguments.USAGE_ERROR
    finally:
        unfinished = supervisor.close()
        # A second Ctrl-C must not keep the results from being written.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
    for checked in unfinished:
        take(checked, submissions, options)
    found = [*submissions.values()]
    written = finish(found, options, terminal)
    if not status and not any(each.planned or each.problems
                              for each in found):
        return arguments.NOTHING_TO_CHECK
    passed = all(each.verdict() == PASSED for each in found)
    if not passed:
        terminal.show(f'\nTo repeat this run: --seed {options.seed}')
    return status or (arguments.OK if passed and written else arguments.FAILED)


def described(submissions: dict[str, Submission]) -> str:
    """Return what is checked."""
    if len(submissions) == 1:
        return next(iter(submissions))
    return f'{len(submissions)} submissions'


def check_all(supervisor: Supervisor, submissions: dict[str, Submission],
              options: argparse.Namespace, terminal: Terminal) -> None:
    """Check all files, and show each submission that is done."""
    # The files of a submission that take longest come first.
    every = [File(each.name, path, task)
             for each in submissions.values()
             for task, path in sorted(each.paths.items(), reverse=True)]
    progress = table.Progress(terminal.show, len(submissions))
    for checked in supervisor.check(every):
        if checked.status == arguments.USAGE_ERROR:
            raise WrongExpression
        submission = take(checked, submissions, options)
        if submission.left:
            continue
        if len(submissions) > 1:
            progress.done(submission)
        if options.x and submission.verdict() != PASSED:
            return


def take(checked: Checked, submissions: dict[str, Submission],
         options: argparse.Namespace) -> Submission:
    """Add what is known about a file to its submission."""
    task = checked.file.task
    submission = submissions[checked.file.submission]
    submission.planned[task] = checked.planned
    for result in checked.results:
        if options.no_fix:
            result.fix = result.example = ''
        submission.results.append(result)
    known = {(result.column, result.check) for result in checked.results}
    complete = known == {*checked.planned}
    if checked.problem or checked.status not in DONE or not complete:
        submission.problems[task] = checked.problem or (
            f'the checks ended early (status {checked.status})')
    if not checked.planned and not checked.problem:
        del submission.planned[task]
    submission.left.discard(task)
    return submission


def finish(submissions: list[Submission], options: argparse.Namespace,
           terminal: Terminal) -> bool:
    """Show and write all results; return whether they could be written."""
    alone = len(submissions) == 1
    for submission in submissions:
        if (alone or options.v) and not options.q:
            if not alone:
                terminal.show(f'\n{submission.name}')
            for line in report(submission, terminal.width):
                terminal.show(line)
    if not alone or options.q:
        terminal.show('')
        for line in table.table(submissions):
            terminal.show(line)
    whole = True
    for path, write in files_to_write(submissions, options):
        try:
            write()
        except OSError as error:
            terminal.show(f'not written: {path}: {error.strerror}')
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
