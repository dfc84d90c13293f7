"""What fits the context window, and letting the window grow.

plan    what goes in, what is left out, and why
growth  a larger window where not everything fits
"""
