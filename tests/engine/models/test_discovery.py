"""Models where other programs keep them: copies of each program's layout, whole and damaged."""

import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from assistant.core.values.models import ModelDetails
from assistant.engine.hardware import llama_cpp_build
from assistant.engine.models.catalog import STARTER, LocalModels
from assistant.engine.models.discovery import in_folder, other_programs
from assistant.engine.models.survey import ModelSurvey
from assistant.engine.options import LoadOptions
from tests.support.adapter_files import letters
from tests.support.engine import engine_spec
from tests.support.gguf_files import Metadata, write_model

HEADERS = (sys.executable, "-c", "from assistant.engine.models.header_worker import main; main()")

Make = Callable[[Path], dict[str, Path]]
"""Makes a program's folder below a home; names and the files that they stand for."""


def hugging_face(home: Path) -> dict[str, Path]:
    repository = home / ".cache/huggingface/hub/models--acme--Tiny-GGUF"
    blob = write_model(repository / "blobs" / "aa11")
    for revision in ("old", "new"):
        link = repository / "snapshots" / revision / "tiny-q4.gguf"
        link.parent.mkdir(parents=True)
        link.symlink_to("../../blobs/aa11")
    (repository / "snapshots/new/gone.gguf").symlink_to("../../blobs/missing")
    (repository / "blobs/bb22.incomplete").write_bytes(b"GGUF")
    return {"tiny-q4": blob}


def lm_studio(home: Path) -> dict[str, Path]:
    (home / ".lmstudio-home-pointer").write_text(f"{home / 'elsewhere'}\n")
    moved = write_model(home / "elsewhere/models/acme/moved/moved.gguf")
    (home / ".lmstudio").mkdir()
    (home / ".lmstudio/settings.json").write_text(
        json.dumps({"downloadsFolder": str(home / "disk")})
    )
    chosen = write_model(home / "disk/acme/chosen/chosen-Q8_0.gguf")
    old = write_model(home / ".cache/lm-studio/models/acme/old/old.gguf")
    write_model(home / ".lmstudio/models/acme/see/mmproj-see.gguf")
    (home / "disk/acme/chosen/downloading_next.gguf.part").write_bytes(b"GGUF")
    return {"moved": moved, "chosen-Q8_0": chosen, "old": old}


