//! The session messages (FIX 4.4 Volume 2). Only data.

use super::super::definition::definitions;

definitions! {
    /// Logon(A).
    message LOGON = Logon {
        ENCRYPT_METHOD Y, HEART_BT_INT Y, RAW_DATA_LENGTH, RAW_DATA, RESET_SEQ_NUM_FLAG,
        NEXT_EXPECTED_MSG_SEQ_NUM, MAX_MESSAGE_SIZE, TEST_MESSAGE_INDICATOR, USERNAME, PASSWORD,
        [NO_MSG_TYPES], NEW_PASSWORD, CANCEL_ORDERS_ON_DISCONNECT, TEXT,
    }
    /// Heartbeat(0).
    message HEARTBEAT = Heartbeat {
        TEST_REQ_ID,
    }
    /// TestRequest(1).
    message TEST_REQUEST = TestRequest {
        TEST_REQ_ID Y,
    }
    /// ResendRequest(2).
    message RESEND_REQUEST = ResendRequest {
        BEGIN_SEQ_NO Y, END_SEQ_NO Y,
    }
    /// Reject(3).
    message REJECT = Reject {
        REF_SEQ_NUM Y, REF_TAG_ID, REF_MSG_TYPE, SESSION_REJECT_REASON, TEXT, ENCODED_TEXT_LEN,
        ENCODED_TEXT,
    }
    /// SequenceReset(4).
    message SEQUENCE_RESET = SequenceReset {
        GAP_FILL_FLAG, NEW_SEQ_NO Y,
    }
    /// Logout(5).
    message LOGOUT = Logout {
        TEXT, ENCODED_TEXT_LEN, ENCODED_TEXT,
    }
}
