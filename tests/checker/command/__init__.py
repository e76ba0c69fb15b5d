"""The command: checks any number of submissions, one process for each file.
"""