def ollama(home: Path) -> dict[str, Path]:
    root = home / ".ollama/models"
    model = write_model(home / "made.gguf")
    code = hashlib.sha256(model.read_bytes()).hexdigest()
    (root / "blobs").mkdir(parents=True)
    blob = model.rename(root / "blobs" / f"sha256-{code}")
    for name, digest, size in [
        ("registry.ollama.ai/library/tiny/1b", code, blob.stat().st_size),
        ("registry.ollama.ai/acme/other/latest", code, blob.stat().st_size),
        ("registry.ollama.ai/library/gone/7b", "0" * 64, 9),
        ("registry.ollama.ai/library/evil/7b", "../../../etc/passwd", 9),
    ]:
        manifest = root / "manifests" / name
        manifest.parent.mkdir(parents=True)
        layers = [
            {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:1", "size": 1},
            {
                "mediaType": "application/vnd.ollama.image.model",
                "digest": f"sha256:{digest}",
                "size": size,
            },
        ]
        manifest.write_text(json.dumps({"schemaVersion": 2, "layers": layers}))
    (root / "manifests/registry.ollama.ai/library/tiny/torn").write_text('{"layers": [')
    (root / f"blobs/sha256-{'f' * 64}-partial").write_bytes(b"GGUF")
    (root / f"blobs/sha256-{'f' * 64}-partial-0").write_text("{}")
    return {"acme/other:latest": blob, "tiny:1b": blob}


def gpt4all(home: Path) -> dict[str, Path]:
    (home / ".config/nomic.ai").mkdir(parents=True)
    (home / ".config/nomic.ai/GPT4All.ini").write_text(
        f"[General]\nmodelPath={home / 'chosen'}\nuserDefaultModel=%1\n"
    )
    chosen = write_model(home / "chosen/Tiny.Q4_0.gguf")
    usual = write_model(home / ".local/share/nomic.ai/GPT4All/Usual.Q4_0.gguf")
    (usual.parent / "incomplete-Big.Q4_0.gguf").write_bytes(b"GGUF")
    return {"Tiny.Q4_0": chosen, "Usual.Q4_0": usual}


def jan(home: Path) -> dict[str, Path]:
    folder = home / ".local/share/Jan/data/llamacpp/models/acme/tiny"
    model = write_model(folder / "model.gguf")
    (folder / "model.yml").write_text("model_path: llamacpp/models/acme/tiny/model.gguf\n")
    old = write_model(home / "jan/models/old/old.gguf")
    (folder / "next.gguf.download").write_bytes(b"")
    return {"model": model, "old": old}


def llama_cpp(home: Path) -> dict[str, Path]:
    folder = home / ".cache/llama.cpp"
    first = write_model(folder / "acme_Tiny-GGUF_tiny-00001-of-00002.gguf")
    write_model(folder / "acme_Tiny-GGUF_tiny-00002-of-00002.gguf")
    (folder / "acme_Tiny-GGUF_tiny.gguf.json").write_text("{}")
    (folder / "acme_big.gguf.downloadInProgress").write_bytes(b"GGUF")
    return {"acme_Tiny-GGUF_tiny": first}


LAYOUTS: dict[str, Make] = {
    "Hugging Face": hugging_face,
    "LM Studio": lm_studio,
    "Ollama": ollama,
    "GPT4All": gpt4all,
    "Jan": jan,
    "llama.cpp": llama_cpp,
}

BYTE_PAIRS: Metadata = {"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.merges": ["a b"]}

HALF = {"Hugging Face": 2, "LM Studio": 1, "Ollama": 3, "GPT4All": 1, "Jan": 1, "llama.cpp": 1}
"""Files of each layout that are not whole."""


def catalog(home: Path, *folders: Path, default: str | None = None) -> LocalModels:
    places = [lambda folder=folder: in_folder(folder, "folder") for folder in folders]
    return LocalModels(
        engine_spec(home),
        LoadOptions(context_window=512, threads=1),
        home / "models",
        default,
        places=[*places, *other_programs(home, {})],
        survey=ModelSurvey(HEADERS, home / "cache" / "models.json"),
    )


def looked(models: LocalModels) -> dict[str, ModelDetails]:
    found = {details.model.name: details for details in models.details(Event())}
    found.pop(STARTER)
    return found


@pytest.mark.parametrize("origin", LAYOUTS)
def test_the_models_of_another_program_are_found_where_it_keeps_them(
    home: Path, origin: str
) -> None:
    made = LAYOUTS[origin](home)
    models = catalog(home)

    listed = {m.name: Path(m.path) for m in models.models() if m.name != STARTER}
    details = looked(models)
    whole = {name: one for name, one in details.items() if one.fit == "runs"}
    halves = [one for one in details.values() if one.fit == "damaged"]

    assert {name: path.resolve() for name, path in listed.items()} == made
    assert whole.keys() == made.keys()
    assert {one.model.origin for one in details.values()} == {origin}
    assert len(halves) >= HALF[origin]
    assert all(one.reason for one in halves)
    assert all(models.open(name).name == name for name in made)


@pytest.mark.parametrize("origin", LAYOUTS)
def test_a_cut_off_file_of_another_program_is_named_with_its_reason(
    home: Path, origin: str
) -> None:
    made = LAYOUTS[origin](home)
    file = next(iter(made.values()))
    os.truncate(file, file.stat().st_size - 1000)

    details = looked(catalog(home))

    damaged = [one for one in details.values() if Path(one.model.path).resolve() == file]
    assert {one.fit for one in damaged} == {"damaged"}
    assert "cut off" in damaged[0].reason or "not downloaded completely" in damaged[0].reason


def test_all_programs_at_once_have_names_of_their_own(home: Path) -> None:
    files = [file for make in LAYOUTS.values() for file in make(home).values()]
    own = write_model(home / "models/old.gguf")
    names = [model.name for model in catalog(home).models()]
    assert len(set(names)) == len(names) == len(files) + 2
    assert {"old", "old (LM Studio)", "old (Jan)"} <= set(names)
    assert catalog(home).reference("old").path == str(own)


def test_an_adapter_of_an_ollama_model_is_listed_beside_it(home: Path) -> None:
    ollama(home)
    root = home / ".ollama/models"
    adapter = letters(home / "made.gguf", {"q": 1})
    code = hashlib.sha256(adapter.read_bytes()).hexdigest()
    size = adapter.stat().st_size
    adapter.rename(root / f"blobs/sha256-{code}")
    manifest = root / "manifests/registry.ollama.ai/library/tiny/1b"
    told = json.loads(manifest.read_text())
    kind = "application/vnd.ollama.image.adapter"
    layer = {"mediaType": kind, "digest": f"sha256:{code}", "size": size}
    manifest.write_text(json.dumps({**told, "layers": [layer, *told["layers"]]}))

    details = looked(catalog(home))

    assert details["tiny:1b"].facts.kind == "chat"
    assert details["tiny:1b adapter"].fit == "adapter"


def test_variables_say_where_programs_keep_their_models(home: Path) -> None:
    moved = {"HF_HUB_CACHE": "hub", "OLLAMA_MODELS": "ollama", "LLAMA_CACHE": "llama"}
    write_model(home / "hub/models--a--b/snapshots/1/hub.gguf")
    write_model(home / "llama/llama.gguf")
    environment = {name: str(home / folder) for name, folder in moved.items()}
    found = [one.name for place in other_programs(home, environment) for one in place()]
    assert found == ["hub", "llama"]


def test_a_folder_of_the_settings_is_looked_through_and_loops_end(home: Path) -> None:
    folder = home / "São João"
    write_model(folder / "a/b/deep.gguf")
    (folder / "a/b/again").symlink_to(folder)
    (folder / "same.gguf").symlink_to(folder / "a/b/deep.gguf")
    os.mkfifo(folder / "pipe.gguf")
    details = looked(catalog(home, folder))
    assert [one.fit for one in details.values()].count("runs") == 1
    assert "is not a regular file" in details["pipe"].facts.damage


def test_the_default_that_is_a_path_is_listed_as_one(home: Path) -> None:
    file = write_model(home / "somewhere/chosen.gguf")
    chosen = next(iter(looked(catalog(home, default=str(file))).values()))
    assert (chosen.model.name, chosen.model.origin, chosen.fit) == ("chosen", "path", "runs")


@pytest.mark.parametrize(
    ("changes", "fit", "reason"),
    [
        ({"general.architecture": "zebra"}, "not supported", "architecture 'zebra'"),
        ({**BYTE_PAIRS, "tokenizer.ggml.pre": "zebra"}, "not supported", "tokenizer 'zebra'"),
        ({"general.architecture": "clip"}, "not supported", "image part"),
        ({"general.architecture": "flux"}, "not supported", "not a language model"),
        ({"general.type": "adapter"}, "not supported", "another type than LoRA"),
        ({"general.type": "adapter", "adapter.type": "lora"}, "adapter", "for other models"),
        ({"general.type": "controlvector"}, "not supported", "not a language model"),
        ({"llama.pooling_type": 1}, "not supported", "embeddings"),
        ({"llama.attention.head_count_kv": 2**28}, "too big", "GB of memory"),
        ({"llama.block_count": 2**28}, "damaged", "its block_count is"),
    ],
)
def test_the_verdict_comes_from_the_header_alone(
    home: Path, changes: Metadata, fit: str, reason: str
) -> None:
    write_model(home / "models/m.gguf", changes)
    found = looked(catalog(home))["m"]
    assert found.fit == fit
    assert reason in found.reason


def test_an_unknown_architecture_is_said_to_need_a_newer_llama_cpp(home: Path) -> None:
    write_model(home / "models/m.gguf", {"general.architecture": "zebra"})
    reason = looked(catalog(home))["m"].reason
    assert reason == (
        "It has the architecture 'zebra', which this llama.cpp "
        f"(llama-cpp-python {llama_cpp_build()}) "
        "does not know; a newer one may."
    )


def test_an_unknown_tokenizer_is_told_likewise(home: Path) -> None:
    write_model(
        home / "models/m.gguf",
        {
            "tokenizer.ggml.model": "gpt2",
            "tokenizer.ggml.pre": "zebra",
            "tokenizer.ggml.merges": ["a b"],
        },
    )
    reason = looked(catalog(home))["m"].reason
    assert reason.startswith("It has the tokenizer 'zebra', which this llama.cpp")


def test_a_model_with_a_missing_part_is_named(home: Path) -> None:
    write_model(home / "models/m-00001-of-00003.gguf")
    write_model(home / "models/m-00002-of-00003.gguf")
    assert "2 of its 3 parts are there" in looked(catalog(home))["m"].reason


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ functions[0].name }}", "'functions' is undefined"),
        ("{{- if .System }}{{ .System }}{{ end }}", "unexpected '.'"),
        ("   \n ", "it shows nothing of what is said"),
    ],
)
def test_a_template_that_cannot_be_used_is_known_before_the_model_is_loaded(
    home: Path, template: str, problem: str
) -> None:
    write_model(home / "models/m.gguf", {"tokenizer.chat_template": template})
    write_model(home / "models/n.gguf")
    found = looked(catalog(home))
    assert found["m"].facts.template_problem == (
        f"its template cannot be used: {problem}; written as User: and Assistant:"
    )
    assert found["m"].is_usable
    assert found["n"].facts.template_problem == ""


