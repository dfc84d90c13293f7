"""Chat templates in the shapes that are found in the wild, shortened to what shapes the prompt."""

CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content']"
    " + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

LLAMA_2 = (
    "{% if messages[0]['role'] == 'system' %}"
    "{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}"
    "{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}"
    "{% for message in loop_messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}"
    "{% endif %}"
    "{% if loop.index0 == 0 and system_message != false %}"
    "{% set content = '<<SYS>>\n' + system_message + '\n<</SYS>>\n\n' + message['content'] %}"
    "{% else %}{% set content = message['content'] %}{% endif %}"
    "{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}"
    "{% endif %}{% endfor %}"
)

LLAMA_3 = (
    "{% for message in messages %}"
    "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'"
    " + message['content'] | trim + '<|eot_id|>' %}"
    "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)

GEMMA = (
    "{{ bos_token }}"
    "{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for message in messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}"
    "{% endif %}"
    "{% if message['role'] == 'assistant' %}{% set role = 'model' %}"
    "{% else %}{% set role = message['role'] %}{% endif %}"
    "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}"
)

PHI_3 = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{'<|system|>\n' + message['content'] + '<|end|>\n'}}"
    "{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}"
    "{% elif message['role'] == 'assistant' %}"
    "{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}"
)

MISTRAL = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token }}"
    "{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}"
    "{% endfor %}"
)

VICUNA = (
    "{% if messages[0]['role'] == 'system' %}{{ messages[0]['content'] + ' ' }}"
    "{% set messages = messages[1:] %}{% endif %}"
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ 'USER: ' + message['content'] + ' ' }}"
    "{% else %}{{ 'ASSISTANT: ' + message['content'] + eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)

ALPACA = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{ message['content'] + '\n\n' }}"
    "{% elif message['role'] == 'user' %}"
    "{{ '### Instruction:\n' + message['content'].strip() + '\n\n' }}"
    "{% else %}{{ '### Response:\n' + message['content'].strip() + eos_token + '\n\n' }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ '### Response:\n' }}{% endif %}"
)

