//! What a client was told of its orders, put together: no two reports that contradict each other.

use std::collections::{HashMap, HashSet};

use fix_codec::{Message, MsgType, tags};
use rust_decimal::Decimal;

use super::record::readable;

/// The fields of a report that tell it from others of its kind.
const TELLING: [u32; 9] = [
    tags::EXEC_TYPE,
    tags::ORD_STATUS,
    tags::ORD_REJ_REASON,
    tags::CXL_REJ_REASON,
    tags::BUSINESS_REJECT_REASON,
    tags::EXEC_RESTATEMENT_REASON,
    tags::LAST_LIQUIDITY_IND,
    tags::REASSIGNMENT_STATUS,
    tags::REF_TAG_ID,
];

/// A message to the client.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) msg_type: MsgType,
    fields: HashMap<u32, String>,
    bytes: Vec<u8>,
}

/// All orders that the client was told of.
#[derive(Default)]
pub(super) struct Statement {
    orders: HashMap<String, Order>,
    executions: HashSet<String>,
    /// By OrderID(37) and SecondaryExecID(527).
    fills: HashMap<(String, String), Fill>,
}

#[derive(Clone, Copy, Debug)]
struct Order {
    cumulative: Decimal,
    leaves: Decimal,
    is_open: bool,
}

/// A fill that stands.
#[derive(Clone, Debug)]
struct Fill {
    /// ExecID(17) of the report that told of it last.
    exec_id: String,
    quantity: Decimal,
}

impl Told {
    pub(super) fn of(message: &Message<'_>) -> Self {
        let fields = message.fields().iter();
        let text = |value| String::from_utf8_lossy(value).into_owned();
        Self {
            msg_type: message.msg_type(),
            fields: fields.map(|field| (field.tag, text(field.value))).collect(),
            bytes: message.bytes().to_vec(),
        }
    }

    fn field(&self, tag: u32) -> &str {
        self.fields.get(&tag).map_or("", String::as_str)
    }

    fn number(&self, tag: u32) -> Decimal {
        self.field(tag).parse().unwrap_or_default()
    }

    pub(super) fn cl_ord_id(&self) -> &str {
        self.field(tags::CL_ORD_ID)
    }

    pub(super) fn is(&self, tag: u32, value: &str) -> bool {
        self.field(tag) == value
    }

    pub(super) fn exec_type_is(&self, one_of: &[&str]) -> bool {
        one_of.contains(&self.field(tags::EXEC_TYPE))
    }

    /// What refuses a message says which.
    pub(super) fn check_refers_to(&self, message: &Message<'_>) {
        let number = message.header.msg_seq_num.to_string();
        let shown = || readable(&self.bytes);
        if self.msg_type == MsgType::Reject || self.msg_type == MsgType::BusinessMessageReject {
            assert_eq!(self.field(tags::REF_SEQ_NUM), number, "{}", shown());
            let msg_type = message.msg_type();
            assert_eq!(self.field(tags::REF_MSG_TYPE), msg_type.as_str());
            return;
        }
        let id = message.get(tags::CL_ORD_ID).unwrap_or_default();
        assert_eq!(self.cl_ord_id().as_bytes(), id, "{}", shown());
        assert_eq!(self.field(tags::ORDER_ID), "NONE", "{}", shown());
        let (tag, refused) = if self.msg_type == MsgType::OrderMassCancelReport {
            (tags::MASS_CANCEL_RESPONSE, "0")
        } else {
            (tags::ORD_STATUS, "8")
        };
        assert_eq!(self.field(tag), refused, "{}", shown());
    }

    /// What tells it from others: codes, and the words at the beginning of its text.
    fn telling(&self) -> impl Iterator<Item = &str> {
        let text = self.field(tags::TEXT);
        let end = text.find(|letter: char| !letter.is_ascii_alphabetic() && letter != ' ');
        let words = text.split_at(end.unwrap_or(text.len())).0;
        TELLING.iter().map(|tag| self.field(*tag)).chain([words])
    }
}

