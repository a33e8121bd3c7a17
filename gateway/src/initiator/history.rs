//! What a client has sent, in memory, to send it again when it is asked to.

use std::collections::BTreeMap;

use bytes::Bytes;
use fix_session::Outputs;

/// Messages that are kept; the oldest are forgotten first, and gap-filled when asked for.
const KEPT_MESSAGES: usize = 100_000;

/// What a client has sent, by MsgSeqNum(34).
#[derive(Debug, Default)]
pub(super) struct History {
    messages: BTreeMap<u64, Bytes>,
}

impl History {
    /// Keeps the resendable messages of `outputs`.
    pub(super) fn keep(&mut self, outputs: &Outputs) {
        for stored in outputs.stored.iter().filter(|stored| stored.resendable) {
            let bytes = Bytes::copy_from_slice(outputs.bytes(stored));
            self.messages.insert(stored.msg_seq_num, bytes);
            if self.messages.len() > KEPT_MESSAGES {
                self.messages.pop_first();
            }
        }
    }

    /// The messages from `begin` to `end`, both included.
    pub(super) fn range(&self, begin: u64, end: u64) -> impl Iterator<Item = (u64, &Bytes)> {
        let range = self.messages.range(begin..=end);
        range.map(|(number, bytes)| (*number, bytes))
    }
}
