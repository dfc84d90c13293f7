"""The key/value cache: what was read of conversations is not read again.

sequences      the sequences of a context, with their tokens and text
sequence_pool  which of them a prompt is read into
snapshots      states of sequences on disk
prompt_cache   the sequence or snapshot that leaves least of a prompt to read
"""
