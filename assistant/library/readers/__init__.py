"""From the bytes of a file to its text and structure: one small module per family of formats.

Everything here runs in a reader process (`assistant.library.reader_main`): files are hostile until
they are read, and some of the libraries underneath can hang, crash or eat memory.
"""
