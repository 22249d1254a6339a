"""Results from lines of the probe: what was returned, an errno, then keys with values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.uapi.guest_ops import ABORTS

if TYPE_CHECKING:
    from aiovgic.record.operation import Result

WITHOUT_VALUE = ("mmio_write", "sysreg_write", "run")
"""Operations of a guest that leave x1 as it was."""


def result_of(name: str, line: str) -> Result:
    """The result of an operation with this name. Raises ValueError for a line that is none."""
    returned, errno, *rest = line.split()
    result: Result = {"ret": int(returned), "errno": None if errno == "-" else errno}
    words = iter(rest)
    for key in words:
        take(result, name, key, next(words, ""))
    if name == "mem_scan" and not result["ret"]:
        result.setdefault("words", [])
    if "mmio_exit" in result:
        result.pop("value", None)  # the access has gone to userspace, which gave no value
    return result


def take(result: Result, name: str, key: str, value: str) -> None:
    """Add one key to a result. Raises ValueError for a key there is not."""
    match key:
        case "h":
            result["hex"] = value
        case "d":
            result["dev"] = int(value)
        case "v":
            if name not in WITHOUT_VALUE:
                result["value"] = value
        case "w":
            result.setdefault("words", []).append(value.split(","))
        case "x":
            esr, far = value.split(",")
            aborted = int(esr, 0) >> 26 in ABORTS
            result["exception"] = {"esr": esr, "far": far} if aborted else {"esr": esr}
        case "m":
            addr, is_write, length, data = value.split(",")
            left = {"phys_addr": addr, "is_write": int(is_write), "len": int(length)}
            result.setdefault("mmio_exit", {**left, "data": data} if int(is_write) else left)
        case "e":
            result["exit_reason"] = int(value)
        case _:
            raise ValueError(f"the probe wrote the key {key!r}, which is none of h, d, v, w, x, m, e")
