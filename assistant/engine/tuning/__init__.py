"""Tuning: `assistant bench` measures how a model runs fastest.

client       starts the process, and keeps what it found
worker       the process that measures; it may die of it
benchmark    candidates in rounds, and which is fastest
measurement  tokens per second of one candidate
"""
