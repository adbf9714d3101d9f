# SPDX-License-Identifier: MIT
"""Greenlets in gdb, in a live process or a core:

    (gdb) source /usr/share/grove/grove-gdb.py
    (gdb) info greenlets
    (gdb) greenlet backtrace 7
    (gdb) greenlet backtrace all

A greenlet is named by its number, or as THREAD:NUMBER where several hubs have that number; THREAD
is the kernel's, as `info greenlets` shows it. Nothing of the process is changed. Debug information
is not needed for the list: the library says itself where things are (lib/core/debug_layout.hpp).
A core that the kernel has written is whole. gdb's own generate-core-file leaves out stacks whose
guard pages are those of Linux 6.13: start the program with GROVE_GUARD=mprotect for that.
"""
import struct

import gdb
from gdb.unwinder import Unwinder, register_unwinder

FIELDS = """version hubs beacon_in_hub hub_thread hub_greenlets hub_own hub_main hub_current
    greenlet_link greenlet_number greenlet_state greenlet_waits greenlet_extras greenlet_context
    greenlet_spawned waiter_what waiter_object extras_name context_pointer""".split()
STATES = ("fresh", "ready", "running", "parked", "finished")
BENEATH = "grove::detail::hub_core::run("  # every greenlet's function is called by it

# What Boost.Context leaves on a stack: each register's distance from the saved pointer, and how
# much of the stack it takes (lib/core/context.cpp knows the same).
FRAMES = {
    "i386:x86-64": ({"r12": 0x10, "r13": 0x18, "r14": 0x20, "r15": 0x28, "rbx": 0x30,
                     "rbp": 0x38, "rip": 0x40}, "rsp", 0x48),
    "aarch64": ({**{f"x{19 + i}": 0x40 + 8 * i for i in range(11)}, "pc": 0xa0}, "sp", 0xb0),
}


def number_at(address: int, form: str = "<Q") -> int:
    size = struct.calcsize(form)
    return struct.unpack(form, gdb.selected_inferior().read_memory(address, size).tobytes())[0]


def text_at(address: int) -> str:
    return gdb.Value(address).cast(gdb.lookup_type("char").pointer()).string(errors="replace")


class Layout:
    def __init__(self):
        try:
            place = int(gdb.parse_and_eval("(unsigned long) &grove_debug_layout"))
        except gdb.error:
            raise gdb.GdbError("This program has no libgrove, or its symbols are stripped.")
        for i, field in enumerate(FIELDS):
            setattr(self, field, number_at(place + 8 * i))
        if self.version == 0:
            raise gdb.GdbError("No thread has a hub yet.")
        if self.version != 1:
            raise gdb.GdbError("This script and the program's libgrove do not belong together.")

    def all_hubs(self):
        first, last = number_at(self.hubs), number_at(self.hubs + 8)
        return [Hub(self, number_at(at) - self.beacon_in_hub) for at in range(first, last, 8)]


class Hub:
    def __init__(self, layout: Layout, address: int):
        self.address = address
        self.layout = layout
        self.thread = number_at(address + layout.hub_thread, "<i")
        self.current = number_at(address + layout.hub_current)

    def greenlets(self):
        ends = self.address + self.layout.hub_greenlets
        link = number_at(ends + 8)
        while link != ends:
            yield Greenlet(self, link - self.layout.greenlet_link)
            link = number_at(link + 8)


class Greenlet:
    def __init__(self, hub: Hub, address: int):
        self.hub = hub
        self.address = address
        self.layout = hub.layout
        self.number = number_at(address + self.layout.greenlet_number, "<I")
        self.state = STATES[number_at(address + self.layout.greenlet_state, "<B")]

    def name(self) -> str:
        extras = number_at(self.address + self.layout.greenlet_extras)
        if extras:
            text = extras + self.layout.extras_name
            size = number_at(text + 8)
            if size:
                memory = gdb.selected_inferior().read_memory(number_at(text), size)
                return memory.tobytes().decode("utf-8", "replace")
        if self.address == self.hub.address + self.layout.hub_main:
            return "main greenlet"
        return f"Greenlet-{self.number}"

    def wait(self) -> str:
        waiter = number_at(self.address + self.layout.greenlet_waits)
        if not waiter:
            return ""
        thing = number_at(waiter + self.layout.waiter_object)
        what = text_at(number_at(waiter + self.layout.waiter_what))
        return f"{what} {thing:#x}" if thing else what

    def place(self) -> str:
        spawned = self.address + self.layout.greenlet_spawned
        file = text_at(number_at(spawned)).rsplit("/", 1)[-1]
        return f"{file}:{number_at(spawned + 8, '<I')}" if file else ""

    def saved(self) -> int:
        """Where its registers are; 0 for one that runs, or has no stack."""
        context = number_at(self.address + self.layout.greenlet_context)
        return number_at(context + self.layout.context_pointer) if context else 0

    def title(self) -> str:
        parts = [f"{self.hub.thread}:{self.number} {self.name()}", self.state]
        if self.wait():
            parts[-1] += f" on {self.wait()}"
        if self.place():
            parts.append(f"spawned at {self.place()}")
        return ", ".join(parts)


