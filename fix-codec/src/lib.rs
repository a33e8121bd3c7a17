//! FIX 4.4 messages: bytes to typed messages and back. Never touches a socket, a clock or a session.
