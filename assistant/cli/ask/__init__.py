"""`assistant ask`: one question from the command line or a pipe to its answer.

command          the options, and the conversation that is asked in
question         words of the command line and what is piped in
prompt_options   `--prompt` and `--var`
adapter_options  `--adapter`
output_form      JSON schema or grammar of the answer
sources          collections to search; citations in lines and as JSON
answer           the turn, streamed to the console
dry_run          `--dry-run`: the exact prompt and its token plan
summarise        `assistant summarise` and `compare`: documents as a whole
"""
