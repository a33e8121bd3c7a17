//! The messages of the session layer (FIX 4.4 Volume 2).

use super::macros::{group_entries, messages};
use crate::dictionary::groups;
use crate::tags;
use crate::values::{CancelOrdersOnDisconnect, Data, EncryptMethod, MsgDirection};

messages! {
    /// Logon(A).
    pub struct Logon<'a> {
        /// EncryptMethod(98).
        required encrypt_method: EncryptMethod = tags::ENCRYPT_METHOD,
        /// HeartBtInt(108), in seconds. Signed, so that a negative one can be refused by name.
        required heart_bt_int_s: i64 = tags::HEART_BT_INT,
        /// RawDataLength(95) and RawData(96).
        data raw_data: Data<'a> = tags::RAW_DATA,
        /// ResetSeqNumFlag(141).
        optional reset_seq_num_flag: bool = tags::RESET_SEQ_NUM_FLAG,
        /// NextExpectedMsgSeqNum(789).
        optional next_expected_msg_seq_num: u64 = tags::NEXT_EXPECTED_MSG_SEQ_NUM,
        /// MaxMessageSize(383), in bytes.
        optional max_message_size: u64 = tags::MAX_MESSAGE_SIZE,
        /// NoMsgTypes(384).
        group msg_types: MessageTypeEntry<'a> = tags::NO_MSG_TYPES,
        /// TestMessageIndicator(464).
        optional test_message_indicator: bool = tags::TEST_MESSAGE_INDICATOR,
        /// Username(553).
        optional username: &'a str = tags::USERNAME,
        /// Password(554).
        optional password: &'a str = tags::PASSWORD,
        /// NewPassword(925), of the venue in this message.
        optional new_password: &'a str = tags::NEW_PASSWORD,
        /// CancelOrdersOnDisconnect(8013), of the venue.
        optional cancel_orders_on_disconnect: CancelOrdersOnDisconnect = tags::CANCEL_ORDERS_ON_DISCONNECT,
        /// Text(58), of the venue in this message: what became of NewPassword(925).
        optional text: &'a str = tags::TEXT,
    }

    /// Heartbeat(0).
    pub struct Heartbeat<'a> {
        /// TestReqID(112): of the TestRequest(1) that this answers.
        optional test_req_id: &'a str = tags::TEST_REQ_ID,
    }

    /// TestRequest(1).
    pub struct TestRequest<'a> {
        /// TestReqID(112).
        required test_req_id: &'a str = tags::TEST_REQ_ID,
    }

    /// ResendRequest(2).
    pub struct ResendRequest {
        /// BeginSeqNo(7).
        required begin_seq_no: u64 = tags::BEGIN_SEQ_NO,
        /// EndSeqNo(16); 0 stands for all that follow.
        required end_seq_no: u64 = tags::END_SEQ_NO,
    }

    /// Reject(3), of the session layer.
    pub struct Reject<'a> {
        /// RefSeqNum(45).
        required ref_seq_num: u64 = tags::REF_SEQ_NUM,
        /// RefTagID(371).
        optional ref_tag_id: i64 = tags::REF_TAG_ID,
        /// RefMsgType(372).
        optional ref_msg_type: &'a str = tags::REF_MSG_TYPE,
        /// SessionRejectReason(373).
        optional session_reject_reason: u16 = tags::SESSION_REJECT_REASON,
        /// Text(58).
        optional text: &'a str = tags::TEXT,
    }

    /// SequenceReset(4).
    pub struct SequenceReset {
        /// GapFillFlag(123).
        optional gap_fill_flag: bool = tags::GAP_FILL_FLAG,
        /// NewSeqNo(36).
        required new_seq_no: u64 = tags::NEW_SEQ_NO,
    }

    /// Logout(5).
    pub struct Logout<'a> {
        /// Text(58).
        optional text: &'a str = tags::TEXT,
    }
}

group_entries! {
    /// One entry of NoMsgTypes(384).
    pub struct MessageTypeEntry<'a> in groups::NO_MSG_TYPES {
        /// RefMsgType(372).
        required ref_msg_type: &'a str = tags::REF_MSG_TYPE,
        /// MsgDirection(385).
        optional msg_direction: MsgDirection = tags::MSG_DIRECTION,
    }
}
