//! The parties to an order or trade: NoPartyIDs(453) (FIX 4.4 Volume 1, "Parties").

use super::macros::group_entries;
use crate::dictionary::groups;
use crate::tags;

group_entries! {
    /// One entry of NoPartyIDs(453).
    pub struct Party<'a> in groups::NO_PARTY_IDS {
        /// PartyID(448).
        required party_id: &'a str = tags::PARTY_ID,
        /// PartyIDSource(447), one character; `D` is "proprietary".
        optional party_id_source: &'a str = tags::PARTY_ID_SOURCE,
        /// PartyRole(452).
        optional party_role: u32 = tags::PARTY_ROLE,
        /// NoPartySubIDs(802).
        group sub_ids: PartySub<'a> = tags::NO_PARTY_SUB_IDS,
    }

    /// One entry of NoPartySubIDs(802).
    pub struct PartySub<'a> in groups::NO_PARTY_SUB_IDS {
        /// PartySubID(523).
        required party_sub_id: &'a str = tags::PARTY_SUB_ID,
        /// PartySubIDType(803).
        optional party_sub_id_type: u32 = tags::PARTY_SUB_ID_TYPE,
    }
}
