"""`assistant doctor`: checks of everything the program stands on, and how to fix it.

run         the order of the checks
machine     terminal, clipboard, folders, disk, versions, the package
components  database, prompts, model, files, workers
report      the result of one check
"""
