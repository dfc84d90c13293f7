"""A private chat assistant for the terminal.

__main__            entry point of every process
cli/                the command line, which also opens the screen
tui/                the screen
serve/              models and library for other programs, as OpenAI's services are asked
doctor/             `assistant doctor`: checks of everything the program stands on
bootstrap           puts the parts of a front end together
forgetting          everything that is stored, removed
workers             names, commands and mains of the worker processes
user_settings       what holds while the program runs, and changes that are kept
settings_file       settings.toml changed by the program
settings_reference  every setting: what holds, where it comes from, what it takes
settings            settings.toml and the environment, as one value
keymap              which keys run which command here
command_table       names, keys and texts of the commands of the screen
settings_source     what they say, before it is checked
allowed_values      what a field takes, in words
core/               what the product is: values, ports, the turn, prompts, import and export
storage/            conversations in SQLite
engine/             models run by llama.cpp, in a worker
endpoints/          models on other servers
library/            the user's files, indexed and searched in a worker
ipc/                the wire between front ends and workers
system/             the machine around us: paths, clipboard, editor, processor
language/           the language of the interface, and messages in it
"""

__version__ = "0.1.0"
