#!/usr/bin/python3 -S
# SPDX-License-Identifier: Apache-2.0
"""
Where the instructions of a packet go, by function: the emulator writes down each
instruction that the guest executes while pktgen sends.

usage: trace.py record FOLDER PID	beside a guest with PROFILE, until PID ends
       trace.py report FOLDER		a table of what was recorded
       trace.py listing FOLDER PATH VR.KO	the module's instructions that a packet
					meets on PATH

Packets that the timer or another process got in between are left out.
"""
import bisect
import collections
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time

# Some 90 packets.
ENOUGH = 30000000
# pktgen calls it once for each packet it makes.
FIRST = 'mod_cur_headers'
TRACE = re.compile(r'Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/')


class Monitor:
    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.prompt()

    def prompt(self):
        text = b''
        while not text.endswith(b'(qemu) '):
            text += self.sock.recv(4096)

    def __call__(self, command):
        self.sock.sendall(command.encode() + b'\n')
        self.prompt()


class Symbols:
    """Of /proc/kallsyms: the function an address is in."""

    def __init__(self, path):
        functions = {}
        with open(path, encoding='utf-8') as file:
            for line in file:
                address, kind, name = line.split(None, 2)
                if kind in 'tTwW' and not name.startswith('__pfx_'):
                    functions.setdefault(int(address, 16), ' '.join(name.split()))
        self.addresses = sorted(functions)
        self.functions = functions

    def find(self, address):
        i = bisect.bisect_right(self.addresses, address) - 1
        start = self.addresses[i] if i >= 0 else 0
        return self.functions.get(start, 'user'), address - start


def packets(trace, symbols):
    """Yields for each packet how often each (function, offset) was executed."""
    places = {}
    current = None
    with open(trace, encoding='utf-8', errors='replace') as file:
        for line in file:
            match = TRACE.match(line)
            if not match:
                continue
            address = match[1]
            if address not in places:
                places[address] = symbols.find(int(address, 16))
            place = places[address]
            if place[1] == 0 and place[0].startswith(FIRST):
                if current is not None:
                    yield current
                current = collections.Counter()
            if current is not None:
                current[place] += 1


def watch(folder, monitor):
    trace = os.path.join(folder, 'trace')
    monitor('logfile ' + trace)
    monitor('singlestep on')
    monitor('log exec,nochain')
    while os.path.getsize(trace) < ENOUGH:
        time.sleep(0.05)
    monitor('log none')
    monitor('singlestep off')
    seen = list(packets(trace, Symbols(os.path.join(folder, 'kallsyms'))))
    os.unlink(trace)
    return seen


def write_down(folder, monitor, path):
    seen = watch(folder, monitor)
    while not seen: # pktgen was about to start
        seen = watch(folder, monitor)
    typical = statistics.median(packet.total() for packet in seen)
    seen = [packet for packet in seen if abs(packet.total() - typical) < typical / 50]
    total = sum(seen, collections.Counter())
    with open(os.path.join(folder, path + '.profile'), 'w', encoding='utf-8') as file:
        json.dump([[function, offset, count / len(seen)]
                   for (function, offset), count in total.items()], file)
    print('# %s: %d packets written down' % (path, len(seen)), flush=True)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def record(folder, pid):
    sending = os.path.join(folder, 'sending')
    monitor = None
    while alive(int(pid)):
        time.sleep(0.2)
        if not os.path.exists(sending):
            continue
        monitor = monitor or Monitor(os.path.join(folder, 'monitor'))
        with open(sending, encoding='utf-8') as file:
            path = file.read().strip()
        write_down(folder, monitor, path)
        os.unlink(sending)


def load(folder, path):
    with open(os.path.join(folder, path + '.profile'), encoding='utf-8') as file:
        return json.load(file)


def report(folder):
    paths = sorted(name[:-8] for name in os.listdir(folder) if name.endswith('.profile'))
    columns = []
    for path in paths:
        column = collections.Counter()
        for function, _, count in load(folder, path):
            column[function] += count
        columns.append(column)
    names = sorted(set().union(*columns), key=lambda name: (-max(c[name] for c in columns), name))
    print('Instructions for a 64-byte packet, by function, pktgen included')
    print('%-44s' % '' + ''.join('%11s' % path for path in paths))
    print('%-44s' % 'all' + ''.join('%11.0f' % column.total() for column in columns))
    for name in names:
        if max(column[name] for column in columns) >= 0.5:
            print('%-44s' % name + ''.join('%11.0f' % column[name] for column in columns))


def listing(folder, path, module):
    executed = collections.defaultdict(set)
    for function, offset, _ in load(folder, path):
        if function.endswith(' [vr]'):
            executed[function[:-5]].add(offset)
    text = subprocess.run(['objdump', '-d', '-r', '--no-show-raw-insn', module], check=True,
                          capture_output=True, text=True).stdout
    function, start, shown = None, 0, False
    for line in text.splitlines():
        head = re.match(r'([0-9a-f]+) <(.*)>:', line)
        code = re.match(r'\s+([0-9a-f]+):\t(.*)', line)
        if head:
            start, function = int(head[1], 16), head[2]
            if function in executed:
                print('%s: %d instructions' % (function, len(executed[function])))
        elif code and 'R_X86_64' not in line:
            shown = int(code[1], 16) - start in executed.get(function, ())
            if shown:
                print('%6x  %s' % (int(code[1], 16) - start, code[2].strip()))
        elif shown and 'R_X86_64' in line:
            print('        ' + line.split('\t')[-1].strip())


COMMANDS = {'record': record, 'report': report, 'listing': listing}

COMMANDS[sys.argv[1]](*sys.argv[2:])
