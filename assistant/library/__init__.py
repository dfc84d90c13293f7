"""The user's files: a worker process that reads, indexes and finds them, and its client.

client       the library of a front end, whose work happens in the worker
protocol     requests and replies between the two
peek         the collections, known without starting the worker
removals     what was taken out of it, and can be put back
worker/      the process: requests and indexing jobs
indexing/    the indexing job, from files to passages
files/       folders on disk: walked, scanned, watched
limits       what reading one file may cost, and how it fails
file_access  regular files only, printable paths, checksums
reading/     the processes that read files
readers/     one reader per format
text/        text to words, sentences and chunks
embedding/   text to vectors
store/       library.db
vectors/     Chroma, kept in line with library.db
search/      a question to passages and evidence
check/       the sentences of an answer against passages
"""
