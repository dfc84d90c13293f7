"""Transfer: import and export of conversations on the screen.

dialog  what to export, as what, where to
jobs    the export and import jobs
report  their progress, then what came of them
"""