class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class OtherStack(Unwinder):
    """Makes a greenlet's stack what called the innermost frame, for as long as one is chosen."""

    def __init__(self):
        super().__init__("greenlet")
        self.saved = 0
        self.innermost = None

    def __call__(self, pending):
        if not self.saved:
            return None
        registers, stack_pointer, size = FRAMES[pending.architecture().name()]
        here = int(pending.read_register(stack_pointer))
        if self.innermost not in (None, here):
            return None
        self.innermost = here
        word = gdb.lookup_type("unsigned long")
        top = self.saved + size
        # A caller's frame must not seem to be inside of this one.
        info = pending.create_unwind_info(FrameId(gdb.Value(top - 16).cast(word),
                                                  gdb.Value(0).cast(word)))
        for register, distance in registers.items():
            value = gdb.Value(number_at(self.saved + distance)).cast(word)
            info.add_saved_register(register, value)
        info.add_saved_register(stack_pointer, gdb.Value(top).cast(word))
        return info


other_stack = OtherStack()


def print_stack(greenlet: Greenlet):
    gdb.write(greenlet.title() + "\n")
    saved = greenlet.saved()
    if not saved:
        running = greenlet.state == "running"
        gdb.write("    it runs: see its thread\n" if running else "    it has no stack yet\n")
        return
    other_stack.saved = saved
    other_stack.innermost = None
    gdb.invalidate_cached_frames()
    try:
        print_frames(gdb.newest_frame().older())
    finally:
        other_stack.saved = 0
        gdb.invalidate_cached_frames()


def print_frames(frame):
    level = 0
    while frame is not None and frame.is_valid():
        name = frame.name() or "??"
        if BENEATH.startswith(name + "(") or name.startswith(BENEATH):
            return
        line = frame.find_sal()
        where = f" at {line.symtab.filename}:{line.line}" if line.symtab else ""
        gdb.write(f"    #{level:<2} {frame.pc():#018x} in {name}{where}\n")
        frame = frame.older()
        level += 1


class InfoGreenlets(gdb.Command):
    """info greenlets: all greenlets of all hubs; the one that runs is marked."""

    def __init__(self):
        super().__init__("info greenlets", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        for hub in Layout().all_hubs():
            gdb.write(f"hub of thread {hub.thread}:\n")
            for greenlet in hub.greenlets():
                mark = "*" if greenlet.address == hub.current else " "
                gdb.write(f"{mark} {greenlet.title()}\n")


class GreenletPrefix(gdb.Command):
    """greenlet backtrace [THREAD:]NUMBER|all"""

    def __init__(self):
        super().__init__("greenlet", gdb.COMMAND_STACK, prefix=True)


class GreenletBacktrace(gdb.Command):
    """greenlet backtrace [THREAD:]NUMBER|all: the native stack of a greenlet that does not run."""

    def __init__(self):
        super().__init__("greenlet backtrace", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        wanted = argument.strip()
        everyone = [g for hub in Layout().all_hubs() for g in hub.greenlets()]
        chosen = [g for g in everyone
                  if wanted in ("all", str(g.number), f"{g.hub.thread}:{g.number}")]
        if not wanted:
            raise gdb.GdbError("usage: greenlet backtrace [THREAD:]NUMBER|all")
        if not chosen:
            raise gdb.GdbError(f"There is no greenlet {wanted}; see `info greenlets`.")
        for greenlet in chosen:
            print_stack(greenlet)


register_unwinder(None, other_stack, replace=True)
InfoGreenlets()
GreenletPrefix()
GreenletBacktrace()
