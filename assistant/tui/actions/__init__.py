"""Actions: what the commands do; each gets a `Workspace` and a `CommandCall`, never the screen.

registry       command name → action
conversations  new, rename, organise, delete, undo, fork, compare
messages       stop, continue, regenerate, edit, copy, rate
defaults       what new conversations begin with, kept in the settings
models         model, adapters, sampling; load or roll back
consent        what may be sent to a server of models
prompts        role, system prompt, prompt library
library        add files, choose collections, indexing
transfer       export and import
help           keys and commands, filtered as one types
screens        context, search, sources, theme, help, log, quit
"""