def test_what_was_read_is_kept_until_the_file_changes(home: Path) -> None:
    file = write_model(home / "models/m.gguf")
    first = looked(catalog(home))["m"]
    away = LocalModels(
        engine_spec(home),
        LoadOptions(context_window=512, threads=1),
        home / "models",
        None,
        survey=ModelSurvey((sys.executable, "-c", "raise SystemExit"), home / "cache/models.json"),
    )
    kept = looked(away)["m"]
    assert (kept.facts, kept.tokens_per_second) == (first.facts, first.tokens_per_second)
    os.utime(file, (1, 1))
    assert looked(away)["m"].facts.damage == "has a header that llama.cpp does not survive"
    write_model(file, {"general.name": "Another"})
    assert looked(catalog(home))["m"].facts.title == "Another"


def test_a_file_that_ends_the_process_leaves_the_others_readable(home: Path) -> None:
    code = (
        "import sys, os, json\n"
        "for line in sys.stdin:\n"
        "    if 'bad' in line: os.abort()\n"
        "    answer = {'weights': 7} if 'path' in line else {'bandwidth': 1e9}\n"
        "    print(json.dumps(answer), flush=True)\n"
    )
    for name in ("a", "bad", "c"):
        write_model(home / f"models/{name}.gguf")
    models = LocalModels(
        engine_spec(home),
        LoadOptions(threads=1),
        home / "models",
        None,
        survey=ModelSurvey((sys.executable, "-c", code), home / "cache/models.json"),
    )
    fits = {name: one.fit for name, one in looked(models).items()}
    assert fits == {"a": "runs", "bad": "damaged", "c": "runs"}


def test_a_look_that_is_stopped_ends(home: Path) -> None:
    write_model(home / "models/m.gguf")
    stop = Event()
    stop.set()
    assert list(catalog(home).details(stop)) == []
