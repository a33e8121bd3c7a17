//! What servers as Nova describes them mean.

use serde_json::json;

use super::*;

const ID: &str = "5fa3fd8d-42a2-4182-ac57-ad081c1be445";

/// A server of Alice's, up, as Nova shows it to an administrator; `changes` are laid over it.
fn server(changes: Value) -> ServerBody {
    let mut server = json!({
        "id": ID, "name": "web-1", "status": "ACTIVE", "tenant_id": "custody",
        "metadata": {"cloudpit-account": "acme:alice"},
        "image": {"id": "old", "links": []},
        "flavor": {"original_name": "m1.tiny", "vcpus": 1},
        "locked": false, "locked_reason": null,
        "OS-EXT-SRV-ATTR:host": "host2",
        "OS-EXT-STS:task_state": null, "OS-EXT-STS:power_state": 1,
        "os-extended-volumes:volumes_attached": [],
        "accessIPv4": "", "adminPass": "never read",
    });
    let Value::Object(changes) = changes else {
        panic!("changes are an object")
    };
    for (key, value) in changes {
        server[key] = value;
    }
    serde_json::from_value(server).unwrap()
}

fn order(generation: u64) -> Order {
    Order {
        reassignment: "7-0-0".to_owned(),
        slot: SlotName::new(ID).unwrap(),
        generation,
        token: "t".to_owned(),
        retire: false,
    }
}

/// The server's metadata once the rebuild of `order(0)` was taken.
fn delivered() -> Value {
    json!({
        "cloudpit-reassignment": "7-0-0", "cloudpit-generation": "1", "cloudpit-account": "acme:bob",
        "cloudpit-account-before": "acme:alice", "cloudpit-image": "new", "cloudpit-host": "host2",
        "cloudpit-token": "t", "cloudpit-slot": ID,
    })
}

#[test]
fn what_is_ordered_is_what_a_rebuilt_server_is_seen_with() {
    let placement = Placement {
        image: engine::ImageName::new("new").unwrap(),
        account: engine::AccountName::new("acme:bob").unwrap(),
    };
    let written = metadata(&order(0), &placement, "host2", "acme:alice");
    assert_eq!(json!(written), delivered());
    assert_eq!(name(&order(0)), format!("cloudpit-7-0-0-of-{ID}-1"));
    assert_eq!(generation_in(&name(&order(0)), &order(0).slot), 1);
    assert_eq!(generation_in("web-1", &order(0).slot), 0);
    assert!(hostname(&order(0)).len() <= 63);
    // Nova takes no longer values, and no longer reasons.
    assert!(written.values().all(|value| value.len() <= 255));
    assert!(fenced_by(&order(0)).len() <= 255);
}

#[test]
fn a_server_is_seen_as_its_slot() {
    let view = server(json!({})).slot_view("RegionOne").unwrap();
    assert_eq!(view.slot.as_str(), ID);
    assert_eq!(
        (view.region.as_str(), view.instance_type.as_str()),
        ("RegionOne", "m1.tiny")
    );
    assert_eq!((view.generation, view.busy, view.fence), (0, false, None));
    let custody = view.custody.unwrap();
    assert_eq!(
        (custody.account.as_str(), custody.beneficiary.as_str()),
        ("custody", "acme:alice")
    );
    let instance = view.instance.unwrap();
    assert_eq!(instance.instance.as_str(), ID);
    assert_eq!(
        (instance.account.as_str(), instance.image_digest.as_str()),
        ("acme:alice", "image:old")
    );
    assert_eq!((instance.phase, instance.ready), (Phase::Running, true));
    assert_eq!((instance.tags.len(), instance.address), (0, None));
}

/// Generation, account, whether it is tagged as ours, phase, readiness and business.
fn seen(changes: Value) -> (u64, String, bool, Phase, bool, bool) {
    let view = server(changes).slot_view("RegionOne").unwrap();
    let instance = view.instance.unwrap();
    let ours = instance.tags.get(REASSIGNMENT_TAG).map(String::as_str) == Some("7-0-0");
    let (phase, ready) = (instance.phase, instance.ready);
    (
        view.generation,
        instance.account,
        ours,
        phase,
        ready,
        view.busy,
    )
}

#[test]
fn a_delivery_is_seen_by_its_image_and_metadata_and_by_phase() {
    let with = |image: &str, status: &str, task: Value, host: &str| {
        seen(json!({
            "metadata": delivered(), "image": {"id": image}, "status": status,
            "OS-EXT-STS:task_state": task, "OS-EXT-SRV-ATTR:host": host,
        }))
    };
    let (alice, bob) = ("acme:alice".to_owned(), "acme:bob".to_owned());
    for (seen, wanted) in [
        (
            // Until Nova is done it may give the old image back.
            with("new", "REBUILD", json!("rebuilding"), "host2"),
            (0, alice.clone(), false, Phase::Placed, false, true),
        ),
        (
            with("new", "ACTIVE", json!(null), "host2"),
            (1, bob.clone(), true, Phase::Running, true, false),
        ),
        (
            with("new", "ACTIVE", json!("powering-off"), "host2"),
            (1, bob.clone(), true, Phase::Running, false, true),
        ),
        (
            with("new", "SHUTOFF", json!(null), "host2"),
            (1, bob.clone(), true, Phase::Stopped, false, false),
        ),
        (
            with("new", "ERROR", json!(null), "host2"),
            (1, bob.clone(), true, Phase::Failed, false, false),
        ),
        (
            with("new", "SOMETHING_NEW", json!(null), "host2"),
            (1, bob.clone(), true, Phase::Starting, false, false),
        ),
        // On another host it is not what was ordered.
        (
            with("new", "ACTIVE", json!(null), "host1"),
            (1, bob, false, Phase::Running, true, false),
        ),
        // No host took the image: the server is the seller's as before.
        (
            with("old", "ERROR", json!(null), "host2"),
            (0, alice, false, Phase::Failed, false, false),
        ),
    ] {
        assert_eq!(seen, wanted);
    }
    let instance = server(json!({"metadata": delivered(), "image": {"id": "new"}}))
        .instance_view()
        .unwrap();
    // The register must tell the buyer's instance from the seller's, whose id it has.
    assert_eq!(instance.instance.to_string(), format!("{ID}.1"));
}

