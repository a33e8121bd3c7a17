//! A client that came as far as its session when the configuration still let it, and sends its Logon afterwards.

use engine::SessionName;

use super::{Doorkeeper, REMOVED, REVOKED, Verdict};
use crate::audit::Audit;
use crate::identity::{Claim, Peer};
use crate::layout::Layout;
use crate::metrics::Metrics;

const BEFORE: &str = r#"[venue]
comp_id = "PIT"
[fix]
listen = "127.0.0.1:9878"
[[instruments]]
symbol = "TEST.A"
test = true
currency = "USD"
tick = "0.01"
max_order_quantity = 10
[[firms]]
name = "ALDER"
kind = "broker"
[[sessions]]
comp_id = "ALDER-COPY"
firm = "ALDER"
role = "drop_copy"
"#;

fn read(text: &str) -> config::Config {
    config::parse(text, "f").unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn a_right_that_was_revoked_since_the_client_came_does_not_let_it_log_on() {
    let session = SessionName::new("ALDER-COPY").unwrap();
    let peer = Peer::at("192.0.2.1:1".parse().unwrap());
    let refused = |why: &str| Verdict::Refused(why.to_owned());
    let here = format!("{BEFORE}allow_from = [\"192.0.2.0/24\"]\n");
    let elsewhere = format!("{BEFORE}allow_from = [\"198.51.100.0/24\"]\n");
    let gone = BEFORE.replace("ALDER-COPY", "ALDER-OTHER");
    for (after, expected) in [
        (BEFORE, Verdict::Accepted(None)),
        (&here, Verdict::Accepted(None)),
        (&elsewhere, refused(REVOKED)),
        (&gone, refused(REMOVED)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        let (audit, _writer) = Audit::open(&layout.audit()).unwrap();
        let keeper = Doorkeeper::open(&read(BEFORE), &layout, &audit, &Metrics::none()).unwrap();
        assert!(keeper.admit(session, peer).is_ok());
        keeper.replace(keeper.prepare(&read(after)).unwrap());
        let mut verdict = keeper.authenticate(session, peer, Claim::default());
        assert_eq!(verdict.try_recv().unwrap(), expected, "{after}");
    }
}
