//! OrderCancelReplaceRequest(G) (FIX 4.4 Volume 4): which order, and what it is to be.

use super::NewOrderSingle;
use super::macros::{read, require};
use crate::{BodyWriter, EncodeBody, Message, MsgType, SessionReject, tags};

/// OrderCancelReplaceRequest(G).
#[derive(Clone, Debug, PartialEq)]
pub struct OrderCancelReplaceRequest<'a> {
    /// OrigClOrdID(41): the last ClOrdID(11) that the order had.
    pub orig_cl_ord_id: &'a str,
    /// OrderID(37).
    pub order_id: Option<&'a str>,
    /// What the order is to be. Every field of a NewOrderSingle(D) stands in this message too, with the same meaning.
    pub order: NewOrderSingle<'a>,
}

impl<'a> TryFrom<&Message<'a>> for OrderCancelReplaceRequest<'a> {
    type Error = SessionReject;

    fn try_from(message: &Message<'a>) -> Result<Self, Self::Error> {
        let text = |tag: u32| {
            // One without a value, where validation let it pass, counts as absent.
            let value = message.get(tag).filter(|value| !value.is_empty());
            value.map(|value| read::<&str>(tag, value)).transpose()
        };
        Ok(Self {
            orig_cl_ord_id: require(tags::ORIG_CL_ORD_ID, text(tags::ORIG_CL_ORD_ID)?)?,
            order_id: text(tags::ORDER_ID)?,
            order: NewOrderSingle::try_from(message)?,
        })
    }
}

impl EncodeBody for OrderCancelReplaceRequest<'_> {
    fn msg_type(&self) -> MsgType {
        MsgType::OrderCancelReplaceRequest
    }

    fn encode_body(&self, out: &mut BodyWriter<'_>) {
        out.field(tags::ORIG_CL_ORD_ID, &self.orig_cl_ord_id);
        out.optional(tags::ORDER_ID, &self.order_id);
        self.order.encode_body(out);
    }
}