impl core::hash::Hash for Told {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.msg_type.hash(state);
        self.telling().for_each(|word| word.hash(state));
    }
}

impl Statement {
    /// Takes note of a report from the market.
    ///
    /// # Panics
    /// When it contradicts what was told before.
    pub(super) fn take(&mut self, told: &Told) {
        if told.msg_type != MsgType::ExecutionReport {
            return;
        }
        let shown = || readable(&told.bytes);
        let new = self.executions.insert(told.field(tags::EXEC_ID).to_owned());
        assert!(new, "an ExecID(17) that was given before: {}", shown());
        let (quantity, leaves) = (told.number(tags::ORDER_QTY), told.number(tags::LEAVES_QTY));
        let cumulative = told.number(tags::CUM_QTY);
        assert!(cumulative + leaves <= quantity, "{}", shown());
        let is_open = match told.field(tags::ORD_STATUS) {
            "0" | "1" => {
                assert_eq!(cumulative + leaves, quantity, "{}", shown());
                true
            }
            "2" | "4" | "8" | "C" => {
                assert_eq!(leaves, Decimal::ZERO, "{}", shown());
                false
            }
            _ => leaves > Decimal::ZERO,
        };
        let order_id = told.field(tags::ORDER_ID).to_owned();
        let order = Order {
            cumulative,
            leaves,
            is_open,
        };
        let known = self.orders.insert(order_id.clone(), order);
        self.take_fill(&order_id, order, known, told);
        match (known, told.field(tags::EXEC_TYPE)) {
            (Some(known), "0" | "8") => panic!("told before as {known:?}: {}", shown()),
            (Some(known), "F" | "4" | "5" | "C") => {
                assert!(known.is_open, "told to be closed: {}", shown());
                let last = told.number(tags::LAST_QTY);
                assert_eq!(known.cumulative + last, cumulative, "{}", shown());
            }
            // An order of another session of the firm, which this one asked to cancel.
            (None, "4") => {}
            (None, "F" | "C") => panic!("never told of: {}", shown()),
            _ => {}
        }
    }

    /// Takes note of a fill, of one that has another price, and of one that is undone.
    fn take_fill(&mut self, order_id: &str, order: Order, known: Option<Order>, told: &Told) {
        let shown = || readable(&told.bytes);
        let fill = Fill {
            exec_id: told.field(tags::EXEC_ID).to_owned(),
            quantity: told.number(tags::LAST_QTY),
        };
        let key = (
            order_id.to_owned(),
            told.field(tags::SECONDARY_EXEC_ID).to_owned(),
        );
        let change = told.field(tags::EXEC_TYPE);
        if change == "F" {
            let before = self.fills.insert(key, fill);
            assert!(before.is_none(), "one trade twice: {}", shown());
        } else if change == "G" || change == "H" {
            let known = known.unwrap_or_else(|| panic!("never told of: {}", shown()));
            let before = self.fills.remove(&key);
            let before = before.unwrap_or_else(|| panic!("no fill that stands: {}", shown()));
            assert!(told.is(tags::EXEC_REF_ID, &before.exec_id), "{}", shown());
            assert_eq!(order.leaves, known.leaves, "{}", shown());
            let busted = if change == "H" {
                before.quantity
            } else {
                assert_eq!(fill.quantity, before.quantity, "{}", shown());
                self.fills.insert(key, fill);
                Decimal::ZERO
            };
            assert_eq!(order.cumulative + busted, known.cumulative, "{}", shown());
        }
    }

    /// Nothing that was told of rests any more.
    ///
    /// # Panics
    /// When an order was not told to be closed.
    pub(super) fn check_none_open(&self) {
        let open = self.orders.iter().find(|(_, order)| order.is_open);
        assert!(open.is_none(), "still open: {open:?}");
    }
}
