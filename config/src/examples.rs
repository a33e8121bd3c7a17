//! The sample files that ship with the project, as they stand in `config/examples`.

/// A full, annotated sample of every section and key.
pub const VENUE: &str = include_str!("../examples/venue.toml");

/// A venue that others than its own machine reach: TLS, client certificates, passwords, networks.
pub const VENUE_TLS: &str = include_str!("../examples/venue-tls.toml");

/// What `cloudpit demo` runs on. The demo sets its provider's endpoint and token at run time.
pub const DEMO: &str = include_str!("../examples/demo.toml");

/// For load generators, each command on disk before its answer leaves.
pub const LOADTEST: &str = include_str!("../examples/loadtest.toml");

/// As [`LOADTEST`], with the journal left to the operating system.
pub const LOADTEST_BUFFERED: &str = include_str!("../examples/loadtest-buffered.toml");

/// For the conformance scripts of FIX 4.4 engines.
pub const CONFORMANCE: &str = include_str!("../examples/conformance.toml");
