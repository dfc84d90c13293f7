"""`assistant models` and `assistant bench`: models on this machine, fetched and measured.

commands         `assistant models`: models on this machine
pull             `assistant models pull`: downloads
bench            `assistant bench`: threads and batch sizes measured
"""
