"""The user's folders on disk.

ignore        what ignore files leave out
walk          which files to read, and which not and why
scan          what is new, changed, moved or gone
watch         changes are noticed while the worker runs
watch_events  the system's own notice of changes
"""
