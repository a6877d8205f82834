"""How the PC talks to a board or to an emulated one: raw REPLs, child processes, QEMU."""
