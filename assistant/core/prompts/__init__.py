"""The prompt library: Markdown files with YAML front matter.

A file's name is the prompt's name; its body is the system prompt, followed by examples. Files in
the user's folder override and add to the shipped ones.
"""
