//! End-to-end, conformance, interop, fault injection, simulation and benchmarks of the whole venue.