#[test]
fn a_lock_is_a_fence_and_says_whose() {
    let fence = |locked: bool, reason: Value| {
        server(json!({"locked": locked, "locked_reason": reason})).fence()
    };
    assert_eq!(fence(false, json!(null)), None);
    assert_eq!(fence(false, json!("cloudpit-reassignment:7-0-0")), None);
    assert_eq!(
        fence(true, json!(fenced_by(&order(0)))),
        Some("7-0-0".to_owned())
    );
    assert_eq!(
        fence(true, json!("maintenance")),
        Some("locked: maintenance".to_owned())
    );
    assert_eq!(fence(true, json!(null)), Some("locked: ".to_owned()));
}

#[test]
fn an_order_is_carried_out_on_the_server_that_it_was_meant_for() {
    let ours = json!(fenced_by(&order(0)));
    let class = |changes: Value, generation| {
        let meant = server(changes).meant_by(&order(generation), "RegionOne");
        meant.map(drop).map_err(|error| error.class)
    };
    let conflict = Err(Class::Conflict);
    assert_eq!(
        class(json!({"locked": true, "locked_reason": ours}), 0),
        Ok(())
    );
    assert_eq!(
        class(json!({"locked": true, "locked_reason": ours}), 1),
        conflict
    );
    assert_eq!(class(json!({}), 0), conflict);
    assert_eq!(
        class(json!({"locked": true, "locked_reason": "mine"}), 0),
        conflict
    );
    let busy =
        json!({"locked": true, "locked_reason": ours, "OS-EXT-STS:task_state": "rebuilding"});
    assert_eq!(class(busy, 0), conflict);
}

#[test]
fn what_was_let_go_is_in_the_slot_no_more() {
    let let_go = let_go_by(&order(0));
    assert_eq!(generation_in(&let_go_by(&order(3)), &order(3).slot), 3);
    let view = server(json!({"name": let_go}))
        .slot_view("RegionOne")
        .unwrap();
    assert_eq!((view.instance, view.generation), (None, 0));
    assert_eq!(view.custody.unwrap().account, "custody");
}

#[test]
fn a_server_without_a_host_is_not_in_its_slot_yet_or_any_more() {
    let nowhere = |status: &str, metadata: Value| {
        server(
            json!({"status": status, "metadata": metadata, "image": {"id": "new"}, "OS-EXT-SRV-ATTR:host": null}),
        )
    };
    let created = nowhere("BUILD", delivered());
    let view = created.slot_view("RegionOne").unwrap();
    assert_eq!((view.instance, view.generation, view.busy), (None, 0, true));
    assert!(!created.is_stillborn() && nowhere("ERROR", delivered()).is_stillborn());
    let shelved = nowhere(
        "SHELVED_OFFLOADED",
        json!({"cloudpit-account": "acme:alice"}),
    );
    assert_eq!(
        shelved.slot_view("RegionOne").unwrap_err().class,
        Class::Conflict
    );
    let hidden = serde_json::from_value::<ServerBody>(json!({
        "id": ID, "status": "ACTIVE", "tenant_id": "custody", "image": "", "flavor": {"original_name": "m1.tiny"},
    }));
    assert_eq!(
        hidden.unwrap().slot_view("RegionOne").unwrap_err().class,
        Class::Denied
    );
}

#[test]
fn a_server_whose_disks_would_outlive_a_rebuild_is_not_deliverable() {
    assert!(server(json!({})).is_deliverable());
    assert!(!server(json!({"metadata": {}})).is_deliverable());
    assert!(!server(json!({"image": ""})).is_deliverable());
    let volumes = json!([{"id": "v", "delete_on_termination": false}]);
    assert!(!server(json!({"os-extended-volumes:volumes_attached": volumes})).is_deliverable());
}

#[test]
fn numbers_that_nobody_wrote_are_not_acted_on() {
    for number in [
        "-1",
        "",
        "one",
        "9223372036854775808",
        "99999999999999999999999",
    ] {
        let metadata = json!({"cloudpit-account": "acme:alice", "cloudpit-generation": number});
        let view = server(json!({"metadata": metadata})).slot_view("RegionOne");
        assert_eq!(view.unwrap_err().class, Class::Unknown, "{number}");
    }
}
