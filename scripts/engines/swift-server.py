"""One server of OpenStack Swift, or its rings, with a configuration directory of its own: Swift reads /etc/swift otherwise."""
import sys

import eventlet

eventlet.monkey_patch()

from swift.common import utils, wsgi
from swift.common.ring import RingBuilder

directory, kind, *rings = sys.argv[1:]
utils.SWIFT_CONF_FILE = directory + '/swift.conf'

if kind == 'rings':
    for ring in rings:
        name, port = ring.split('=')
        builder = RingBuilder(4, 1, 0)
        builder.add_dev({'region': 1, 'zone': 1, 'weight': 1, 'ip': '127.0.0.1', 'port': int(port), 'device': 'disk'})
        builder.rebalance()
        builder.get_ring().save(directory + '/' + name + '.ring.gz')
else:
    sys.exit(wsgi.run_wsgi(directory + '/' + kind + '-server.conf', kind + '-server'))
