"""The prompt library: Markdown files with YAML front matter.

files         one prompt file, parsed and written
library       the prompts of several folders
user_prompts  the user's own files: written, deleted, restored
"""
