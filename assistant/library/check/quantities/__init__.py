"""Quantities: the numbers, dates, times and codes of a text, as values that can be compared.

values        a stated value, and when two are the same
value_reader  the values of a text, in digits and in letters
compounds     amounts in two units, and parts of one thing
"""
