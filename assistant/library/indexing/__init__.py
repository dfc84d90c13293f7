"""Indexing: jobs that bring library.db in line with the files on disk.

survey    what adding files would do
estimate  how long it will take
queue     the jobs that wait, run, pause and stop
job       one job: scan, read, embed, store
pace      how fast it goes, and when it holds
"""
