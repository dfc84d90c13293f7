"""Context: the window of a conversation, and the exact prompt.

screen        parts in tokens; pin, exclude, overflow
window_bar    the window as a bar and as lines
exact_prompt  the rendered text or its tokens
"""
