//! The dictionary fits together, and the enums fit the dictionary.

use fix_codec::dictionary::{
    DataType, GroupDefinition, HEADER, Member, TRAILER, Values, data_tag, field, fields,
    length_tag, message, messages,
};
use fix_codec::{tags, values};

/// Goes through members and all that is nested in them.
fn walk(members: &[Member], look: &mut impl FnMut(&Member)) {
    for member in members {
        look(member);
        match member {
            Member::Field { .. } => {}
            Member::Group { group, .. } => walk(group.members, look),
            Member::Component { component, .. } => walk(component.members, look),
        }
    }
}

#[test]
fn there_are_all_fields_of_fix_44() {
    assert_eq!(fields::all().filter(|field| field.tag < 1_000).count(), 912);
    for (tag, name, data_type) in [
        (tags::MSG_SEQ_NUM, "MsgSeqNum", DataType::SeqNum),
        (tags::ORDER_QTY, "OrderQty", DataType::Qty),
        (tags::PRICE, "Price", DataType::Price),
        (tags::TRANSACT_TIME, "TransactTime", DataType::UtcTimestamp),
        (tags::NO_PARTY_IDS, "NoPartyIDs", DataType::NumInGroup),
        (tags::EXEC_INST, "ExecInst", DataType::MultipleValueString),
        (tags::RAW_DATA, "RawData", DataType::Data),
        (tags::TRADE_DATE, "TradeDate", DataType::LocalMktDate),
        (tags::LAST_LIQUIDITY_IND, "LastLiquidityInd", DataType::Int),
        (
            tags::INSTANCE_IDS,
            "InstanceIDs",
            DataType::MultipleValueString,
        ),
        (
            tags::REASSIGNMENT_STATUS,
            "ReassignmentStatus",
            DataType::Int,
        ),
    ] {
        let definition = field(tag).expect(name);
        assert_eq!((definition.name, definition.data_type), (name, data_type));
    }
    for tag in [
        0,
        20,
        47,
        109,
        957,
        1_000,
        5_000,
        8_012,
        20_000,
        20_005,
        20_020,
        u32::MAX,
    ] {
        assert_eq!(field(tag), None, "{tag}");
    }
}

#[test]
fn every_data_field_has_its_length() {
    for definition in fields::all().filter(|field| field.data_type == DataType::Data) {
        let length = length_tag(definition.tag).expect(definition.name);
        assert_eq!(data_tag(length), Some(definition.tag));
        assert_eq!(
            field(length).map(|field| field.data_type),
            Some(DataType::Length)
        );
    }
}

#[test]
fn every_member_is_defined() {
    for definition in messages::ALL {
        assert!(core::ptr::eq(
            message(definition.msg_type).expect("listed"),
            *definition
        ));
        walk(definition.body.members, &mut |member| match member {
            Member::Field { tag, .. } => {
                assert!(field(*tag).is_some(), "{tag} of {}", definition.name);
                let shared = HEADER.own.contains(*tag) || TRAILER.own.contains(*tag);
                assert!(
                    !shared,
                    "{tag} of {} is of header or trailer",
                    definition.name
                );
            }
            Member::Group { group, .. } => check_group(group),
            Member::Component { .. } => {}
        });
    }
}

fn check_group(group: &GroupDefinition) {
    let count = field(group.count_tag).expect("a count");
    assert_eq!(count.data_type, DataType::NumInGroup, "{}", count.name);
    assert!(group.own.contains(group.delimiter), "{}", count.name);
    assert!(!group.all.contains(group.count_tag), "{}", count.name);
}

#[test]
fn every_message_the_venue_takes_or_sends_is_there() {
    for code in [
        "A", "0", "1", "2", "3", "4", "5", "D", "F", "G", "H", "q", "AF", "8", "9", "r", "j", "AK",
        "B", "AE", "AQ", "AD", "S", "i", "Z", "R", "b", "AI", "V", "W", "X", "Y", "x", "y", "c",
        "d", "e", "f", "g", "h",
    ] {
        let msg_type = fix_codec::MsgType::from_code(code.as_bytes()).expect(code);
        let definition = message(msg_type).expect(code);
        assert_eq!(definition.msg_type.as_str(), code);
    }
}

/// Every code of an enum is allowed by the dictionary for its field.
#[test]
fn enums_agree_with_the_dictionary() {
    let chars = |tag: u32, codes: Vec<u8>| {
        let Values::Chars(allowed) = field(tag).expect("defined").values else {
            panic!("{tag} has no characters");
        };
        let codes = codes.iter().fold(0_u128, |mask, code| mask | 1 << code);
        assert_eq!(codes & !allowed, 0, "{tag}");
    };
    let numbers = |tag: u32, codes: Vec<u16>| {
        let Values::Numbers { first, last, other } = field(tag).expect("defined").values else {
            panic!("{tag} has no numbers");
        };
        for code in codes {
            assert!(
                (first..=last).contains(&code) || code == other,
                "{code} of {tag}"
            );
        }
    };
    macro_rules! agree {
        ($check:ident $($type:ident $tag:ident)*) => {
            $($check(tags::$tag, values::$type::ALL.iter().map(|value| value.code()).collect());)*
        };
    }
    agree!(chars
        Side SIDE OrdType ORD_TYPE TimeInForce TIME_IN_FORCE ExecType EXEC_TYPE
        OrdStatus ORD_STATUS CxlRejResponseTo CXL_REJ_RESPONSE_TO HandlInst HANDL_INST
        OrderCapacity ORDER_CAPACITY MsgDirection MSG_DIRECTION Urgency URGENCY
        MassCancelRequestType MASS_CANCEL_REQUEST_TYPE MassCancelResponse MASS_CANCEL_RESPONSE
        RequestScope REQUEST_SCOPE
    );
    agree!(numbers
        EncryptMethod ENCRYPT_METHOD OrdRejReason ORD_REJ_REASON CxlRejReason CXL_REJ_REASON
        BusinessRejectReason BUSINESS_REJECT_REASON MassStatusReqType MASS_STATUS_REQ_TYPE
        MassCancelRejectReason MASS_CANCEL_REJECT_REASON
        ExecRestatementReason EXEC_RESTATEMENT_REASON LastLiquidityInd LAST_LIQUIDITY_IND
        ConfirmTransType CONFIRM_TRANS_TYPE ConfirmType CONFIRM_TYPE
        ConfirmStatus CONFIRM_STATUS ReassignmentStatus REASSIGNMENT_STATUS
    );
    let reasons = fix_codec::SessionRejectReason::ALL;
    numbers(
        tags::SESSION_REJECT_REASON,
        reasons.iter().map(|reason| reason.code()).collect(),
    );
}
