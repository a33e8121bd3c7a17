//! The whole life of a slot: launched, deposited, fenced, terminated, placed, started, retired.

use reference_provider::api::{Instance, InstanceState, Slot};
use serde_json::json;

use crate::harness::{BUYER, CUSTODY, Client, Plane, SELLER, answering, ask_guest, exists};

/// A guest that the seller launched: seen in /proc and on its port, not only in the API.
async fn launched(plane: &Plane, seller: &Client) -> Instance {
    let image = seller.upload("old", answering("the-old-one")).await;
    let old = seller.launch(&image).await;
    assert_eq!((old.state, old.ready), (InstanceState::Running, true));
    let address = old.address.clone().expect("an address");
    let said = ask_guest(&address).await.expect("the guest answers");
    assert_eq!((said.name.as_str(), said.pid), ("the-old-one", old.pid));
    assert_eq!(
        (&said.instance_id, &said.nonce),
        (&old.instance_id, &old.nonce)
    );
    let pid = old.pid.expect("a process");
    let working_directory =
        std::fs::read_link(format!("/proc/{pid}/cwd")).expect("the guest's directory");
    assert_eq!(
        working_directory,
        plane.running.slot_directory(&old.slot_id)
    );
    old
}

async fn fenced(custody: &Client) -> Slot {
    let listed = custody.get(&format!("/slots?custody={CUSTODY}")).await;
    assert_eq!(listed.body["slots"][0]["custody"]["beneficiary"], SELLER);
    let body = json!({"holder": "12-1-1", "reason": "sold"});
    custody
        .send(custody.request("PUT", "/slots/slot-1/fence").json(&body))
        .await
        .ok()
}

#[tokio::test]
async fn a_slot_is_reassigned() {
    let plane = Plane::start(1).await;
    let (seller, buyer, custody) = (
        plane.client(SELLER),
        plane.client(BUYER),
        plane.client(CUSTODY),
    );
    let old = launched(&plane, &seller).await;
    let (old_pid, address) = (
        old.pid.expect("a process"),
        old.address.clone().expect("an address"),
    );
    let slot = seller.deposit("slot-1", SELLER).await;
    assert_eq!(slot.owner.as_deref(), Some(CUSTODY));
    let generation = fenced(&custody).await.generation;

    custody
        .done("/slots/slot-1/terminate", json!({"generation": generation}))
        .await;
    assert!(!exists(old_pid), "the old process is gone");
    assert!(
        ask_guest(&address).await.is_none(),
        "nothing answers in a vacant slot"
    );
    assert_eq!(
        seller.instance(&old.instance_id).await.state,
        InstanceState::Terminated
    );
    assert_eq!(custody.slot("slot-1").await.instance, None);

    let image = buyer.upload("new", answering("the-new-one")).await;
    buyer.share(&image, CUSTODY).await;
    let tags = json!({"trade": "12-1"});
    let place = json!({"generation": generation, "image_id": image.image_id, "account": BUYER, "tags": tags});
    let placed = custody.done("/slots/slot-1/place", place).await;
    assert_eq!(placed.generation, generation + 1);
    custody
        .done("/slots/slot-1/start", json!({"generation": generation + 1}))
        .await;

    let new = buyer.slot("slot-1").await.instance.expect("an instance");
    assert_eq!(
        (new.state, new.ready, new.account.as_str()),
        (InstanceState::Running, true, BUYER)
    );
    assert_eq!(
        new.address.as_deref(),
        Some(address.as_str()),
        "the same slot, the same port"
    );
    let said = ask_guest(&address).await.expect("the new guest answers");
    assert_eq!(
        (said.name.as_str(), said.image_digest),
        ("the-new-one", image.digest)
    );
    assert_ne!(said.pid, Some(old_pid));
    let tagged = custody.get("/instances?tag=trade:12-1").await;
    assert_eq!(tagged.body["instances"][0]["instance_id"], new.instance_id);
    assert_eq!(seller.get("/slots/slot-1").await.refusal(), "404 not_found");
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_slot_is_retired_into_the_pool_and_used_again() {
    let plane = Plane::start(1).await;
    let (seller, custody) = (plane.client(SELLER), plane.client(CUSTODY));
    let old = launched(&plane, &seller).await;
    seller.deposit("slot-1", SELLER).await;
    let meant = json!({"generation": fenced(&custody).await.generation, "fence_holder": "12-1-1"});
    custody.done("/slots/slot-1/terminate", meant.clone()).await;
    custody.done("/slots/slot-1/retire", meant).await;
    assert_eq!(
        custody.get("/slots/slot-1").await.refusal(),
        "404 not_found"
    );

    let again = launched(&plane, &seller).await;
    assert_eq!(
        (again.slot_id.as_str(), again.address),
        ("slot-1", old.address)
    );
    let pid = again.pid.expect("a process");
    plane.running.stop().await.expect("stops");
    assert!(
        !exists(pid),
        "guests end with the control plane when asked to"
    );
}

#[tokio::test]
async fn a_slot_is_withdrawn_with_its_instance_and_given_up_by_its_owner() {
    let plane = Plane::start(1).await;
    let (seller, custody) = (plane.client(SELLER), plane.client(CUSTODY));
    let old = launched(&plane, &seller).await;
    seller.deposit("slot-1", SELLER).await;
    let slot: Slot = custody
        .post("/slots/slot-1/withdraw", json!({"generation": 1}))
        .await
        .ok();
    assert_eq!((slot.owner.as_deref(), slot.custody), (Some(SELLER), None));
    assert_eq!(
        slot.instance.map(|instance| instance.pid),
        Some(old.pid),
        "it went on running"
    );
    seller
        .done("/slots/slot-1/terminate", json!({"generation": 1}))
        .await;
    assert_eq!(seller.get("/slots/slot-1").await.refusal(), "404 not_found");
    plane.running.stop().await.expect("stops");
}
