//! What a client looks at of a message from the server.

use super::super::wire::fields;

/// The fields that matter; empty where the message has none.
#[derive(Debug, Default)]
pub(super) struct Seen<'a> {
    /// MsgType(35).
    pub(super) msg_type: &'a [u8],
    /// MsgSeqNum(34).
    pub(super) msg_seq_num: &'a [u8],
    /// ClOrdID(11).
    pub(super) cl_ord_id: &'a [u8],
    /// ExecType(150).
    pub(super) exec_type: &'a [u8],
    /// Side(54).
    pub(super) side: &'a [u8],
    /// LastQty(32).
    pub(super) last_qty: &'a [u8],
    /// TestReqID(112).
    pub(super) test_req_id: &'a [u8],
}

impl<'a> Seen<'a> {
    pub(super) fn of(message: &'a [u8]) -> Self {
        let mut seen = Self::default();
        for (tag, value) in fields(message) {
            match tag {
                35 => seen.msg_type = value,
                34 => seen.msg_seq_num = value,
                11 => seen.cl_ord_id = value,
                150 => seen.exec_type = value,
                54 => seen.side = value,
                32 => seen.last_qty = value,
                112 => seen.test_req_id = value,
                _ => {}
            }
        }
        seen
    }
}
