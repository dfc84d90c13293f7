"""Exports of other programs: each format becomes one tree, and the tree a conversation.

fields             what stands in JSON that nobody vouches for
content            parts of a message: text, thoughts, tools, images
conversation_tree  the tree of any program, and its transcript
chatgpt_content    one message of ChatGPT as Markdown
chatgpt            ChatGPT's data export
open_webui         Open WebUI's export of chats
claude             Claude's data export
lm_studio          LM Studio's conversation files
librechat          LibreChat's export of a conversation
message_lists      ShareGPT, and plain lists of messages
formats            which of them a document is
"""
