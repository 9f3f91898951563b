#!/usr/bin/env python3
"""Runs a command in a terminal and answers what it asks:

    terminal.py 'PART OF A PROMPT=ANSWER'... -- COMMAND

Every answer is given once, in order. Prints all that appears, and ends as the command does; 124 after two minutes.
"""
import os
import pty
import select
import signal
import sys
import termios
import time

LIMIT = 120


def main():
    split = sys.argv.index("--")
    answers = [argument.split("=", 1) for argument in sys.argv[1:split]]
    child, terminal = pty.fork()
    if child == 0:
        command = sys.argv[split + 1:]
        os.execvp(command[0], command)
    end = time.monotonic() + LIMIT
    seen = ""
    while True:
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        if not ready:
            os.kill(child, signal.SIGKILL)
            sys.exit(124)
        try:
            text = os.read(terminal, 4096).decode(errors="replace")
        except OSError:
            break
        if not text:
            break
        sys.stdout.write(text)
        sys.stdout.flush()
        seen += text
        if answers and answers[0][0] in seen:
            seen = ""
            # Who asks for a password throws away what was typed before it switched the echo off.
            while "Password" in answers[0][0] and termios.tcgetattr(terminal)[3] & termios.ECHO:
                time.sleep(0.01)
            os.write(terminal, (answers.pop(0)[1] + "\n").encode())
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
