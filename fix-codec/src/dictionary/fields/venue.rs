//! The fields of the venue: user-defined ones, and those that it takes from later versions of FIX. Plain fields, never
//! groups.

use super::fields;

fields! {
    SELF_MATCH_PREVENTION_ID = 2362 SelfMatchPreventionID String;
    SELF_MATCH_PREVENTION_INSTRUCTION = 2964 SelfMatchPreventionInstruction Int numbers 1..=3 or 100;
    CANCEL_ORDERS_ON_DISCONNECT = 8013 CancelOrdersOnDisconnect Char chars "NSY";
    INSTANCE_IDS = 20001 InstanceIDs MultipleValueString;
    IMAGE_ID = 20002 ImageID String;
    REASSIGNMENT_ID = 20003 ReassignmentID String;
    REASSIGNMENT_STATUS = 20004 ReassignmentStatus Int numbers 0..=6;
    REQUEST_SCOPE = 20006 RequestScope Char chars "FS";
}