SILENT_ABOUT_SYSTEM = (
    "{% for message in messages %}{% if message['role'] != 'system' %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] + '\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)

MISTRAL_NEMO = (
    "{%- if messages[0]['role'] == 'system' %}"
    "{%- set system_message = messages[0]['content'] %}{%- set loop_messages = messages[1:] %}"
    "{%- else %}{%- set loop_messages = messages %}{%- endif %}{{- bos_token }}"
    "{%- for message in loop_messages %}"
    "{%- if message['role'] == 'user' %}"
    "{%- if loop.last and system_message is defined %}"
    "{{- '[INST]' + system_message + '\n\n' + message['content'] + '[/INST]' }}"
    "{%- else %}{{- '[INST]' + message['content'] + '[/INST]' }}{%- endif %}"
    "{%- else %}{{- message['content'] + eos_token }}{%- endif %}{%- endfor %}"
)

FOR_TOOLS = (
    "{{ bos_token }}<|tools|>{% for tool in tools %}{{ tool | tojson }}{% endfor %}<|/tools|>\n"
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)

BLANKS_DIFFER = (
    "{% for m in messages %}{% if m.role == 'user' %}<|head|>user<|/head|>\n\n{{ m.content }}"
    "<|eot|>{% else %}<|head|>{{ m.role }}<|/head|>\n\n{{ m.content }}<|eot|>{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}\n<|head|>assistant<|/head|>\n\n{% endif %}"
)

SQUARE = (
    "{% for m in messages %}[|{{ m.role }}|]\n{{ m.content }}[|endofturn|]\n{% endfor %}"
    "{% if add_generation_prompt %}[|assistant|]\n{% endif %}"
)

SHAPES = {
    "ChatML": CHATML,
    "Llama 2": LLAMA_2,
    "Llama 3": LLAMA_3,
    "Gemma": GEMMA,
    "Phi 3": PHI_3,
    "Mistral": MISTRAL,
    "Vicuna": VICUNA,
    "Alpaca": ALPACA,
    "no system": SILENT_ABOUT_SYSTEM,
    "Mistral Nemo": MISTRAL_NEMO,
    "for tools": FOR_TOOLS,
    "blanks differ": BLANKS_DIFFER,
    "square": SQUARE,
}

TYPED = (
    "{% for m in messages %}<|{{ m.role }}|>{% for part in m.content %}"
    "{% if part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""Of a content that is a text nothing comes out."""

TYPED_ALONE = TYPED.replace(
    "{% for part",
    "{% if m.content is string %}{{ raise_exception('no list') }}{% endif %}{% for part",
)
"""It refuses a content that is a text."""

USES = {
    "field": (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n"
        "{% if m.role == 'assistant' and loop.last and m.reasoning_content %}"
        "<think>\n{{ m.reasoning_content }}\n</think>\n\n{% endif %}{{ m.content }}<|im_end|>\n"
        "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n"
        "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n"
        "{% endif %}{% endif %}"
    ),
    "channels": (
        "<|start|>system<|message|>Reasoning: {{ reasoning_effort or 'medium' }}<|end|>"
        "{% for m in messages %}"
        "{% if m.role == 'assistant' and loop.last and m.thinking %}"
        "<|start|>assistant<|channel|>analysis<|message|>{{ m.thinking }}<|end|>{% endif %}"
        "<|start|>{{ m.role }}{% if m.role == 'assistant' %}<|channel|>final{% endif %}<|message|>"
        "{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|start|>assistant"
        "{% endif %}"
    ),
    "named channel": (
        "{% for m in messages %}<|open|>message {{ m.role }}<|sep|>"
        "{% if m.role == 'assistant' %}<|open|>think<|sep|>{{ m.reasoning }}<|close|>think<|sep|>"
        "<|open|>reply<|sep|>{% endif %}{{ m.content }}<|close|>message<|sep|>{% endfor %}"
        "{% if add_generation_prompt %}<|open|>message assistant<|sep|><|open|>"
        "{{ 'reply' if thinking is defined and not thinking else 'think' }}<|sep|>{% endif %}"
    ),
    "tools": (
        "{% for m in messages %}<|turn>{{ 'model' if m.role == 'assistant' else m.role }}\n"
        "{% if m.reasoning_content and m.tool_calls %}<|channel>thought\n{{ m.reasoning_content }}"
        "\n<channel|>{% endif %}{{ m.content }}<turn|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|turn>model\n{% if not enable_thinking %}"
        "<|channel>thought\n<channel|>{% endif %}{% endif %}"
    ),
    "typed": (
        "{% for m in messages %}[{{ m.role }}]{% if m.content is string %}{{ m.content }}{% else %}"
        "{% for part in m.content %}{% if part.type == 'thinking' %}[THINK]{{ part.thinking }}"
        "[/THINK]{% else %}{{ part.text }}{% endif %}{% endfor %}{% endif %}</s>{% endfor %}"
        "{% if add_generation_prompt %}[assistant]{% endif %}"
    ),
    "opened": (
        "{% for m in messages %}<|{{ m.role }}|>{{ m.content.split('</think>')[-1] }}</s>"
        "{% endfor %}{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}"
    ),
    "prose": (
        "{% for m in messages %}<|begin|>{{ m.role }}\n"
        "{{ m.content.split('[FINAL ANSWER]')[-1] }}<|end|>{% endfor %}"
        "{% if add_generation_prompt %}<|begin|>assistant\nMy steps are these:\n{% endif %}"
    ),
    "always a block": (
        "{% for m in messages %}<|{{ m.role }}|>\n{% if m.role == 'assistant' %}"
        "<mind>{{ m.reasoning_content or '' }}</mind>\n{% endif %}{{ m.content }}{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>{% if enable_thinking == false %}"
        "{{ '\n<mind></mind>' }}{% endif %}{% endif %}"
    ),
    "words": (
        "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}</s>{% endfor %}"
        "{% if thinking %}<|system|>Think within <think></think> first.</s>{% endif %}"
        "{% if add_generation_prompt %}<|assistant|>{% endif %}"
    ),
    "effort alone": (
        "{% set reasoning_effort = reasoning_effort or 'no_think' %}"
        "{% if reasoning_effort not in ['no_think', 'low', 'high'] %}"
        "{{ raise_exception('no such effort') }}{% endif %}"
        "{% for m in messages %}<|{{ m.role }}|>{% if m.role == 'assistant' %}<hm></hm>{% endif %}"
        "{{ m.content }}</s>{% endfor %}{% if add_generation_prompt %}<|assistant|>"
        "{{ '<hm>' if reasoning_effort in ['low', 'high'] else '<hm></hm>' }}{% endif %}"
    ),
    "a word of the system": (
        "{% set ns = namespace(silent=false, system='') %}{% for m in messages %}"
        "{% if m.role == 'system' %}{% set ns.silent = '/no_think' in m.content %}"
        "{% set ns.system = m.content.replace('/no_think', '').strip() %}{% endif %}{% endfor %}"
        "<|system|>{{ ns.system }}</s>{% for m in messages %}{% if m.role != 'system' %}"
        "<|{{ m.role }}|>\n"
        "{% if m.role == 'assistant' and loop.last %}<think>\n{% endif %}"
        "{{ m.content.split('</think>')[-1] }}</s>{% endif %}{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>\n{{ '<think></think>' if ns.silent else "
        "'<think>\n' }}{% endif %}"
    ),
    "a message of their own": (
        "{% for m in messages %}{% if m.role == 'assistant' %}"
        "{% if loop.last and m.reasoning_content %}<|begin|>assistant/muse\n"
        "{{ m.reasoning_content }}<|stop|>\n{% endif %}<|begin|>assistant\n{{ m.content }}<|stop|>"
        "<|turn|>\n{% else %}<|begin|>{{ m.role }}\n{{ m.content }}<|stop|>\n{% endif %}"
        "{% endfor %}{% if add_generation_prompt %}<|begin|>assistant"
        "{{ '\n' if skip_reasoning else '' }}{% endif %}"
    ),
    "blanks here and there": (
        "{% for m in messages %}{% if m.role == 'user' %}\n<|user|>{{ m.content }}{% else %}\n\n"
        "  <|bot|>    {{ m.content.split('</think>')[-1] }}<|end|>{% endif %}\n{% endfor %}"
        "{% if add_generation_prompt %} <|bot|>  {{ '<think>' if thinking else '</think>' }}"
        "{% endif %}"
    ),
    "a channel that is taken out": (
        "{% macro strip(text) %}{% for part in text.split('<channel|>') %}"
        "{{ part.split('<|channel>')[0] }}{% endfor %}{% endmacro %}"
        "{% for m in messages %}<|turn>{{ m.role }}\n"
        "{{ strip(m.content) if m.role == 'assistant' else m.content }}<turn|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|turn>assistant\n{% endif %}"
    ),
    "shown in full only": (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.role == 'assistant' %}"
        "{% if m.reasoning_content and loop.last %}<think>\n{{ m.reasoning_content }}\n</think>\n"
        "{% else %}<think></think>{% endif %}{% endif %}{{ m.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n"
        "{{ '<think></think>' if enable_thinking == false else '<think>\n' }}{% endif %}"
    ),
}
"""How templates treat thoughts."""

THOUGHTS = {
    "field": ("<think>", "</think>", ""),
    "channels": (
        "<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
        "<|channel|>final<|message|>",
    ),
    "named channel": (
        "<|open|>think<|sep|>",
        "<|close|>think<|sep|><|open|>reply<|sep|>",
        "<|open|>reply<|sep|>",
    ),
    "tools": ("<|channel>thought", "<channel|>", ""),
    "typed": ("[THINK]", "[/THINK]", ""),
    "opened": ("<think>", "</think>", ""),
    "prose": ("My steps are these:", "[FINAL ANSWER]", ""),
    "always a block": ("<mind>", "</mind>", ""),
    "words": ("<think>", "</think>", ""),
    "effort alone": ("<hm>", "</hm>", ""),
    "a word of the system": ("<think>", "</think>", ""),
    "a message of their own": ("/muse", "<|stop|>\n<|begin|>assistant", ""),
    "blanks here and there": ("<think>", "</think>", ""),
    "a channel that is taken out": ("<|channel>thought", "<channel|>", ""),
    "shown in full only": ("<think>", "</think>", ""),
}
"""What begins thoughts, what ends them, and what begins an answer without any."""

CONTINUED = {
    "field": "<|im_start|>assistant\n",
    "channels": "<|start|>assistant<|channel|>final<|message|>",
    "named channel": "<|open|>think<|sep|><|close|>think<|sep|><|open|>reply<|sep|>",
    "tools": "<|turn>model\n",
    "typed": "[assistant]",
    "opened": "<|assistant|>",
    "prose": "<|begin|>assistant\n",
    "always a block": "<|assistant|>\n<mind></mind>\n",
    "words": "<|assistant|>",
    "effort alone": "<|assistant|><hm></hm>",
    "a word of the system": "<|assistant|>\n<think></think>",
    "a message of their own": "<|begin|>assistant\n",
    "blanks here and there": "\n  <|bot|>    ",
    "a channel that is taken out": "<|turn>assistant\n",
    "shown in full only": "<|im_start|>assistant\n<think></think>",
}
"""What stands before an answer that is gone on with."""

SILENCED = {
    "field": "<|im_start|>assistant\n<think>\n\n</think>\n\n",
    "channels": "<|start|>assistant<|channel|>final<|message|>",
    "named channel": "<|open|>message assistant<|sep|><|open|>reply<|sep|>",
    "tools": "<|turn>model\n<|channel>thought\n<channel|>",
    "typed": "[assistant][THINK][/THINK]",
    "opened": "<|assistant|><think>\n\n</think>\n\n",
    "prose": "<|begin|>assistant\nMy steps are these:\n\n[FINAL ANSWER]\n\n",
    "always a block": "<|assistant|>\n<mind></mind>",
    "words": "</s><|assistant|>",
    "effort alone": "<|assistant|><hm></hm>",
    "a word of the system": "<|assistant|>\n<think></think>",
    "a message of their own": "<|begin|>assistant\n",
    "blanks here and there": " <|bot|>  </think>",
    "a channel that is taken out": "<|turn>assistant\n<|channel>thought\n\n<channel|>\n\n",
    "shown in full only": "<|im_start|>assistant\n<think></think>",
}
"""Where an answer without thoughts begins."""

MARKERS = {
    "ChatML": ["<|im_start|>", "<|im_end|>"],
    "Llama 2": ["[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<s>", "</s>"],
    "Llama 3": ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
    "Gemma": ["<start_of_turn>", "<end_of_turn>"],
    "Phi 3": ["<|system|>", "<|user|>", "<|assistant|>", "<|end|>"],
    "Mistral": ["[INST]", "[/INST]", "</s>"],
    "Vicuna": ["USER:", "ASSISTANT:"],
    "Alpaca": ["### Instruction:", "### Response:"],
    "no system": ["<|user|>", "<|assistant|>"],
    "Mistral Nemo": ["[INST]", "[/INST]", "</s>"],
    "for tools": ["<|user|>", "<|assistant|>", "<|system|>"],
    "blanks differ": ["<|head|>", "<|/head|>", "<|eot|>"],
    "square": ["[|user|]", "[|assistant|]", "[|endofturn|]"],
}
"""What separates the turns of each shape, and must never come from a message."""
