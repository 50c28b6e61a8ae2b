# SPDX-License-Identifier: Apache-2.0
"""
What a request does when its nth allocation fails, for each n until none does.
The kernel counts the allocations of one task's system calls when told so in
/proc/thread-self/fail-nth; here those of a netlink socket.

	world = World(a=NAMESPACE)		what there is, here and there
	world.each('a network', request, undo)		a test, see there
"""
import errno
import os

from packet import Namespace, check
from rtnl import Rtnl
from vrnl import Netlink, Refused

# ENFILE is the word of what makes sockets.
NO_MEMORY = ('ENOMEM', 'ENOBUFS', 'ENFILE')
# More than any request allocates.
MOST = 3000


class Trap:
    """The task's fail-nth. In call() an allocation fails, once."""

    def __init__(self):
        self.file = os.open('/proc/thread-self/fail-nth', os.O_RDWR)
        self.left, self.sprung = 0, False

    def set(self, nth):
        self.left, self.sprung = nth, False

    def call(self, function, *args):
        if not self.left:
            return function(*args)
        text = b'%d' % self.left
        os.pwrite(self.file, text, 0)
        try:
            return function(*args)
        finally:
            left = os.pread(self.file, 16, 0)
            os.pwrite(self.file, b'0', 0)
            self.left = int(left)
            self.sprung = not self.left


TRAP = Trap()


class TrapSocket:
    """A socket whose system calls run into the trap."""

    def __init__(self, sock):
        self.sock = sock

    def __getattr__(self, name):
        method = getattr(self.sock, name)
        if name in ('close', 'settimeout'):
            return method
        return lambda *args: TRAP.call(method, *args)


class TrapNetlink(Netlink):
    def __init__(self):
        super().__init__()
        self.sock = TrapSocket(self.sock)


def outcome(request):
    """('done', answer), ('refused', errno, text, attribute), ('lost', errno)."""
    try:
        return 'done', request()
    except Refused as refusal:
        return 'refused', refusal.errno, refusal.text, refusal.attr
    except OSError as error:
        return 'lost', errno.errorcode[error.errno]


# What another object of the same kind would not have.
VOLATILE = ('id', 'network-id', 'port-id', 'ifindex', 'netns-id', 'stats', 'rx-packets',
            'rx-bytes', 'tx-packets', 'tx-bytes')


def plain(value):
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if key not in VOLATILE}
    return [plain(one) for one in value] if isinstance(value, list) else value


def difference(got, want):
    return [(key, got.get(key), want.get(key)) for key in sorted(set(got) | set(want))
            if got.get(key) != want.get(key)]


class World:
    """
    The instance of the caller's namespace, and the links of others. Requests with a
    trap go by .nl and .rtnl, all else by .good and .good_rtnl. Each step-th allocation
    is tried.
    """

    def __init__(self, step=1, **others):
        self.step = step
        self.good, self.good_rtnl, self.listener = Netlink(), Rtnl(), Netlink()
        self.listener.listen()
        self.elsewhere = {}
        for name, namespace in others.items():
            with Namespace(namespace):
                self.elsewhere[name] = Rtnl()
        self.open()
        self.total = 0

    def open(self):
        self.nl, self.rtnl = TrapNetlink(), Rtnl(TrapSocket)

    def open_again(self):
        """A dump that failed is not over, and an answer may come late."""
        self.nl.sock.close()
        self.rtnl.sock.close()
        self.open()

    def state(self):
        out = {}
        for kind in 'network', 'port', 'endpoint', 'route', 'uplink', 'limit':
            out[kind] = sorted(repr(plain(one)) for one in self.good.dump(kind + '-get'))
        out.update(('link ' + name, link) for name, link in self.good_rtnl.links().items())
        for where, rtnl in self.elsewhere.items():
            out.update(('link %s/%s' % (where, name), link) for name, link in rtnl.links().items())
        return out

    def heard(self):
        """Whether the listener was told of something, or that it missed something."""
        try:
            return bool(self.listener.events())
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
        self.listener.sock.settimeout(None)
        self.heard()
        return True

    def rehearse(self, request, undo):
        """What there is before and after the request, and that undo() takes it back."""
        before = self.state()
        self.heard()
        request()
        done = self.state()
        self.tells = self.heard()
        undo()
        after = self.state()
        if after != before:
            raise AssertionError('undone it differs: %s' % difference(after, before))
        return before, done

    def judge(self, result, before, done, words):
        """Whether it happened, and what is wrong."""
        now, told = self.state(), self.heard()
        if now != before and self.tells and not told:
            return True, '%s, but nobody was told' % (result,)
        if result[0] == 'done':
            return True, now != done and 'done, but %s' % difference(now, done)
        if result[1] not in words:
            return now != before, '%s: %s' % (result, difference(now, before))
        # Where the answer itself found no memory: done or not, but not half.
        if now == before or result[0] == 'lost' and now == done:
            return now != before, None
        return True, '%s, but %s' % (result, difference(now, before))

    def one(self, nth, request, undo, *wanted):
        """Whether there was an nth allocation, how it ended and what is wrong."""
        self.heard()
        TRAP.set(nth)
        result = outcome(request)
        TRAP.left = 0
        happened, fault = self.judge(result, *wanted)
        if not TRAP.sprung and result[0] != 'done':
            fault = 'without a failure: %s' % (result,)
        if result[0] == 'lost':
            self.open_again()
        if happened:
            undo()
        return TRAP.sprung, result[0], fault

    def run(self, request, undo, counts, words):
        """What is wrong, with the number of the allocation."""
        wanted = self.rehearse(request, undo)
        wrong = []
        for nth in range(1, MOST, self.step):
            sprung, how, fault = self.one(nth, request, undo, *wanted, words)
            if fault:
                wrong.append('%d: %s' % (nth, fault))
            if not sprung or len(wrong) > 4:
                break
            counts[how] = counts.get(how, 0) + 1
        if not counts:
            wrong.append('it allocates nothing')
        if not wrong and self.state() != wanted[0]:
            wrong.append('at the end: %s' % difference(self.state(), wanted[0]))
        return wrong

    def each(self, desc, request, undo=lambda: None, words=()):
        """
        A test: each allocation of request(), which goes by the sockets with a trap.
        undo() takes back what it does. words are errors that are no memory, too.
        """
        counts = {}
        try:
            wrong = self.run(request, undo, counts, NO_MEMORY + words)
        except (AssertionError, Refused, OSError) as error:
            TRAP.left = 0
            wrong = ['after %s: %r' % (counts, error)]
        check(desc, not wrong, *wrong)
        print('# of %d failures: %s' % (sum(counts.values()), ', '.join(
            '%d %s' % (n, what) for what, n in sorted(counts.items()))))
        self.total += sum(counts.values())
