#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An agent that says what a test wants.  usage: fake-agent.py SOCKET FOLDER

Each question is appended to FOLDER/asked.  FOLDER/COMMAND, say FOLDER/ADD, is the
answer, byte for byte; without the file it is {"version":1}.  The content
"silence" is no answer at all, "hangup" an end of the connection.
"""
import json
import os
import socket
import sys

path, folder = sys.argv[1:]
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(16)
kept = []
while True:
    connection = listener.accept()[0]
    line = connection.makefile().readline()
    if not line:
        continue  # somebody looked whether we are here
    with open(os.path.join(folder, "asked"), "a", encoding="utf-8") as asked:
        asked.write(line)
    try:
        with open(os.path.join(folder, json.loads(line)["command"]), "rb") as file:
            answer = file.read()
    except FileNotFoundError:
        answer = b'{"version":1}\n'
    if answer == b"silence\n":
        kept.append(connection)
        continue
    if answer != b"hangup\n":
        connection.sendall(answer)
    connection.close()
