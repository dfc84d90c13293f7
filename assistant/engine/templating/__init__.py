"""Prompt templating: messages to the text that a model reads, and its reasoning out of an answer.

template      the chat template of a model, run in a sandbox
role_markers  what separates turns, broken inside messages
rendering     messages to prompt text, with the span of each
reasoning     what a model thinks before it answers, split off
"""
