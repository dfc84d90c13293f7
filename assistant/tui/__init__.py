"""Terminal interface: Textual screens and widgets over the ports of the core.

app             the Textual application, signals, exit
palette         the command palette
key_test        which keys reach the program, by pressing them
chat_screen     the main screen: composes widgets, routes messages
actions/        what the commands do; they get a `Workspace`, never the screen
workspace       the parts of the main screen, built by one function
first_frame     the widgets that are there before anything is opened
composer/       the input line: typing, menus, completion, mentions
chat/           the running conversation: session, turns, status line
transcript/     the messages
markdown/       answers as few widgets
sources/        the sources of an answer, and the passage in its file
conversations/  list, search, trash, undo, compare
library/        the user's files: status, jobs, adding, scope
models/         models, adapters, sampling
prompts/        the prompt library
settings/       every setting: what holds, and changing it
context/        the context window and the exact prompt
transfer/       import and export
services        the ports, and a thread for calls that block
external        clipboard, browser, editor, viewer
toolkit/        our basics over Textual: text, threads, dialogs, notices
commands        the table of commands: names, keys, help
themes          colours for dark, light and 16-colour terminals
cell_widths     text that terminals measure differently stays in its columns
terminal        the terminal driver, and the log of unexpected errors
"""
