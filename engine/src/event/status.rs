//! What an answer about where orders stand answers.

use serde::{Deserialize, Serialize};

use crate::command::{MassStatusRequest, StatusRequest};
use crate::text::RequestId;

/// The question that a report about one order answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// The one about this order.
    Order {
        /// OrdStatusReqID(790).
        request_id: Option<RequestId>,
    },
    /// The one about many.
    Orders {
        /// MassStatusReqID(584).
        request_id: RequestId,
        /// How many reports answer it. TotNumReports(911).
        total: u64,
        /// Whether this is the last of them. LastRptRequested(912).
        last: bool,
    },
}

/// A question to which there is no order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// About one.
    Order(StatusRequest),
    /// About many.
    Orders(MassStatusRequest),
}
