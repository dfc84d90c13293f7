"""Driver versions of graphics cards, as Vulkan tells them, and NVIDIA's module."""

import ctypes
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

VULKAN: Final = "Vulkan"
"""What ggml's names of its cards begin with."""

NVIDIA_MODULE: Final = Path("/proc/driver/nvidia/version")
_VERSION: Final = re.compile(r"\b\d+(?:\.\d+)+")

# From Vulkan's specification: types of structures, and the sizes of those that are filled in.
_INSTANCE, _APPLICATION = 1, 0
_PROPERTIES_2, _DRIVER_PROPERTIES = 1000059001, 1000196000
_API_1_2: Final = 1 << 22 | 2 << 12
_PROPERTIES_SIZE: Final = 824
_NAME_OFFSET: Final = 20
_TEXT: Final = 256


class _ApplicationInfo(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("version", ctypes.c_uint32),
        ("engine", ctypes.c_char_p),
        ("engine_version", ctypes.c_uint32),
        ("api", ctypes.c_uint32),
    )


class _InstanceInfo(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("flags", ctypes.c_uint32),
        ("application", ctypes.POINTER(_ApplicationInfo)),
        ("layers", ctypes.c_uint32),
        ("layer_names", ctypes.c_void_p),
        ("extensions", ctypes.c_uint32),
        ("extension_names", ctypes.c_void_p),
    )


class _DriverProperties(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("id", ctypes.c_int),
        ("name", ctypes.c_char * _TEXT),
        ("info", ctypes.c_char * _TEXT),
        ("conformance", ctypes.c_uint8 * 4),
    )


class _Properties(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("properties", ctypes.c_uint64 * (_PROPERTIES_SIZE // 8)),
    )


def driver_of(name: str, description: str, by_description: dict[str, str]) -> str:
    """Version of a card's driver; empty where nobody tells.

    Args:
        name: ggml's name of the card; its beginning names the backend.
        by_description: see `vulkan_drivers`.
    """
    if name.startswith("CUDA"):
        return nvidia_version()
    return by_description.get(description, "")


def nvidia_version() -> str:
    """Version of NVIDIA's kernel module; empty without one."""
    with suppress(OSError):
        found = _VERSION.search(NVIDIA_MODULE.read_text("utf-8", "replace"))
        return found.group() if found else ""
    return ""


def vulkan_drivers() -> dict[str, str]:
    """Names and versions of Vulkan's drivers, by the description of their card.

    Hazardous: a broken driver may end or hang the process.
    """
    try:
        vulkan = ctypes.CDLL("libvulkan.so.1")
    except OSError:
        return {}
    return dict(_drivers(vulkan))


def _drivers(vulkan: ctypes.CDLL) -> Iterator[tuple[str, str]]:
    application = _ApplicationInfo(type=_APPLICATION, api=_API_1_2)
    info = _InstanceInfo(type=_INSTANCE, application=ctypes.pointer(application))
    instance, count = ctypes.c_void_p(), ctypes.c_uint32()
    if vulkan.vkCreateInstance(ctypes.byref(info), None, ctypes.byref(instance)):
        return
    try:
        if vulkan.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), None):
            return
        devices = (ctypes.c_void_p * count.value)()
        vulkan.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), devices)
        for device in devices:
            driver = _DriverProperties(type=_DRIVER_PROPERTIES)
            found = _Properties(type=_PROPERTIES_2)
            found.next = ctypes.cast(ctypes.pointer(driver), ctypes.c_void_p)
            vulkan.vkGetPhysicalDeviceProperties2(ctypes.c_void_p(device), ctypes.byref(found))
            name = bytes(found.properties)[_NAME_OFFSET : _NAME_OFFSET + _TEXT].split(b"\0")[0]
            told = f"{_text(driver.name)} {_text(driver.info)}".strip()
            yield _text(name), told
    finally:
        vulkan.vkDestroyInstance(instance, None)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
