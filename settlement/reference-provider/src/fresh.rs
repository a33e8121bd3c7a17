//! Random names and nonces from the system. The only source of randomness in this package.

use std::fs::File;
use std::io::Read;

use crate::decide::Fresh;
use crate::error::ApiError;
use crate::store::internal;

/// New random values for one request.
pub(crate) fn fresh() -> Result<Fresh, ApiError> {
    let mut bytes = [0_u8; 32];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(|_| internal("the system gives no random numbers: look at /dev/urandom"))?;
    let hex = |range: std::ops::Range<usize>| -> String {
        bytes
            .get(range)
            .unwrap_or_default()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    };
    Ok(Fresh {
        task_id: format!("task-{}", hex(0..8)),
        instance_id: format!("i-{}", hex(8..16)),
        nonce: hex(16..32),
    })
}
