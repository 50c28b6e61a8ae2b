#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
A large cluster for tests/bench/agent.sh: fills tests/agent/apiserver, changes objects at
a rate, and looks at what the agent under test makes of it.

usage: cluster.py [--api URL] [--nodes N] [--pods N] [--networks N] [--each N] [--loaded N]

Actions are lines of standard input, and each is answered by "done":

  load			Nodes, Networks and NetworkAddresses of all nodes but n1, and the
			Pods of n1; those of others an agent does not ask for
  changes RATE SECONDS here|elsewhere FILE
			NetworkAddresses made and deleted, in networks of n1's pods or in
			others; FILE gets when each was made and deleted, "time mac what"
  heartbeats		the status of each Node, as kubelet writes it
  join, leave		a Node more, and the same one less
  move			a Node with another tunnel address
  gone NODE		the addresses of a node cool down and go, then its Node
  relist		all watches end, and nothing is known any more of what was before

Network i of N is default.netI with VNI 70000+I and 10.I.0.0/16. A pod is on --each of
them; those of n1 on the first ones. Of the networks behind the first --loaded ones an agent
asks for no address, so that the server need not have any.
"""
import argparse
import http.client
import json
import sys
import time
import urllib.parse

SINCE = '2026-01-01T00:00:00Z'
BATCH = 2000


def now():
    return time.clock_gettime(time.CLOCK_MONOTONIC)


class Cluster:
    def __init__(self, options):
        url = urllib.parse.urlsplit(options.api)
        self.options = options
        self.http = http.client.HTTPConnection(url.hostname, url.port, timeout=600)
        self.http.connect()

    def ask(self, method, path, body=None, taken=None):
        self.http.request(method, path, json.dumps(body) if body is not None else None,
                          {'Content-Type': 'application/json'})
        answer = self.http.getresponse()
        text = answer.read()
        if answer.status >= 300 and answer.status != taken:
            sys.exit('%s %s: %d %s' % (method, path, answer.status, text[:300]))
        return json.loads(text)

    def control(self, **what):
        return self.ask('POST', '/control', what)

    # Objects.

    def node(self, number, beat=0, vtep=None):
        """With about the size that one has: kubelet tells of fifty images."""
        high, low = divmod(number, 256)
        heart = '2026-01-01T%02d:%02d:00Z' % divmod(beat, 60)
        images = [{'names': ['registry.example.com/team/service-%d@sha256:%064x' % (i, i * 7919),
                             'registry.example.com/team/service-%d:v1.%d' % (i, i)],
                   'sizeBytes': 12345678 + i} for i in range(50)]
        conditions = [{'type': kind, 'status': 'False', 'lastHeartbeatTime': heart,
                       'lastTransitionTime': SINCE, 'reason': 'KubeletHasSufficient',
                       'message': 'kubelet has sufficient of it available'}
                      for kind in ('MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready')]
        labels = {'topology.kubernetes.io/zone': 'zone-%d' % (number % 3),
                  'kubernetes.io/hostname': 'n%d' % number, 'kubernetes.io/arch': 'amd64'}
        cidrs = ['10.%d.%d.0/24' % (128 + high, low), '2001:db8:244:%x::/64' % number]
        address = vtep or ('203.0.113.1' if number == 1 else '198.18.%d.%d' % (high, low))
        return {'apiVersion': 'v1', 'kind': 'Node',
                'metadata': {'name': 'n%d' % number, 'labels': labels,
                             'annotations': {'volumes.kubernetes.io/controller-managed': 'true'}},
                'spec': {'podCIDR': cidrs[0], 'podCIDRs': cidrs},
                'status': {'addresses': [{'type': 'InternalIP', 'address': address},
                                         {'type': 'Hostname', 'address': 'n%d' % number}],
                           'capacity': {'cpu': '64', 'memory': '263782116Ki', 'pods': '110'},
                           'conditions': conditions, 'images': images,
                           'nodeInfo': {'kernelVersion': '6.12.0', 'osImage': 'Linux',
                                        'kubeletVersion': 'v1.35.0'}}}

    def network(self, number):
        return {'apiVersion': 'vrctl.dev/v1alpha1', 'kind': 'Network',
                'metadata': {'name': 'default.net%d' % number},
                'spec': {'vni': 70000 + number, 'ipam': {'type': 'vr-agent'},
                         'subnets': [{'subnet': '10.%d.0.0/16' % number,
                                      'gateway': '10.%d.0.1' % number}]}}

    def address(self, network, place, node, pod, state='bound'):
        high, low = divmod(place, 256)
        vni = 70000 + network
        name = 'v%d-0a%02x%02x%02x' % (vni, network, high, low)
        return {'apiVersion': 'vrctl.dev/v1alpha1', 'kind': 'NetworkAddress',
                'metadata': {'name': name, 'labels': {'vrctl.dev/vni': str(vni),
                                                      'vrctl.dev/node': 'n%d' % node}},
                'spec': {'network': 'default.net%d' % network, 'vni': vni,
                         'address': '10.%d.%d.%d' % (network, high, low),
                         'mac': '0a:58:0a:%02x:%02x:%02x' % (network, high, low),
                         'node': 'n%d' % node, 'container': '%064x' % (node * 1000 + pod),
                         'interface': 'eth1', 'state': state, 'since': SINCE, 'sequence': 1,
                         'pod': {'namespace': 'default', 'name': 'pod-%d-%d' % (node, pod),
                                 'uid': '00000000-0000-0000-0000-%012d' % (node * 1000 + pod)}}}

    def pod(self, number):
        nets = ','.join('net%d' % i for i in range(self.options.each))
        return {'apiVersion': 'v1', 'kind': 'Pod',
                'metadata': {'name': 'p%d' % number, 'namespace': 'default',
                             'uid': 'p%d-uid' % number,
                             'annotations': {'k8s.v1.cni.cncf.io/networks': nets}},
                'spec': {'nodeName': 'n1'}, 'status': {'phase': 'Pending'}}

    def places(self):
        """(network, place, node, pod) of all that there are, as evenly as it goes."""
        options = self.options
        taken = [256] * options.networks
        for node in range(2, options.nodes + 1):
            for pod in range(options.pods):
                for i in range(options.each):
                    network = (node * 13 + pod * 7 +
                               i * options.networks // options.each) % options.networks
                    if network < options.loaded:
                        yield network, taken[network], node, pod
                    taken[network] += 1

    # Actions.

    def load_all(self, docs):
        batch = []
        for doc in docs:
            batch.append(doc)
            if len(batch) == BATCH:
                self.control(load=batch)
                batch = []
        if batch:
            self.control(load=batch)

    def load(self):
        options = self.options
        self.load_all(self.node(i) for i in range(1, options.nodes + 1))
        self.load_all(self.network(i) for i in range(options.networks))
        self.load_all(self.pod(i) for i in range(1, options.pods + 2))
        self.load_all(self.address(*place) for place in self.places())

    def changes(self, rate, seconds, where, path):
        with open(path, 'w', encoding='ascii') as file:
            self.change(int(rate), int(seconds), where, file)

    def change(self, rate, seconds, where, file):
        """Half are made and half go, of addresses that nobody has."""
        options = self.options
        first, count = (0, options.each) if where == 'here' else \
            (options.each, options.networks - options.each)
        path = '/apis/vrctl.dev/v1alpha1/networkaddresses'
        begin = now()
        made = []
        for i in range(rate * seconds):
            time.sleep(max(0, begin + i / rate - now()))
            if len(made) < 5 or i % 2 == 0:
                doc = self.address(first + i % count, 0xf000 + i, 2 + i % (options.nodes - 1), 900)
                print('%.6f' % now(), doc['spec']['mac'], 'made', file=file)
                # One of n1's spares may have it: then nothing is told of it.
                if self.ask('POST', path, doc, taken=409)['kind'] != 'Status':
                    made.append(doc)
            else:
                doc = made.pop(0)
                print('%.6f' % now(), doc['spec']['mac'], 'deleted', file=file)
                self.ask('DELETE', path + '/' + doc['metadata']['name'])
        took = now() - begin
        for doc in made:
            self.ask('DELETE', path + '/' + doc['metadata']['name'])
        if took > 1.1 * seconds:
            print('# %d changes a second took %.1f s' % (rate, took), file=sys.stderr)

    def heartbeats(self):
        beat = int(now()) % 1440
        self.control(load=[self.node(i, beat) for i in range(1, self.options.nodes + 1)])

    def join(self):
        self.control(load=[self.node(self.options.nodes + 1)])

    def leave(self):
        self.control(delete=[self.node(self.options.nodes + 1)])

    def move(self):
        self.control(load=[self.node(self.options.nodes, vtep='198.19.0.1')])

    def gone(self, node):
        node = int(node)
        places = [place for place in self.places() if place[2] == node]
        self.control(load=[self.address(*place, 'cooling') for place in places])
        self.control(delete=[self.address(*place) for place in places])
        self.control(delete=[self.node(node)])

    def relist(self):
        self.control(compact=True, expire_watches=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--api', default='http://203.0.113.254:6443')
    parser.add_argument('--nodes', type=int, default=1000)
    parser.add_argument('--pods', type=int, default=30)
    parser.add_argument('--networks', type=int, default=100)
    parser.add_argument('--each', type=int, default=4)
    parser.add_argument('--loaded', type=int, default=100)
    cluster = Cluster(parser.parse_args())
    for line in sys.stdin:
        action, *arguments = line.split()
        getattr(cluster, action)(*arguments)
        print('done', flush=True)


main()
