#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
When vrctl -j monitor endpoint told what: "time mac" for each line of standard input.
"""
import json
import sys
import time

for line in sys.stdin:
    stamp = time.clock_gettime(time.CLOCK_MONOTONIC)
    for event in json.loads(line):
        print('%.6f' % stamp, event['msg'].get('mac'), event['name'], flush=True)
