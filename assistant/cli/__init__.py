"""Command line: the entry point, the terminal, one file per group of commands.

entry            the `assistant` command, its errors and exit status, opening the screen
program          settings, paths and services of one run, built when first needed
translation      help in the user's language
console          standard output and standard error, tables, styles, progress
interruption     signals as a stop flag
ask/             `assistant ask` and `summarise`: a question, or whole documents
chat/            `assistant chat`: the screen, or lines only
chats/           `assistant chats`: the kept conversations
library          `assistant library`, `add`, `search`: the user's files
indexing_report  plan, progress and skipped files of an indexing job
models/          `assistant models` and `bench`: models on this machine, fetched, measured
endpoints/       `assistant endpoints` and `network`: servers of models, connections
serve            `assistant serve`: models and library for other programs
prompts          `assistant prompts`: the library of system prompts
transfer         `assistant export` and `assistant import`
eval             `assistant eval`: retrieval and citation metrics
settings         `assistant settings`: every setting as it is now
about            `assistant doctor`, `licenses` and `forget`
"""
