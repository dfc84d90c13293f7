"""The user's conversations in SQLite: message tree, journal, full-text search, trash.

conversations  the whole store
store/         the port's methods, by group
tables/        SQL on an open transaction
database/      the SQLite file
"""
