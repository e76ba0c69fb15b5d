"""Shows and writes the results of a run."""
import argparse
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

from checker.report import files, pages, points, record, table
from checker.report.results import Submission
from checker.report.terminal import Terminal, report

# Writes a file at a path.
Writer = Callable[[Path], object]


def finish(submissions: list[Submission], options: argparse.Namespace,
           terminal: Terminal) -> bool:
    """Show and write all results; return whether they could be written."""
    def score(submission: Submission) -> str:
        # Points for some of the checks would mislead.
        return '' if options.k else str(points.points_of(
            submission, options.points))

    for line in lines_to_show(submissions, options, score, terminal.width):
        terminal.show(line)
    if options.classlist:
        for line in ['', *options.classlist.fill(submissions,
                                                 options.points)]:
            terminal.show(line)
    whole = True
    for path, write in files_to_write(submissions, options, score):
        try:
            path.parent.mkdir(exist_ok=True)
            with files.replaced(path) as part:
                write(part)
        except OSError as error:
            terminal.show_not_written(path, error)
            whole = False
    return whole


def lines_to_show(submissions: list[Submission], options: argparse.Namespace,
                  score: table.Score, width: int) -> Iterator[str]:
    """Yield the reports that were asked for, and the table of a class."""
    def compared(submission: Submission) -> str:
        return '' if options.older is None else record.compare(
            options.older.get(submission.name), submission)

    alone = len(submissions) == 1
    for submission in submissions:
        if (alone or options.v) and not options.q:
            if not alone:
                yield f'\n{submission.name}'
            yield from report(submission, score(submission), width)
    if not alone or options.q:
        yield ''
        yield from table.table(submissions, score, compared)
        yield from table.most_failed(submissions)


def files_to_write(
        submissions: list[Submission], options: argparse.Namespace,
        score: table.Score) -> Iterator[tuple[Path, Writer]]:
    """Yield the path of each file to write, and what writes it."""
    if options.grades:
        yield options.grades, text(files.grades(submissions))
    if options.gradebook:
        yield options.gradebook, text(files.gradebook(
            submissions, options.points))
    if options.classlist:
        yield options.classlist.graded, options.classlist.write
    if options.junitxml:
        yield options.junitxml, functools.partial(
            files.write_junit, submissions)
    for submission in submissions:
        if options.junit_dir:
            path = options.junit_dir / pages.file_name(submission.name, '.xml')
            yield path, functools.partial(files.write_junit_of, submission)
        if options.feedback:
            path = options.feedback / pages.FOLDER / pages.file_name(
                submission.name)
            yield path, text(pages.page(submission, score))
    if options.feedback:
        yield options.feedback / 'index.md', text(
            pages.index(submissions, score))


def text(content: str) -> Writer:
    """Return what writes a text to a path."""
    return functools.partial(Path.write_text, data=content, encoding='utf-8')
