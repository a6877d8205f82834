"""What a confined program may not ask of Linux: a seccomp filter, as bubblewrap takes it.

bubblewrap takes away files, network and privileges. This takes away what it leaves: new processes,
sockets that belong to no network (vsock), the user's keys, memory that no limit counts, and parts
of the kernel that only its attackers need.
"""

from __future__ import annotations

import errno
import platform
import struct

EVERYWHERE = {
    "io_uring_setup": 425,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsmount": 432,
    "pidfd_getfd": 438,
    "mount_setattr": 442,
    "memfd_secret": 447,
}
"""Numbers of system calls that are the same on every processor."""

# fmt: off
X86_64 = {
    "shmget": 29, "socket": 41, "fork": 57, "vfork": 58, "semget": 64, "msgget": 68,
    "ptrace": 101, "pivot_root": 155, "chroot": 161, "mount": 165, "umount2": 166,
    "mq_open": 240, "add_key": 248, "request_key": 249, "keyctl": 250, "unshare": 272,
    "perf_event_open": 298, "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311,
    "memfd_create": 319, "bpf": 321, "userfaultfd": 323,
}
ARM64 = {
    "umount2": 39, "mount": 40, "pivot_root": 41, "chroot": 51, "unshare": 97, "ptrace": 117,
    "mq_open": 180, "msgget": 186, "semget": 190, "shmget": 194, "socket": 198, "add_key": 217,
    "request_key": 218, "keyctl": 219, "perf_event_open": 241, "setns": 268,
    "process_vm_readv": 270, "process_vm_writev": 271, "memfd_create": 279, "bpf": 280,
    "userfaultfd": 282,
}
# fmt: on
MACHINES = {
    "x86_64": (0xC000003E, 56, X86_64),
    "aarch64": (0xC00000B7, 220, ARM64),
}
"""The machine -> its AUDIT_ARCH, the number of `clone`, and the calls that are refused."""

CLONE3 = 435
CLONE_THREAD = 0x10000
FIRST_OF_X32 = 0x40000000
NUMBER, ARCH, FIRST_ARGUMENT = 0, 4, 16  # in struct seccomp_data

LOAD, EQUAL, AT_LEAST, HAS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # of classic BPF
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000


def syscall_filter(machine: str | None = None) -> bytes | None:
    """Return the filter, an array of struct sock_filter; None if the machine is not known.

    Threads are allowed, new processes are not. What is refused fails with EPERM, except clone3:
    with ENOSYS the C library uses clone, whose flags a filter can see.

    Parameters
    ----------
    machine
        As `platform.machine()` calls it; this one by default.

    """
    known = MACHINES.get(machine or platform.machine())
    if known is None:
        return None
    arch, clone, own = known
    refused = sorted({*own.values(), *EVERYWHERE.values()})
    code = [
        _step(LOAD, ARCH),
        _step(EQUAL, arch, 1, 0),
        _step(RETURN, KILL),  # 32-bit calls have other numbers
        _step(LOAD, NUMBER),
        _step(AT_LEAST, FIRST_OF_X32, 0, 1),
        _step(RETURN, ERROR | errno.ENOSYS),
        _step(EQUAL, CLONE3, 0, 1),
        _step(RETURN, ERROR | errno.ENOSYS),
        _step(EQUAL, clone, 0, 4),
        _step(LOAD, FIRST_ARGUMENT),
        _step(HAS, CLONE_THREAD, 0, 1),
        _step(RETURN, ALLOW),
        _step(RETURN, ERROR | errno.EPERM),
    ]
    for number in refused:
        code += [_step(EQUAL, number, 0, 1), _step(RETURN, ERROR | errno.EPERM)]
    return b"".join([*code, _step(RETURN, ALLOW)])


def _step(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_so, if_not, value)
