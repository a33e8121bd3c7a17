//! What encrypted sessions cost that do nothing.

use std::fs;

use tests::venue_process::VenueProcess;

use crate::authority::Authority;
use crate::client::Client;
use crate::ground;

/// Sessions that are logged on and idle.
const SESSIONS: u64 = 300;

/// What each may hold, in KiB: the budget of an idle session.
const KIB_MAX: u64 = 64;

/// Memory that the process holds, in KiB.
fn resident_kib(venue: &VenueProcess) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", venue.pid()));
    let status = status.expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse().ok())
        .expect("the system says how much a process holds")
}

#[tokio::test]
async fn an_idle_encrypted_session_stays_within_its_budget() {
    let (ground, authority) = (ground(), Authority::new());
    authority.equip(&ground, "");
    ground.configure(|mut text| {
        for number in 0..SESSIONS {
            text.push_str(&format!(
                "\n[[sessions]]\ncomp_id = \"IDLE{number}\"\nfirm = \"FIRM1\"\nrole = \"order_entry\"\n"
            ));
        }
        text
    });
    let venue = ground.start();
    let config = authority.client(Some(&authority.issue("idle.example")));
    // The first brings with it what all share.
    let mut clients = Vec::new();
    let mut before = 0;
    for number in 0..SESSIONS {
        let mut client = Client::encrypted(venue.address(), &config).await;
        let answer = client.log_on(&format!("IDLE{number}"), 1, "").await;
        assert!(answer.contains("|35=A|"), "{answer}");
        // A burst, after which no buffer may stay as large as it was.
        for test in 2..12 {
            let id = "x".repeat(4_000);
            client
                .send("1", &format!("IDLE{number}"), test, &format!("112={id}|"))
                .await;
            client.next().await;
        }
        clients.push(client);
        if number == 0 {
            before = resident_kib(&venue);
        }
    }
    let each = (resident_kib(&venue) - before) / (SESSIONS - 1);
    assert!(each <= KIB_MAX, "{each} KiB a session");
}
