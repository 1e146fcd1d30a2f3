#!/usr/bin/env python3
"""Runs commands that the lab leaves in /lab/calls, as root: what ssh would be.

NAME.call holds a command, NAME.in its input; NAME.out and NAME.err take its output, and
NAME.rc its status, when it has ended."""

import os
import subprocess
import time

CALLS = "/lab/calls/"
running = {}
known = set(os.listdir(CALLS))
open("/lab/up", "w").close()
while True:
    for file in sorted(set(os.listdir(CALLS)) - known):
        known.add(file)
        name, kind = os.path.splitext(file)
        if kind == ".call":
            with open(CALLS + file) as call, open(CALLS + name + ".in", "rb") as given:
                with open(CALLS + name + ".out", "wb") as out, open(CALLS + name + ".err", "wb") as err:
                    running[name] = subprocess.Popen(
                        ["bash", "-c", call.read()], stdin=given, stdout=out, stderr=err, cwd="/root"
                    )
    for name, process in list(running.items()):
        if process.poll() is not None:
            with open(CALLS + name + ".new", "w") as status:
                status.write(str(process.returncode))
            os.rename(CALLS + name + ".new", CALLS + name + ".rc")
            del running[name]
    time.sleep(0.1)
