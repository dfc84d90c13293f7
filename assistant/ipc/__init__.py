"""The one wire between front ends and workers: start or join, frames, keys, cancel, idle exit.

spec       a kind of worker: its command, socket, key and locks
launch     start a worker's process, and why one ended
join       start a worker or join the one that lives
handshake  both sides prove that they hold the key
frames     one JSON value per line
messages   what all workers understand; errors on the wire
request    one request and its replies, as a front end sees it
process    what a worker or helper does first
server     the worker's socket and log
caller     one connection as the worker sees it
activity   the sign that an answer is being written
one_shot   a helper process that is asked one question
"""
