"""The SQLite file: opened, locked, migrated, and connected to.

files       the database and what stands beside it
locks       locks between processes
opening     made, checked and migrated
schema      tables and migrations
connection  connections, transactions, errors
read_only   what is read where nothing can be written
"""
