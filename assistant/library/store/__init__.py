"""library.db: files, passages, words and embeddings.

schema       tables and migrations
seal         what the file was when it was closed well
database     connections, transactions, errors
collections  what the user added
requeueing   unchanged files that are read again
catalog      the files, and in which state they are
listing      the files, page by page
passages     the passages of the files
scope        which of them are searched, and in how many a word stands
keywords     the words of the passages
embeddings   the vectors of the passages, by embedder
integrity    everything, checked and repaired
"""
