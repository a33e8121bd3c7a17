//! Whoever is not a member is shown the door, and nobody else notices.

use fix_codec::tags;
use fix_codec::values::Side;

use crate::wire::{logon, message, now, until_closed};
use crate::{day, ground, log_on};

#[tokio::test]
async fn strangers_are_closed_without_harm() {
    let ground = ground();
    // One who says too little is waited for that long.
    ground.configure(|text| text.replace("[fix]\n", "[fix]\nlogon_timeout = \"1s\"\n"));
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    let order = |sender: &str| {
        let header = format!("34=1|49={sender}|52={}|56=CLOUDPIT|", now());
        message(
            "D",
            &format!("{header}11=x|55=BENCH.A|54=1|60={}|38=1|40=1|", now()),
        )
    };
    let mut wrong_sum = logon("CLIENT2");
    let last = wrong_sum.len() - 2;
    wrong_sum[last] ^= 1;
    let strangers: [(&str, Vec<u8>); 9] = [
        ("nobody by that name", logon("STRANGER")),
        ("no name at all", message("A", "34=1|98=0|108=30|")),
        ("a name that leads elsewhere", logon("../../etc")),
        ("an order before a Logon", order("CLIENT2")),
        ("a stranger's order", order("STRANGER")),
        (
            "another protocol",
            b"GET / HTTP/1.1\r\nHost: venue\r\n\r\n".to_vec(),
        ),
        (
            "noise",
            (0..65_536_u32).map(|n| n.to_le_bytes()[0] ^ 0xA5).collect(),
        ),
        (
            "a length that never ends",
            b"8=FIX.4.4\x019=99999999999999999999\x0135=A\x01".to_vec(),
        ),
        ("a Logon whose sum is wrong", wrong_sum),
    ];
    for (what, bytes) in strangers {
        let answer = until_closed(venue.address(), &bytes).await;
        assert!(!answer.contains("|35=A|"), "{what}: {answer}");
        assert!(!answer.contains("|35=8|"), "{what}: {answer}");
    }
    let order = member.order("order", &day(Side::Buy, 1, 1000)).await;
    order.expect("a member is unharmed");
    assert!(member.answer("order").await.is(tags::EXEC_TYPE, "0"));
    // Nor was the session harmed in whose name they came.
    let mut other = log_on("CLIENT2", &venue).await;
    let order = other.order("other", &day(Side::Buy, 1, 1000)).await;
    order.expect("a member is unharmed");
    assert!(other.answer("other").await.is(tags::EXEC_TYPE, "0"));
}
