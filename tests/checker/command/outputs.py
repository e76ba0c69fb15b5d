"""Shows and writes the results of a run."""
import argparse
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

from checker.report import files, pages, points, record, table, uploads
from checker.report.results import Submission
from checker.report.terminal import Terminal, report

# Writes a file at a path.
Writer = Callable[[Path], object]


def score_of(submission: Submission, options: argparse.Namespace) -> str:
    """Return the points of a submission, or '' if they would mislead."""
    return '' if options.k else str(points.points_of(
        submission, options.points))


def fill_class_list(submissions: list[Submission],
                    options: argparse.Namespace) -> list[str]:
    """Fill in the class list, if there is one; return lines about it."""
    page_of = functools.partial(
        pages.page, score=functools.partial(score_of, options=options))
    return options.classlist.fill(
        submissions, options.points, page_of if options.feedback else None
    ) if options.classlist else []


def finish(submissions: list[Submission], options: argparse.Namespace,
           terminal: Terminal, filled: list[str],
           to_look_at: list[str]) -> bool:
    """Show and write all results; return whether they could be written.

    Args:
        filled: lines about the class list.
        to_look_at: lines about what a person must look at.
    """
    lines = [*lines_to_show(submissions, options, terminal.width)]
    if filled:
        lines += ['', *filled]
    if to_look_at:
        lines += ['', 'Look at these yourself:',
                  *(f'  {line}' for line in to_look_at)]
    for line in lines:
        terminal.show(line)
    whole = True
    for path, write in files_to_write(submissions, options, to_look_at):
        try:
            path.parent.mkdir(exist_ok=True)
            with files.replaced(path) as part:
                write(part)
        except OSError as error:
            terminal.show_not_written(path, error)
            whole = False
    return whole


def lines_to_show(submissions: list[Submission], options: argparse.Namespace,
                  width: int) -> Iterator[str]:
    """Yield the reports that were asked for, and the table of a class."""
    score = functools.partial(score_of, options=options)

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
        to_look_at: list[str]) -> Iterator[tuple[Path, Writer]]:
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
        yield from feedback_to_write(submissions, options, to_look_at)


def feedback_to_write(
        submissions: list[Submission], options: argparse.Namespace,
        to_look_at: list[str]) -> Iterator[tuple[Path, Writer]]:
    """Yield the same for the pages, and for what platforms take of them."""
    score = functools.partial(score_of, options=options)
    folder = options.feedback / pages.FOLDER
    paths = {}
    for submission in submissions:
        path = folder / pages.file_name(submission.name)
        # A page that was written when its files were at hand says more.
        if not (submission.kept and path.exists()):
            yield path, text(pages.page(submission, score))
        for name in uploads.names_of(submission, options.classlist):
            paths[name] = path
    yield options.feedback / 'index.md', text(
        pages.index(submissions, score, to_look_at))
    if paths:
        yield options.feedback / uploads.NAME, functools.partial(
            uploads.write, paths)
    pages.remove_others(folder, submissions)


def text(content: str) -> Writer:
    """Return what writes a text to a path."""
    return functools.partial(Path.write_text, data=content, encoding='utf-8')
