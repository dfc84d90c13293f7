"""Import and export of conversations.

exporting        conversations to files of a folder
html             a page to look at
markdown         Markdown that can be read back
importing        files, folders and archives to conversations
chatgpt          ChatGPT's data export
chatgpt_content  one of its messages as Markdown
"""
