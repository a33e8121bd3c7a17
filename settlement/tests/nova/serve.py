"""Serves OpenStack Nova on loopback, for tests of the adapter that speaks to it.

What is real: Nova's API, policies, conductor, scheduler, compute manager and Placement, of the versions in
requirements.txt. What is not: the hypervisor (Nova's own fake driver, which starts nothing), the database (in memory),
and Keystone, Glance, Neutron and Cinder (fixtures of Nova's own tests). A token is who it stands for:
`user:project:role,role`; any other is refused as Keystone's middleware would.

Takes a port from the system, says `listening ADDRESS:PORT` on standard output, and ends when standard input ends:
with whoever started it, however that ends.
"""
import os
import sys

# No test of ours runs in here: Nova's limit on how long one may take does not apply.
os.environ.update(OS_TEST_TIMEOUT="0", OS_DEBUG="0")

# Importing this sets Nova's threading up: it comes before anything that uses threads.
from nova.tests.functional import integrated_helpers

import json
import socketserver
import threading
import unittest
import wsgiref.simple_server

import fixtures
from nova.tests import fixtures as nova_fixtures

# Images beside those of Nova's fixture: one that no host can run, one that no flavor can hold, one not there yet.
IMAGES = {
    "0a000000-0000-4000-8000-000000000001": {"properties": {"architecture": "aarch64"}},
    "0a000000-0000-4000-8000-000000000002": {"min_ram": 10_000_000},
    "0a000000-0000-4000-8000-000000000003": {"status": "queued"},
}


class Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class Handler(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        """Says nothing of what went well."""


def identified(application):
    """Does what Keystone's middleware does: says in the request who makes it, or refuses it."""

    def serve(environment, start_response):
        who = environment.get("HTTP_X_AUTH_TOKEN", "").split(":")
        if len(who) != 3:
            body = json.dumps({"error": {"code": 401, "message": "The request you have made requires authentication."}})
            start_response("401 Unauthorized", [("Content-Type", "application/json")])
            return [body.encode()]
        user, project, roles = who
        environment.update(HTTP_X_AUTH_USER=user, HTTP_X_AUTH_PROJECT_ID=project, HTTP_X_ROLES=roles)
        return application(environment, start_response)

    return serve


class Quiet(fixtures.Fixture):
    """In place of the fixture that makes every deprecation anywhere an error."""


class Nova(integrated_helpers._IntegratedTestBase):
    ADMIN_API = True
    # A cast is answered before its work is done, as between real services.
    CAST_AS_CALL = False
    microversion = "latest"

    def setUp(self):
        nova_fixtures.WarningsFixture = Quiet
        super().setUp()
        # Lists come in pages of two: whoever does not ask for the next one misses servers.
        self.flags(max_limit=2, group="api")
        for image, differences in IMAGES.items():
            description = {**self.glance.image1, "id": image, **differences}
            self.glance.create(None, description)

    def _setup_services(self):
        # On a busy machine heartbeats are late, and a service whose heart is late is given nothing to do.
        self.flags(service_down_time=3600)
        # Hosts with room for the servers of all tests.
        self.flags(compute_driver="fake.FakeDriver")
        super()._setup_services()

    def _setup_compute_service(self):
        self._start_compute("host1")
        return self._start_compute("host2")

    def test_serves_until_standard_input_ends(self):
        application = identified(self.api_fixture.app())
        server = wsgiref.simple_server.make_server("127.0.0.1", 0, application, Server, Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print("listening %s:%d" % server.server_address[:2], flush=True)
        while os.read(sys.stdin.fileno(), 4096):
            pass
        # Nothing is kept: there is nothing to close in order.
        os._exit(0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "Nova.test_serves_until_standard_input_ends"])
