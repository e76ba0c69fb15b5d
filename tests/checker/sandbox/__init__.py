"""The process that runs a submission, and what the kernel lets it do.

A submission can read and change everything here, so nothing in this package
tells what a submission must do, or decides anything.
"""
