"""The process that runs a submission, and what the kernel lets it do.

A submission can read and change whatever is here: nothing in this package
tells what is expected of it, or decides anything.
"""
