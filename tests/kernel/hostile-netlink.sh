#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Netlink messages of every kind of wrong, from several processes at once: with rights,
# without, and by the owner of a user namespace. Whatever comes, the router answers or
# refuses, says why, and its objects fit together.
#
# timeout: 400
# soak
#
# HOSTILE_MESSAGES: how many in all; 20000, a million with VR_SOAK. HOSTILE_SEED: which,
# others each time with VR_SOAK.

. "$(dirname "$0")/setup.sh"
module_load

ns a
ns b
device a eth1
device b eth1
ip -batch - <<- END
	link add own type vr
	link add own2 type vr
	link add own3 type vr
	link add tap0 type veth peer name tap1
	link add stock type vxlan external dstport 4788
END

messages=20000
[ -z "${VR_SOAK-}" ] || messages=1000000
export HOSTILE_MESSAGES=${HOSTILE_MESSAGES:-$messages} HOSTILE_SEED=${HOSTILE_SEED:-${VR_SOAK:+$RANDOM}}
HOSTILE_SEED=${HOSTILE_SEED:-1}
echo "# HOSTILE_SEED=$HOSTILE_SEED HOSTILE_MESSAGES=$HOSTILE_MESSAGES"

python "$a" "$b" <<- 'END'
	import ctypes
	import errno
	import os
	import re
	import select
	import socket
	import sys
	import time

	from hostile_messages import Broken, Links, Maker, Storm, explain, state
	from packet import check, equal
	from vrnl import ADD_MEMBERSHIP, SOL_NETLINK, Netlink, Refused

	os.sched_setaffinity(0, range(os.cpu_count()))
	messages, seed = int(os.environ['HOSTILE_MESSAGES']), int(os.environ['HOSTILE_SEED'])
	fds = [os.open('/run/netns/' + name, os.O_RDONLY) for name in sys.argv[1:]]
	fds += [os.open('/dev/null', os.O_RDONLY), 9999]
	devices = ['own', 'own2', 'own3', 'eth1', 'tap0', 'stock', 'none']
	libc = ctypes.CDLL(None, use_errno=True)
	NEWUSER, NEWNET = 0x10000000, 0x40000000

	def storm(part, count, names='n', **more):
	    """One process's."""
	    one = Storm(Maker(seed + part, names, devices, fds), **more)
	    for done in range(0, count, 500):
	        one.run(min(500, count - done))
	        if len(one.faults) >= 20:
	            break
	    return one

	def in_children(jobs):
	    """Side by side, each in a process; what they say, by job."""
	    pipes = []
	    for job in jobs:
	        read, write = os.pipe()
	        if not os.fork():
	            os.close(read)
	            try:
	                said = job() or ''
	            except BaseException as error:
	                said = '%s: %s' % (type(error).__name__, error)
	            with os.fdopen(write, 'w', errors='backslashreplace') as file:
	                file.write(said)
	            os._exit(0)
	        os.close(write)
	        pipes.append(read)
	    said = []
	    for read in pipes:
	        with os.fdopen(read, errors='backslashreplace') as file:
	            said.append(file.read())
	    for _ in jobs:
	        os.wait()
	    return said

	def silent(what, said):
	    """They say what went wrong, a message in lines."""
	    check(what, not said, *said.splitlines())

	# --- with rights: two that meet each other's objects, one that makes and loses devices,
	# and one that looks meanwhile

	stop_read, stop_write = os.pipe()

	def with_rights(part):
	    one = storm(part, messages * 7 // 20)
	    if one.count.get(0, 0) < one.messages // 20:
	        one.fault('only %s were accepted' % one.count.get(0, 0))
	    missed = [name for name in set(one.maker.commands) if name not in one.commands]
	    if missed and one.messages > 50000:
	        one.fault('of these none was accepted: %s' % missed)
	    os.write(2, ('# process %d: %d messages, %d objects in answers; %s\n' % (
	        part, one.messages, one.objects, ', '.join('%s: %d' % (
	            errno.errorcode.get(number, 'accepted'), count)
	            for number, count in sorted(one.count.items())))).encode())
	    return '\n'.join(one.faults)

	def links():
	    one = Links(seed + 8, ['own', 'own2', 'own3', 'l1', 'l2', '', 'x' * 16, 'a/b', 'l1\0l2'],
	                list(range(12)), fds)
	    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
	        sock.bind((0, 0))
	        for seq in range(1, messages // 40):
	            sock.send(one.message(seq)[0])
	            # Not all are answered: their length may be a lie.
	            while select.select([sock], [], [], 0.01)[0]:
	                sock.recv(1 << 17)
	    return ''

	def look():
	    nl, looks = Netlink(), 0
	    while not select.select([stop_read], [], [], 0.02)[0]:
	        for kind in ('network', 'port', 'endpoint', 'route', 'uplink', 'limit', 'drop'):
	            objects = nl.dump(kind + '-get')
	            ids = [each['id'] for each in objects if 'id' in each]
	            looks += not nl.interrupted
	            if not nl.interrupted and len(ids) != len(set(ids)):
	                return 'a dump has a %s twice: %s' % (kind, ids)
	    return '' if looks > 10 else 'it hardly saw anything'

	def two_and_links():
	    said = in_children([lambda: with_rights(1), lambda: with_rights(2), links])
	    os.write(stop_write, b'.')
	    return '\n'.join(filter(None, said))

	said = in_children([two_and_links, look])
	silent('storms with rights: nothing but answers, and refusals that say why', said[0])
	silent('who looks meanwhile sees lists', said[1])
	nl = Netlink()

	def fits(what):
	    try:
	        objects = state(nl)
	        check(what, True)
	        return objects
	    except Broken as broken:
	        check(what, False, broken)
	        return {}

	left = fits('what is left fits together')
	print('# left: %s' % {kind: len(objects) for kind, objects in left.items()})

	# --- without rights, and with rights over another namespace only

	if not left.get('network'):
	    nl.do('network-new', {'name': 'n0', 'subnet': {'gateway': '192.0.2.1', 'prefix-length': 24}})

	def still(kinds):
	    """The objects without their counters, in words."""
	    return ['%s %s' % (kind, {key: value for key, value in each.items() if key != 'stats' and
	                              key[:3] not in ('rx-', 'tx-')})
	            for kind, objects in kinds.items() for each in objects]

	before = still(state(nl))

	def refused_all(one):
	    """EINVAL and its like are the kernel's, of a header."""
	    if 0 in one.count or one.objects:
	        one.fault('accepted: %s, objects: %d' % (one.count.get(0), one.objects))
	    if one.count.get(errno.EPERM, 0) < one.messages // 2:
	        one.fault('few were refused for want of rights: %s' % one.count)
	    return '\n'.join(one.faults)

	def try_to_listen():
	    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16) as sock:
	        try:
	            sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, nl.group)
	            return 'it may listen to the router\'s notifications'
	        except PermissionError:
	            return ''

	def open_socket():
	    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
	    sock.bind((0, 0))
	    return sock

	def without_rights():
	    """Half of its sockets were opened by one who had them."""
	    opened = [open_socket(), open_socket()]
	    os.setgroups([])
	    os.setgid(65534)
	    os.setuid(65534)
	    return refused_all(storm(3, messages // 10, silent={errno.EPERM, errno.EINVAL}, opened=opened)) + \
	        try_to_listen()

	def in_user_namespace():
	    if libc.unshare(NEWUSER):
	        return 'unshare: %s' % os.strerror(ctypes.get_errno())
	    return refused_all(storm(4, messages // 20, silent={errno.EPERM, errno.EINVAL})) + try_to_listen()

	def with_own_namespace():
	    if libc.unshare(NEWUSER | NEWNET):
	        return 'unshare: %s' % os.strerror(ctypes.get_errno())
	    one = storm(5, messages // 10, 'u')
	    faults = one.faults
	    for objects in state(Netlink()).values():
	        faults += ['it sees %s' % each for each in objects
	                   if re.match(r'n\d', each.get('network', each.get('name', '')))]
	    if not one.count.get(0):
	        faults.append('nothing was accepted in its own namespace: %s' % one.count)
	    return '\n'.join(faults)

	said = in_children([without_rights, in_user_namespace, with_own_namespace])
	silent('without rights nothing is accepted, nor anything seen', said[0])
	silent('... nor in a user namespace that has no network namespace of its own', said[1])
	silent('in its own, the owner has objects of its own and sees no others', said[2])
	after = still(fits('they fit together'))
	check('our objects are as they were', before == after,
	      *['before: ' + each for each in before if each not in after],
	      *['after:  ' + each for each in after if each not in before])

	nl.do('flush', {'networks': True, 'ports': True, 'endpoints': True, 'routes': True})
	for uplink in nl.dump('uplink-get'):
	    nl.do('uplink-del', {'name': uplink['name']})
	equal('all of it can be taken away', [len(objects) for objects in state(nl).values()],
	      [0] * 5)
END
done_testing
