"""Import and export of conversations.

exporting        conversations to files of a folder
html             a page to look at
markdown         Markdown that can be read back
importing        files, folders and archives to conversations
json_documents   the JSON documents of a file, around damage
problems         what could not be read, one line for each cause
other_programs/  exports of ChatGPT, Claude, Open WebUI and others
"""
