//! The `cloudpit` program as a binary of this package, so that its tests and benchmarks find it built.

use std::process::ExitCode;

fn main() -> ExitCode {
    gateway::cli::main()
}
