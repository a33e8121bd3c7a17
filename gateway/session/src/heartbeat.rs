//! Liveness: heartbeats out, TestRequests when nothing comes in, and the end when nothing follows.

use core::time::Duration;

use fix_codec::messages::{Heartbeat, TestRequest};
use fix_codec::{Message, SessionReject};

use crate::outputs::{DisconnectReason, Outputs};
use crate::send::Emission;
use crate::session::Session;
use crate::state::{Link, Time};

/// TestReqID(112) of our TestRequests. Whatever the peer sends next shows that it lives, so one
/// text does for all.
const TEST_REQUEST_ID: &str = "TEST";

/// The heartbeat interval and "a reasonable transmission time" (FIX 4.4 Vol. 2, TestRequest).
fn patience(heartbeat: Duration) -> Duration {
    heartbeat + heartbeat / 5
}

impl Link {
    /// Something came from the peer.
    pub(crate) fn heard(&mut self, now: Time) {
        self.last_received = now;
        self.tested_at = None;
    }

    /// When the first of its timers is due.
    pub(crate) fn deadline(&self) -> Option<Time> {
        let gap = self.gap.as_ref().map(|gap| gap.deadline);
        let demand = self.demand.as_ref().map(|demand| demand.deadline);
        let liveness = self.heartbeat.map(|heartbeat| {
            (self.last_sent + heartbeat).min(self.listening_since() + patience(heartbeat))
        });
        [gap, demand, liveness].into_iter().flatten().min()
    }

    fn listening_since(&self) -> Time {
        self.tested_at.unwrap_or(self.last_received)
    }
}

impl Session {
    /// The timers of a session that is logged on, most serious first.
    pub(crate) fn tick_link(&mut self, now: Time, out: &mut Outputs) {
        let Some(link) = self.state.link() else {
            return;
        };
        let demand_is_due = link.demand.is_some_and(|demand| now >= demand.deadline);
        if demand_is_due {
            return self.press_demand(now, out);
        }
        let gap_is_due = link.gap.as_ref().is_some_and(|gap| now >= gap.deadline);
        if let Some(heartbeat) = link.heartbeat {
            let silent = now >= link.listening_since() + patience(heartbeat);
            if silent && link.tested_at.is_some() {
                return self.close(DisconnectReason::TestRequestTimeout, out);
            }
            if silent {
                self.send_test_request(now, out);
            } else if now >= link.last_sent + heartbeat {
                self.emit(
                    now,
                    &Heartbeat { test_req_id: None },
                    Emission::admin(),
                    out,
                );
            }
        }
        if gap_is_due {
            self.ask_again(now, out);
        }
    }

    pub(crate) fn send_test_request(&mut self, now: Time, out: &mut Outputs) {
        let body = TestRequest {
            test_req_id: TEST_REQUEST_ID,
        };
        self.emit(now, &body, Emission::admin(), out);
        if let Some(link) = self.state.link_mut() {
            link.tested_at = Some(now);
        }
    }

    /// A TestRequest(1) whose turn has come is answered with its own TestReqID(112).
    pub(crate) fn answer_test_request(
        &mut self,
        now: Time,
        message: &Message<'_>,
        out: &mut Outputs,
    ) -> Result<(), SessionReject> {
        let request = TestRequest::try_from(message)?;
        self.advance(now);
        if self.is_logged_on() {
            let body = Heartbeat {
                test_req_id: Some(request.test_req_id),
            };
            self.emit(now, &body, Emission::admin(), out);
        }
        Ok(())
    }
}
