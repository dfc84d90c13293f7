"""Toolkit: what every screen is built of, over Textual.

screen_api     what parts of a screen may ask of the screen they are on
text           safe text for widgets
hyperlinks     addresses that the terminal follows itself
threads        blocking work in a thread; event streams in batches
disk           what is at a path that the user typed
dropped_paths  files dropped on the terminal, recognised in a paste
wrapping       long texts cut into rows for a width
widgets        clickable text, safe input, lines laid out for a width
text_view      a text of any length with marked spans
notice         the notice line, screens that have one, hints on failures
filtered       a list, and the field that it is searched with
dialogs        modal base, field, editors, confirmation of a link
"""
