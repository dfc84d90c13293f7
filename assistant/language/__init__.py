"""The language of the interface: which one it is, and messages in it.

choice       which language, from the command line, the settings and the locale
messages     `_` and `ngettext`; in English until another language is chosen
english      the language of the code
translation  messages of a catalog; what a worker wrote in English, in the user's language
numbers      numbers as the language writes them

The catalogs are in locales/, one for each language; English is in the code.
"""
