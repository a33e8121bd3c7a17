//! Asking a guest who it is: one connection to its slot's port, one line of JSON.

use std::fmt;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::api::Beacon;
use crate::limits::{BEACON_BYTES_MAX, BEACON_TIME_MAX};
use crate::store::InstanceRecord;

/// What a look at the beacon showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BeaconSeen {
    /// This instance, its image's digest, its nonce.
    Right,
    /// Something else answers there.
    Wrong,
    /// Nothing usable was answered.
    Silent,
}

impl fmt::Display for BeaconSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Right => "its beacon answers",
            Self::Wrong => "its beacon answers with another instance, digest or nonce",
            Self::Silent => "its beacon does not answer",
        })
    }
}

/// Whether the guest wants a byte before it answers, as one behind a serial line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Knock {
    Yes,
    No,
}

pub(super) async fn look(instance: &InstanceRecord, knock: Knock) -> BeaconSeen {
    let asked = tokio::time::timeout(BEACON_TIME_MAX, ask(&instance.address, knock)).await;
    let Ok(Some(beacon)) = asked else {
        return BeaconSeen::Silent;
    };
    let right = beacon.instance_id == instance.instance_id
        && beacon.image_digest == instance.image_digest
        && beacon.nonce == instance.nonce;
    if right {
        BeaconSeen::Right
    } else {
        BeaconSeen::Wrong
    }
}

async fn ask(address: &str, knock: Knock) -> Option<Beacon> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    if knock == Knock::Yes {
        stream.write_all(b"\n").await.ok()?;
    }
    let mut lines = BufReader::new(stream.take(BEACON_BYTES_MAX)).lines();
    // On a serial line the first may be the end of what an earlier caller was told.
    while let Some(line) = lines.next_line().await.ok()? {
        if let Ok(beacon) = serde_json::from_str(line.trim()) {
            return Some(beacon);
        }
    }
    None
}
