//! The user-defined fields of the venue. Plain fields, never groups.

use super::fields;

fields! {
    CANCEL_ORDERS_ON_DISCONNECT = 8013 CancelOrdersOnDisconnect Char chars "NSY";
    INSTANCE_IDS = 20001 InstanceIDs MultipleValueString;
    IMAGE_ID = 20002 ImageID String;
    REASSIGNMENT_ID = 20003 ReassignmentID String;
    REASSIGNMENT_STATUS = 20004 ReassignmentStatus Int numbers 0..=6;
}
