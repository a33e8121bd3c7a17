//! A small real control plane over HTTP that runs real guests: what the demo and the tests settle against.
