#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Every command, notification and drop reason of the contract is in some script: a
# command where it is sent, a reason where its counter is looked at.

. "$(dirname "$0")/setup.sh"

python "$TESTS" <<- 'END'
	import glob
	import re
	import sys
	from packet import check
	from vrnl import SPEC

	# X is the name. A mere mention in quotes counts for nothing.
	COMMAND = r"""
	    \b(?:do|dump|call)\('X'                         # sent
	    | \('X',\s\{.*'not\ supported\ yet'             # a table of what is refused
	"""
	NOTIFICATION = r"[\[(\s]'X'[\],]"                   # in a list of what comes
	REASON = r"""
	    (?:drops\(\)|before|after|drops)(?:\[\d\])?\['X'\]
	    | drops\.get\('X'
	    | \$\(drops\ X\)
	    | \['name'\]\ ==\ 'X'                           # of those of a port
	    | (?:==|,)\s*\['X'\]                            # those that have changed
	    | \b(?:dropped|silent)\((?:[^()\n]|\([^()\n]*\))*?,\s*'X'
	    | ^\s*\('(?:[^'\\\n]|\\.)+',\s'X',              # tables: what, reason, frame
	    | ^\s*(?:\[|\()*\('X',\s\(                      # reason, destinations
	    | ,\s*Y=\d+[,)]                                # so many, as a keyword
	"""
	suite = ''
	for name in glob.glob(sys.argv[1] + '/kernel/*.sh'):
	    if not name.endswith('/coverage.sh'):
	        with open(name, encoding='utf-8') as file:
	            suite += file.read()

	def covered(kind, pattern, name):
	    pattern = pattern.replace('X', re.escape(name)).replace('Y', name.replace('-', '_'))
	    check('%s %s' % (kind, name), re.search(pattern, suite, re.VERBOSE | re.MULTILINE))

	for name in SPEC.commands:
	    if name.endswith('-ntf'):
	        covered('notification', NOTIFICATION, name)
	    else:
	        covered('command', COMMAND, name)
	for name in SPEC.enums['drop-reason'][1:]:
	    covered('drop reason', REASON, name)
END
done_testing
