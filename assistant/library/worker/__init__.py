"""The library's process: answers requests, and runs indexing jobs between them.

options       where the library is, and how it reads
main          listens, serves while it indexes, ends when idle
open_library  database, readers and embedders, opened once
answering     search, the check of answers, the ranking of texts
service       answers requests
runner        runs indexing jobs
verify        everything stored, checked against each other
"""
